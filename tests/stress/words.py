"""Command lines that nobody meant, settings at their bounds, rates that diverge, odd surroundings.

Whatever is typed, the course does it or says in one sentence why not. Some attempts are real
commands in processes of their own, most go through a Worker, where TensorFlow is imported once.
"""

import contextlib
import itertools
import os
import random
import re
import shutil
import signal
import sys
import time
import unittest.mock
from pathlib import Path
from typing import Iterator, NamedTuple

import hypothesis
import numpy as np
import psutil
from hypothesis import strategies as st

import stress
from common import files, saved
from common.command import catalogue, commands, lesson_flags, opening, running
from common.errors import CourseError
from stress import Attempt
from stress._worker import Worker

TITLE = "bad input"
TRIES = 480
SHORT = {"steps": 3, "epochs": 1, "noise_steps": 3, "sound_epochs": 2, "samples": 500}
ENDLESS = 10**12
MOST_MEMORY = 2 * 2**30  # bytes of a lesson that has only begun
LESSONS = catalogue.lessons()


def attempts(count, seed, folder):
    """Make attempts of each of the KINDS in turn."""
    draw = random.Random(seed)
    with worker(folder) as course:
        lines = itertools.cycle(drawn_lines(count, seed))
        for k in range(count):
            kind = KINDS[k % len(KINDS)]
            attempt = Try(course, folder / str(k), draw, k // len(KINDS), lines)
            what, problem = kind(attempt)
            yield Attempt(kind.__name__.replace("_", " "), problem and f"{what}: {problem}")
            shutil.rmtree(str(attempt.folder), ignore_errors=True)


class Try(NamedTuple):
    """What an attempt is made with: a Worker, where to save, what to draw from, its turn."""

    course: Worker
    folder: Path
    draw: random.Random
    turn: int
    lines: Iterator

    def of(self, choices):
        """The choice whose turn it is."""
        return choices[self.turn % len(choices)]

    def answers(self, *commands):
        """Give the Worker the commands, each to succeed; what went wrong, in words, or ""."""
        for words in commands:
            answer = self.course.answer(*words, f"--output={self.folder}", timeout=600)
            if answer.failure:
                return f"{words} {answer.failure}"
        return ""


@contextlib.contextmanager
def worker(folder):
    """A Worker for command lines that save below `folder` where they do not say."""
    (folder / "logs").mkdir(parents=True)
    environment = {
        files.OUTPUT_VARIABLE: str(folder / "usual"),
        "COURSE_DATA": str(folder / "no-data"),
        "TQDM_DISABLE": "1",
    }
    course = Worker(files.ROOT, folder / "logs", environment)
    try:
        yield course
    finally:
        course.close()


def flags(settings):
    """The words that give a lesson these settings."""
    return [f"{lesson_flags.flag(name)}={value}" for name, value in settings.items()]


def short(lesson, **settings):
    """The settings that make a lesson short, but for those given."""
    known = {name: value for name, value in SHORT.items() if name in lesson.parameters}
    return {**known, **settings}


NO_DATA = ["/dev/zero", "/dev/null", "/proc/self/mem", "/", "x" * 300, "[", sys.executable]
NO_DATA += ["a b/../c", os.fsdecode(b"\xff")]


def extremes(parameter):
    """What a parameter takes at its bounds; far out, where it has none."""
    if isinstance(parameter.default, str):
        return parameter.choices or [parameter.default, *NO_DATA]
    if isinstance(parameter.default, int):
        least = 1 if parameter.at_least is None else parameter.at_least
        return [least, least + 1, parameter.at_most - 1, parameter.at_most]
    least = 5e-324 if parameter.at_least is None else parameter.at_least
    return [least, max(least, 1e-10), parameter.at_most * 0.999999, parameter.at_most]


# Command lines ------------------------------------------------------------------------------------

COMMANDS = ["list", "run", "restore", "notebook", "tensorboard", "data", "export-meta", "clean"]
typed = st.binary(max_size=40).map(lambda typed: os.fsdecode(typed.replace(b"\0", b"")))
texts = typed | st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=40)
names = st.sampled_from([name for each in LESSONS for name in (each.number, each.name)])
numbers = st.integers().map(str) | st.floats().map(repr) | st.decimals().map(str)
numbers |= st.sampled_from(["0", "1", "-1", "1e999", "-0.0", "0x10", "1_000", "٣", "9" * 5000])
paths = st.sampled_from(["", ".", "..", "/", "~", "~nobody/x", "-", "a[b]", "*", "a b", "x\n", "'"])
paths |= st.sampled_from([sys.executable, "/dev/null", "/dev/full", "/proc/self", "x" * 5000])
values = numbers | paths | texts | names
options = sorted({lesson_flags.flag(name) for each in LESSONS for name in each.parameters})
options += ["--output", "--port"]
switches = ["--resume", "--restore", "--no-browser", "--help", "-h", "--", "-x", "fetch"]
given = st.tuples(st.sampled_from(options), values)
arguments = st.one_of(
    given.map(list),
    given.map(lambda pair: ["=".join(pair)]),
    st.sampled_from(switches + ["all", "mnist"]).map(lambda word: [word]),
    names.map(lambda word: [word]),
    values.map(lambda word: [word]),
)
wild = st.tuples(
    st.sampled_from(COMMANDS) | texts, st.lists(names, max_size=2), st.lists(arguments, max_size=4)
).map(lambda parts: [parts[0], *parts[1], *itertools.chain(*parts[2])])


@st.composite
def nearly_right(draw):
    """A lesson is run with flags of its own; most of their values are possible."""
    lesson = draw(st.sampled_from(LESSONS))
    line = ["run", lesson.number]
    for name in draw(st.sets(st.sampled_from(sorted(lesson.parameters)), max_size=3)):
        parameter = lesson.parameters[name]
        possible = st.sampled_from([str(each) for each in extremes(parameter)])
        line.append(f"{lesson_flags.flag(name)}={draw(possible | possible | values)}")
    return [*line, *draw(st.lists(st.sampled_from(switches), max_size=1))]


lines = wild | nearly_right()


def drawn_lines(count, seed):
    """So many different command lines."""
    drawn = []

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=count, database=None, deadline=None, phases=[hypothesis.Phase.generate]
    )
    @hypothesis.given(lines)
    def draw(line):
        drawn.append(line)

    draw()
    return drawn


def main(words):
    """What the Worker calls: a command line, but for what takes long.

    That is TensorFlow, training, a browser and a download.
    """

    def script(path, run_name):
        """A lesson's script takes what the command has let pass, or the command is wrong."""
        try:
            info = catalogue.of_script(Path(path))
            lesson_flags.script_request(path, info, info.parameters)
        except Exception as error:
            raise AssertionError(f"the script refuses {sys.argv}: {error}") from error

    from common.data import fetching

    def nothing(*_):
        return None

    replaced = [
        unittest.mock.patch.dict(sys.modules, {"tensorflow": None}),
        unittest.mock.patch.object(running.runpy, "run_path", script),
        unittest.mock.patch.object(running, "_result_rows", lambda *_: []),
        unittest.mock.patch.object(opening.subprocess, "call", nothing),
        unittest.mock.patch.object(fetching, "fetch", nothing),
        unittest.mock.patch.object(files, "remove_folder", nothing),
    ]
    with contextlib.ExitStack() as stack:
        for each in replaced:
            stack.enter_context(each)
        return commands.main(words) or 0


def command_lines(attempt):
    """Any words: an answer, or one sentence."""
    words = next(attempt.lines)
    answer = attempt.course.answer(*words, module=__name__)
    return ascii(words), answer.problem


# Lessons at their bounds --------------------------------------------------------------------------


def one_step(attempt):
    """A lesson of one step, or epoch, comes to its end, and is restored."""
    lesson = attempt.of(LESSONS)
    run = ["run", lesson.number, *flags({stress.length(lesson): 1})]
    return run, attempt.answers(run, ["restore", lesson.number])


def bounds(attempt):
    """A short lesson with two settings at their bounds, and then restored."""
    lesson = attempt.of(LESSONS)
    free = [name for name in lesson.parameters if name not in SHORT]
    chosen = attempt.draw.sample(free, min(2, len(free)))
    settings = {each: attempt.draw.choice(extremes(lesson.parameters[each])) for each in chosen}
    words = [lesson.number, *flags(short(lesson, **settings))]
    if settings.get("data") in NO_DATA:
        return ascii(words), attempt.course.answer("run", *words).problem
    return words, _sound(attempt, words)


RATES = [
    (lesson, name)
    for lesson in LESSONS
    for name, parameter in lesson.parameters.items()
    if isinstance(parameter.default, float) and ("rate" in name or name == "gamma0")
]
TOO_LARGE = [1.5, 15.0, 1500.0, 1e10]


def rates_too_large(attempt):
    """A rate that a lesson allows, however large: it ends, or says at which step it diverged."""
    lesson, name = attempt.of(RATES)
    most = lesson.parameters[name].at_most
    value = attempt.draw.choice([rate for rate in TOO_LARGE if rate < most] + [most])
    enough = {"steps": 60} if "steps" in lesson.parameters else {}
    words = [lesson.number, *flags(short(lesson, **{name: value}, **enough))]
    return words, _sound(attempt, words)


ENDLESS_LESSONS = [
    lesson for lesson in LESSONS if lesson.parameters[stress.length(lesson)].at_most >= ENDLESS
]


def _sound(attempt, words):
    """Run, restore and resume a lesson, which may diverge; what went wrong, in words, or ""."""
    output = f"--output={attempt.folder}"
    run = attempt.course.answer("run", *words, output, timeout=600)
    said = re.search(r" diverged: .* is not finite any more at step \d+", run.err)
    if run.problem or (run.code and not said):
        return run.problem or run.err
    if run.code and not _finite(attempt.folder, words[0]):
        return "the newest checkpoint is not finite"
    for command in (["restore", words[0]], ["run", words[0], "--resume"]):
        answer = attempt.course.answer(*command, output, timeout=600)
        if answer.problem or (answer.code and not run.code):
            return f"then {command}: {answer.problem or answer.err}"
    return ""


def _finite(folder, number):
    """Whether the newest checkpoints are, but for those of trainings that may diverge."""
    from common.checkpoints import values

    if "may_diverge=True" in catalogue.find(number).source:
        return True
    newest = [saved.newest(path.parent) for path in folder.rglob("checkpoint")]
    return all(np.isfinite(value).all() for each in newest for value in values(each).values())


def no_end(attempt):
    """So many steps that they have no end: begun, and interrupted, in little memory."""
    lesson = attempt.of(ENDLESS_LESSONS)
    words = ["run", lesson.number, *flags({stress.length(lesson): ENDLESS})]
    process = stress.start("-m", "lessons", *words, "--output", attempt.folder)
    deadline = time.monotonic() + 600
    while process.poll() is None and not _has_saved(attempt.folder):
        if time.monotonic() > deadline:
            break
        time.sleep(0.1)
    time.sleep(2)
    memory = 0
    if process.poll() is None:
        memory = psutil.Process(process.pid).memory_info().rss
        process.send_signal(signal.SIGINT)
    code, _, err = stress.ended(process)
    err = err.strip()
    if code == 0 and not err:  # stopped by itself, early
        return words, ""
    if code != 130 or "\n" in err or "Stopped after step" not in err:
        return words, f"exit code {code}: {err[-300:]}"
    return words, f"{memory >> 20} MB" if memory > MOST_MEMORY else ""


def _has_saved(folder):
    with contextlib.suppress(FileNotFoundError):  # temporary folders come and go
        return any(folder.rglob("*.index"))
    return False


# Surroundings -------------------------------------------------------------------------------------

ASCII = {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
SURROUNDINGS = [
    {"DISPLAY": "", "WAYLAND_DISPLAY": ""},
    {"DISPLAY": ":99"},
    {"NO_COLOR": "1"},
    {"FORCE_COLOR": "1"},
    {"TERM": "dumb"},
    {"COLUMNS": "40"},
    {"COLUMNS": "nonsense", "LINES": "0"},
    {"LC_ALL": "C"},
    {"LC_ALL": "en_US.ISO-8859-1"},
    ASCII,
    {"PYTHONIOENCODING": "ascii"},
    {"PYTHONIOENCODING": "latin-1"},
    {"MPLBACKEND": "TkAgg", "DISPLAY": ""},
    {"MPLBACKEND": "nonsense"},
    {"MPLBACKEND": "module://nowhere"},
    {"HOME": "/dev/null", "MPLCONFIGDIR": "/dev/null/x", "XDG_CACHE_HOME": "/dev/null/y"},
    {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONOPTIMIZE": "2"},
]


def surroundings(attempt):
    """Variables that a machine may have: the lesson runs, and writes plain text, as ever."""
    lesson, variables = attempt.draw.choice(LESSONS), attempt.of(SURROUNDINGS)
    words = ["run", lesson.number, *flags(short(lesson)), f"--output={attempt.folder}"]
    answer = stress.course(*words, env=variables, fresh=True)
    what = f"{variables} {words}"
    if answer.failure:
        return what, answer.failure
    control = re.search(r"[\x00-\x09\x0b-\x1f\x7f]", answer.out)
    return what, f"prints {control[0]!r}" if control else _as_text(attempt.folder, lesson)


def _as_text(folder, lesson):
    """That what the run wrote is not UTF-8, or ""."""
    try:
        files.read_json(folder / "summaries" / lesson.name / "results.json", "")
        files.read_json(folder / "checkpoints" / lesson.name / "run.json", "")
    except CourseError as error:
        return str(error)
    return ""


def warnings_as_errors(attempt):
    """No line of the course calls for a warning, nor what it calls."""
    lesson = attempt.of(LESSONS)
    output = f"--output={attempt.folder}"
    for words in (["run", lesson.number, *flags(short(lesson))], ["restore", lesson.number]):
        answer = stress.course(*words, output, env={"PYTHONWARNINGS": "error"}, fresh=True)
        if answer.failure:
            return words, answer.failure
    return "", ""


KINDS = [
    command_lines,
    one_step,
    command_lines,
    bounds,
    command_lines,
    rates_too_large,
    no_end,
    surroundings,
    warnings_as_errors,
]
