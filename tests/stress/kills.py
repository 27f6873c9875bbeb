"""Runs, restores and cleanings that are killed (SIGKILL): at any moment, and where files change.

After each kill `restore` is to work, or to say that nothing was saved yet; `run --resume`, killed
again or not, is to leave in the end what an undisturbed run leaves, and no temporary file.
"""

import contextlib
import json
import logging
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

import stress
from common import files
from stress import Answer, Attempt, Kind
from stress._forks import Forked

TITLE = "kills"
TRIES = 200
MOST_KILLS = 3  # of one training
NOTHING_SAVED = "was stopped before it saved a step: finish it with"
UNEQUAL = ("seconds", "crc32", "mode", "meta")  # in records: from run to run


KINDS = (
    Kind("10", "--steps 3000"),
    Kind("04", "--steps 5"),  # three trainings, an animation
    Kind("07", "--steps 2000 --save-every 200"),  # a Saver of its own
    Kind("08", "--steps 1500"),  # images, whose batches go on
    Kind("21", "--sound-epochs 40"),  # best epochs, trainings that end early
)


def attempts(count, seed, folder, kinds=KINDS):
    """Kill `count` times commands of each of the `kinds` in turn; yields the Attempts."""
    draw, course = random.Random(seed), Course(folder)
    for k in range(count):
        kind = kinds[k % len(kinds)]
        what = draw.choices(("run", "run again", "restore", "clean"), (12, 4, 2, 2))[0]
        yield Attempt(f"{what} {kind.number}", course.attempt(kind, what, draw))


# How a command is killed --------------------------------------------------------------------------


class Kill(NamedTuple):
    """When a command is killed.

    after: so many seconds. at_change: before Python changes files for the n-th time.
    at_sight: as soon as so many temporary files have been seen. What comes first counts.
    """

    after: float = 600
    at_change: int = 0
    at_sight: int = 0


def drawn_kill(draw, whole):
    """A Kill at some moment of a command that, undisturbed, was the Whole `whole`."""
    way = draw.randrange(3)
    if way == 0:
        return Kill(after=draw.uniform(0, whole.seconds))
    if way == 1:
        return Kill(at_change=draw.randint(1, whole.changes))
    return Kill(at_sight=draw.randint(1, max(1, whole.sights)))


# What is left -------------------------------------------------------------------------------------


def left(output, name):
    """All that must not depend on kills below the lesson's two folders: {path: content}.

    But for best/checkpoint of lesson 21, which has the saves of killed runs too, and for restored/.
    """
    found = {}
    for path in sorted(output.rglob(f"*/{name}/**/*")):
        key = str(path.relative_to(output))
        if "restored" not in path.parts and not key.endswith("best/checkpoint"):
            is_events = path.name.startswith("events")
            found[str(Path(key).parent) + "/events" if is_events else key] = _content(path)
    return found


def _content(path):
    from common.checkpoints import values

    if path.name.startswith("events"):
        return shown_in_tensorboard(path.parent)
    if path.suffix == ".index":
        pairs = sorted(values(path.with_suffix("")).items())
        return [(variable, value.tobytes()) for variable, value in pairs]
    if path.suffix == ".json":
        record = json.loads(path.read_text("utf-8"))
        return {key: value for key, value in record.items() if key not in UNEQUAL}
    if path.suffix in (".png", ".gif") or path.name == "checkpoint":
        return path.read_bytes()
    return ""


def shown_in_tensorboard(folder):
    """{tag: [(step, value)]} of the event files in `folder`, scalars, histograms and images."""
    from tensorboard.backend.event_processing import plugin_event_accumulator

    logging.getLogger("tensorboard").setLevel(logging.ERROR)
    everything = {"scalars": 0, "histograms": 0, "images": 0}
    read = plugin_event_accumulator.EventAccumulator(
        str(folder), size_guidance={"tensors": 0}, tensor_size_guidance=everything
    ).Reload()
    return {
        tag: [(each.step, each.tensor_proto.SerializeToString()) for each in read.Tensors(tag)]
        for tag in read.Tags()["tensors"]
        if tag != "__run_graph__"  # has all graphs, of which the last is shown
    }


def temporary(output):
    """The temporary files and folders below `output`."""
    return [path for path in output.rglob("*") if files.is_unfinished(path)]


# The commands -------------------------------------------------------------------------------------


class Whole(NamedTuple):
    """Of a command undisturbed: how long it took, and what a Kill counts."""

    seconds: float
    changes: int
    sights: int


class Course:
    """Commands in the empty `folder`: what undisturbed ones leave, and attempts to kill them."""

    def __init__(self, folder):
        self.folder, self.output = folder, folder / "output"
        self.forks = Forks(folder)
        self._finished = {}

    def attempt(self, kind, what, draw):
        """Kill a command of the `kind`, see what can be done then: the problem, or ""."""
        finished, wholes, expected = self._undisturbed(kind)
        self._empty()
        if what != "run":
            shutil.copytree(finished, self.output)
        command, killed = what.split()[0], []

        def kill(words, whole):
            moment = drawn_kill(draw, whole)
            killed.append((words, moment, self._give(kind, words, moment).code))

        kill(command, wholes[command])
        problem = self._problem_of_restore(kind)
        if not problem and command == "clean":
            problem = self._problem_of_clean(kind)
        elif not problem:
            for _ in range(draw.randrange(MOST_KILLS)):
                kill("resume", wholes["run"])
            problem = self._problem_of_resume(kind, draw) or _difference(
                left(self.output, kind.name), expected
            )
        return problem and f"lesson {kind.number}, killed {killed}: {problem}"

    def _problem_of_restore(self, kind):
        answer = self._give(kind, "restore")
        if answer.problem or (answer.code and NOTHING_SAVED not in answer.err):
            return f"restore: {answer.problem or answer.err}"
        return f"restore: {answer.out}" if "differs" in answer.out else ""

    def _problem_of_clean(self, kind):
        answer = self._give(kind, "clean")
        there = stress.left_by_clean(self.output)
        return answer.err or (f"left by clean: {there}" if there else "")

    def _problem_of_resume(self, kind, draw):
        begun = (self.output / "checkpoints" / kind.name / "run.json").exists()
        answer = self._give(kind, "resume as before" if begun and draw.random() < 0.5 else "resume")
        there = temporary(self.output)
        return answer.err or answer.problem or (f"left by resume: {there}" if there else "")

    def _undisturbed(self, kind):
        """A folder as a finished run leaves it, a Whole for each command, and what is in it."""
        if kind not in self._finished:
            folder, wholes = self.folder / f"finished-{kind.number}", {}
            self._empty()
            for command in ("run", "restore", "clean"):
                started = time.monotonic()
                answer = self._give(kind, command, Kill(at_sight=sys.maxsize))
                if answer.code or answer.err:
                    raise RuntimeError(f"{command} failed undisturbed: {answer}")
                seconds = time.monotonic() - started
                wholes[command] = Whole(seconds, self.forks.changes, self.forks.sights)
                if command == "run":
                    shutil.copytree(self.output, folder)
            self._finished[kind] = folder, wholes, left(folder, kind.name)
        return self._finished[kind]

    def _empty(self):
        shutil.rmtree(self.output, ignore_errors=True)

    def _give(self, kind, command, kill=None):
        words = {
            "run": kind.words(),
            "resume": kind.words("--resume"),
            "resume as before": ["run", kind.number, "--resume"],
        }.get(command, [command, kind.number])
        return self.forks.answer([*words, "--output", str(self.output)], self.output, kill)


def _difference(found, expected):
    """Where two `left` differ, in words."""
    for path in sorted({*found, *expected}):
        if path not in found:
            return f"{path} is missing"
        if path not in expected:
            return f"{path} should not be there"
        if found[path] != expected[path]:
            return f"{path} differs: {str(found[path])[:300]} for {str(expected[path])[:300]}"
    return ""


class Forks:
    """Commands in forks, to be killed. changes, sights: of the last one, what a Kill counts."""

    def __init__(self, folder):
        self._logs = [folder / "out", folder / "err"]
        self._count = folder / "changes"

    def answer(self, words, output, kill=None):
        """The Answer of `python -m lessons *words`, killed or not; code -9 where it was."""
        kill = kill or Kill()
        with open(self._logs[0], "wb") as out, open(self._logs[1], "wb") as err:
            process = Forked(
                ["-m", "lessons", *words],
                before="stress.kills:count_changes",
                arguments=(str(output), kill.at_change, str(self._count)),
                cwd=files.ROOT,
                stdout=out,
                stderr=err,
                start_new_session=True,
            )
        self.sights = _watch(process, output, kill)
        code = process.wait()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # what it has started itself
        self.changes = self._count.stat().st_size
        return Answer(code, *(log.read_text("utf-8", errors="replace") for log in self._logs))


def _watch(process, output, kill):
    """Wait for the end of the process, or kill it when it is time to: the files then seen."""
    end, seen = time.monotonic() + kill.after, set()
    while process.poll() is None:
        if kill.at_sight:
            seen.update(_names(str(output), 3))
        else:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(kill.after)
        if time.monotonic() >= end or len(seen) >= kill.at_sight > 0:
            process.kill()
            break
    return len(seen)


def _names(folder, depth):
    """The temporary names in a folder and its folders; quick, since such files are short-lived."""
    found = []
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if files.is_unfinished(entry):
                found.append(entry.path)
            elif depth and "." not in entry.name:
                found += _names(entry.path, depth - 1)
    return found


# In the fork --------------------------------------------------------------------------------------

CHANGES = ("open", "os.mkdir", "os.remove", "os.rename", "os.rmdir")


def count_changes(output, at_change, count):
    """From now on add a byte to the file `count` before each change of files below `output`.

    at_change: kill this process before the change of that number; 0 for none.
    """
    changes = os.open(count, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    made = 0

    def note(paths):
        nonlocal made
        if paths[0].startswith(output):
            made += 1
            os.write(changes, b".")
            if made == at_change:
                os.kill(os.getpid(), signal.SIGKILL)

    _before_changes(note)


def signal_at(path, number):
    """Send this process a signal before Python first changes a file whose path ends so."""
    sent = []

    def look(paths):
        if not sent and any(each.endswith(path) for each in paths):
            sent.append(path)
            os.kill(os.getpid(), number)

    _before_changes(look)


def _before_changes(look):
    """From now on call `look` with the paths of each change of files before Python makes it."""

    def note(event, arguments):
        if event not in CHANGES:
            return
        if event == "open" and not arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            return
        look([str(each) for each in arguments[:2]])  # a path, and of a renaming the new one

    sys.addaudithook(note)
