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
        vars(getattr(tensorflow, _name)).update(
            {{k: v for k, v in _names.items() if not k.startswith("_")}})
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
    trees = [_shown(parsed) if program.is_notebook else parsed for _, _, parsed in program.parts]
    before = (_PYTHON_2 if program.python == 2 else "") + (_BEFORE_1_0 if older else "")
    before = before.format(root=str(files.ROOT)) + (_NOTEBOOK if program.is_notebook else "")
    converted = folder / path.with_suffix(".py").name
    text = "\n".join(map(ast.unparse, trees))
    converted.write_text(before + text + "\n", encoding="utf-8")
    return converted


def _shown(parsed):
    """A cell whose last expression is printed, as a notebook shows it."""
    if parsed.body and isinstance(parsed.body[-1], ast.Expr):
        value = parsed.body[-1].value
        shown = ast.parse("print(repr(_value)) if _value is not None else None").body[0]
        parsed.body[-1:] = [ast.Assign([ast.Name("_value", ast.Store())], value, lineno=1), shown]
    return parsed


def record(path):
    """{"out", "code", "error"} of one script under 1.15.5."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        work = folder / "work"
        work.mkdir()
        prepare(work)
        script = _for_1_15_5(path, folder)
        if script != path:
            shutil.copy(SCRIPTS / "sibling_net.py", folder)
        environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONWARNINGS": "ignore"}
        environment.update(PYTHONPATH="", MPLBACKEND="Agg", CUDA_VISIBLE_DEVICES="-1")
        done = subprocess.run(
            [str(PYTHON), str(script)], cwd=str(work), env=environment, capture_output=True
        )
    error = done.stderr.decode("utf-8", "replace").strip().splitlines()
    return {
        "out": done.stdout.decode("utf-8"),
        "code": done.returncode,
        "error": error[-1] if done.returncode == 1 and error else "",
    }


def main(words):
    """Record the scripts named, or all."""
    recorded = json.loads(RECORDED.read_text(encoding="utf-8")) if RECORDED.exists() else {}
    chosen = [path for path in scripts() if not words or path.stem in words]
    for path in chosen:
        recorded[path.name] = record(path)
        print(path.name, recorded[path.name]["code"], recorded[path.name]["error"][:90])
    names = {path.name for path in scripts()}
    recorded = {name: recorded[name] for name in sorted(recorded) if name in names}
    text = json.dumps(recorded, indent=1, ensure_ascii=False) + "\n"
    files.write_bytes(RECORDED, text.encode("utf-8"))


if __name__ == "__main__":
    main(sys.argv[1:])
