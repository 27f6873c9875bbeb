"""One run of a lesson at a time in one output folder.

The lock is the operating system's own, on summaries/.NN_name.lock: it ends with the program that
holds it, however that ends, and the empty file that is left means nothing.
"""

import contextlib

from common import files
from common.errors import CourseError

_held = {}  # {path: the FileLock that this program holds}


def take(lesson, output):
    """Hold the lesson's folders below `output`, which this program may hold already.

    Raises CourseError where another program holds them, or where nothing can be written.
    """
    from filelock import FileLock, Timeout  # takes longer than --help may

    folder = output / "summaries"
    files.make_writable(folder)
    path = folder.resolve() / f".{lesson.name}.lock"  # one lock, by whichever link it is reached
    if path in _held:
        return
    lock = FileLock(str(path))
    with files.writing(folder):
        try:
            lock.acquire(timeout=0)
        except NotImplementedError:  # the file system has no locks
            return
        except Timeout:
            raise CourseError(
                f"Lesson {lesson.number} is running in {files.shown(output)} already, in another "
                "terminal or notebook: wait until it ends (or shut that notebook's kernel down), "
                "or choose another folder with --output FOLDER."
            ) from None
    _held[path] = lock


def release():
    """Let go of all that this program holds."""
    while _held:
        _held.popitem()[1].release()


@contextlib.contextmanager
def held(lesson, output):
    """Hold the lesson's folders below `output` for the time of a `with`; see `take`."""
    try:
        take(lesson, output)
        yield
    finally:
        release()
