"""MNIST for old scripts: `input_data` of TensorFlow's tutorials, and its files when asked for.

Its pictures are read from where the script keeps them, else from this machine's disk as
common.data.images finds them; with `digits` the embedded digits take their place.
"""

import collections
import gzip
import io
import os
import struct
import sys
import urllib.request
from pathlib import Path

import numpy as np

from common import language
from common.data import images
from common.errors import CourseError
from common.tf1.names import Namespace

Datasets = collections.namedtuple("Datasets", ["train", "validation", "test"])
DEFAULT_SOURCE_URL = "https://storage.googleapis.com/cvdf-datasets/mnist/"
_HOSTS = ("cvdf-datasets", "fashion-mnist", "lecun.com", "mnist")

digits = False  # whether the embedded digits stand for MNIST
_said = set()


def say(sentence):
    """Say something to the reader once, beside what the script prints."""
    if sentence not in _said:
        _said.add(sentence)
        language.say(sentence, file=sys.stderr)


# Files --------------------------------------------------------------------------------------------


def content(name):
    """The bytes of the gzipped idx file `name`, those of the disk as they are there.

    Raises CourseError where MNIST is not on this machine.
    """
    if digits:
        say("The embedded digits stand for MNIST (--digits): 1,797 small ones, enlarged.")
        arrays = dict(zip(images.IDX_FILES, images._digits()))
        return packed(arrays[name])
    for place in images.places("mnist"):
        if place.is_file():
            arrays, _ = images.read(place)
            return packed(arrays[images.IDX_FILES.index(name)])
        path = images.idx_path(place, name)
        return path.read_bytes() if path.suffix == ".gz" else gzip.compress(path.read_bytes(), 9)
    raise CourseError(
        "MNIST is not on this machine: fetch it with `python -m lessons data fetch mnist`, or take "
        "the embedded digits with --digits."
    )


def packed(array):
    """The gzipped idx file of a uint8 array, as bytes."""
    header = struct.pack(f">{1 + array.ndim}I", 0x800 + array.ndim, *array.shape)
    return gzip.compress(header + np.ascontiguousarray(array).tobytes(), mtime=0)


def name_of(address):
    """Which of MNIST's files the address `address` is of, or None."""
    address = str(getattr(address, "full_url", address))
    if "fashion" in address.lower() or not any(host in address.lower() for host in _HOSTS):
        return None
    last = address.rstrip("/").rpartition("/")[2]
    for name in images.IDX_FILES:
        if last in (f"{name}.gz", name):
            return name
    return None


def _bytes_of(address):
    """What the address of one of MNIST's files gives: packed or not."""
    found = content(name_of(address))
    is_packed = str(getattr(address, "full_url", address)).endswith(".gz")
    return found if is_packed else gzip.decompress(found)


def urlretrieve(url, filename=None, reporthook=None, data=None):
    """As urllib's; MNIST's files come from this machine."""
    if name_of(url) is None:
        return urllib.request.urlretrieve(url, filename, reporthook, data)
    found = _bytes_of(url)
    path = Path(filename or url.rpartition("/")[2])
    path.write_bytes(found)
    if reporthook:
        reporthook(0, 8192, len(found))
        reporthook(-(-len(found) // 8192), 8192, len(found))
    return str(filename or path), {"Content-Length": str(len(found))}


def urlopen(url, *arguments, **named):
    """As urllib's; MNIST's files come from this machine."""
    if name_of(url) is None:
        return urllib.request.urlopen(url, *arguments, **named)
    return urllib.response.addinfourl(io.BytesIO(_bytes_of(url)), {}, str(url), 200)


def maybe_download(filename, work_directory, source_url=None):
    """The path of a file in the folder `work_directory`, put there if it is not, as 1.15's."""
    folder = Path(work_directory)
    path = folder / filename
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        if source_url and not source_url.endswith(filename):
            source_url = source_url + filename
        urlretrieve(source_url or DEFAULT_SOURCE_URL + filename, str(path))
        print("Successfully downloaded", filename, path.stat().st_size, "bytes.")
    return os.path.join(work_directory, filename)


# Arrays -------------------------------------------------------------------------------------------


class _Packed(io.BytesIO):
    """A file of this machine's, under the name that the script would have given it."""

    def __init__(self, name, whole):
        super().__init__(whole)
        self.name = name


def _numbers(file, magic, count, kind):
    """The whole numbers behind the magic one in an opened idx file, and its bytes."""
    with gzip.GzipFile(fileobj=file) as unpacked:
        found, *sizes = struct.unpack(f">{1 + count}I", unpacked.read(4 + 4 * count))
        if found != magic:
            raise ValueError(f"Invalid magic number {found} in MNIST {kind} file: {file.name}")
        return sizes, np.frombuffer(unpacked.read(int(np.prod(sizes))), np.uint8)


def extract_images(f):
    """The pictures in an opened gzipped idx file: uint8 of shape (count, rows, columns, 1)."""
    print("Extracting", f.name)
    sizes, pixels = _numbers(f, 2051, 3, "image")
    return pixels.reshape(*sizes, 1)


def extract_labels(f, one_hot=False, num_classes=10):
    """The labels in one: uint8 of shape (count,), or one-hot rows of float64."""
    print("Extracting", f.name)
    _, labels = _numbers(f, 2049, 1, "label")
    return dense_to_one_hot(labels, num_classes) if one_hot else labels


def dense_to_one_hot(labels_dense, num_classes):
    """Rows of float64 with a 1 where the label is."""
    return np.eye(num_classes)[np.asarray(labels_dense).ravel()]


def _graph_seeds(seed):
    from common.tf1 import tf

    return tf.get_seed(seed)


class DataSet:
    """Pictures and labels, handed out in batches as 1.15's DataSet does, in the same order.

    images: float32 of 0 to 1 or uint8, rows of pixels where `reshape`. The order of each epoch is
    NumPy's global generator's, which is seeded from the graph's seed when a DataSet is made.
    """

    def __init__(
        self,
        images,
        labels,
        fake_data=False,
        one_hot=False,
        dtype="float32",
        reshape=True,
        seed=None,
    ):
        of_graph, of_op = _graph_seeds(seed)
        np.random.seed(of_graph if seed is None else of_op)
        dtype = np.dtype(getattr(dtype, "as_numpy_dtype", dtype))
        if dtype not in (np.uint8, np.float32):
            raise TypeError(f"Invalid image dtype {dtype!r}, expected uint8 or float32")
        self._fake, self.one_hot = fake_data, one_hot
        if not fake_data:
            assert len(images) == len(labels), (
                f"images.shape: {images.shape} labels.shape: {labels.shape}"
            )
            if reshape:
                assert images.shape[3] == 1
                images = images.reshape(len(images), -1)
            if dtype == np.float32:
                images = np.multiply(images.astype(np.float32), np.float32(1.0 / 255.0))
        self._images, self._labels = images, labels
        self._num_examples = 10000 if fake_data else len(images)
        self._epochs_completed = self._index_in_epoch = 0

    images = property(lambda self: self._images)
    labels = property(lambda self: self._labels)
    num_examples = property(lambda self: self._num_examples)
    epochs_completed = property(lambda self: self._epochs_completed)

    def _shuffle(self):
        order = np.arange(self._num_examples)
        np.random.shuffle(order)
        self._images, self._labels = self._images[order], self._labels[order]

    def next_batch(self, batch_size, fake_data=False, shuffle=True):
        """The next examples; a batch that crosses an epoch's end takes the rest of both."""
        if fake_data:
            label = [1] + [0] * 9 if self.one_hot else 0
            return [[1] * 784 for _ in range(batch_size)], [label for _ in range(batch_size)]
        start = self._index_in_epoch
        if shuffle and start == 0 and self._epochs_completed == 0:
            self._shuffle()
        end = start + batch_size
        if end <= self._num_examples:
            self._index_in_epoch = end
            return self._images[start:end], self._labels[start:end]
        rest = self._images[start:], self._labels[start:]
        self._epochs_completed += 1
        if shuffle:
            self._shuffle()
        self._index_in_epoch = end = end - self._num_examples
        new = self._images[:end], self._labels[:end]
        return tuple(np.concatenate(both, axis=0) for both in zip(rest, new))


def read_data_sets(
    train_dir,
    fake_data=False,
    one_hot=False,
    dtype="float32",
    reshape=True,
    validation_size=5000,
    seed=None,
    source_url=DEFAULT_SOURCE_URL,
):
    """Datasets of train, validation and test, as 1.15's `read_data_sets`.

    The four files are those in the folder `train_dir`; where one is not there, this machine's.
    """
    options = {"dtype": dtype, "seed": seed}
    if fake_data:
        return Datasets(*[DataSet([], [], True, one_hot, **options) for _ in range(3)])
    arrays = []
    for name in images.IDX_FILES:
        with _opened(train_dir, name) as file:
            is_picture = "images" in name
            arrays.append(extract_images(file) if is_picture else extract_labels(file, one_hot))
    pictures, labels, test_pictures, test_labels = arrays
    if digits and validation_size == 5000:
        validation_size = 150  # of 1,500
    if not 0 <= validation_size <= len(pictures):
        raise ValueError(
            f"Validation size should be between 0 and {len(pictures)}. Received: {validation_size}."
        )
    k = validation_size
    options["reshape"] = reshape
    return Datasets(
        train=DataSet(pictures[k:], labels[k:], **options),
        validation=DataSet(pictures[:k], labels[:k], **options),
        test=DataSet(test_pictures, test_labels, **options),
    )


def _opened(folder, name):
    path = os.path.join(folder, f"{name}.gz")
    if os.path.exists(path):
        return open(path, "rb")
    found = Path(folder) / name
    whole = gzip.compress(found.read_bytes()) if found.is_file() else content(name)
    return _Packed(path, whole)


def load_mnist(train_dir="MNIST-data"):
    """As 1.15's."""
    return read_data_sets(train_dir)


def input_data():
    """The module `tensorflow.examples.tutorials.mnist.input_data`."""
    names = """DEFAULT_SOURCE_URL DataSet Datasets dense_to_one_hot extract_images extract_labels
    load_mnist maybe_download read_data_sets"""
    return Namespace(
        None,
        {name: globals()[name] for name in names.split()},
        title="tensorflow.examples.tutorials.mnist.input_data",
    )


def fetch_mldata(dataname, *_, **__):
    """sklearn's of that name, for "MNIST original": all 70,000, sorted by digit in each part."""
    from sklearn.utils import Bunch

    if "mnist" not in dataname.lower():
        raise CourseError(
            f"mldata.org is gone, and its set {dataname!r} with it: only MNIST is to be had here."
        )
    arrays = [_array(name) for name in images.IDX_FILES]
    data, target = [], []
    for pictures, labels in (arrays[:2], arrays[2:]):
        order = np.argsort(labels, kind="stable")
        data.append(pictures.reshape(len(pictures), -1)[order])
        target.append(labels[order].astype(float))
    return Bunch(
        data=np.concatenate(data), target=np.concatenate(target), COL_NAMES=["label", "data"]
    )


def _array(name):
    whole = gzip.decompress(content(name))
    count = 3 if "images" in name else 1
    shape = struct.unpack(f">{count}I", whole[4 : 4 + 4 * count])
    return np.frombuffer(whole[4 + 4 * count :], np.uint8).reshape(shape)


def forget():
    """Begin anew: for another script in this process."""
    _said.clear()
