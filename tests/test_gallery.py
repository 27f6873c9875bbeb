"""docs/gallery.md: every figure of the course, and the numbers of the real image sets."""

import json
import re
import shutil

import pytest

from common.command import catalogue
from common.errors import CourseError
from conftest import LESSONS, ROOT
from tools import gallery

PAGE = (ROOT / "docs" / "gallery.md").read_text(encoding="utf-8")


def test_the_page_shows_what_is_in_its_folder():
    assert gallery.page() == PAGE, "run `make gallery`"


def test_its_links_lead_somewhere():
    links = re.findall(r"\]\(([^)]+)\)", PAGE)
    assert len(links) > 100
    for link in links:
        assert (ROOT / "docs" / link).exists(), link


def test_the_thirty_figures_of_document_2_are_on_it():
    shown = set(re.findall(r"gallery/\S+/figure-4-(\d\d)-", PAGE))
    assert shown == {f"{k:02d}" for k in range(1, 31)}


@pytest.mark.parametrize("name", LESSONS)
def test_every_figure_of_a_lesson_has_its_thumbnail(name, run_lesson):
    drawn = (run_lesson(name).summaries / "figures").glob("*.*")
    drawn = {path.name for path in drawn if path.suffix in (".png", ".gif")}
    kept = {path.name for path in (gallery.FOLDER / name).iterdir() if path.suffix != ".json"}
    assert kept == drawn, f"run `make gallery`, or python -m tools.gallery {name}"


@pytest.mark.parametrize("name", LESSONS)
def test_numbers_of_the_real_sets_are_kept_with_where_they_are_from(name):
    lesson = catalogue.find(name)
    results = gallery.FOLDER / name / "results.json"
    assert results.exists() == gallery.wants_images(lesson)
    if results.exists():
        kept = json.loads(results.read_text(encoding="utf-8"))
        assert re.fullmatch(r"2\d\d\d-\d\d-\d\d", kept["made"])
        assert "embedded" not in kept["images"] and kept["tensorflow"]
        for number in kept["numbers"]:
            assert number["agrees"] in ("yes", "") or number["why"], number


def test_damaged_numbers_are_one_sentence(monkeypatch, tmp_path):
    name = "08_deep_network"
    shutil.copytree(gallery.FOLDER / name, tmp_path / name)
    results = tmp_path / name / "results.json"
    results.write_text(results.read_text("utf-8").replace('"here": 0.', '"here": 1.', 1), "utf-8")
    monkeypatch.setattr(gallery, "FOLDER", tmp_path)
    with pytest.raises(CourseError, match="is damaged .*: `make gallery` makes it anew"):
        gallery.page()


def test_without_the_real_sets_it_says_what_to_fetch(monkeypatch, tmp_path):
    monkeypatch.setenv("COURSE_DATA", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    before = PAGE
    with pytest.raises(CourseError, match="python -m lessons data fetch mnist"):
        gallery.main(["08"])
    assert gallery.PAGE.read_text(encoding="utf-8") == before
