"""What each lesson takes: memory, time, disk; and that ten times the steps takes no more memory.

A whole campaign writes docs/limits.md.
"""

import datetime
import os
import platform
from typing import NamedTuple

import stress
from common import files, saved, tables
from common.command import catalogue
from common.data import images
from stress import Attempt, start

TITLE = "memory, time and disk"
TRIES = 41  # the lessons, and those of LONGER once more
MEMORY = 2000  # MB that no lesson may take; TensorFlow alone takes about 500
EVENTS = 20  # MB that a lesson's event files may take
KEPT = 5  # checkpoints of one training, as tf.train.Saver's max_to_keep
LONGER = ["01", "03", "05", "06", "10", "13", "14", "16", "17", "23", "26"]  # 17 has images
REPORT = files.ROOT / "docs" / "limits.md"
HEADINGS = ["lesson", "steps", "seconds", "memory", "event files", "checkpoints"]


class Taken(NamedTuple):
    """What one run took: steps, seconds of its own, peak resident MB, MB on disk."""

    steps: int
    seconds: float
    memory: float
    events: float
    checkpoints: float
    kept: int

    def row(self, name):
        megabytes = [f"{each:.1f} MB" for each in (self.events, self.checkpoints)]
        seconds = f"{self.seconds:.1f}"
        return [name, f"{self.steps:,}", seconds, f"{self.memory:.0f} MB", *megabytes]


def attempts(count, seed, folder):
    """Run every lesson as the document has it, and some ten times as long."""
    rows, usual = [], {}
    lessons = [*catalogue.lessons(), *map(catalogue.find, LONGER)]
    for place, lesson in enumerate(lessons[:count]):
        longer = lesson.number in usual
        what = "ten times the steps" if longer else "a lesson's limits"
        taken = measure(lesson, folder / str(place), _ten_times(lesson) if longer else [])
        if isinstance(taken, str):
            yield Attempt(what, taken)
            continue
        rows.append(taken.row(lesson.name.replace("_", " ") + (", ten times" if longer else "")))
        if longer:
            yield Attempt(what, _grown(lesson, usual[lesson.number], taken))
        else:
            usual[lesson.number] = taken
            yield Attempt(what, _too_large(lesson, taken))
    if len(rows) == TRIES:
        files.write_bytes(REPORT, _page(rows).encode("utf-8"))


def measure(lesson, output, flags=()):
    """What a run of `lesson` took, in a Python of its own; in words, how it failed."""
    digits = {images.DATA_VARIABLE: str(output)}  # where no other images are
    process = start(lesson.script, "--output", output, *flags, env=digits, fresh=True)
    process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        return f"lesson {lesson.number} failed: {process.stderr.read()}"
    summaries, checkpoints = (output / each / lesson.name for each in ("summaries", "checkpoints"))
    results = files.read_json(summaries / "results.json", "")
    kept = [len(saved.kept(path.parent)) for path in checkpoints.rglob("checkpoint")]
    return Taken(
        results["steps"],
        results["seconds"],
        usage.ru_maxrss / 1024,
        _size(summaries.rglob("events*")),
        _size(checkpoints.rglob("*.*")),
        max(kept),
    )


def _ten_times(lesson):
    name = stress.length(lesson)
    return [f"--{name}", str(10 * lesson.parameters[name].default)]


def _too_large(lesson, taken):
    if taken.memory > MEMORY or taken.events > EVENTS:
        memory, events = f"{taken.memory:.0f} MB", f"{taken.events:.0f} MB of event files"
        return f"lesson {lesson.number} takes {memory} and writes {events}"
    # lesson 21 keeps its best epochs beside, none of which may be thrown away
    if taken.kept > KEPT and lesson.number != "21":
        return f"lesson {lesson.number} keeps {taken.kept} checkpoints of a training"
    return ""


def _grown(lesson, usual, longer):
    """Ten times the steps: a tenth more memory, twelve times the time and the disk at most."""
    memory = longer.memory / usual.memory
    events = longer.events / usual.events
    seconds = longer.seconds / max(usual.seconds, 1)
    if memory > 1.1 or events > 12 or seconds > 12:
        return (
            f"lesson {lesson.number} takes {memory:.2f} times the memory, {events:.1f} times the "
            f"event files, {seconds:.1f} times the time"
        )
    return ""


def _size(paths):
    return sum(path.stat().st_size for path in paths if path.is_file()) / 1e6


def _page(rows):
    lines = [
        "# What a lesson takes",
        "",
        f"Measured by `make stress` on {datetime.date.today()}, Python "
        f"{platform.python_version()}, {os.cpu_count()} processors: each lesson in a Python of "
        "its own, at the document's step counts, image lessons on the embedded digits. Memory is "
        "the largest resident size, most of it TensorFlow's libraries; seconds are without their "
        'import. A training keeps five checkpoints. "Ten times" is ten times as many steps.',
        "",
        *tables.markdown(HEADINGS, rows),
    ]
    return "\n".join(lines) + "\n"
