"""`python -m lessons doctor`: what is missing is found, with what mends it."""

import pytest

from common import files, language
from common.command import doctor
from conftest import ROOT, python


def lines_of(out):
    return dict(line.split(": ", 1) for line in out.splitlines() if ": " in line)


def test_where_all_is_here_it_says_so(course_here):
    code, out, err = course_here("doctor")
    assert (code, err) == (0, "") and out.endswith("All that the course needs is here.\n")
    found = lines_of(out)
    assert found["checkpoints"] == "30 of 30 that ship" and "GiB free in" in found["disk"]
    count = (ROOT / "requirements.txt").read_text("utf-8").count("==")
    assert found["packages"] == f"{count} of {count} as in requirements.txt"


def test_it_answers_without_any_package():
    code, out, err = python("-S", "-m", "lessons", "doctor", cwd=ROOT, fresh=True)
    assert (code, err) == (1, "") and "tensorflow none in place of 2.21.0" in out
    assert "`make run` installs what is missing" in out


def test_checkpoints_that_are_gone_are_counted(monkeypatch, tmp_path, course_here):
    (tmp_path / "manifest.json").write_bytes((files.PRETRAINED / "manifest.json").read_bytes())
    monkeypatch.setattr(files, "PRETRAINED", tmp_path)
    code, out, _ = course_here("doctor")
    assert code == 1 and lines_of(out)["checkpoints"] == "0 of 30 that ship"
    assert "git checkout checkpoints" in out


def test_a_disk_without_room_or_rights_is_said(monkeypatch, tmp_path, course_here):
    monkeypatch.setattr(doctor, "ENOUGH", 2**80)
    code, out, _ = course_here("doctor", "--output", tmp_path / "not" / "there")
    assert code == 1 and "Make room, or save elsewhere" in out and not (tmp_path / "not").exists()
    monkeypatch.setattr(doctor.os, "access", lambda place, mode: False)
    assert "not to be written to" in course_here("doctor")[1]


@pytest.mark.parametrize("version, is_named", [("2.2.6", False), ("1.0", True)])
def test_another_version_is_named(version, is_named, monkeypatch, tmp_path):
    path = tmp_path / "requirements.txt"
    path.write_text(f"numpy=={version}  # arrays\n-e .\n")
    monkeypatch.setattr(doctor, "REQUIREMENTS", path)
    here, cure = doctor._packages()
    assert ("numpy 2.2.6 in place of 1.0" in here) == bool(cure) == is_named


def test_it_speaks_chinese(monkeypatch, course_here):
    monkeypatch.setenv(language.VARIABLE, "zh")
    out = course_here("doctor")[1]
    assert "检查点：" in out and "课程需要的一切都在这里。" in out and " of " not in out
