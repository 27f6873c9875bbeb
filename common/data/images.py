"""Image sets: MNIST and Fashion-MNIST where they are on disk, else digits that always are.

The real sets are read from their four idx files (gzipped or not) in a folder named on the command
line, in the data folder (data/NAME in the course, or where the variable COURSE_DATA points), or in
Keras's cache. The digits come with scikit-learn. Nothing is fetched from here, see fetching.py.
"""

import copy
import gzip
import hashlib
import os
import struct
import zlib
from pathlib import Path

import numpy as np

from common import files
from common.errors import CourseError, UsageError
from common.language import translate

DATA_VARIABLE = "COURSE_DATA"
DIGITS = "digits"
SIDE = 28  # pixels of a picture's width and height
CLASSES = 10
_MOST = 1000000  # pictures in a file; a header that says more is damaged
_GARMENTS = ["T-shirt", "trouser", "pullover", "dress", "coat"]
_GARMENTS += ["sandal", "shirt", "sneaker", "bag", "ankle boot"]


class Original:
    """One of the real sets: its title, its classes, and its files with their SHA-256.

    names: of the ten classes. checksums: {file name: SHA-256 of the unpacked content}, in the order
    training images, training labels, test images, test labels. mirrors: https addresses.
    """

    def __init__(self, title, names, mirrors, checksums):
        self.title = title
        self.names = names
        self.mirrors = mirrors
        self.checksums = dict(zip(IDX_FILES, checksums))


IDX_FILES = (
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)

ORIGINALS = {
    "mnist": Original(
        "MNIST",
        [str(digit) for digit in range(CLASSES)],
        [
            "https://storage.googleapis.com/cvdf-datasets/mnist/",
            "https://ossci-datasets.s3.amazonaws.com/mnist/",
        ],
        [
            "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
            "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
            "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
            "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
        ],
    ),
    "fashion_mnist": Original(
        "Fashion-MNIST",
        _GARMENTS,
        [
            "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
            "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
        ],
        [
            "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
            "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
            "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
            "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
        ],
    ),
}


class ImageSet:
    """Pictures and their classes, handed out in batches.

    pictures: uint8 of shape (count, 28, 28). classes: uint8 of shape (count,), 0 to 9.
    one_hot: labels as float32 rows of ten, else as int64. standardised: pixels (x/255 − 0.5) / 0.5,
    from −1 to 1, else x/255, from 0 to 1. seed: of the order, None for the order of the file.

    position counts the examples that `next_batch` has handed out; which examples come next depends
    on it and on the seed alone, so a training that is resumed sees the batches that it would have.
    """

    def __init__(self, pictures, classes, one_hot=True, standardised=False, seed=0):
        self.pictures = pictures
        self.classes = classes
        self.position = 0
        self._rows = pictures.reshape(len(pictures), -1)
        self._labels = np.eye(CLASSES, dtype=np.float32) if one_hot else np.arange(CLASSES)
        pixels = np.arange(256, dtype=np.float32) / np.float32(255)
        self._pixels = (pixels - np.float32(0.5)) / np.float32(0.5) if standardised else pixels
        self._seed = seed
        self._epoch = self._order = None

    def __len__(self):
        return len(self.classes)

    def next_batch(self, batch_size):
        """The next examples: images, float32 of shape (batch_size, 784), and their labels.

        Every epoch goes through all examples once, in an order of its own; a batch that crosses the
        seam takes the last of one epoch and the first of the next.
        """
        chosen = []
        while batch_size:
            epoch, place = divmod(self.position, len(self))
            part = self._order_of(epoch)[place : place + batch_size]
            chosen.append(part)
            batch_size -= len(part)
            self.position += len(part)
        return self._examples(chosen[0] if len(chosen) == 1 else np.concatenate(chosen))

    def check_batch(self, size):
        """See that there is a whole batch of that size; UsageError, with the bound, where not."""
        if size > len(self):
            raise UsageError(
                f"A batch of {size:,} is more than the {len(self):,} images that are trained on: "
                f"ask for at most {len(self)}."
            )

    def after(self, count):
        """The images but for the first `count`, as an ImageSet like this one."""
        rest = copy.copy(self)
        rest.pictures, rest.classes = self.pictures[count:], self.classes[count:]
        rest.position, rest._rows, rest._epoch = 0, self._rows[count:], None
        return rest

    def examples(self, start=0, stop=None):
        """The examples from `start` to `stop` as they lie in the file: images and labels."""
        return self._examples(slice(start, stop))

    def _examples(self, rows):
        return np.take(self._pixels, self._rows[rows]), np.take(
            self._labels, self.classes[rows], axis=0
        )

    def _order_of(self, epoch):
        if epoch != self._epoch:
            if self._seed is None:
                self._order = np.arange(len(self))
            else:
                self._order = np.random.RandomState([self._seed, epoch]).permutation(len(self))
            self._epoch = epoch
        return self._order


class ImageSets:
    """A training set and a test set.

    name: "mnist", "fashion_mnist", "digits", or the folder of the learner's own. identity: what it
    is, wherever it lies: one of these three, or a SHA-256 of all four files. title: in words.
    train, test: ImageSet. names: of the ten classes. source: where they lie. usual: the title of
    the document's set, and as_usual: whether this is it.
    """

    def __init__(self, name, identity, title, names, source, arrays, **options):
        self.name = name
        self.identity = identity
        self.usual, self.as_usual = None, False
        self.title = title
        self.names = names
        self.source = source
        self.train = ImageSet(*arrays[:2], **options)
        self.test = ImageSet(*arrays[2:], **options)

    def __str__(self):
        return f"{self.title} ({len(self.train):,} training, {len(self.test):,} test images)"


def demand_originals():
    """Raise CourseError unless both original sets are on disk."""
    for name, original in ORIGINALS.items():
        if not places(name):
            raise CourseError(
                f"{original.title} is needed: `python -m lessons data fetch {name}`, or let "
                f"{DATA_VARIABLE} name the folder that holds {name}/."
            )


def images(wanted="auto", usual="mnist", **options):
    """The ImageSets that `wanted` names.

    wanted: "digits"; "mnist" or "fashion_mnist"; a folder with four idx files, or with a folder of
    these; or "auto": the set `usual` where it is on disk, else the images of one's own that
    COURSE_DATA names, else the digits. options: one_hot, standardised, seed, see ImageSet.

    Raises UsageError for what is none of these, CourseError for files that are missing or damaged.
    """
    if wanted == "auto":
        wanted = usual if places(usual) else _own_by_variable() or DIGITS
    sets = _load(str(wanted), usual, options)
    sets.usual = ORIGINALS[usual].title
    sets.as_usual = sets.title == sets.usual
    return sets


def _own_by_variable():
    """The folder that COURSE_DATA names, if its four files are of no published set; or None."""
    folder = data_folder()
    named = bool(os.environ.get(DATA_VARIABLE)) and is_whole(folder)
    return folder if named and not any(_holds(folder, name) for name in ORIGINALS) else None


def _load(wanted, usual, options):
    if wanted == DIGITS:
        digits = [str(digit) for digit in range(CLASSES)]
        title = "embedded handwritten digits"
        return ImageSets(DIGITS, DIGITS, title, digits, "scikit-learn", _digits(), **options)
    if wanted in ORIGINALS:
        return _original(wanted, options)
    folder = Path(wanted).expanduser()
    if not folder.is_dir():
        raise UsageError(
            f"There are no images {wanted!r}: --data takes digits, {', '.join(ORIGINALS)}, or "
            "the folder of four idx files; `python -m lessons data` shows what there is."
        )
    return _own(_folder_of_files(folder, usual), options)


def _original(name, options):
    found = places(name)
    if not found:
        raise CourseError(
            f"{ORIGINALS[name].title} is not on this machine: fetch it with `python -m lessons "
            f"data fetch {name}`, name its folder with --data FOLDER, or take --data {DIGITS}. "
            f"({files.shown(data_folder() / name)} would be its place.)"
        )
    arrays, recognised = read(found[0])
    if recognised != name:
        raise CourseError(
            f"{files.shown(found[0])} does not hold {ORIGINALS[name].title} as it was published: "
            f"name it as what it is with --data FOLDER, or fetch the published files with `python "
            f"-m lessons data fetch {name}`, which keeps those that are others."
        )
    original = ORIGINALS[name]
    return ImageSets(name, name, original.title, original.names, found[0], arrays, **options)


def _own(folder, options):
    arrays, recognised = read(folder)
    if recognised:
        original = ORIGINALS[recognised]
        title, names = original.title, original.names
    else:
        title, names = f"images of {folder.name}", [str(each) for each in range(CLASSES)]
    identity = recognised or _joint_checksum(arrays)
    return ImageSets(str(folder.absolute()), identity, title, names, folder, arrays, **options)


# Where they lie -----------------------------------------------------------------------------------


def data_folder():
    """The folder whose sub-folders mnist and fashion_mnist hold the real sets."""
    named = os.environ.get(DATA_VARIABLE)
    return Path(named).expanduser().absolute() if named else files.ROOT / "data"


def places(name, whole=True):
    """Where the original `name` lies: folders or .npz files, the one that is taken first.

    In the data folder that is its sub-folder of the name, else itself or any sub-folder with these
    files. whole: all four files must be there, else one is enough.
    """
    folder = data_folder()
    found = [folder / name]
    if not os.environ.get(DATA_VARIABLE):
        keras = Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras") / "datasets"
        found += [keras / name, keras / name.replace("_", "-"), keras / f"{name}.npz"]
    enough = is_whole if whole else any_file
    found = [each for each in found if each.is_file() or enough(each)]
    return found or [each for each in [folder, *_folders_in(folder)] if _holds(each, name)]


def is_whole(folder):
    """Whether all four files lie in the folder."""
    return all(idx_path(folder, name) for name in IDX_FILES)


def any_file(folder):
    """Whether any of the four does."""
    return any(idx_path(folder, name) for name in IDX_FILES)


def _holds(folder, name):
    """Whether the folder has four files, and the smallest is the one of the original `name`."""
    if not is_whole(folder):
        return False
    smallest = IDX_FILES[-1]
    try:
        labels = read_idx(idx_path(folder, smallest), "labels")
    except CourseError:
        return False
    return owner(smallest, checksum(labels)) == name


def _folder_of_files(folder, usual):
    """`folder`, or where none of the files lies in it the one sub-folder that has all of them."""
    found = [] if any_file(folder) else [each for each in _folders_in(folder) if is_whole(each)]
    if len(found) > 1:
        found = [each for each in found if each.name.replace("-", "_") == usual] or found
    if len(found) > 1:
        names = ", ".join(str(each) for each in found)
        raise UsageError(f"{folder} has several sets: name one of {names} with --data.")
    return found[0] if found else folder


def _folders_in(folder):
    try:
        return sorted(each for each in folder.iterdir() if each.is_dir())
    except OSError:
        return []


def idx_path(folder, name):
    """The file `name` in `folder`, gzipped or not, or in a folder of its own there; or None."""
    spellings = (f"{name}.gz", name, name.replace("-idx", ".idx"), f"{name[:-6]}.ubyte")
    for place in (folder, *(folder / spelling for spelling in spellings)):
        for spelling in spellings:
            if (place / spelling).is_file():
                return place / spelling
    return None


# Reading them -------------------------------------------------------------------------------------


def read(place):
    """The four arrays in a folder of idx files or a .npz of Keras's, and which original they are.

    Returns training images, labels, test images, labels (uint8), and "mnist", "fashion_mnist" or
    None. Raises CourseError for what is missing, damaged, no idx, or does not fit together.
    """
    place = Path(place)
    arrays = _read_npz(place) if place.suffix == ".npz" else _read_folder(place)
    for pictures, classes, kind in (
        (*arrays[:2], "training images"),
        (*arrays[2:], "test images"),
    ):
        if len(pictures) != len(classes):
            raise CourseError(
                f"{files.shown(place)} does not fit together: {len(pictures)} {kind}, "
                f"{len(classes)} labels; replace both files by those of one set."
            )
    return arrays, _recognised(place, arrays)


def _read_folder(folder):
    arrays = []
    for name in IDX_FILES:
        path = idx_path(folder, name)
        if path is None:
            raise CourseError(
                f"{files.shown(folder)} lacks {name}.gz: it must hold the four files "
                + ", ".join(f"{each}.gz" for each in IDX_FILES)
                + f", or one sub-folder with all of them, such as {Path(folder, 'mnist')}."
            )
        arrays.append(read_idx(path, "images" if "images" in name else "labels"))
    return arrays


def read_idx(path, kind):
    """The uint8 array in an idx file: "images" (count, 28, 28) or "labels" (count,), 0 to 9.

    Raises CourseError where it is truncated, damaged, or something else.
    """
    opener = gzip.open if path.suffix == ".gz" else open
    magic, dimensions = (0x803, 3) if kind == "images" else (0x801, 1)
    try:
        with opener(str(path), "rb") as file:
            header = file.read(4 * (1 + dimensions))
            if len(header) < 4 * (1 + dimensions):
                raise _unreadable(path, "it ends in its header")
            found, *shape = struct.unpack(f">{1 + dimensions}I", header)
            if found != magic:
                raise _unreadable(path, f"it is no idx file of {kind}")
            if shape[0] > _MOST or shape[1:] not in ([], [SIDE, SIDE]):
                words = " x ".join(map(str, shape))
                raise _unreadable(path, f"it says {words} where {SIDE} x {SIDE} pixels are needed")
            size = int(np.prod(shape))
            content = file.read(size + 1)
    except (EOFError, OSError, zlib.error) as error:
        raise _unreadable(path, str(error)) from error
    if len(content) != size or not size:
        if len(content) > size:
            raise _unreadable(path, f"it holds more than the {shape[0]} {kind} that it promises")
        raise _unreadable(path, f"it holds less than the {shape[0]} {kind} that it promises")
    array = np.frombuffer(content, np.uint8).reshape(shape)
    if kind == "labels" and array.max() >= CLASSES:
        raise _unreadable(path, f"its labels go up to {array.max()} where 0 to 9 are needed")
    return array


def _read_npz(path):
    try:
        with open(str(path), "rb") as file, np.load(file, allow_pickle=False) as stored:
            arrays = [stored[name] for name in ("x_train", "y_train", "x_test", "y_test")]
    except Exception as error:  # zipfile, zlib and NumPy have one each for every kind of damage
        raise _unreadable(path, "it is damaged, or not Keras's") from error
    for array, dimensions in zip(arrays, (3, 1, 3, 1)):
        if array.dtype != np.uint8 or array.ndim != dimensions:
            raise _unreadable(path, "its arrays are not those of MNIST")
    return arrays


def _unreadable(path, why):
    return CourseError(
        f"{files.shown(path)} cannot be read ({why}): replace it, or take the embedded images with "
        f"--data {DIGITS}."
    )


def checksum(array):
    """The SHA-256 of the idx file that holds `array`, unpacked."""
    header = struct.pack(f">{1 + array.ndim}I", 0x800 + array.ndim, *array.shape)
    digest = hashlib.sha256(header)
    digest.update(np.ascontiguousarray(array))
    return digest.hexdigest()


def _joint_checksum(arrays):
    return hashlib.sha256("".join(map(checksum, arrays)).encode("ascii")).hexdigest()


def _recognised(place, arrays):
    """The original that all four arrays are of, or None where none of them is of any.

    Raises CourseError where they are of different sets: labels must not be of other images.
    """
    owners = [owner(name, checksum(array)) for name, array in zip(IDX_FILES, arrays)]
    if len(set(owners)) > 1:
        titles = [ORIGINALS[each].title if each else "no published set" for each in owners]
        says = [translate(f"{name} of {title}") for name, title in zip(IDX_FILES, titles)]
        raise CourseError(
            f"The files in {files.shown(place)} are not of one set: {', '.join(says)}; replace "
            "those that do not belong there."
        )
    return owners[0]


def owner(name, digest):
    """The original whose file `name` has this SHA-256, or None."""
    for each, original in ORIGINALS.items():
        if original.checksums[name] == digest:
            return each
    return None


# The embedded digits ------------------------------------------------------------------------------

_TRAINING_DIGITS = 1500  # of 1,797
_BOX, _MARGIN = 20, 4  # as MNIST's digits lie in their pictures


def _digits():
    """scikit-learn's 1,797 digits, enlarged from 8 × 8 to 20 × 20 pixels in the middle of 28 × 28.

    Returns training images and labels, test images and labels. (E. Alpaydin and C. Kaynak, Optical
    Recognition of Handwritten Digits, UCI Machine Learning Repository, 1998.)
    """
    from sklearn.datasets import load_digits

    stored = load_digits()
    places_ = (np.arange(_BOX) + 0.5) * 8 / _BOX - 0.5
    tenths = np.stack([np.interp(places_, np.arange(8), row) for row in 10 * np.eye(8)], axis=1)
    tenths = np.round(tenths).astype(int)  # whole numbers: the same pixels on every machine
    enlarged = np.einsum("ij,njk,lk->nil", tenths, stored.images.astype(int), tenths)
    margins = [(0, 0), (_MARGIN, _MARGIN), (_MARGIN, _MARGIN)]
    pixels = (enlarged * 255 + 800) // 1600  # of 16 shades, times ten twice
    pictures = np.pad(pixels.astype(np.uint8), margins, mode="constant")
    order = np.random.RandomState(0).permutation(len(pictures))
    train, test = order[:_TRAINING_DIGITS], order[_TRAINING_DIGITS:]
    classes = stored.target.astype(np.uint8)
    return pictures[train], classes[train], pictures[test], classes[test]
