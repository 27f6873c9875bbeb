"""Notebooks of any format as programs: their cells in order, magics understood."""

import ast
import functools
import linecache
import os
import warnings

from common import files
from common.errors import CourseError
from common.script import importing, python2, sources
from common.tf1.names import Gone

# Magics that change how a notebook looks or what it measures, and nothing that it computes.
_IGNORED = """alias autosave autoreload colors config debug doctest_mode env history load_ext
logstart logstop matplotlib notebook pdb pfile pinfo precision prun psource qtconsole reload_ext
tensorboard tensorflow_version unload_ext who who_ls whos xmode"""
_TEXT_CELLS = ("html", "javascript", "js", "latex", "markdown", "svg")
_TIMED = ("time", "timeit", "capture", "prun")


def program(path, content):
    """The Program of a notebook, a part for each cell of code; CourseError where it is damaged."""
    import nbformat

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            notebook = nbformat.reads(content.decode("utf-8"), as_version=4)
        cells = [(each.cell_type, "".join(each.source)) for each in notebook.cells]
        language = notebook.metadata.get("language_info", {})
        kernel = notebook.metadata.get("kernelspec", {})
    except Exception as error:  # nbformat has one each for every kind of damage
        raise CourseError(
            f"{files.shown(path)} is no notebook that can be read: open it in Jupyter and save it "
            "again, or export it as a script."
        ) from error
    code = [source for kind, source in cells if kind == "code"]
    says_2 = str(language.get("version", "")).startswith("2") or kernel.get("name") == "python2"
    parts, python = _parts(path, code, 2 if says_2 else 3)
    return sources.Program(path, parts, python, is_notebook=True)


def _parts(path, code, python):
    """[(file name, source, ast)] of cells, and 2 or 3: Python 2 where any cell needs that."""
    if python == 3:
        try:
            parts = [_part(path, number, source, 3) for number, source in enumerate(code, 1)]
        except SyntaxError as error:
            try:
                return _parts(path, code, 2)
            except SyntaxError:
                raise error from None
        whole = ast.Module([node for _, _, parsed in parts for node in parsed.body], [])
        return (parts, 3) if not sources.needs_python_2(whole) else _parts(path, code, 2)
    return [_part(path, number, source, 2) for number, source in enumerate(code, 1)], 2


def _part(path, number, source, python):
    name = f"{path}, cell {number}"
    plain = _transformer().transform_cell(source)
    read = python2.tree if python == 2 else sources._today
    return name, source, read(plain, name)


@functools.lru_cache(maxsize=None)
def _transformer():
    from IPython.core.inputtransformer2 import TransformerManager

    return TransformerManager()


def run_part(part, names):
    """Run a cell in the dictionary `names`; show what its last expression gives, as Jupyter does.

    Nothing is shown of a cell that ends in a semicolon.
    """
    filename, source, parsed = part
    linecache.cache[filename] = (len(source), None, source.splitlines(True), filename)
    body, last = list(parsed.body), None
    if body and isinstance(body[-1], ast.Expr):
        last = body.pop().value
    exec(sources.compile_part(ast.Module(body, []), filename), names)
    if last is None:
        return
    value = eval(sources.compile_part(ast.Expression(last), filename, "eval"), names)
    if value is not None and not source.rstrip().endswith(";"):
        names["_"] = value
        print(repr(value))


class NoShell(Gone, RuntimeError):
    """A line for a shell: it is not run."""


class Shell:
    """What `get_ipython()` gives: magics that a program without a notebook can follow.

    run: function of a source, which runs it among the program's names.
    """

    def __init__(self, run):
        self._run = run
        self.kernel = None

    def magic(self, line):
        """A whole line of a magic, as scripts exported from notebooks have it."""
        name, _, rest = line.lstrip("%").partition(" ")
        return self.run_line_magic(name, rest)

    def run_line_magic(self, name, line, *_):
        """`%name line`; None for one that only changes the notebook itself."""
        if name in _IGNORED.split():
            return None
        if name in _TIMED:
            return self._run(line)
        if name == "pylab":
            return self._run("import numpy\nimport numpy as np\nfrom matplotlib.pylab import *")
        if name == "cd":
            return os.chdir(os.path.expanduser(line.strip() or "~"))
        if name == "pwd":
            return os.getcwd()
        if name == "run":
            with open(line.split()[0], "rb") as file:
                _, _, source = sources.parse(file.read(), line.split()[0])
            return self._run(source)
        raise NoShell(f"the magic %{name} is not run here: remove the line, or open Jupyter")

    def run_cell_magic(self, name, line, cell):
        """`%%name line` above a cell."""
        if name in _TIMED:
            return self._run(cell)
        if name in _TEXT_CELLS:
            return None
        if name == "writefile":
            with open(line.split()[-1], "a" if "-a" in line.split() else "w") as file:
                file.write(cell)
            return None
        raise NoShell(f"the magic %%{name} is not run here: remove the cell, or open Jupyter")

    def system(self, line):
        """`!line`: refused."""
        raise NoShell(f"!{line} is for a shell and not run here: type it there, remove the line")

    def getoutput(self, line, *_, **__):
        """`x = !line`: refused."""
        return self.system(line)


def display(*values, **_):
    """As IPython's: the text of what it would show."""
    for value in values:
        print(repr(value))


def load_into(shell):
    """Have the cells of IPython's `shell` import as scripts do; its own code imports as ever."""
    importer = importing.Importer(os.getcwd())  # where a notebook lies
    shell.user_ns["__builtins__"] = importer.builtins(3)
    shell.user_global_ns["__builtins__"] = shell.user_ns["__builtins__"]
    importer.__enter__()
