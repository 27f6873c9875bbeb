"""Somebody's own TensorFlow 1 scripts run as they are, and print what 1.15.5 prints.

tests/old_code/recorded.json has what genuine 1.15.5 printed: `python -m tools.recordings`.
"""

import json
import re
import shutil

import pytest

from conftest import ROOT, course, forks
from tools import recordings

RECORDED = json.loads(recordings.RECORDED.read_text(encoding="utf-8"))
NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?", re.I)
BRACKET = re.compile(r"\s*([][])\s*")  # where NumPy aligns its columns
REFUSED = {  # {what 1.15.5 has and today nobody: words of its one sentence}
    "contrib_gone.py": "line 4: tensorflow.contrib.factorization cannot be had: ",
    "contrib_learn_gone.py": "line 2: tensorflow.contrib.learn cannot be had: ",
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
