"""Imports of the course's that fail: a file of the learner's is in the way, a package is missing.

Python looks into the folder of the script, or the working one, before any other: for numpy.py, say.
"""

import contextlib
import importlib.machinery
import os
import re
import sys

_COURSE = os.path.dirname(os.path.realpath(__file__))


@contextlib.contextmanager
def explained():
    """End the program with one sentence where an import of the course's fails so."""
    try:
        yield
    except Exception as error:
        from common import errors

        said = sentence(error)
        if not said or errors.all_shown():
            raise
        sys.exit(said)


def sentence(error):
    """The sentence for an error that comes of such a file or of no such package; or None."""
    seen = []
    while error is not None and error not in seen:
        for name, path in _suspects(error):
            return (
                f"{path} is imported in place of the module {name}, which the course needs: "
                "rename it."
            )
        if isinstance(error, ModuleNotFoundError) and _is_of_the_courses_import(error):
            return (
                f"A package that the course needs is missing here ({error}): `make run` sets "
                "everything up, for .venv/bin/python."
            )
        seen.append(error)
        error = error.__cause__ or error.__context__
    return None


def _suspects(error):
    """Pairs of a name and the path of the stray that has it, of those that the error speaks of.

    What the learner's own lines have imported, and what fails in them, is theirs.
    """
    frames = _frames(error)
    pairs = [pair for pair in zip(frames, frames[1:]) if not _is_learners(pair[0])]
    found = [_stray(here.f_code.co_filename) for _, here in pairs]
    if frames and not _is_learners(frames[-1]):
        named = re.findall(r"'(\w+)", str(error))
        modules = [sys.modules.get(name) for name in named]
        found += [_stray(getattr(module, "__file__", None)) for module in modules]
        found.append(_stray(getattr(error, "filename", None)))
    return filter(None, found)


def _frames(error):
    """The frames of files that the error has come through, the one that raised it last."""
    frames, place = [], error.__traceback__
    while place:
        if not place.tb_frame.f_code.co_filename.startswith("<"):
            frames.append(place.tb_frame)
        place = place.tb_next
    return frames


def _is_of_the_courses_import(error):
    """Whether the course has imported what fails, itself or by way of an installed package."""
    paths = [os.path.realpath(frame.f_code.co_filename) for frame in _frames(error)]
    own = [path for path in paths if not _is_installed(path)]
    return bool(own) and own[-1].startswith(_COURSE + os.sep)


def _is_learners(frame):
    is_main = frame.f_globals.get("__name__") == "__main__"  # a script, or a cell of a notebook
    return is_main or bool(_entry(frame.f_code.co_filename))


def _stray(path):
    """The module's name and the path of the file or folder that Python takes for it, or None."""
    entry = _entry(path)
    if not entry:
        return None
    first = os.path.relpath(os.path.realpath(path), entry).split(os.sep)[0]
    name = first.partition(".")[0]
    rest = [each for each in sys.path if _is_installed(each)]
    if name in sys.builtin_module_names or importlib.machinery.PathFinder.find_spec(name, rest):
        return name, os.path.join(entry, first)
    return None


def _entry(path):
    """The folder of sys.path, none of Python's own, in or below which the file lies; or None."""
    real = os.path.realpath(path) if path else ""
    if real.startswith(_COURSE + os.sep) or _is_installed(real):
        return None
    entries = {os.path.realpath(each) for each in sys.path if not _is_installed(each)}
    found = [each for each in entries if real.startswith(each + os.sep)]
    return max(found, key=len) if found else None


def _is_installed(path):
    real = os.path.realpath(path)
    roots = (os.path.realpath(root) + os.sep for root in (sys.prefix, sys.base_prefix))
    return real.startswith(tuple(roots)) or "-packages" + os.sep in real + os.sep
