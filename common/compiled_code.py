"""The machine code that XLA keeps beside the course: checked before it is run again.

XLA runs what it finds in its files as it is, damaged or not. So each gets a checksum beside it when
the program ends. One that has none, or another one, is removed, and XLA compiles anew.
"""

import atexit
import contextlib
import functools
import zlib

CODE, MARK = ".pb", ".crc32"


@functools.lru_cache(maxsize=None)
def check(folder):
    """Remove what is damaged in `folder`, once in a program; when that ends, mark what is new.

    folder: a Path, or None where nothing is kept.
    """
    if folder is None:
        return
    for path in folder.glob("*" + CODE):
        if not _is_as_marked(path):
            for each in (path.with_suffix(MARK), path):
                with contextlib.suppress(OSError):  # there is none, or another program was faster
                    each.unlink()
    atexit.register(_mark, folder)


def _is_as_marked(path):
    try:
        return path.with_suffix(MARK).read_bytes() == _checksum(path)
    except OSError:
        return False


def _mark(folder):
    for path in folder.glob("*" + CODE):
        if not path.with_suffix(MARK).exists():
            with contextlib.suppress(OSError):
                path.with_suffix(MARK).write_bytes(_checksum(path))


def _checksum(path):
    return b"%08x" % zlib.crc32(path.read_bytes())
