"""Attempts to break the course: `make stress`, or `python -m stress [CAMPAIGN ...]`.

Each module is a campaign: its TITLE, the number of TRIES of a whole one, and `attempts(count, seed,
folder)`, which makes that many attempts in the empty `folder` and yields an Attempt for each.
"""

import os
import subprocess
import sys
from typing import NamedTuple

from common import files
from common.command import catalogue
from stress import _forks


class Attempt(NamedTuple):
    """One attempt: what was done, in a few words that others share, and how the course failed.

    problem: "" where the course stood; else a sentence that lets one repeat it.
    """

    what: str
    problem: str = ""


class Answer(NamedTuple):
    """How a command ended: its exit code, and what it wrote. code: None where it did not end."""

    code: int
    out: str
    err: str

    @property
    def problem(self):
        """ "" for success, or for a mistake said in one sentence with exit code 1 or 2."""
        if self.code is None:
            return "it did not end"
        if "Traceback" in self.out + self.err:
            return "traceback: " + (self.err or self.out).strip().rpartition("\n")[2]
        said = [line for line in self.err.splitlines() if not line.startswith("Failed: ")]
        if self.code == 0:
            return f"success, but: {said[0]}" if said else ""
        if self.code not in (1, 2):
            return f"exit code {self.code}: {self.err.strip()[-200:]}"
        return "" if len(said) == 1 else f"{len(said)} lines in place of one sentence: {said}"

    @property
    def failure(self):
        """ "" for success; else what went wrong, in words: the sentence for a mistake."""
        return self.problem or (self.err.strip() if self.code else "")


class Kind(NamedTuple):
    """A lesson and the flags of its runs."""

    number: str
    flags: str

    @property
    def name(self):
        return catalogue.find(self.number).name

    def words(self, *more):
        """The words after `python -m lessons` that run it."""
        return ["run", self.number, *self.flags.split(), *more]


def numbers_of(output, name):
    """{name: number} of the table of a lesson that was run in the folder `output`."""
    results = files.read_json(output / "summaries" / name / "results.json", "")
    return {each["name"]: each["here"] for each in results["numbers"]}


def length(lesson):
    """The parameter that says how long the lesson trains."""
    return "steps" if "steps" in lesson.parameters else "epochs"


def left_by_clean(output):
    """The files that `clean all` should have removed from the folder `output`."""
    left = [path for part in ("checkpoints", "summaries") for path in (output / part).rglob("*")]
    return [path for path in left if path.is_file() and path.suffix != ".lock"]


def start(*words, cwd=files.ROOT, env=None, fresh=False, before="", arguments=(), **options):
    """Start `python *words` as a learner would, from the folder `cwd`.

    fresh: whether the start of Python is looked at too; else it may be a fork, which takes less,
    and `before` is called in it with the `arguments` (see stress._forks.Forked).
    """
    if fresh or not sys.platform.startswith("linux"):
        begin, forks = subprocess.Popen, {}
        words = [sys.executable, *words]
    else:
        begin, forks = _forks.Forked, {"before": before, "arguments": arguments}
    return begin(
        [str(word) for word in words],
        cwd=str(cwd),
        env={**os.environ, "PYTHONPATH": str(files.ROOT), **(env or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        errors="replace",
        **forks,
        **options,
    )


def course(*words, timeout=600, **options):
    """The Answer of `python -m lessons *words`; killed, code None, after `timeout` seconds."""
    return ended(start("-m", "lessons", *words, **options), timeout)


def ended(process, timeout=600):
    """The Answer of a process that was started; killed, code None, after `timeout` seconds."""
    try:
        out, err = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        process.kill()
        return Answer(None, *process.communicate())
    return Answer(process.returncode, out, err)
