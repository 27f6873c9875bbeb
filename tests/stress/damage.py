"""Files that are cut short, or of which some bytes are other ones: every kind shipped or saved.

One file of a copy of the course is damaged, and the commands that read it are given. Each is to
refuse in one sentence, with exit code 1, and leave all files as they were; or to print and to leave
what it does undamaged; or to say that it takes the checkpoint before. Of a table and a notebook,
which carry no checksum, another digit or another word cannot be told: there, a command that does
not refuse must have read what the file says.
"""

import contextlib
import csv
import gzip
import json
import random
import re
import shutil
import statistics
import struct
from pathlib import Path
from typing import Callable, NamedTuple

import nbformat
import numpy as np

from common import files
from common.data import house_prices, images
from stress import Attempt
from stress._worker import Worker

TITLE = "damaged files"
TRIES = 500
MOST_FLIPPED = 4  # bytes
AN_END = 64  # bytes at each end of a file, where formats keep what they need most


def attempts(count, seed, folder, kinds=None):
    """Damage a file `count` times, of each of the `kinds` (all) in turn; yields the Attempts."""
    draw, kinds, course = random.Random(seed), kinds or KINDS, Course(folder)
    try:
        course.make({kind.made for kind in kinds})
        for k in range(count):
            kind, change = kinds[k % len(kinds)], (truncated, flipped)[k // len(kinds) % 2]
            problem = course.attempt(kind, change, draw)
            yield Attempt(f"{kind.what}, {change.__name__}", problem)
    finally:
        course.worker.close()


# What is done to a file ---------------------------------------------------------------------------


def truncated(content, draw):
    """A beginning of `content`, and how long it is, in words."""
    length = draw.randrange(len(content))
    return content[:length], f"cut to {length} bytes"


def flipped(content, draw):
    """`content` with one to MOST_FLIPPED other bytes or bits, and which bytes, in words."""
    damaged, size = bytearray(content), len(content)
    for _ in range(draw.randint(1, MOST_FLIPPED)):
        end = min(size, AN_END)
        place = draw.choice([draw.randrange(size), draw.randrange(end), -1 - draw.randrange(end)])
        damaged[place] ^= draw.choice([1 << draw.randrange(8), draw.randint(1, 255)])
    pairs = enumerate(zip(content, damaged))
    changes = [f"byte {k} from {old} to {new}" for k, (old, new) in pairs if old != new]
    return bytes(damaged), "changed in " + ", ".join(changes)


# How a success is judged --------------------------------------------------------------------------


class Done(NamedTuple):
    """What a command printed, and the files that it left: {path: content}.

    Of a damaged file that is left alone: what it is undamaged.
    """

    printed: str
    left: dict


def as_undamaged(path, done, expected):
    """What differs from what the command does undamaged, in words."""
    if done.printed != expected.printed:
        return "other words printed"
    for place in {*done.left, *expected.left}:
        if done.left.get(place) != expected.left.get(place):
            return f"another {place.name} left"
    return ""


def as_undamaged_or_said(path, done, expected):
    """As `as_undamaged`, or the checkpoint before it is used, or its settings, and it is said."""
    name = re.sub(r"\.(index|json|(tf1\.)?meta|data-.*)$", "", path.name)
    said = (
        f"whole: {name} is damaged",
        f"needs {path.parent.name}/{name}, which is damaged",
        "has its settings",
    )
    return (
        "" if any(words in done.printed for words in said) else as_undamaged(path, done, expected)
    )


def as_undamaged_but_less(path, done, expected):
    """As `as_undamaged`, but some of the lines that are to be printed may be missing."""
    lines = [set(each.printed.splitlines()) for each in (done, expected)]
    return "" if lines[0] <= lines[1] else "other lines printed"


def as_the_table_says(path, done, expected):
    """What the lesson says of its table that is not in it, read by Python's own csv module."""
    with open(path, encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file, skipinitialspace=True))
    columns = [name for name in house_prices.COLUMNS if name != "Id"]
    missing = sum(row[name].strip() in ("", "NA") for row in rows for name in columns)
    prices = [float(row[house_prices.TARGET]) for row in rows]
    low, high, middle = min(prices), max(prices), statistics.median(prices)
    for said in (
        f"{len(rows)} houses,",
        f" {missing} values missing",
        "prices from %d to %d dollars, median %d" % (low, high, middle),
    ):
        if said not in done.printed:
            return f"not printed: {said}"
    return "not a number" if "nan" in done.printed.split() else ""


def as_a_notebook(path, done, expected):
    """What keeps JupyterLab from opening the notebook."""
    try:
        nbformat.validate(nbformat.read(path, as_version=4))
    except Exception as error:
        return f"opened, but {str(error).splitlines()[0]}"
    return ""


# The kinds ----------------------------------------------------------------------------------------


class Damaged(NamedTuple):
    """A kind of file. what: for the table. pattern: of its paths. reads: the commands that read it.

    made: the command that makes it, "" for what is there already. judge: says what is wrong with a
    command that has not refused.
    """

    what: str
    pattern: str
    reads: tuple
    made: str = ""
    judge: Callable = as_undamaged


SHIPPED = "checkpoints/pretrained"
ELSEWHERE = "--output elsewhere"  # where there are no checkpoints of one's own
SCALARS = "scalars"  # reads an event file as TensorBoard does: `main` below

TEN = "checkpoints/10_yogurt_mse"
NEWEST = f"{TEN}/model.ckpt-100"
EVENTS = "summaries/10_yogurt_mse/train"
MAKES_TEN = "run 10 --steps 100"
READ_TEN = ("restore 10", "run 10 --resume")
GOES_ON = "run 10 --resume --steps 120"

_WHEN_IMPORTED = {"__pycache__", "keras.json"}

KINDS = (
    Damaged("index", f"{NEWEST}.index", READ_TEN, MAKES_TEN, as_undamaged_or_said),
    Damaged("data", f"{NEWEST}.data-*", READ_TEN, MAKES_TEN, as_undamaged_or_said),
    Damaged("checkpoint", f"{TEN}/checkpoint", (*READ_TEN, GOES_ON, "list"), MAKES_TEN),
    Damaged("meta", f"{NEWEST}.meta", ("export-meta 10", *READ_TEN), MAKES_TEN),
    Damaged(
        "record", f"{NEWEST}.json", ("export-meta 10", *READ_TEN), MAKES_TEN, as_undamaged_or_said
    ),
    Damaged("an older checkpoint's", f"{TEN}/model.ckpt-[6-9]0.*", (*READ_TEN, GOES_ON), MAKES_TEN),
    Damaged("run.json", f"{TEN}/run.json", (*READ_TEN, GOES_ON), MAKES_TEN, as_undamaged_or_said),
    Damaged("results.json", "summaries/10_yogurt_mse/results.json", READ_TEN, MAKES_TEN),
    Damaged("event file", f"{EVENTS}/events*", READ_TEN, MAKES_TEN),
    Damaged(
        "event file, by TensorBoard",
        f"{EVENTS}/events*",
        (f"{SCALARS} {EVENTS}",),
        MAKES_TEN,
        as_undamaged_but_less,
    ),
    Damaged(
        "First_Save of lesson 07",
        "checkpoints/07_save_and_restore/First_Save/*",
        ("run 07 --resume", "export-meta 07"),
        "run 07 --steps 200 --save-every 100",
    ),
    Damaged(
        "lesson 21's, best/ and all",
        "checkpoints/21_early_stopping/**/*",
        ("restore 21", "run 21 --resume"),
        "run 21 --sound-epochs 5",
        as_undamaged_or_said,
    ),
    Damaged(
        "shipped, lesson 10",
        f"{SHIPPED}/10_*/*",
        (f"restore 10 {ELSEWHERE}", "list"),
        judge=as_undamaged_or_said,
    ),
    Damaged(
        "shipped, lesson 03",
        f"{SHIPPED}/03_*/**/*",
        (f"restore 03 {ELSEWHERE}",),
        judge=as_undamaged_or_said,
    ),
    Damaged(
        "shipped, lesson 21",
        f"{SHIPPED}/21_*/**/*",
        (f"restore 21 {ELSEWHERE}",),
        judge=as_undamaged_or_said,
    ),
    Damaged("MNIST, idx.gz", "data/mnist/*", ("run 08 --data mnist --steps 20",)),
    Damaged("Fashion-MNIST, .npz", "keras/*/*", ("run 27 --data fashion_mnist --epochs 1",)),
    Damaged("images of one's own, idx.gz", "own/*", ("run 09 --data own --steps 20",)),
    Damaged(
        "house prices, CSV",
        "houses.csv",
        ("run 30 --data houses.csv --steps 20",),
        judge=as_the_table_says,
    ),
    Damaged("notebook", "lessons/10_yogurt_mse.ipynb", ("notebook 10",), judge=as_a_notebook),
)


# A copy of the course -----------------------------------------------------------------------------


class Course:
    """A copy of the course in the empty `folder`, with images and a table as if published."""

    def __init__(self, folder):
        self.folder = folder / "course"
        for part in ("common", "lessons", SHIPPED):
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(files.ROOT / part, self.folder / part, ignore=ignored)
        (self.folder / "jupyterlab.py").write_text("print('JupyterLab is open')")
        house_prices.generate(300).to_csv(self.folder / "houses.csv", index=False, na_rep="NA")
        _write_idx(self.folder / "own", _pictures(1))
        _write_idx(self.folder / "data" / "mnist", self._published("mnist", 2))
        keras = self.folder / "keras" / "datasets"
        keras.mkdir(parents=True)
        arrays = zip(
            ("x_train", "y_train", "x_test", "y_test"), self._published("fashion_mnist", 3)
        )
        np.savez_compressed(keras / "fashion_mnist.npz", **dict(arrays))
        without = (images.DATA_VARIABLE, files.OUTPUT_VARIABLE)
        variables = {"KERAS_HOME": str(keras.parent), **dict.fromkeys(without)}
        self.worker = Worker(self.folder, folder, variables)
        self._state, self._expected = {}, {}
        self._state = self._content()

    def _published(self, name, seed):
        """Pictures that the copy takes for those of the set `name`."""
        arrays, source = _pictures(seed), self.folder / "common" / "data" / "images.py"
        text = source.read_text(encoding="utf-8")
        for checksum, array in zip(images.ORIGINALS[name].checksums.values(), arrays):
            text = text.replace(checksum, images.checksum(array))
        source.write_text(text, encoding="utf-8")
        return arrays

    def make(self, commands):
        """Give the commands that make what is to be damaged."""
        for command in sorted(filter(None, commands)):
            self._undamaged(command)
        self._state = self._content()

    def attempt(self, kind, change, draw):
        """Damage a file of the `kind` and give the commands that read it: the problem, or ""."""
        path = draw.choice(sorted(filter(Path.is_file, self.folder.glob(kind.pattern))))
        damaged, how = change(path.read_bytes(), draw)
        for command in kind.reads:
            problem = self._problem(kind, path, damaged, command)
            if problem:
                return f"{path.relative_to(self.folder)} {how}; `{command}`: {problem}"
        return ""

    def _problem(self, kind, path, damaged, command):
        """What is wrong with a command while `path` is damaged; all is put back behind it."""
        if command not in self._expected:
            self._expected[command] = self._undamaged(command)
            self._put_back()
        expected = self._expected[command]
        path.write_bytes(damaged)
        before, answer = self._content(), self._answer(command)
        problem = answer.problem
        if not problem and answer.code == 0:
            left = self._left(before)
            if left.get(path) == _without_seconds(path, damaged):
                left[path] = expected.left.get(path)
            problem = kind.judge(path, Done(answer.out, left), expected)
        elif not problem:
            problem = _fault_of_refusal(answer, before, self._content())
        self._put_back()
        return problem

    def _undamaged(self, command):
        """What a command does that is to succeed."""
        before, answer = self._content(), self._answer(command)
        if answer.code or answer.problem:
            raise RuntimeError(f"`{command}` failed with nothing damaged: {answer}")
        return Done(answer.out, self._left(before))

    def _answer(self, command):
        words = command.split()
        if words[0] == SCALARS:
            return self.worker.answer(*words[1:], module=__name__)
        return self.worker.answer(*words)

    def _content(self):
        """{path: content} of all files of the copy but for what imports leave, once."""
        found = {}
        for path in self.folder.rglob("*"):
            if path.is_file() and not _WHEN_IMPORTED & {*path.parts}:
                content, usual = path.read_bytes(), self._state.get(path)
                found[path] = usual if content == usual else content  # once in memory
        return found

    def _left(self, before):
        """What a command has left, but for what depends on when it ran."""
        return {
            path: _without_seconds(path, content)
            for path, content in self._content().items()
            if not (path.name.startswith("events.") and content != before.get(path))
            if "figures/events." not in path.as_posix()
        }

    def _put_back(self):
        now = self._content()
        for path in set(now) - set(self._state):
            path.unlink()
        for path, content in self._state.items():
            if now.get(path) != content:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)


def _without_seconds(path, content):
    """The content of a file; of a results.json that is not damaged without how long it took."""
    if path.name == "results.json":
        with contextlib.suppress(ValueError):
            results = json.loads(content)
            return {name: results[name] for name in results if name not in ("seconds", "crc32")}
    return content


def _fault_of_refusal(answer, before, after):
    """What is wrong with a refusal: its exit code, or that files have become others, in words."""
    if answer.code != 1:
        return f"exit code {answer.code}"
    changed = [path.name for path in before if before[path] != after.get(path)]
    return f"refused, but {changed[0]} is another" if changed else ""


def _pictures(seed):
    """Training images and labels, test images and labels, all uint8, of noise."""
    rdm, arrays = np.random.RandomState(seed), []
    for count in (300, 100):
        arrays.append(rdm.randint(0, 256, (count, images.SIDE, images.SIDE)).astype(np.uint8))
        arrays.append(rdm.randint(0, images.CLASSES, count).astype(np.uint8))
    return arrays


def _write_idx(folder, arrays):
    folder.mkdir(parents=True)
    for name, array in zip(images.IDX_FILES, arrays):
        header = struct.pack(f">{1 + array.ndim}I", 0x800 + array.ndim, *array.shape)
        (folder / f"{name}.gz").write_bytes(gzip.compress(header + array.tobytes(), mtime=0))


def main(words):
    """Print what TensorBoard reads of the event files in a folder, a line for each value."""
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    from common.tf1 import runtime  # noqa: F401 (imports TensorFlow without its noise)

    read = EventAccumulator(*words, size_guidance=dict.fromkeys(("scalars", "histograms"), 0))
    tags = read.Reload().Tags()
    for kind, values in (("scalars", read.Scalars), ("histograms", read.Histograms)):
        for tag in tags[kind]:
            print("\n".join(map(repr, values(tag))))
    return 0
