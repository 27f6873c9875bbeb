"""The errors that a learner reads: one sentence each, which names the cure."""


class CourseError(Exception):
    """Something went wrong that its sentence explains (exit code 1)."""

    exit_code = 1


class UsageError(CourseError):
    """The command line asks for something that does not exist (exit code 2)."""

    exit_code = 2
