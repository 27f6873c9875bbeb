"""Image sets: what is read, what is refused, how batches come, and what a fetch leaves."""

import gzip
import hashlib
import re
import ssl
import struct
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.data import fetching, images
from common.errors import CourseError, UsageError
from conftest import ROOT

REAL = ROOT.parent / "shared" / "data"
real = pytest.mark.skipif(not REAL.exists(), reason=f"{REAL} is not there")


def idx(array):
    return struct.pack(f">{1 + array.ndim}I", 0x800 + array.ndim, *array.shape) + array.tobytes()


def made(count, seed):
    rdm = np.random.RandomState(seed)
    return rdm.randint(0, 256, (count, 28, 28)).astype("uint8"), np.arange(count, dtype="u1") % 10


@pytest.fixture
def folder(tmp_path):
    """A small set of one's own: 50 training and 20 test images."""
    contents = map(idx, (*made(50, 1), *made(20, 2)))
    for name, content in zip(images.IDX_FILES, contents):
        (tmp_path / f"{name}.gz").write_bytes(gzip.compress(content))
    return tmp_path


# Reading --------------------------------------------------------------------------------------


def test_the_digits_are_those_of_scikit_learn():
    from sklearn.datasets import load_digits

    sets = images.images("digits")
    assert (len(sets.train), len(sets.test)) == (1500, 297)
    classes = np.concatenate([sets.train.classes, sets.test.classes])
    assert Counter(classes.tolist()) == Counter(load_digits().target.tolist())
    assert sets.train.pictures.shape == (1500, 28, 28) and sets.train.pictures.max() == 255
    # whole numbers alone make the pixels: genuine TensorFlow 1.15.5's Python 3.7 has the same
    assert images.checksum(sets.train.pictures).startswith("f2ce03333e81f31e")


def test_an_enlarged_digit_has_the_shades_of_the_original():
    from sklearn.datasets import load_digits

    sets = images.images("digits")
    order = np.random.RandomState(0).permutation(1797)
    inside = sets.train.pictures[:, 4:24, 4:24] / 255 * 16
    stored = load_digits().images[order[:1500]]
    np.testing.assert_allclose(inside.mean(axis=(1, 2)), stored.mean(axis=(1, 2)), rtol=0.02)
    assert sets.train.pictures[:, :4].max() == 0


def test_a_folder_of_ones_own_is_read_gzipped_or_not(folder):
    for name in images.IDX_FILES[2:]:
        path = folder / f"{name}.gz"
        (folder / name).write_bytes(gzip.decompress(path.read_bytes()))
        path.unlink()
    sets = images.images(str(folder))
    for ours, (pictures, classes) in ((sets.train, made(50, 1)), (sets.test, made(20, 2))):
        np.testing.assert_array_equal(ours.pictures, pictures)
        np.testing.assert_array_equal(ours.classes, classes)
    assert folder.name in sets.title and not sets.as_usual


def damage(folder, name, change):
    path = folder / f"{name}.gz"
    path.write_bytes(change(path.read_bytes()))


def repacked(change):
    return lambda packed: gzip.compress(change(gzip.decompress(packed)))


@pytest.mark.parametrize(
    "name, change, sentence",
    [
        (0, lambda packed: packed[: len(packed) // 2], "cannot be read"),
        (0, lambda packed: packed[:5], "cannot be read"),
        (0, lambda packed: b"", "ends in its header"),
        (0, lambda packed: b"<html>not found</html>", "cannot be read"),
        (0, lambda packed: packed[:200] + b"\0\0\0\0" + packed[204:], "cannot be read"),
        (0, repacked(lambda raw: raw[:-1]), "holds less than the 50 images"),
        (0, repacked(lambda raw: raw + b"\0"), "holds more than the 50 images"),
        (0, repacked(lambda raw: b"\0\0\x08\x01" + raw[4:]), "no idx file of images"),
        (0, repacked(lambda raw: raw[:8] + struct.pack(">2I", 32, 32) + raw[16:]), "50 x 32 x 32"),
        (0, repacked(lambda raw: raw[:4] + b"\xff" * 4 + raw[8:]), "4294967295 x 28 x 28"),
        (1, repacked(lambda raw: raw[:-1] + b"\x0a"), "labels go up to 10"),
        (1, repacked(lambda raw: idx(np.zeros(49, "u1"))), "50 training images, 49 labels"),
        (2, repacked(lambda raw: idx(made(50, 1)[0])), "50 test images, 20 labels"),
        (3, repacked(lambda raw: idx(np.zeros(0, "u1"))), "cannot be read"),
    ],
)
def test_damaged_files_are_refused_in_one_sentence(name, change, sentence, folder):
    damage(folder, images.IDX_FILES[name], change)
    with pytest.raises(CourseError, match=sentence) as caught:
        images.images(str(folder))
    assert str(folder) in str(caught.value) and "\n" not in str(caught.value)


def test_a_missing_file_an_unknown_word_and_an_absent_set_are_refused(folder, monkeypatch):
    (folder / f"{images.IDX_FILES[3]}.gz").unlink()
    with pytest.raises(CourseError, match="lacks t10k-labels-idx1-ubyte.gz"):
        images.images(str(folder))
    with pytest.raises(UsageError, match="--data takes digits, mnist, fashion_mnist"):
        images.images("mnits")
    with pytest.raises(CourseError, match="data fetch mnist"):
        images.images("mnist")
    assert images.images("auto", "mnist").name == "digits"


def test_keras_cache_is_found_and_its_arrays_checked(tmp_path, monkeypatch, folder):
    monkeypatch.delenv(images.DATA_VARIABLE)
    monkeypatch.setattr(images.files, "ROOT", tmp_path)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    cache = tmp_path / "datasets"
    cache.mkdir()
    names = ("x_train", "y_train", "x_test", "y_test")
    np.savez(cache / "mnist.npz", **dict(zip(names, (*made(50, 1), *made(20, 2)))))
    assert images.places("mnist") == [cache / "mnist.npz"]
    with pytest.raises(CourseError, match="does not hold MNIST as it was published"):
        images.images("mnist")
    np.savez(cache / "mnist.npz", x_train=np.array([{}], dtype=object))
    with pytest.raises(CourseError, match="cannot be read"):  # a pickle is not opened
        images.images("mnist")
    np.savez(cache / "mnist.npz", **dict.fromkeys(names, np.zeros(1)))
    packed = (cache / "mnist.npz").read_bytes()
    other_compression = re.sub(rb"(PK\x01\x02.{6}).", rb"\1c", packed, flags=re.DOTALL)
    assert len(other_compression) == len(packed) and other_compression != packed
    for damaged in (packed[:99], other_compression, b"PK\x03\x04 truncated", b""):
        (cache / "mnist.npz").write_bytes(damaged)
        with pytest.raises(CourseError, match="cannot be read"):
            images.images("mnist")


@real
@pytest.mark.parametrize("name", images.ORIGINALS)
def test_the_real_sets_are_recognised_and_stay_small(name, monkeypatch):
    sets = images.images(str(REAL / name), usual=name)
    assert sets.as_usual and sets.title == images.ORIGINALS[name].title
    assert (len(sets.train), len(sets.test)) == (60000, 10000)
    arrays = [part for each in (sets.train, sets.test) for part in (each.pictures, each.classes)]
    assert all(each.dtype == np.uint8 for each in arrays)
    assert sum(each.nbytes for each in arrays) < 60 * 2**20
    monkeypatch.setenv(images.DATA_VARIABLE, str(REAL))
    assert images.images("auto", usual=name).name == name


@real
def test_files_of_two_sets_in_one_folder_are_refused(tmp_path):
    for k, name in enumerate(images.IDX_FILES):
        source = REAL / ("mnist" if k else "fashion_mnist") / f"{name}.gz"
        (tmp_path / source.name).symlink_to(source)
    with pytest.raises(CourseError, match="train-images-idx3-ubyte of Fashion-MNIST, train-labels"):
        images.images(str(tmp_path))


# Batches --------------------------------------------------------------------------------------


def numbered(count, **options):
    """An ImageSet whose picture k has the number k in its first two pixels."""
    pictures = np.zeros((count, 28, 28), np.uint8)
    pictures[:, 0, 0], pictures[:, 0, 1] = np.arange(count) % 256, np.arange(count) // 256
    return images.ImageSet(pictures, np.arange(count, dtype=np.uint8) % 10, **options)


def numbers_of(batch):
    return np.round(batch[:, 0] * 255 + 256 * batch[:, 1] * 255).astype(int)


@given(
    st.integers(1, 60), st.lists(st.integers(1, 150), min_size=1, max_size=20), st.integers(0, 9)
)
def test_every_epoch_has_every_example_once_and_a_seam_loses_none(count, sizes, seed):
    image_set = numbered(count, seed=seed)
    seen = []
    for size in sizes:
        batch, labels = image_set.next_batch(size)
        assert batch.shape == (size, 784) and labels.shape == (size, 10)
        np.testing.assert_array_equal(labels.argmax(axis=1), numbers_of(batch) % 10)
        seen += numbers_of(batch).tolist()
    assert image_set.position == len(seen) == sum(sizes)
    for start in range(0, len(seen), count):
        epoch = seen[start : start + count]
        assert len(set(epoch)) == len(epoch)


@given(st.integers(0, 500), st.integers(1, 40))
def test_what_comes_next_depends_on_the_position_alone(position, size):
    one, other = numbered(60), numbered(60)
    one.next_batch(position or 60)
    one.position = other.position = position
    np.testing.assert_array_equal(one.next_batch(size)[0], other.next_batch(size)[0])


def test_epochs_and_seeds_differ_in_their_order_and_none_keeps_that_of_the_file():
    first = numbered(60)
    epochs = [numbers_of(first.next_batch(60)[0]).tolist() for _ in range(2)]
    assert epochs[0] != epochs[1] != list(range(60))
    assert numbers_of(numbered(60, seed=1).next_batch(60)[0]).tolist() != epochs[0]
    in_order = numbered(60, seed=None)
    assert [numbers_of(in_order.next_batch(60)[0]).tolist() for _ in range(2)] == [
        list(range(60))
    ] * 2


def test_pixels_and_labels_as_the_documents_have_them():
    pictures = np.array([[0] * 784, [255] * 784, [51] * 784], np.uint8).reshape(3, 28, 28)
    classes = np.array([7, 0, 9], np.uint8)
    unit, labels = images.ImageSet(pictures, classes).examples()
    assert unit.dtype == labels.dtype == np.float32
    np.testing.assert_array_equal(unit[:, 0], np.float32([0, 1, 51]) / np.float32([1, 1, 255]))
    np.testing.assert_array_equal(labels, np.eye(10)[[7, 0, 9]])
    standard, numbers = images.ImageSet(
        pictures, classes, one_hot=False, standardised=True
    ).examples(1)
    np.testing.assert_allclose(standard[:, 0], [1, (0.2 - 0.5) / 0.5], rtol=1e-6)
    assert numbers.dtype == np.int64 and numbers.tolist() == [0, 9]


# Fetching -------------------------------------------------------------------------------------
#
# From a real https server on this machine; localhost.pem is its certificate, with a key that opens
# nothing else.


class Mirror(BaseHTTPRequestHandler):
    """Serves the dictionary `files`; a value may be an (status, headers, bytes) of its own."""

    files = {}
    asked = []

    def do_GET(self):
        name = self.path.rsplit("/", 1)[-1]
        self.asked.append(name)
        answer = self.files.get(name, (404, {}, b""))
        if isinstance(answer, bytes):
            answer = (200, {"Content-Length": str(len(answer))}, answer)
        self.send_response(answer[0])
        for key, value in answer[1].items():
            self.send_header(key, value)
        self.end_headers()
        self.wfile.write(answer[2])

    def log_message(self, *_):
        pass


@pytest.fixture
def mirror(monkeypatch, tmp_path, folder):
    """An https server on this machine that is the second mirror of MNIST; the first is dead."""
    certificate = str(Path(__file__).parent / "localhost.pem")
    monkeypatch.setenv("SSL_CERT_FILE", certificate)
    server = HTTPServer(("127.0.0.1", 0), Mirror)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    served = {path.name: path.read_bytes() for path in folder.glob("*.gz")}
    checksums = [
        hashlib.sha256(gzip.decompress(served[f"{name}.gz"])).hexdigest()
        for name in images.IDX_FILES
    ]
    mirrors = ["https://127.0.0.1:1/", f"https://localhost:{server.server_port}/mnist/"]
    stand_in = images.Original("MNIST", list("0123456789"), mirrors, checksums)
    monkeypatch.setitem(images.ORIGINALS, "mnist", stand_in)
    monkeypatch.setenv(images.DATA_VARIABLE, str(tmp_path / "data"))
    monkeypatch.setattr(Mirror, "files", served)
    monkeypatch.setattr(Mirror, "asked", [])
    yield Mirror
    server.shutdown()
    server.server_close()


def test_a_fetch_takes_the_mirror_that_answers_and_what_it_fetched_can_be_trained_on(
    mirror, course_here
):
    code, out, err = course_here("data", "fetch", "mnist")
    assert code == 0, err
    assert out.count("as published") == 4
    sets = images.images("auto", "mnist")
    assert sets.name == "mnist" and len(sets.train) == 50
    mirror.asked.clear()
    code, out, _ = course_here("data", "fetch", "mnist")
    assert code == 0 and out.count("is there already") == 4 and not mirror.asked


@pytest.mark.parametrize(
    "answer, reason",
    [
        ((404, {}, b""), "Not Found"),
        (gzip.compress(b"something else"), "not what was published"),
        (b"<html>", "cannot be unpacked"),
        ((200, {"Content-Length": "9999"}, b"short"), "broke off|IncompleteRead"),
        ((302, {"Location": "http://127.0.0.1:1/x"}, b""), "https|refused"),
        (gzip.compress(bytes(2**26 + 1)), "unpacks to more"),
    ],
    ids=["missing", "other", "no gzip", "broken off", "redirected to http", "bomb"],
)
def test_a_file_that_no_mirror_has_leaves_the_others_and_no_half(
    answer, reason, mirror, course_here
):
    name = f"{images.IDX_FILES[2]}.gz"
    whole = mirror.files[name]
    mirror.files[name] = answer
    code, _, err = course_here("data", "fetch", "mnist")
    assert code == 1
    sentence = err.strip().splitlines()[-1]
    assert f"Cannot fetch {name} of MNIST" in sentence and "by hand" in sentence
    assert any(word in sentence for word in reason.split("|")), sentence
    left = sorted(path.name for path in (images.data_folder() / "mnist").iterdir())
    assert left == sorted(f"{each}.gz" for each in images.IDX_FILES[:2])
    assert images.images("auto", "mnist").name == "digits"
    mirror.files[name] = whole
    mirror.asked.clear()
    assert course_here("data", "fetch", "mnist")[0] == 0
    assert mirror.asked == [f"{each}.gz" for each in images.IDX_FILES[2:]]


def test_a_damaged_file_on_disk_is_fetched_anew(mirror, course_here):
    course_here("data", "fetch", "mnist")
    path = images.data_folder() / "mnist" / f"{images.IDX_FILES[0]}.gz"
    path.write_bytes(path.read_bytes()[:100])
    assert "damaged" in course_here("data")[1]
    assert course_here("data", "fetch", "mnist")[1].count("is there already") == 3
    assert fetching.state(path, images.ORIGINALS["mnist"].checksums[images.IDX_FILES[0]]) == (
        "as published"
    )


def test_without_a_network_there_is_one_sentence(course_here, monkeypatch, tmp_path):
    monkeypatch.setenv(images.DATA_VARIABLE, str(tmp_path))
    monkeypatch.setattr(images.ORIGINALS["mnist"], "mirrors", ["https://nowhere.invalid/"])
    code, _, err = course_here("data", "fetch", "mnist")
    assert code == 1 and err.count("\n") == 1 and "try again with a network" in err


def test_mirrors_are_several_and_https():
    for original in images.ORIGINALS.values():
        assert len(original.mirrors) > 1
        assert all(mirror.startswith("https://") for mirror in original.mirrors)


@pytest.mark.parametrize(
    "number, flag, most", [("17", "batch", 40), ("28", "batch", 40), ("29", "minibatch", 37)]
)
def test_a_batch_that_the_images_do_not_fill_is_refused_with_the_bound(
    number, flag, most, tmp_path, course_here
):
    for name, array in zip(images.IDX_FILES, (*made(40, 1), *made(20, 2))):
        (tmp_path / name).write_bytes(idx(array))
    words = ["run", number, f"--{flag}-size", most + 1, "--data", tmp_path, "--output", tmp_path]
    code, _, err = course_here(*words)
    assert code == 2 and f"A batch of {most + 1} is more than the {most} images that" in err
    assert err.endswith(f": ask for at most {most}.\n") and err.count("\n") == 1
    assert not list(tmp_path.rglob("*.index"))


def test_29_refuses_a_batch_that_the_digits_do_not_fill(tmp_path, course_here):
    code, _, err = course_here("run", "29", "--minibatch-size", "1500", "--output", tmp_path)
    assert code == 2 and "more than the 1,375 images" in err and "at most 1375" in err
