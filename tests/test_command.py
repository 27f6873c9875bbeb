"""The real command, as a learner types it: answers, exit codes, and mistakes in one sentence."""

import re
import sys

import pytest

from common.command import catalogue
from conftest import LESSONS, ROOT, course, on_terminal, python, start

SCRIPT = ROOT / "lessons" / "10_yogurt_mse.py"


def test_the_list_names_every_lesson_with_both_titles_and_its_checkpoint():
    code, out, err = course()
    assert (code, err) == (0, "")
    for lesson in catalogue.lessons():
        assert lesson.number in out
    assert "shipped" in out or "yours" in out


def test_list_and_help_import_no_tensorflow():
    watched = (
        "import sys, runpy\n"
        "try: runpy.run_module('lessons', run_name='__main__', alter_sys=True)\n"
        "except SystemExit: pass\n"
        "sys.exit(any(name.split('.')[0] in ('tensorflow', 'matplotlib') for name in sys.modules))"
    )
    for words in ([], ["list"], ["--help"], ["run", "--help"], ["run", "10", "--help"]):
        assert python("-c", watched, *words, fresh=True)[0] == 0, words
    script = watched.replace("run_module('lessons'", f"run_path({str(SCRIPT)!r}")
    script = script.replace(", alter_sys=True", "").replace(
        "import sys, runpy\n", f"import sys, runpy\nsys.argv[0] = {str(SCRIPT)!r}\n"
    )
    assert python("-c", script, "--help", fresh=True)[0] == 0


@pytest.mark.parametrize("command", ["run", "restore", "notebook", "tensorboard", "clean", "list"])
def test_every_command_has_help_with_examples(command):
    code, out, _ = course(command, "--help")
    assert code == 0
    assert f"python -m lessons {command}" in out.split("examples:")[1] or command == "list"


def test_help_of_one_lesson_shows_its_parameters_with_units_and_defaults():
    code, out, _ = course("run", "11", "--help")
    assert code == 0
    for expected in ("--cost", "in yuan", "default 9.0", "--steps", "default 20000"):
        assert expected in " ".join(out.split())


@pytest.mark.parametrize(
    "words, expected",
    [
        (["run", "31"], "There is no lesson '31'"),
        (["run", "nonsense"], "There is no lesson 'nonsense'"),
        (["run"], "LESSON"),
        (["fly"], "There is no command 'fly'"),
        (["run", "10", "--steps", "many"], "--steps of lesson 10 must be a whole number"),
        (["run", "10", "--steps", "0"], "--steps of lesson 10 must be a whole number, 1 or more"),
        (["run", "10", "--steps", "2.5"], "must be a whole number"),
        (["run", "10", "--steps=-3"], "must be a whole number, 1 or more"),
        (["run", "10", "--steps", "9" * 400], "must be a whole number, 1 or more"),
        (["run", "10", "--learning-rate", "nan"], "must be a number, above 0"),
        (["run", "10", "--learning-rate", "inf"], "must be a number, above 0"),
        (["run", "10", "--learning-rate", "1e999"], "must be a number, above 0"),
        (["run", "10", "--optimizer", "Adamant"], "must be one of GradientDescent"),
        (["run", "10", "--cost", "3"], "Lesson 10 has no --cost; it has --steps"),
        (["run", "10", "13", "--optimizer", "Adam"], "Lesson 13 has no --optimizer"),
        (["run", "10", "--stepz", "3"], "--stepz"),
        (["restore", "10", "--steps", "3"], "--steps"),
        (["tensorboard", "10", "--port", "x"], "--port: 'x' is not a whole number, 0 to 65535"),
        (["tensorboard", "10", "--port", "65536"], "--port: '65536' is not"),
        (["tensorboard", "10", "--port=-1"], "--port: '-1' is not"),
        (["notebook", "all"], "Choose one lesson"),
        (["run", "10", "--output", ""], "--output: it must name a folder"),
        (["run", "10", "--learning-rate", "1e39"], "above 0 and at most 1e+38"),
        (["run", "10", "--steps", "1" + "0" * 19], "1 or more and at most 1e+18"),
        (["run", "10", "--st\nep"], r"--st\nep"),
        (["clean"], "LESSON"),
    ],
)
def test_a_usage_mistake_is_one_sentence_and_exit_code_2(words, expected, tmp_path):
    code, out, err = course(*words)
    assert code == 2
    assert out == ""
    assert err.count("\n") == 1 and expected in err


def test_the_script_answers_mistakes_in_the_same_way():
    code, out, err = python(SCRIPT, "--steps", "x")
    assert (code, out) == (2, "")
    assert err.count("\n") == 1 and "--steps of lesson 10 must be a whole number" in err


def test_script_and_command_do_the_same(tmp_path):
    flags = ["--steps", "30", "--output"]
    code, by_script, err = python(SCRIPT, *flags, tmp_path / "a", cwd="/", fresh=True)
    assert (code, err) == (0, "")
    code, by_command, err = course("run", "10", *flags, tmp_path / "b", cwd="/", fresh=True)
    assert (code, err) == (0, "")
    a, b = (str(tmp_path / each)[1:] for each in "ab")  # as seen from /
    assert by_script.replace(a, b) in by_command


def test_a_run_of_several_ends_in_one_table(tmp_path):
    code, out, _ = course("run", "18", "13", "--output", tmp_path / "a folder 文件夹")
    assert code == 0
    table = out.split("What the documents say, and what came out here")[1]
    assert "18 moving_average" in table and "13 learning_rate" in table
    assert "numbers agree" in table


def test_a_failing_lesson_does_not_keep_the_next_from_its_turn(tmp_path):
    (tmp_path / "checkpoints").mkdir()
    (tmp_path / "checkpoints" / "13_learning_rate").write_text("a file in the folder's place")
    code, out, err = course("run", "13", "18", "--output", tmp_path)
    assert code == 1
    assert "Cannot write to" in err and "Failed: 13" in err and "Traceback" not in err
    assert "18 moving_average" in out


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="drops a Linux capability")
def test_a_read_only_folder_is_one_sentence(tmp_path):
    import ctypes

    def obey_permissions():  # root writes everywhere unless CAP_DAC_OVERRIDE (1) is dropped
        ctypes.CDLL(None).prctl(24, 1, 0, 0, 0)

    folder = tmp_path / "locked"
    folder.mkdir(mode=0o555)
    for words in (["run", "18"], ["restore", "18"]):
        options = {"preexec_fn": obey_permissions, "fresh": True}
        code, _, err = course(*words, "--output", folder, **options)
        assert code == 1
        assert "Traceback" not in err
        assert "Cannot write to" in err and "--output" in err
        assert list(folder.iterdir()) == []


def test_clean_removes_what_runs_saved_and_nothing_else(tmp_path):
    course("run", "18", "--output", tmp_path)
    (tmp_path / "checkpoints" / "mine.txt").write_text("kept")
    code, out, _ = course("clean", "18", "--output", tmp_path)
    assert code == 0 and out.count("Removed") == 2
    left = {path.name for path in tmp_path.rglob("*") if path.is_file()}
    assert left == {"mine.txt", ".18_moving_average.lock"}


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_a_bar_moves_on_a_terminal_and_leaves_the_printed_lines_whole(tmp_path):
    words = ["-m", "lessons", "run", "10", "--steps", "3000", "--output", tmp_path]
    code, text = on_terminal(*words, columns=100)
    assert code == 0
    assert "3000/3000" in text and "%|" in text
    lines = re.split(r"[\r\n]+", text)
    assert "After 2500 training steps, w1 is" in lines
    assert "[[0.19583555]" in lines


def test_a_closed_pipe_is_no_traceback():
    process = start("-m", "lessons", "--help", fresh=True)
    process.stdout.close()
    assert "Traceback" not in process.stderr.read()
    process.wait()


def test_tensorboard_and_site_say_what_is_missing(tmp_path):
    code, _, err = course("tensorboard", "10", "--output", tmp_path)
    assert code == 1 and "run it first" in err.replace("\n", " ")
    code, _, err = course("tensorboard", "--output", tmp_path)
    assert code == 1 and "no event files" in err
    code, _, err = course("site", tmp_path)
    assert code == 1 and "`make site` makes one" in err.replace("\n", " ")


@pytest.mark.parametrize("name", LESSONS)
def test_every_lesson_answers_help_as_a_script_from_anywhere(name, tmp_path):
    code, out, err = python(ROOT / "lessons" / f"{name}.py", "--help", cwd=tmp_path)
    assert (code, err) == (0, "")
    assert "--restore" in out and "--resume" in out and "examples:" in out


@pytest.mark.parametrize(
    "lesson, data, code, sentence",
    [
        ("08", "mnits", 2, "There are no images 'mnits'"),
        ("08", "mnist", 1, "MNIST is not on this machine"),
        ("30", "no.csv", 2, "no.csv"),
    ],
)
def test_data_that_is_not_there_has_the_same_exit_code_both_ways(
    lesson, data, code, sentence, tmp_path, course_here
):
    flags = ["--data", data, "--output", tmp_path]
    by_script = python(catalogue.find(lesson).script, *flags)
    by_command = course_here("run", lesson, *flags)
    for found, _, err in (by_script, by_command):
        assert found == code and sentence in err and "Traceback" not in err, err
