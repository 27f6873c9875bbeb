"""Where the course keeps its files, and how it writes them: whole or not at all."""

import contextlib
import hashlib
import json
import os
import platform
import re
import shutil
import tempfile
from pathlib import Path

from common.errors import CourseError

ROOT = Path(__file__).resolve().parent.parent
LESSONS = ROOT / "lessons"
PRETRAINED = ROOT / "checkpoints" / "pretrained"
OUTPUT_VARIABLE = "COURSE_OUTPUT"
_CHECKPOINT_STATE = re.compile(
    r'model_checkpoint_path: "[^"]+"\n(all_model_checkpoint_\w+: .+\n)+$'
)


def output_folder(named=None):
    """The folder that holds checkpoints/ and summaries/.

    It is the one named, else the one that the variable COURSE_OUTPUT names, else the course's own.
    """
    return Path(named or os.environ.get(OUTPUT_VARIABLE) or ROOT).absolute()


def shown(path):
    """`path` as a learner types it: relative to the working directory where it lies below it."""
    try:
        return str(Path(path).relative_to(Path.cwd()))
    except ValueError:
        return str(path)


@contextlib.contextmanager
def writing(path):
    """Turn any failure to write below `path` into one sentence (CourseError)."""
    try:
        yield
    except OSError as error:
        raise CourseError(
            f"Cannot write to {shown(path)} ({error.strerror or error}): make room or make it "
            "writable, or choose another folder with --output FOLDER."
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
    text = json.dumps(value, indent=indent, ensure_ascii=False) + "\n"
    write_bytes(path, text.encode("utf-8"))


def read_json(path, cure):
    """The dictionary in the JSON file `path`; CourseError, with the `cure`, where it is damaged."""
    try:
        value = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CourseError(f"{shown(path)} cannot be read ({error}): {cure}") from error
    if not isinstance(value, dict):
        raise CourseError(f"{shown(path)} is not a record of this course: {cure}")
    return value


def remove_folder(folder):
    """Remove `folder` at one stroke: renamed first, so that a kill cannot leave half of it."""
    with writing(folder):
        if folder.exists():
            if not folder.is_dir():
                raise NotADirectoryError("there is a file in the folder's place")
            grave = tempfile.mkdtemp(dir=str(folder.parent), prefix=".removed-")
            folder.rename(Path(grave) / folder.name)
            shutil.rmtree(grave)


def processor_fingerprint():
    """Eight letters that differ between processors that understand different instructions."""
    features = platform.machine() + platform.processor()
    if os.path.exists("/proc/cpuinfo"):
        with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as cpuinfo:
            kinds = ("model name", "flags", "Features")
            features += "".join(sorted({line for line in cpuinfo if line.startswith(kinds)}))
    return hashlib.sha256(features.encode("utf-8")).hexdigest()[:8]


def remove_unfinished(folder):
    """Remove what killed programs left in `folder` (half-written files) and beside it (graves)."""
    with writing(folder):
        for path in folder.rglob(".tmp-*"):
            path.unlink()
        for grave in folder.parent.glob(".removed-*"):
            shutil.rmtree(str(grave), ignore_errors=True)


def newest_checkpoint(folder):
    """The prefix of the newest checkpoint in `folder`, as a Path, or None where there is none.

    Reads TensorFlow's `checkpoint` file as text, so that listing lessons need not import it.
    """
    state = Path(folder) / "checkpoint"
    if not state.exists():
        return None
    text = state.read_text(encoding="utf-8", errors="replace")
    if not _CHECKPOINT_STATE.match(text):
        cure = f"remove the folder {shown(folder)} and run the lesson again."
        raise CourseError(f"{shown(state)} is damaged: {cure}")
    return Path(folder) / Path(text.split('"')[1]).name
