"""Folders of any name, full disks, folders that vanish; the long campaign is torture/disks.py."""

import shutil
import sys

import pytest

from torture import disks

needs_namespaces = pytest.mark.skipif(
    sys.platform != "linux" or not shutil.which("unshare"), reason="makes a tmpfs of its own"
)


@pytest.mark.parametrize("name", disks.NAMES)
def test_an_output_folder_may_have_any_name(name, tmp_path, monkeypatch, course_here):
    monkeypatch.chdir(tmp_path)
    output = f"--output={name}"
    code, out, err = course_here("run", "18", output)
    assert (code, err) == (0, "") and "tensorboard 18 --output" in out
    for words in (["restore", "18"], ["run", "18", "--resume"], ["export-meta", "18"]):
        code, out, err = course_here(*words, output)
        assert (code, err) == (0, ""), words
    assert course_here("clean", "18", output)[0] == 0
    left = [path.name for path in (tmp_path / name).rglob("*") if path.is_file()]
    assert left == [".18_moving_average.lock"]


@needs_namespaces
@pytest.mark.parametrize("kilobytes, then", [(200, "true"), (5000, 'mount -o remount,ro "$1"')])
def test_a_disk_that_refuses_is_one_sentence_and_later_all_is_right(
    kilobytes, then, tmp_path, run_lesson
):
    first, second = disks.on_a_disk(tmp_path, kilobytes, then)
    assert first.code == 1 and first.problem == ""
    assert "make room or make it writable, or choose another folder with --output" in first.err
    assert second.code == 0, second.err
    assert (tmp_path / "leftovers").read_text() == ""
    assert disks.numbers_of(tmp_path) == run_lesson(disks.NAME).numbers
