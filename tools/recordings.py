"""Recordings of tests/old_code under genuine TensorFlow 1.15.5: `python -m tools.recordings`.

What each script prints there, its exit code and the last line of its error go to
tests/old_code/recorded.json. A script of Python 3 is run as it is. One of Python 2, or older than
TensorFlow 1.0, and a notebook are converted first, with what they lack put back.
"""

import ast
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from common import files
from common.data import images
from common.script import checking, mnist, sources

SCRIPTS = files.ROOT / "tests" / "old_code"
RECORDED = SCRIPTS / "recorded.json"
PYTHON = files.ROOT / ".venv-tf1" / "bin" / "python"
_PYTHON_2 = """import sys
sys.path.append({root!r})
from common.script import python2
globals().update(python2.names())
import builtins, importlib, itertools
vars(builtins).update(python2.names())
itertools.izip = zip
for _old, _new in python2.MODULES.items():
    try:
        sys.modules[_old] = importlib.import_module(_new)
    except ImportError:
        pass
sys.path.remove({root!r})
"""
_BEFORE_1_0 = """import sys
sys.path.append({root!r})
import tensorflow
from common.tf1 import older
for _name, _value in older.names(tensorflow, True).items():
    _names = getattr(_value, "__path__", None) == [] and vars(_value)
    if _names:
        for k, v in _names.items():
            if not k.startswith("_"):
                setattr(getattr(tensorflow, _name), k, v)
    else:
        setattr(tensorflow, _name, _value)
sys.path.remove({root!r})
"""
_NOTEBOOK = """class _Shell:
    def run_line_magic(self, *words):
        return None
def get_ipython():
    return _Shell()
"""


def scripts():
    """The scripts and notebooks that are run; not the modules that they import."""
    found = sorted([*SCRIPTS.glob("*.py"), *SCRIPTS.glob("*.ipynb")])
    return [path for path in found if not path.name.startswith("sibling_net")]


def prepare(folder):
    """Put what scripts read into their working directory: the embedded digits as MNIST."""
    place = folder / "MNIST_data"
    place.mkdir()
    arrays = dict(zip(images.IDX_FILES, images._digits()))
    for name, array in arrays.items():
        (place / f"{name}.gz").write_bytes(mnist.packed(array))


def _for_1_15_5(path, folder):
    """The script to run there: `path` itself, or a conversion of it."""
    program = sources.read(str(path))
    older = checking.is_older(program)
    if program.python == 3 and not older and not program.is_notebook:
        return path
    trees = [
        parsed if source.endswith(";") or not program.is_notebook else _shown(parsed)
        for _, source, parsed in program.parts
    ]
    before = (_PYTHON_2 if program.python == 2 else "") + (_BEFORE_1_0 if older else "")
    before = before.format(root=str(files.ROOT)) + (_NOTEBOOK if program.is_notebook else "")
    converted = folder / path.with_suffix(".py").name
    text = "\n".join(map(ast.unparse, trees))
    features = [line for line in text.splitlines() if line.startswith("from __future__")]
    before = "\n".join([*features, before])
    text = "\n".join(line for line in text.splitlines() if line not in features)
    converted.write_text(before + text + "\n", encoding="utf-8")
    return converted


def _shown(parsed):
    """A cell whose last expression is printed, as a notebook shows it."""
    if parsed.body and isinstance(parsed.body[-1], ast.Expr):
        value = parsed.body[-1].value
        shown = ast.parse("print(repr(_value)) if _value is not None else None").body[0]
        parsed.body[-1:] = [ast.Assign([ast.Name("_value", ast.Store())], value, lineno=1), shown]
    return parsed


def record(chosen):
    """{name: {"out", "code", "error"}} of the scripts `chosen`, under 1.15.5."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        shutil.copy(SCRIPTS / "sibling_net.py", folder)
        words = []
        for path in chosen:
            work = folder / path.name.replace(".", "_")
            work.mkdir()
            prepare(work)
            words += [str(_for_1_15_5(path, folder)), str(work)]
        environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONWARNINGS": "ignore"}
        environment.update(PYTHONPATH="", MPLBACKEND="Agg", CUDA_VISIBLE_DEVICES="-1")
        subprocess.run([str(PYTHON), "-c", _FORKS, *words], env=environment, check=True)
        return {path.name: _result(Path(work)) for path, work in zip(chosen, words[1::2])}


_FORKS = """import os, runpy, sys, traceback
import tensorflow
for script, work in zip(sys.argv[1::2], sys.argv[2::2]):
    child = os.fork()
    if child:
        status = os.waitpid(child, 0)[1]
        with open(work + ".code", "w") as file:
            file.write(str(os.WEXITSTATUS(status) if os.WIFEXITED(status) else -1))
        continue
    for number, name in ((1, ".out"), (2, ".err")):
        os.dup2(os.open(work + name, os.O_CREAT | os.O_WRONLY), number)
    os.chdir(work)
    sys.argv, sys.path[0] = [script], os.path.dirname(script)
    code = 1
    try:
        runpy.run_path(script, run_name="__main__")
        code = 0
    except SystemExit as end:
        code = int(end.code or 0)
    except BaseException:
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
"""


def _result(work):
    out, error, code = (
        work.with_name(work.name + name).read_text(encoding="utf-8", errors="replace")
        for name in (".out", ".err", ".code")
    )
    last = error.strip().splitlines()[-1:] if code == "1" else []
    return {"out": out, "code": int(code), "error": "".join(last)}


def main(words):
    """Record the scripts named, or all."""
    recorded = json.loads(RECORDED.read_text(encoding="utf-8")) if RECORDED.exists() else {}
    recorded.update(record([path for path in scripts() if not words or path.stem in words]))
    names = {path.name for path in scripts()}
    recorded = {name: recorded[name] for name in sorted(recorded) if name in names}
    for name, each in recorded.items():
        print(name, each["code"], each["error"][:90])
    text = json.dumps(recorded, indent=1, ensure_ascii=False) + "\n"
    files.write_bytes(RECORDED, text.encode("utf-8"))


if __name__ == "__main__":
    main(sys.argv[1:])
