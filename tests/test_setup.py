"""What stands around the course: supported Pythons, ruff, what the README promises."""

import ast
import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

from common import Lesson, supported_python
from conftest import ROOT


@pytest.mark.parametrize("version", [(3, 10), (3, 11), (3, 12), (3, 13), (3, 13, 9)])
def test_supported_pythons_pass(version):
    assert supported_python.problem(version, genuine=False) is None


@pytest.mark.parametrize("version", [(2, 7), (3, 6), (3, 8), (3, 9), (3, 14), (4, 0)])
def test_other_pythons_get_a_sentence_that_names_the_cure(version):
    sentence = supported_python.problem(version)
    assert "3.10 to 3.13" in sentence and "%d.%d" % version in sentence
    assert "PYTHON=" in sentence


def test_python_37_runs_lessons_but_not_the_command():
    assert supported_python.problem((3, 7)) is None
    assert supported_python.problem((3, 7), genuine=False)


def test_ruff_has_nothing_to_say():
    for command in (["check", "."], ["format", "--check", "."]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command], cwd=str(ROOT), capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr


def test_only_tf1_imports_tensorflow():
    """And the Keras code of 《深度神经网络-中》, which is no TensorFlow 1."""
    importing = {
        path.relative_to(ROOT)
        for folder in ("common", "lessons")
        for path in (ROOT / folder).rglob("*.py")
        if re.search(r"^\s*(import|from) tensorflow", path.read_text(encoding="utf-8"), re.M)
    }
    tf1 = ROOT / "common" / "tf1"
    others = {path for path in importing if tf1 not in (ROOT / path).parents}
    assert others == {Path("lessons", "keras_3.py")} and len(importing) > 1


# Who may import whom: what a folder or module of `common` never imports.
UPWARDS = {
    "common/tf1": "(?!common.tf1)common",
    "common/data": "common.(lesson|training|checkpoints|command|tf1)|tools",
    "common/script": "common.(lesson|training|checkpoints|command)|tools",
    "common/checkpoints.py": "common.(lesson|training|command)|tools",
    "common/training.py": "common.lesson|tools",
    "common/lesson.py": "tools",
    "common/command": "tools",
    "tools": "stress|tests",
}


@pytest.mark.parametrize("place", UPWARDS)
def test_nothing_imports_upwards(place):
    found = []
    for path in [ROOT / place] if place.endswith(".py") else (ROOT / place).glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found += [(path.name, each.name) for each in node.names]
            elif isinstance(node, ast.ImportFrom):
                found += [(path.name, f"{node.module}.{each.name}") for each in node.names]
    assert found
    assert [each for each in found if re.match(rf"({UPWARDS[place]})\b", each[1])] == []


def test_a_lesson_is_small_enough_to_be_read():
    assert len(inspect.getsource(Lesson).splitlines()) <= 250


def test_requirements_are_pinned_and_install_the_course():
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    required = [line for line in lines if line and not line.startswith("#")]
    assert required[-1] == "-e ."
    assert all("==" in line for line in required[:-1])


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
def test_links_of_the_readmes_lead_somewhere(readme):
    text = (ROOT / readme).read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)#]+?)\)", text)
    assert links
    for link in links:
        assert link.startswith("https://") or (ROOT / link).exists(), link
