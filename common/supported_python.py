"""Which Python runs the course. Kept to syntax that old Pythons read, so that they can say so."""

import sys

OLDEST = (3, 10)
NEWEST = (3, 13)
GENUINE_TENSORFLOW_1 = (3, 7)


def problem(version, genuine=True):
    """One sentence that says why a Python of that version will not do, or None where it will.

    genuine: whether Python 3.7 passes, the one that genuine TensorFlow 1.15.5 runs on: lessons
    run there, while the command and the notebooks want today's.
    """
    version = tuple(version[:2])
    if OLDEST <= version <= NEWEST or (genuine and version == GENUINE_TENSORFLOW_1):
        return None
    return (
        "This course needs Python 3.10 to 3.13, and this is Python %d.%d: install one of them "
        "and name it, for example `make run PYTHON=python3.12`." % version
    )


def check(genuine=True):
    """End the program with that sentence and exit code 1 where this Python will not do."""
    sentence = problem(sys.version_info, genuine)
    if sentence:
        sys.exit(sentence)


if __name__ == "__main__":
    check(genuine="course" not in sys.argv)
