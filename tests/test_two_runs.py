"""Two runs of one lesson in one output folder at once: the second refuses, and changes nothing."""

import errno
import os
import signal
import sys

import pytest
from filelock import FileLock, Timeout
from jupyter_client.manager import start_new_kernel

from common import files, locks
from common.command import catalogue
from common.command import running as command_run
from common.errors import CourseError
from conftest import ROOT, contents, python, start
from test_checkpoints import wait_until

NAME = "10_yogurt_mse"
posix = pytest.mark.skipif(sys.platform == "win32", reason="stops a program by a signal")


def is_free(name, output):
    """Whether a program that begins now could hold the lesson's folders."""
    try:
        with FileLock(str(output / "summaries" / f".{name}.lock"), timeout=0):
            return True
    except Timeout:
        return False


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """The output folder of a long run of lesson 10, which stands still, and its process."""
    output = tmp_path_factory.mktemp("running")
    process = start("-m", "lessons", "run", "10", "--steps", "10000000", "--output", output)
    wait_until(lambda: (output / "checkpoints" / NAME / "checkpoint").exists())
    process.send_signal(signal.SIGSTOP)
    yield output, process
    process.kill()
    process.communicate()


def assert_refused(code, err, sentences=1):
    assert code == 1
    assert "Lesson 10 is running in" in err and "choose another folder with --output" in err
    assert err.count("\n") == sentences


@posix
@pytest.mark.parametrize(
    "words",
    [("run", "--steps", "20"), ("run", "--resume"), ("restore",), ("clean",), ("export-meta",)],
)
def test_a_second_command_refuses_and_changes_nothing(words, running, course_here):
    output, _ = running
    before = contents(output)
    code, _, err = course_here(words[0], "10", *words[1:], "--output", output)
    assert_refused(code, err, sentences=2 if "Failed: 10" in err else 1)
    assert contents(output) == before


@posix
def test_the_script_refuses_too(running):
    output, _ = running
    before = contents(output)
    code, _, err = python(ROOT / "lessons" / f"{NAME}.py", "--resume", "--output", output)
    assert_refused(code, err)
    assert contents(output) == before


@posix
def test_the_same_folder_by_another_path_is_the_same(running, course_here, tmp_path, monkeypatch):
    output, _ = running
    (tmp_path / "link").symlink_to(output)
    monkeypatch.chdir(output.parent)
    for path in (tmp_path / "link", output.name, f"{output.name}/../{output.name}"):
        code, _, err = course_here("run", "10", "--steps", "20", "--output", path)
        assert_refused(code, err, sentences=2)


@posix
def test_another_lesson_and_another_folder_go_on(running, course_here, tmp_path):
    output, _ = running
    assert course_here("run", "18", "--output", output)[0] == 0
    assert course_here("run", "10", "--steps", "20", "--output", tmp_path)[0] == 0


@posix
def test_a_killed_run_leaves_no_lock(running, course_here):
    """The last test with that run."""
    output, process = running
    assert not is_free(NAME, output)
    process.kill()
    process.wait()
    assert is_free(NAME, output)
    code, _, err = course_here("restore", "10", "--output", output)
    assert code == 1 and "was stopped before it saved a step" in err
    assert course_here("run", "10", "--steps", "20", "--output", output)[0] == 0
    assert is_free(NAME, output)


@pytest.mark.slow
def test_a_notebook_holds_its_lesson_until_it_has_finished_it(tmp_path, course_here):
    environment = {**os.environ, files.OUTPUT_VARIABLE: str(tmp_path)}
    manager, client = start_new_kernel(
        startup_timeout=600, env=environment, cwd=str(ROOT / "lessons")
    )
    try:
        cells = [cell.source for cell in notebook_cells("18_moving_average")]
        for _ in range(2):  # the same notebook may begin again
            assert said(client, cells[0]) == ""
        code, _, err = course_here("run", "18", "--output", tmp_path)
        assert code == 1 and "in another terminal or notebook" in err
        for cell in cells[1:]:
            assert said(client, cell) == ""
        assert course_here("restore", "18", "--output", tmp_path)[0] == 0
        assert said(client, cells[0]) == ""
        assert not is_free("18_moving_average", tmp_path)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    assert is_free("18_moving_average", tmp_path)


def notebook_cells(name):
    import nbformat

    cells = nbformat.read(catalogue.find(name).notebook, as_version=4).cells
    return [cell for cell in cells if cell.cell_type == "code"]


def said(client, source):
    """What a cell prints to its standard error."""
    printed = []

    def note(message):
        if message["content"].get("name") == "stderr" or message["msg_type"] == "error":
            printed.append(str(message["content"]))

    client.execute_interactive(source, output_hook=note, timeout=600)
    return "".join(printed)


def test_a_lesson_that_fails_lets_go_before_the_next_begins(tmp_path, monkeypatch, course_here):
    first, second = (catalogue.find(number) for number in ("14", "18"))
    was_free = []

    def fail(script, run_name):
        was_free.append(is_free(first.name, tmp_path))
        locks.take(first if script == str(first.script) else second, tmp_path)
        raise CourseError("It fails.")

    monkeypatch.setattr(command_run.runpy, "run_path", fail)
    assert course_here("run", "14", "18", "--output", tmp_path)[0] == 1
    assert was_free == [True, True]
    assert is_free(second.name, tmp_path)


def test_one_program_may_take_a_lesson_twice_by_any_path(tmp_path):
    lesson, folder, link = catalogue.find("18"), tmp_path / "folder", tmp_path / "link"
    folder.mkdir()
    link.symlink_to(folder, target_is_directory=True)
    with locks.held(lesson, folder):
        locks.take(lesson, link)
        assert not is_free(lesson.name, folder)
    assert is_free(lesson.name, folder)


def test_a_folder_that_cannot_hold_a_lock_is_one_sentence(tmp_path, course_here):
    (tmp_path / "summaries").write_text("a file in the folder's place")
    code, _, err = course_here("run", "18", "--output", tmp_path)
    assert code == 1 and err.startswith(f"Cannot write to {tmp_path}/summaries (")
    assert (tmp_path / "summaries").read_text() == "a file in the folder's place"


@posix
def test_a_file_system_without_locks_is_none_to_refuse(tmp_path, monkeypatch, course_here):
    import fcntl

    def refuse(descriptor, operation):
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))

    monkeypatch.setattr(fcntl, "flock", refuse)
    assert course_here("run", "18", "--output", tmp_path)[0] == 0
