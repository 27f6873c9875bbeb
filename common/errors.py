"""The errors that a learner reads: one sentence each, which says what to do."""

import os

from common import strays

TRACEBACK_VARIABLE = "COURSE_TRACEBACK"


class CourseError(Exception):
    """Something went wrong that its sentence explains (exit code 1)."""

    exit_code = 1


class UsageError(CourseError):
    """The command line asks for something that does not exist (exit code 2)."""

    exit_code = 2


_explain = None


def explain_with(function):
    """Let `function` of an error return the CourseError that says what it means, or None."""
    global _explain
    _explain = function


def explained(error):
    """`error`, or the CourseError that says what it means to the lesson that runs."""
    if isinstance(error, CourseError):
        return error
    sentence = _explain(error) if _explain else None
    stray = None if sentence else strays.sentence(error)
    if not (sentence or stray):
        return error
    sentence = sentence or CourseError(stray)
    sentence.__cause__ = error
    return sentence


def all_shown():
    """Whether tracebacks are to be shown where the sentence says what is needed."""
    return os.environ.get(TRACEBACK_VARIABLE, "0") not in ("", "0")
