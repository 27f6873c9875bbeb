"""Somebody's own TensorFlow 1 scripts run as they are, and print what 1.15.5 prints.

tests/old_code/recorded.json has what genuine 1.15.5 printed: `python -m tools.recordings`.
"""

import json
import re
import shutil

import pytest

from conftest import ROOT, course, forks, python
from tools import old_code, recordings

RECORDED = json.loads(recordings.RECORDED.read_text(encoding="utf-8"))
NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?", re.I)
BRACKET = re.compile(r"\s*([][])\s*")  # where NumPy aligns its columns
REFUSED = {  # {what 1.15.5 has and today nobody: words of its one sentence}
    "contrib_beam_gone.py": "line 2: tensorflow.contrib.seq2seq.BeamSearchDecoder cannot be had: ",
    "contrib_crf_gone.py": "line 2: tensorflow.contrib.crf cannot be had: ",
    "contrib_gone.py": "line 4: tensorflow.contrib.factorization cannot be had: ",
    "contrib_learn_gone.py": "line 5: tensorflow.contrib.learn.DNNClassifier cannot be had: ",
    "estimator_gone.py": "line 9: ",
    "notebook_shell.ipynb": "cell 2, line 1: !ls -la is for a shell",
}


def names():
    return [path.name for path in recordings.scripts()]


@pytest.fixture
def folder(tmp_path):
    """An empty working directory, with the scripts in another and MNIST's files as recorded."""
    scripts, work = tmp_path / "scripts", tmp_path / "work"
    shutil.copytree(recordings.SCRIPTS, scripts)
    work.mkdir()
    recordings.prepare(work)
    return work


def ran(folder, name, *words, flags=(), **options):
    path = folder.parent / "scripts" / name
    return course("script", *flags, path, *words, cwd=folder, **options)


def same_text(here, there):
    """Whether two outputs have the same words, and numbers that agree to 1 in 10,000."""
    words = [BRACKET.sub(r"\1", NUMBER.sub("#", text)).split() for text in (here, there)]
    numbers = [[float(each) for each in NUMBER.findall(text)] for text in (here, there)]
    return words[0] == words[1] and numbers[0] == pytest.approx(numbers[1], rel=1e-4, abs=2e-6)


@forks
@pytest.mark.same_bits
@pytest.mark.parametrize("name", [name for name in names() if name not in REFUSED])
def test_a_script_prints_what_1_15_5_prints(name, folder):
    code, out, err = ran(folder, name)
    recorded = RECORDED[name]
    assert code == recorded["code"], err
    assert same_text(out, recorded["out"]), f"{out}\n--- 1.15.5:\n{recorded['out']}\n{err}"
    if recorded["error"]:
        kind = recorded["error"].partition(":")[0]
        assert err.strip().splitlines()[-1].startswith(kind.rpartition(".")[2]), err
        assert str(ROOT / "common") not in err
    else:
        assert "Traceback" not in err


@forks
@pytest.mark.parametrize("name", REFUSED)
def test_what_is_gone_for_good_is_one_sentence_with_its_line(name, folder):
    code, out, err = ran(folder, name)
    assert code == 1
    assert err.count("\n") == 1 and REFUSED[name] in err and "never" not in out


# The runner ---------------------------------------------------------------------------------------


def write(folder, name, text):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def script(path, *words, flags=(), **options):
    return course("script", *flags, path, *words, cwd=path.parent, **options)


def test_arguments_folder_and_exit_code_are_the_scripts_own(tmp_path):
    path = write(tmp_path, "a.py", "import os, sys\nprint(sys.argv, os.getcwd())\nsys.exit(3)\n")
    code, out, _ = script(path, "--digits", "--help", "x")
    assert code == 3 and out == f"{[str(path), '--digits', '--help', 'x']} {tmp_path}\n"


def test_nothing_on_disk_is_rewritten(tmp_path):
    write(tmp_path, "beside.py", "def half(n):\n\treturn n / 2\nprint 'beside', half(3)\n")
    path = write(tmp_path, "a.py", "import beside\nprint beside.half(5)\n")
    before = {each.name: each.read_bytes() for each in tmp_path.iterdir()}
    code, out, err = script(path)
    assert (code, out, err) == (0, "beside 1\n2\n", "")
    assert {each.name: each.read_bytes() for each in tmp_path.iterdir()} == before


def test_a_traceback_has_the_scripts_own_lines_and_no_other_frames(tmp_path):
    write(tmp_path, "beside.py", "import tensorflow as tf\ndef f():\n    raise KeyError('x')\n")
    path = write(tmp_path, "a.py", "import beside\nprint 'one'\n\nbeside.f()\n")
    code, out, err = script(path)
    assert (code, out) == (1, "one\n")
    places = re.findall(r'File "(.*?)", line (\d+)', err)
    assert places == [(str(path), "4"), (str(tmp_path / "beside.py"), "3")]
    assert err.endswith("KeyError: 'x'\n")


def test_a_syntax_error_is_the_scripts(tmp_path):
    code, out, err = script(write(tmp_path, "a.py", "x = 1\ny = (\nz = = 2\n"))
    assert code == 1 and "SyntaxError" in err and f'File "{tmp_path}/a.py"' in err
    assert str(ROOT) not in err


@pytest.mark.parametrize("name", ["none.py", "none.ipynb", "."])
def test_a_script_that_is_not_there_is_one_sentence(name, tmp_path):
    code, out, err = course("script", tmp_path / name, cwd=tmp_path)
    assert (code, out) == (2, "") and err.count("\n") == 1 and "cannot be read" in err


def test_a_damaged_notebook_is_one_sentence(tmp_path):
    code, _, err = script(write(tmp_path, "a.ipynb", '{"cells": [1'))
    assert code == 1 and err.count("\n") == 1 and "no notebook that can be read" in err


def test_an_interrupt_ends_it_as_it_ends_python(tmp_path):
    text = "import os, signal\nos.kill(os.getpid(), signal.SIGINT)\nwhile True: pass\n"
    code, _, err = script(write(tmp_path, "a.py", text))
    assert code == -2 and err.endswith("KeyboardInterrupt\n") and str(ROOT / "common") not in err


FIGURES = """import matplotlib
matplotlib.use("TkAgg")
import matplotlib.pyplot as plt
plt.plot([1, 2])
plt.show()
plt.figure()
plt.gcf().gca(projection="3d")
plt.hist([1, 2], normed=True)
plt.style.use("seaborn-whitegrid")
plt.ion()
line, = plt.gca().plot([1, 2], [1, 2], [1, 2])
plt.gca().lines.remove(line)
plt.pause(100)
print(len(plt.gca().lines))
"""


def test_figures_are_kept_where_they_are_asked_for(tmp_path):
    path = write(tmp_path, "a.py", FIGURES)
    code, out, err = script(path, flags=("--figures", "drawn"))
    assert (code, out) == (0, "0\n"), err
    assert sorted(each.name for each in (tmp_path / "drawn").iterdir()) == ["a-1.png", "a-2.png"]
    assert err == "Figure: drawn/a-1.png\nFigure: drawn/a-2.png\n"


def test_without_a_screen_figures_are_counted(tmp_path):
    code, _, err = script(write(tmp_path, "a.py", FIGURES), env={"DISPLAY": ""})
    assert code == 0 and err.startswith("2 figures were to be shown,") and "--figures" in err


MNIST = """import urllib
from tensorflow.examples.tutorials.mnist import input_data
name, _ = urllib.urlretrieve("http://yann.lecun.com/exdb/mnist/t10k-labels-idx1-ubyte.gz", "l.gz")
print len(open(name, "rb").read())
print input_data.read_data_sets("nowhere", one_hot=True, validation_size=9).test.num_examples
"""


def test_mnist_that_is_not_there_is_one_sentence_and_digits_stand_for_it(tmp_path):
    path = write(tmp_path, "a.py", MNIST)
    code, out, err = script(path)
    assert (code, out, err.count("\n")) == (1, "", 1) and "data fetch mnist" in err
    code, out, err = script(path, flags=("--digits",))
    assert code == 0 and out.endswith("\n297\n"), err
    assert err.count("\n") == 1 and "The embedded digits stand for MNIST" in err


def test_mnist_files_are_served_as_they_lie_on_disk(tmp_path):
    data = tmp_path / "data" / "mnist"
    data.parent.mkdir()
    recordings.prepare(tmp_path)
    shutil.move(tmp_path / "MNIST_data", data)
    path = write(tmp_path, "a.py", MNIST)
    code, _, err = script(path, env={"COURSE_DATA": str(data.parent)})
    served = (tmp_path / "l.gz").read_bytes()
    assert (code, err) == (0, "")
    assert served == (data / "t10k-labels-idx1-ubyte.gz").read_bytes()


OLD = """import numpy as np
import tensorflow as tf
a = tf.mul(1, np.int(2))
b = tf.contrib.learn.LinearRegressor
c = tf.layers.dense
d = tf.matmul
"""


def test_check_says_what_is_gone_and_runs_nothing(tmp_path):
    path = write(tmp_path, "a.py", OLD + "print('never')\n")
    code, out, err = course("check", path, cwd=tmp_path)
    assert (code, err) == (1, "") and "never" not in out
    lines = out.splitlines()
    assert lines[0] == "a.py: Python 3, 4 names that today's libraries do not have"
    assert lines[1].startswith("  line 3: tf.mul: given back; today tf.multiply")
    assert lines[2].startswith("  line 3: np.int: given back; today Python's own")
    assert "line 4: tf.contrib.learn.LinearRegressor: cannot be had: nobody" in lines[3]
    assert lines[4].startswith("  line 5: tf.layers.dense: given back; today tf.keras.layers")
    code, out, _ = course("check", write(tmp_path, "b.py", "import tensorflow as tf\n"))
    assert code == 0 and "nothing is gone" in out


def test_explain_says_so_at_the_end_of_a_run(tmp_path):
    text = "import tensorflow as tf\nprint('one')\ntf.train.SummaryWriter\n"
    code, out, err = script(write(tmp_path, "a.py", text), flags=("--explain",))
    assert code == 0, err
    assert out.startswith("one\n") and "today tf.summary.FileWriter" in out


def test_lost_names_are_the_scripts_alone(tmp_path):
    text = "import numpy as np, sys\nnp.int\nprint(hasattr(sys.modules['numpy'], 'int'))\n"
    code, out, err = script(write(tmp_path, "a.py", text))
    assert (code, out, err) == (0, "False\n", "")


def test_a_boston_table_is_refused_in_a_sentence(tmp_path):
    text = "from sklearn.cross_validation import KFold\nprint(len(KFold(6, 3)))\n\n"
    text += "from sklearn.datasets import load_boston\n"
    code, out, err = script(write(tmp_path, "a.py", text))
    assert (code, out) == (1, "3\n")
    assert err.count("\n") == 1 and "a.py, line 4: sklearn.datasets.load_boston cannot" in err


NOTEBOOK = """from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell()
for cell in ("%load_ext common.tf1", "import tensorflow as tf, numpy as np",
             "print(tf.contrib.layers.l2_regularizer(0.5), np.int, tf.placeholder)",
             "import sys; print(hasattr(sys.modules['tensorflow'], 'placeholder'))"):
    assert shell.run_cell(cell).success
"""


def test_a_notebook_of_ones_own_loads_it_as_an_extension(tmp_path):
    done = python(write(tmp_path, "a.py", NOTEBOOK), cwd=tmp_path, env={"PYTHONPATH": str(ROOT)})
    code, out, err = done
    assert code == 0 and "<class 'int'>" in out and out.endswith("False\n"), out + err


def test_from_common_import_tf_is_the_same_in_a_script_of_ones_own(tmp_path):
    text = "from common import tf\nimport tensorflow\nprint(tensorflow.Session is tf.Session)\n"
    code, out, err = script(write(tmp_path, "a.py", text))
    assert (code, out, err) == (0, "True\n", "")


def test_modules_that_keras_had_are_found(tmp_path):
    text = "from keras.utils import np_utils\nfrom keras.layers.core import Dense\n"
    text += "import tensorflow as tf\nprint(np_utils.to_categorical([1], 3))\n"
    text += "print(Dense is tf.keras.layers.Dense)\n"
    code, out, err = script(write(tmp_path, "a.py", text))
    assert (code, out, err) == (0, "[[0. 1. 0.]]\nTrue\n", "")


MODULES = """import importlib
from importlib import import_module
import tensorflow as tf
print(importlib.import_module("tensorflow") is tf, __import__("tensorflow") is tf)
print(import_module("tensorflow.contrib.layers") is tf.contrib.layers, import_module("math").pi)
print(__import__("tensorflow.contrib", fromlist=["rnn"]) is tf.contrib)
print(importlib.reload(tf) is tf)
import_module("tensorflow.nothing")
"""


def test_a_module_imported_by_its_name_is_the_one_that_import_gives(tmp_path):
    code, out, err = script(write(tmp_path, "a.py", MODULES))
    assert (code, out) == (1, "True True\nTrue 3.141592653589793\nTrue\nTrue\n")
    assert err.endswith("ModuleNotFoundError: No module named 'tensorflow.nothing'\n"), err
    assert str(ROOT / "common") not in err


BESIDE = """import lessons.two
from common import half, tf
from lessons import one
from lessons.two import three
import importlib
print half(5), one.name, three, importlib.import_module("common").half is half
print tf.contrib.layers.fully_connected(tf.ones([1, 2]), 3).shape
"""


def test_modules_beside_a_script_may_have_our_names(tmp_path):
    write(tmp_path, "common.py", "import tensorflow as tf\ndef half(n):\n    return n / 2\n")
    lessons = tmp_path / "lessons"
    lessons.mkdir()
    write(lessons, "__init__.py", "from . import one\n")
    write(lessons, "one.py", "from common import half\nname = __name__\n")
    write(lessons, "two.py", "from .one import half\nthree = half(6.0)\n")
    path = write(tmp_path, "a.py", BESIDE)
    code, out, err = course("script", path, cwd=ROOT)
    assert (code, out, err) == (0, "2.5 lessons.one 3.0 True\n(1, 3)\n", "")


def test_a_common_py_in_the_working_directory_is_the_scripts(tmp_path):
    write(tmp_path, "common.py", "x = 3\n")
    code, out, err = script(write(tmp_path, "a.py", "from common import x\nprint(x)\n"))
    assert (code, out, err) == (0, "3\n", "")


def test_reload_of_sys_sets_its_encoding_as_python_2_did(tmp_path):
    text = "import sys\nreload(sys)\nsys.setdefaultencoding('utf8')\nprint sys.argv[1]\n"
    code, out, err = script(write(tmp_path, "a.py", text), "x")
    assert (code, out, err) == (0, "x\n", "")


def test_the_page_on_old_code_says_what_the_commands_use():
    assert old_code.page() == old_code.PAGE.read_text(encoding="utf-8"), (
        "run python -m tools.old_code"
    )
