"""Machines and terminals of every kind: no display, no colour, few columns, other locales."""

import json
import os
import re
import sys

import nbformat
import pytest
from rich.cells import cell_len

from common.command import catalogue
from conftest import ROOT, course, on_terminal, python
from stress import words
from tools import gallery, notebooks, pretrained

SCRIPT = ROOT / "lessons" / "18_moving_average.py"
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")  # but for the end of a line
STYLE = re.compile(r"\x1b\[([\d;]*)m")
terminals = pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")


@pytest.fixture
def elsewhere(tmp_path):
    """A working directory with a module that is called as the course's package is."""
    folder = tmp_path / "elsewhere"
    (folder / "common").mkdir(parents=True)
    (folder / "common" / "__init__.py").write_text("raise ImportError('not the course')")
    return folder


# Terminals and pipes ------------------------------------------------------------------------------


@pytest.mark.parametrize("line", [["list"], ["data"], ["run", "13", "--output"]])
def test_a_pipe_gets_no_control_characters_no_bar_and_no_warning(line, tmp_path):
    line = [*line, tmp_path] if "--output" in line else line
    variables = {"FORCE_COLOR": "1", "PYTHONWARNINGS": "error"}
    code, out, err = course(*line, env=variables, fresh=True)
    assert (code, err) == (0, "")
    assert out and not CONTROL.search(out) and "%|" not in out


@pytest.mark.parametrize(
    "tool, work", [(notebooks, "write"), (pretrained, "train"), (gallery, "make")]
)
def test_the_tools_show_no_bar_in_a_pipe(tool, work, monkeypatch, capsys):
    done = []

    def noted(of, *to):
        done.append(to[0].stem[:2] if tool is notebooks else of.number)

    monkeypatch.setattr(tool, work, noted)
    monkeypatch.setattr(tool.files, "write_bytes", lambda *_: None)
    tool.main(["18"])
    out, err = capsys.readouterr()
    assert set(done) == {"18"} and err == "" and not CONTROL.search(out)


@pytest.mark.slow
@terminals
def test_forty_columns_are_enough(tmp_path):
    code, shown = on_terminal("-m", "lessons", "list", columns=40)
    assert code == 0 and "title: Moving averages of the weights" in shown
    table, _ = STYLE.sub("", shown).split("`python -m lessons run 10`")
    assert max(map(cell_len, table.splitlines())) <= 40
    code, shown = on_terminal("-m", "lessons", "restore", "18", "--output", tmp_path, columns=40)
    assert code == 0 and "number: shadow after update 8" in shown and "here: 4.993407" in shown


@terminals
@pytest.mark.parametrize("variable, styles", [("NO_COLOR", {"1", "0"}), ("TERM", set())])
def test_a_terminal_without_colours_gets_none(variable, styles):
    code, shown = on_terminal("-m", "lessons", "list", columns=120, env={variable: "dumb"})
    assert code == 0 and "Moving" in shown
    assert set(STYLE.findall(shown)) == styles  # bold, and the end of it


# Locales ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("variables", [words.ASCII, {"PYTHONIOENCODING": "ascii"}])
def test_what_a_terminal_cannot_spell_is_a_question_mark(variables):
    for line in (["-m", "lessons", "list"], [SCRIPT, "--help"]):
        code, out, err = python(*line, env=variables, fresh=True)
        assert (code, err) == (0, "")
        assert "???" in out and "Moving" in out and out.isascii()


def test_files_are_utf_8_whatever_the_locale(tmp_path):
    lesson = catalogue.find("23")  # whose numbers have names in Chinese
    output = tmp_path / "文件夹"
    code, _, err = python(
        lesson.script, "--steps", "20", "--output", output, env=words.ASCII, fresh=True
    )
    assert (code, err) == (0, "")
    results = output / "summaries" / lesson.name / "results.json"
    assert json.loads(results.read_text(encoding="utf-8"))["lesson"] == lesson.name


# Matplotlib, home, modules and working directories of others --------------------------------------


def test_a_machine_without_display_home_or_backend_runs_a_lesson_from_elsewhere(
    elsewhere, tmp_path
):
    (elsewhere / "matplotlibrc").write_text("text.usetex: True\nfigure.figsize: 1, 1\n")
    variables = {
        "PYTHONPATH": str(elsewhere),
        "DISPLAY": "",
        "WAYLAND_DISPLAY": "",
        "MPLBACKEND": "nonsense",
        "HOME": os.devnull,
        "MPLCONFIGDIR": f"{os.devnull}/x",
        "XDG_CACHE_HOME": f"{os.devnull}/x",
        "XDG_CONFIG_HOME": f"{os.devnull}/x",
    }
    code, out, err = python(SCRIPT, "--output", tmp_path, cwd=elsewhere, env=variables, fresh=True)
    assert (code, err) == (0, "") and "[10.0, 4.9934072]" in out
    figures = tmp_path / "summaries" / SCRIPT.stem / "figures"
    drawn = sorted(path.name for path in figures.glob("*.png"))
    assert drawn == ["figure-07-shadow.png", "oscillation.png"]


@pytest.mark.slow
def test_a_notebook_runs_wherever_its_kernel_is(elsewhere, tmp_path, monkeypatch):
    (elsewhere / "common" / "__init__.py").unlink()
    (elsewhere / "common").rmdir()
    monkeypatch.setattr(notebooks.files, "LESSONS", elsewhere)
    notebook = notebooks.execute(nbformat.read(SCRIPT.with_suffix(".ipynb"), 4), tmp_path)
    assert "[10.0, 4.9934072]" in str(notebook.cells)
    assert list((tmp_path / "checkpoints" / SCRIPT.stem).glob("*.index"))
    assert list(elsewhere.iterdir()) == []


@pytest.mark.slow
def test_ipython_runs_a_script_and_says_a_mistake_in_one_sentence(elsewhere, tmp_path):
    right = f"%run {SCRIPT} --output {tmp_path}"
    wrong = f"%run {SCRIPT} --steps x"
    code, out, err = python("-m", "IPython", "-c", f"{right}\n{wrong}", cwd=elsewhere, fresh=True)
    assert "[10.0, 4.9934072]" in out
    assert err.count("--steps of lesson 18 must be a whole number") == 1
    assert "Traceback" not in out + err
