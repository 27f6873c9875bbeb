"""Nothing listens beyond this machine, nothing is unpickled, no archive is unpacked."""

import ast
import contextlib
import re
import time

import numpy as np
import psutil
import pytest

from common.data import images
from common.errors import CourseError
from conftest import ROOT, start

LOOPBACK = ("127.0.0.1", "::1")
FORBIDDEN = {"pickle", "cPickle", "dill", "joblib", "marshal", "shelve", "tarfile", "yaml"}


def listening(process):
    """{(address, port)} that `process` and its children listen on."""
    found = []
    for one in [process, *process.children(recursive=True)]:
        with contextlib.suppress(psutil.NoSuchProcess):  # a child may have ended meanwhile
            found += one.net_connections("tcp")
    return {each.laddr[:2] for each in found if each.status == psutil.CONN_LISTEN}


def served(words, count, seconds=600):
    """What `python -m lessons *words` listens on, once it does on so many ports; it is ended."""
    process = start("-m", "lessons", *words)
    family, deadline = psutil.Process(process.pid), time.monotonic() + seconds
    try:
        while len(listening(family)) < count:
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < deadline, "it listens on nothing"
            time.sleep(0.2)
        time.sleep(1)
        return listening(family)
    finally:
        for one in [*family.children(recursive=True), family]:
            one.kill()
        process.communicate()


def test_tensorboard_listens_on_this_machine_only(tmp_path, course_here):
    assert course_here("run", "18", "--output", tmp_path)[0] == 0
    places = served(["tensorboard", "18", "--port", "0", "--output", tmp_path], 1)
    assert {address for address, _ in places} <= set(LOOPBACK)


def test_jupyterlab_listens_on_this_machine_only():
    places = served(["notebook", "18", "--no-browser"], 1)
    assert {address for address, _ in places} <= set(LOOPBACK)


def test_the_web_site_is_served_on_this_machine_only(tmp_path):
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "index.html").touch()
    places = served(["site", tmp_path, "--port", "0", "--no-browser"], 1)
    assert {address for address, _ in places} <= set(LOOPBACK)


def sources():
    folders = [ROOT / each for each in ("common", "lessons", "tools", "benchmarks")]
    return [path for folder in folders for path in sorted(folder.rglob("*.py"))]


@pytest.mark.parametrize("path", sources(), ids=lambda path: path.name)
def test_nothing_is_unpickled_or_unpacked(path):
    tree = ast.parse(path.read_text("utf-8"))
    for node in ast.walk(tree):
        names = [each.name for each in getattr(node, "names", []) if isinstance(each, ast.alias)]
        names.append(getattr(node, "module", None) or "")
        assert not {name.split(".")[0] for name in names} & FORBIDDEN
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            assert not re.search(r"unpack_archive|extractall|\.extract$", called)
            if path.parent.name != "script":  # which runs what the learner names
                assert called not in ("eval", "exec")
            assert "allow_pickle=True" not in ast.unparse(node)


def test_an_array_that_would_have_to_be_unpickled_is_refused(tmp_path):
    class Trap:
        def __reduce__(self):
            return (open, (str(tmp_path / "sprung"), "w"))

    trap = np.array([Trap()], dtype=object)
    np.savez(tmp_path / "mnist.npz", x_train=trap, y_train=trap, x_test=trap, y_test=trap)
    with pytest.raises(CourseError, match="cannot be read"):
        images.read(tmp_path / "mnist.npz")
    assert not (tmp_path / "sprung").exists()
