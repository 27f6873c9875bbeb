"""A lesson is what its script says, whoever edits, copies or renames it; its errors are its own."""

import re
import shutil

import pytest

from common.command import catalogue
from common.errors import CourseError
from conftest import ROOT, course, first, python
from stress import scripts

TEN = "10_yogurt_mse"
SCRIPT = ROOT / "lessons" / f"{TEN}.py"
SOURCE = SCRIPT.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """A copy of the course, without checkpoints."""
    return scripts.copy_of_course(tmp_path_factory.mktemp("copy"))


@pytest.fixture
def lessons(copy):
    """lessons(name, content): write a script there; put back as it was after the test."""
    kept = {path: path.read_bytes() for path in (copy / "lessons").iterdir() if path.is_file()}

    def write(name, content):
        path = copy / "lessons" / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        return path

    yield write
    for path in (copy / "lessons").iterdir():
        if path.is_file() and path not in kept:
            path.unlink()
    for path, content in kept.items():
        path.write_bytes(content)


def at(copy, *words, **options):
    """`python -m lessons *words` in the copy of the course."""
    return python("-m", "lessons", *words, cwd=copy, fresh=True, **options)


# Copies -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["yogurt_try.py", "10_yogurt_mse.py", "酸奶 [1].py", "pretrained.py"]
)
def test_a_copy_elsewhere_takes_its_flags_and_has_its_own_folders_beside_it(name, tmp_path):
    path = tmp_path / name
    shutil.copy(str(SCRIPT), str(path))
    options = {"cwd": tmp_path, "env": {"PYTHONPATH": str(ROOT)}}
    code, out, err = python(path, "--help", **options)
    assert (code, err) == (0, "") and "--learning-rate" in out and "--restore" in out
    code, _, err = python(path, "--stepz", "3", **options)
    assert code == 2 and err.startswith("unrecognized arguments: --stepz 3")
    code, out, err = python(path, "--steps", "30", **options)
    assert (code, err) == (0, "") and "run with steps=30" in out
    (folder,) = (tmp_path / "checkpoints").iterdir()
    assert folder.name == catalogue.LessonInfo(path).name
    assert (folder.name == path.stem) == bool(re.fullmatch(r"(?!pretrained)\w+", path.stem))
    assert list((tmp_path / "summaries" / folder.name / "figures").glob("*.png"))
    code, out, err = python(path, "--steps", "40", "--resume", **options)
    assert (code, err) == (
        0,
        "",
    ) and f"Restored {folder.relative_to(tmp_path)}/model.ckpt-30" in out
    code, out, err = course("restore", path)
    assert (code, err) == (0, "") and f"Restored {folder}/model.ckpt-40" in out
    assert course("clean", path)[0] == 0 and not folder.exists()


def test_a_copy_in_lessons_leaves_the_checkpoints_of_its_lesson_alone(copy, lessons):
    assert at(copy, "run", "10", "--steps", "20")[0] == 0
    before = scripts.contents(copy / "checkpoints" / TEN)
    path = lessons("yogurt_try.py", SOURCE)
    code, out, err = python(path, "--steps", "30", cwd=copy / "common", fresh=True)
    assert (code, err) == (0, "")
    assert f"Checkpoints  {copy / 'checkpoints' / 'yogurt_try'}" in out
    assert f"python -m lessons tensorboard {path}" in out
    assert scripts.contents(copy / "checkpoints" / TEN) == before
    assert at(copy, "run", "yogurt_try", "--steps=10")[0] == 0


def test_a_copy_without_checkpoints_restores_what_ships(tmp_path):
    path = tmp_path / "mine.py"
    shutil.copy(str(SCRIPT), str(path))
    code, out, err = python(path, "--restore", env={"PYTHONPATH": str(ROOT)})
    assert (code, err) == (
        0,
        "",
    ) and f"Restored checkpoints/pretrained/{TEN}/model.ckpt-20000" in out


def test_two_scripts_of_one_number_are_named(copy, lessons):
    lessons("10_backup.py", SOURCE)
    code, out, err = at(copy, "run", "10", "--steps", "3")
    assert (code, out) == (2, "") and err.count("\n") == 1
    assert "lessons/10_backup.py and lessons/10_yogurt_mse.py are both lesson 10" in err
    code, out, err = at(copy, "run", "10_backup", "--steps", "3")
    assert (code, err) == (0, "") and "python -m lessons tensorboard 10_backup" in out
    code, out, _ = at(copy)
    assert code == 0 and "10_backup" not in out.split("lesson")[0]


# What is written in a script ----------------------------------------------------------------------

CUT = SOURCE.replace("    ),\n)\n", "    ),\n", 1)
BROKEN = {
    "an unclosed bracket": (CUT, "has a mistake in line"),
    "another encoding": (SOURCE.encode("gb18030"), "is not in UTF-8"),
    "UTF-16": (SOURCE.encode("utf-16"), "is not in UTF-8"),
    "no lesson": ("print('hello')\n", "makes no Lesson"),
    "steps that a function gives": (
        SOURCE.replace("steps=20000", "steps=int(input())"),
        "steps of its Lesson(…) is not known without running it",
    ),
    "settings from a dictionary": (
        SOURCE.replace("steps=20000", "**dict(steps=3)"),
        "** of its Lesson(…) is not known",
    ),
    "bounds that are none": (
        SOURCE.replace("steps=20000", "steps=Parameter(3, 'x', at_least='y')"),
        "steps of its Lesson(…)",
    ),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_script_that_cannot_be_read_is_one_line_and_no_other_lessons_business(
    kind, copy, lessons
):
    content, said = BROKEN[kind]
    lessons(f"{TEN}.py", content)
    code, out, err = at(copy, "list")
    assert (code, err) == (0, "") and "Moving averages" in out
    assert [line for line in out.splitlines() if said in line]
    assert f"lessons/{TEN}.py" in out and f"{TEN}.ipynb" not in out
    code, _, err = at(copy, "run", "10")
    assert code == 1 and said in err.splitlines()[0]
    assert err.splitlines()[1:] == ["Failed: 10; the reason stands above."]
    if kind == "no lesson":
        code, _, err = at(copy, "restore", "18")
        assert code == 1 and "has no checkpoint to restore" in err  # there is none in this copy


READ = {
    "a byte order mark": b"\xef\xbb\xbf" + SOURCE.encode("utf-8"),
    "its own encoding": b"# -*- coding: gb18030 -*-\n" + SOURCE.encode("gb18030"),
    "Windows' ends of lines": SOURCE.replace("\n", "\r\n").encode("utf-8"),
    "a constant above": SOURCE.replace("lesson = ", "STEPS = 2 * 1000\nlesson = ").replace(
        "steps=20000", "steps=STEPS"
    ),
    "a keyword more": SOURCE.replace("steps=20000,", "steps=20000,\n    momentum=0.5,"),
    "the lesson's own keyword": SOURCE.replace("steps=20000,", "steps=20000,\n    resume=False,"),
    "no title": SOURCE[SOURCE.index("# %%\n") :],
}


@pytest.mark.parametrize("kind", first(2, READ))
def test_what_python_reads_is_read(kind, copy, lessons):
    path = lessons(f"{TEN}.py", READ[kind])
    parameters = catalogue.LessonInfo(path).parameters
    assert parameters["steps"].default == (2000 if "constant" in kind else 20000)
    assert ("momentum" in parameters) == ("keyword more" in kind)
    flags = {"a keyword more": ["--momentum=0.25"], "its own encoding": []}
    if kind in flags:
        code, _, err = at(copy, "run", "10", "--steps", "3", *flags[kind])
        assert (code, err) == (0, "")


def test_a_constant_is_one_value_above(tmp_path):
    path = tmp_path / "mine.py"
    for text in ("A = B\nB = A\n", "A = 1\nA = 2\n", "A: int\n", "A = 9**9**9\n", "A = 1 / 0\n"):
        path.write_text(f"{text}from common import Lesson\nLesson('x', steps=A)\n")
        with pytest.raises(CourseError, match="steps of its Lesson"):
            _ = catalogue.LessonInfo(path).parameters


@pytest.mark.slow
def test_a_lesson_that_does_not_finish_or_ends_itself_says_so(copy, lessons):
    lessons(f"{TEN}.py", SOURCE.replace("\nlesson.finish()\n", "\n"))
    for _ in range(2):
        code, out, err = at(copy, "run", "10", "--steps", "3")
        assert (code, err) == (0, "") and "has not called lesson.finish()" in out
    lessons(f"{TEN}.py", SOURCE.replace("\nlesson.finish()\n", "\nexit()\n"))
    code, out, err = at(copy, "run", "10", "11", "--steps", "3")
    assert code == 1 and "of 14 numbers agree" in out
    assert "The script of lesson 10 has ended itself." in err


# The learner's own errors -------------------------------------------------------------------------

OWN = {
    "open('my-own-notes.txt')": "FileNotFoundError",
    "{}['my-own-key']": "KeyError",
    "my_own_name": "NameError",
    "import my_own_module": "ModuleNotFoundError",
    "raise RuntimeError('my-own.txt does not exist')": "RuntimeError",
}


@pytest.mark.parametrize("line", OWN)
def test_an_error_of_the_learners_own_keeps_its_traceback(line, tmp_path):
    path = tmp_path / "mine.py"
    path.write_text(SOURCE.replace("    for i in training", f"    {line}\n    for i in training"))
    for words in ([path], ["-m", "lessons", "run", path]):
        code, _, err = python(*words, env={"PYTHONPATH": str(ROOT)}, cwd=ROOT)
        assert code == 1 and "Traceback" in err and 'mine.py", line' in err
        assert OWN[line] in err and "of this lesson is gone" not in err


def test_a_file_of_the_lessons_own_folders_that_is_gone_is_one_sentence(tmp_path):
    path = tmp_path / "mine.py"
    line = "open(lesson.checkpoint_folder / 'model.ckpt-7.index')"
    path.write_text(SOURCE.replace("    for i in training", f"    {line}\n    for i in training"))
    options = {"cwd": ROOT, "env": {"PYTHONPATH": str(ROOT)}}
    code, _, err = python(path, **options)
    assert code == 1 and err.startswith("A file of this lesson is gone (") and err.count("\n") == 1
    options["env"]["COURSE_TRACEBACK"] = "1"
    code, _, err = python(path, **options)
    assert code == 1 and f"{path}" in err and err.count("Traceback") == 1
    code, _, err = python(path, "--steps", "x", **options)
    assert code == 2 and "Traceback" in err and "--steps of lesson mine must be" in err


def test_a_hook_of_the_learners_own_is_called(tmp_path):
    path = tmp_path / "mine.py"
    hook = "import sys\nsys.excepthook = lambda *error: print('mine', error[0].__name__)\n"
    path.write_text(f"{hook}{SOURCE}1 / 0\n")
    code, out, err = python(path, "--steps", "3", env={"PYTHONPATH": str(ROOT)})
    assert code == 1 and out.endswith("mine ZeroDivisionError\n") and err == ""


def test_a_script_that_makes_no_lesson_keeps_its_flags_and_hooks(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text(
        "import sys\nfrom common import np, plt\n"
        "print(sys.argv[1:], sys.excepthook is sys.__excepthook__)\n"
    )
    code, out, err = python(path, "--stepz", env={"PYTHONPATH": str(ROOT)})
    assert (code, out, err) == (0, "['--stepz'] True\n", "")


# A few attempts of the campaign -------------------------------------------------------------------


@pytest.mark.slow
def test_a_few_edited_scripts_are_run_or_refused(tmp_path):
    made = list(scripts.attempts(24, 0, tmp_path))
    assert [attempt.problem for attempt in made] == [""] * 24
    assert len({attempt.what for attempt in made}) == 4


# Files in the way ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name, content, beside_script, at_command",
    [
        ("numpy.py", "import numpy as np\nnp.zeros(3)", True, False),
        ("random.py", "x = 1", True, True),
        ("tensorflow/__init__.py", "", True, False),
        ("argparse.py", "x = (1", True, True),
        ("rich.py", "1 / 0", True, True),
    ],
)
def test_a_file_that_is_imported_in_place_of_anothers_is_named(
    name, content, beside_script, at_command, tmp_path
):
    shutil.copy(str(SCRIPT), str(tmp_path / "mine.py"))
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(content)
    said = f"{tmp_path / name.split('/')[0]} is imported in place of the module "
    for words, is_in_the_way in (
        (["mine.py", "--steps", "3"], beside_script),
        (["-m", "lessons"], at_command),
    ):
        code, out, err = python(*words, cwd=tmp_path, env={"PYTHONPATH": str(ROOT)}, fresh=True)
        assert code == int(is_in_the_way), err
        if is_in_the_way:
            assert err.startswith(said) and err.endswith(": rename it.\n") and err.count("\n") == 1


@pytest.mark.parametrize("words", [[SCRIPT], ["-m", "lessons", "run", "10"], ["-m", "lessons"]])
def test_a_python_without_the_packages_is_one_sentence(words):
    code, _, err = python("-S", *words, cwd=ROOT, fresh=True)
    sentence, *more = err.splitlines()
    assert code == 1 and sentence.startswith("A package that the course needs is missing here (No ")
    assert sentence.endswith(": `make run` sets everything up, for .venv/bin/python.")
    assert len(more) == 2 * ("run" in words) and "Traceback" not in err


BLOCKED = "import runpy, sys; sys.modules[%r] = None; "


def test_a_package_that_lacks_another_is_the_same_sentence():
    program = BLOCKED % "cycler" + f"runpy.run_path({str(SCRIPT)!r}, run_name='__main__')"
    code, _, err = python("-c", program, cwd=ROOT, fresh=True)
    assert code == 1 and err.startswith("A package that the course needs is missing here (")
    assert err.count("\n") == 1


def test_a_module_that_a_program_of_ones_own_lacks_is_its_own():
    for missing in ("import my_own_module", BLOCKED % "markdown_it" + "import rich.markdown"):
        program = f"from common import Lesson, tf; lesson = Lesson('10_yogurt_mse'); {missing}"
        code, _, err = python("-c", program, cwd=ROOT, fresh=True)
        assert code == 1 and "Traceback" in err and "the course needs" not in err


@pytest.mark.slow
def test_what_a_learners_own_module_does_is_the_learners(tmp_path):
    (tmp_path / "colorsys.py").write_text("1 / 0")
    script = tmp_path / "mine.py"
    for line in ("import colorsys", "try:\n    1 / 0\nexcept ValueError:\n    pass"):
        script.write_text(f"from common import tf\n{line}\n")
        answer = python(script, cwd=tmp_path, env={"PYTHONPATH": str(ROOT)}, fresh=True)
        assert answer[0] == 1 and "Traceback" in answer[2] and "1 / 0" in answer[2]
