"""Where the course keeps its files, and how it writes them: whole or not at all."""

import atexit
import contextlib
import json
import os
import re
import shlex
import shutil
import subprocess
import tempfile
import zlib
from pathlib import Path

from common.errors import CourseError
from common.language import joined, translate

ROOT = Path(__file__).resolve().parent.parent
LESSONS = ROOT / "lessons"
PRETRAINED = ROOT / "checkpoints" / "pretrained"
OUTPUT_VARIABLE = "COURSE_OUTPUT"
_MISREAD = re.compile(r"[\[*?\\,\ud800-\udfff]")  # , stands between TensorBoard's folders
_links = {}  # {folder: the link to it}
_CHECKSUM = "crc32"
_UNFINISHED = re.compile(  # names that are our own, and TensorFlow's
    r"^\.tmp-|\.tmp[0-9a-f]{32}$|\.tempstate\d+$|^model\.ckpt\S*_temp(_[0-9a-f]{32})?$"
)


def output_folder(named=None):
    """The folder that holds checkpoints/ and summaries/.

    It is the one named, else the one that the variable COURSE_OUTPUT names, else the course's own.
    Raises CourseError where that depends on a working directory that is gone.
    """
    path = Path(os.path.expanduser(named or os.environ.get(OUTPUT_VARIABLE) or ROOT))
    try:
        return path.absolute()
    except OSError as error:
        raise CourseError(
            f"The folder {path} cannot be found, since the working directory is gone: go to "
            "another one, or give --output a whole path."
        ) from error


def for_tensorflow(folder):
    """`folder`, which is made, or a link to it where TensorFlow cannot use its path.

    It takes some characters for a pattern, as a shell does, and wants UTF-8.
    """
    if not _MISREAD.search(folder.as_posix()):
        return folder
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        if folder not in _links:
            place = tempfile.mkdtemp(prefix="course-")
            atexit.register(shutil.rmtree, place, ignore_errors=True)
            link = Path(place) / "folder"
            link.symlink_to(folder, target_is_directory=True)
            _links[folder] = link
    return _links[folder]


def shown(path):
    """`path` as a learner types it: relative to the working directory where it lies below it."""
    path = Path(path)
    for folder, link in _links.items():
        if link in (path, *path.parents):
            path = folder / path.relative_to(link)
    try:
        return str(path.relative_to(Path.cwd()))
    except (ValueError, OSError):  # elsewhere, or the working directory is gone
        return str(path)


def quoted(word):
    """`word` as a learner types it into a command line."""
    return subprocess.list2cmdline([word]) if os.name == "nt" else shlex.quote(word)


@contextlib.contextmanager
def writing(path):
    """Turn any failure to write below `path` into one sentence (CourseError)."""
    try:
        yield
    except (OSError, RuntimeError) as error:  # the latter is tf.summary.FileWriter's
        reason = getattr(error, "strerror", None) or str(error).split("\n")[0]
        raise CourseError(
            f"Cannot write to {shown(path)} ({reason}): make room or make it writable, or choose "
            "another folder with --output FOLDER."
        ) from error


def make_writable(folder):
    """Make `folder` with its parents and see that a file can be written there, or CourseError."""
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=str(folder)).close()


def write_bytes(path, content):
    """Write `content` to `path` so that a reader sees the old file or the whole new one."""
    path = Path(path)
    with writing(path):
        handle, temporary = tempfile.mkstemp(dir=str(path.parent), prefix=".tmp-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            os.chmod(temporary, 0o644)
            os.replace(temporary, str(path))
        except BaseException:
            os.unlink(temporary)
            raise


def write_json(path, value, indent=1):
    """Write the dictionary `value` to `path` as JSON, with a checksum of its own."""
    value = {**value, _CHECKSUM: _checksum(value)}
    text = json.dumps(value, indent=indent, ensure_ascii=False) + "\n"
    write_bytes(path, text.encode("utf-8"))


def read_json(path, hint):
    """The dictionary that `write_json` wrote to `path`.

    Raises CourseError, with the `hint`, where it cannot be read or has changed.
    """
    try:
        return load_json(path)
    except (OSError, ValueError) as error:
        what = f"cannot be read ({error})" if isinstance(error, OSError) else str(error)
        raise CourseError(joined(f"{shown(path)} {translate(what)}", hint)) from error


def load_json(path):
    """As `read_json`, but raises ValueError, whose words follow the path, or OSError."""
    try:
        value = json.loads(Path(path).read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise ValueError(f"cannot be read ({error})") from error
    if not isinstance(value, dict):
        raise ValueError("is not a record of this course")
    if value.pop(_CHECKSUM, None) != _checksum(value):
        raise ValueError("is damaged (its checksum differs)")
    return value


def _checksum(value):
    """A CRC of what `value` says, however its JSON is laid out."""
    plain = json.loads(json.dumps(value))
    return zlib.crc32(json.dumps(plain, sort_keys=True).encode("ascii"))


def remove_folder(folder):
    """Remove `folder` at one stroke: renamed first, so that a kill cannot leave half of it.

    What a killed removal has left beside it is removed as well.
    """
    with writing(folder):
        if folder.exists():
            if not folder.is_dir():
                raise NotADirectoryError("there is a file in the folder's place")
            folder.rename(scratch_folder(folder) / folder.name)
        for scratch in remains(folder):
            shutil.rmtree(str(scratch))


def scratch_folder(folder):
    """A new folder beside `folder`; that of a killed program is one of its `remains`."""
    return Path(tempfile.mkdtemp(dir=str(folder.parent), prefix=f".tmp-{folder.name}-"))


def remains(folder):
    """The scratch folders beside `folder`."""
    return [*folder.parent.glob(f".tmp-{folder.name}-*")]


def remove_unfinished(folder):
    """Remove what killed programs left in `folder`, half-written or half-removed, and beside it."""
    with writing(folder):
        for path in [*remains(folder), *filter(is_unfinished, folder.rglob("*"))]:
            remove(path)


def is_unfinished(path):
    """Whether `path` has the name of a file or folder that is being written or removed."""
    return bool(_UNFINISHED.search(path.name))


def remove(path):
    """Remove a file, or a folder with all that is in it, if it is there."""
    if path.is_dir():
        shutil.rmtree(str(path))
    elif path.exists():
        path.unlink()
