"""The errors that a learner reads: one sentence each, which names the cure."""


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
    return (_explain and not isinstance(error, CourseError) and _explain(error)) or error
