"""Downloading the real image sets, when asked: `python -m lessons data fetch mnist`.

Each file comes over https from the first mirror that has it, is checked by the SHA-256 of what is
in it, and takes its place whole. Files that are there already are kept, so a fetch that was
stopped goes on with the file that it was at.
"""

import gzip
import hashlib
import io
import itertools
import urllib.request
import zlib
from pathlib import Path

from tqdm import tqdm

from common import files
from common.data import images
from common.errors import CourseError
from common.language import say, translate

_TIMEOUT = 20  # seconds without an answer
_CHUNK = 2**16  # bytes
_MOST = 2**26  # bytes; the largest file has 47 million unpacked


class _Unfit(Exception):
    """A mirror does not have the file; the message says why."""


def fetch(name):
    """Put the four files of the original `name` into the data folder; returns that folder.

    Raises CourseError where no mirror has one of them as it was published, or nothing can be
    written.
    """
    original = images.ORIGINALS[name]
    folder = images.data_folder() / name
    files.make_writable(folder)
    files.remove_unfinished(folder)
    for file, expected in original.checksums.items():
        path = folder / f"{file}.gz"
        if state(path, expected) == "as published":
            say(f"{files.shown(path)} is there already.")
            continue
        content = _from_any_mirror(original, f"{file}.gz", expected, folder)
        _keep(path)
        files.write_bytes(path, content)
    return folder


def _keep(path):
    """Rename what is at `path`, which may be somebody's own, to the first free path.before-N."""
    if path.exists():
        kept = next(
            each
            for each in (path.with_name(f"{path.name}.before-{n}") for n in itertools.count(1))
            if not each.exists()
        )
        with files.writing(path):
            path.rename(kept)
        say(f"Kept what was at {files.shown(path)} as {kept.name}")


def state(path, expected):
    """What is at `path`: "missing", "as published" (by the SHA-256 of its content) or "damaged"."""
    if not Path(path).is_file():
        return "missing"
    opener = gzip.open if str(path).endswith(".gz") else open
    try:
        with opener(str(path), "rb") as opened:
            return "as published" if _checksum(opened) == expected else "damaged"
    except (_Unfit, OSError):
        return "damaged"


def _checksum(opened):
    """The SHA-256 of what is in an open file; _Unfit where it cannot be unpacked."""
    digest, size = hashlib.sha256(), 0
    try:
        for chunk in iter(lambda: opened.read(_CHUNK), b""):
            digest.update(chunk)
            size += len(chunk)
            if size > _MOST:
                raise _Unfit("it unpacks to more than the set has")
    except (EOFError, OSError, zlib.error) as error:
        raise _Unfit(f"it cannot be unpacked: {error}") from error
    return digest.hexdigest()


def _from_any_mirror(original, file, expected, folder):
    failures = []
    for mirror in original.mirrors:
        try:
            content = _download(mirror + file)
            with gzip.open(io.BytesIO(content)) as opened:
                if _checksum(opened) != expected:
                    raise _Unfit("its content is not what was published")
            return content
        except (_Unfit, OSError) as error:
            why = str(getattr(error, "reason", None) or error)
            failures.append(f"{mirror} ({translate(why)})")
    sources = translate(" or ").join(failures)
    raise CourseError(
        f"Cannot fetch {file} of {original.title} from {sources}: try again with a network, or put "
        f"the file into {files.shown(folder)} by hand; --data {images.DIGITS} needs neither."
    )


def _download(address):
    with urllib.request.urlopen(address, timeout=_TIMEOUT) as answer:
        if not answer.geturl().startswith("https://"):
            raise _Unfit("it leads to an address without https")
        size = int(answer.headers.get("Content-Length") or 0)
        received = io.BytesIO()
        title = address.rsplit("/", 1)[-1]
        with tqdm(desc=title, total=size or None, unit="B", unit_scale=True, disable=None) as bar:
            for chunk in iter(lambda: answer.read(_CHUNK), b""):
                received.write(chunk)
                bar.update(len(chunk))
                if received.tell() > _MOST:
                    raise _Unfit("it is larger than the set")
    if size and received.tell() < size:
        raise _Unfit("the connection broke off")
    return received.getvalue()
