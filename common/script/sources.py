"""A program as its author wrote it: read, told Python 2 from 3, and compiled.

Nothing is written to disk, and every line keeps its number.
"""

import ast
import functools
import io
import tokenize
import warnings

from common import files
from common.errors import CourseError, UsageError
from common.script import python2


class Program:
    """What is to be run, part by part: one part of a script, one a cell of a notebook.

    parts: (file name for tracebacks, source, ast) of each. python: 2 or 3.
    """

    def __init__(self, path, parts, python, is_notebook=False):
        self.path = path
        self.parts = parts
        self.python = python
        self.is_notebook = is_notebook


def read(path):
    """The Program at `path`, a script or a notebook.

    Raises UsageError where there is none, CourseError where it cannot be read, SyntaxError, which
    is the program's own.
    """
    try:
        content = open(path, "rb").read() if path != "-" else b""  # noqa: SIM115
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UsageError(
            f"{path} cannot be read ({reason}): name a script or a notebook that is there."
        ) from None
    if str(path).endswith(".ipynb"):
        from common.script import notebooks

        return notebooks.program(path, content)
    parsed, python, source = parse(content, str(path))
    return Program(path, [(str(path), source, parsed)], python)


def parse(content, filename):
    """(ast, 2 or 3, source) of the bytes of a script."""
    source = decoded(content, filename)
    try:
        parsed = _today(source, filename)
    except SyntaxError as error:
        try:
            return python2.tree(source, filename), 2, source
        except SyntaxError as older:
            # that of the Python whose reading came further is the author's
            raise (older if _line(older) > _line(error) else error) from None
    if needs_python_2(parsed):
        return python2.tree(source, filename), 2, source
    return parsed, 3, source


def _line(error):
    return error.lineno or 0


def _today(source, filename):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)  # "\d" was no mistake
        warnings.simplefilter("ignore", DeprecationWarning)
        try:
            return ast.parse(source, filename)
        except TabError:
            return ast.parse(_without_tabs(source), filename)


def _without_tabs(source):
    """`source` with the tabs that indent made spaces, as Python 2 reads them."""
    lines = []
    for line in source.splitlines(True):
        rest = line.lstrip(" \t")
        lines.append(line[: len(line) - len(rest)].expandtabs(8) + rest)
    return "".join(lines)


def decoded(content, filename):
    """The text of a script: in the encoding that it names, in UTF-8, else byte by byte."""
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
        text = content.decode(encoding)
    except (SyntaxError, LookupError, UnicodeDecodeError):
        for encoding in ("utf-8-sig", "gb18030", "latin-1"):
            try:
                text = content.decode(encoding)
                break
            except UnicodeDecodeError:
                continue
    if "\0" in text:
        raise CourseError(
            f"{files.shown(filename)} holds no text, so it is no Python script: name a .py or an "
            ".ipynb file."
        )
    return io.IncrementalNewlineDecoder(None, True).decode(text)


def needs_python_2(parsed):
    """Whether a program that Python 3 can read uses what only Python 2 has, without a guard."""
    used, bound = set(), set()
    for node in ast.walk(parsed):
        if isinstance(node, ast.Name):
            (used if isinstance(node.ctx, ast.Load) else bound).add(node.id)
        elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            bound.add(node.name)
        elif isinstance(node, ast.arg):
            bound.add(node.arg)
        elif isinstance(node, ast.alias):
            bound.add((node.asname or node.name).split(".")[0])
    only_2 = (used - bound) & set(python2.BUILTINS.split())
    return bool(only_2) or any(_imports_of_python_2(parsed.body))


def _imports_of_python_2(body):
    """Whether statements, those of `try` left out, import modules that only Python 2 has."""
    for node in body:
        if isinstance(node, ast.Import):
            yield from (each.name.split(".")[0] in python2.MODULES for each in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield (node.module or "").split(".")[0] in python2.MODULES


@functools.lru_cache(maxsize=None)
def compiled_file(path):
    """(code, 2 or 3) of a module that lies beside the program."""
    with open(path, "rb") as file:
        parsed, python, _ = parse(file.read(), path)
    return compile_part(parsed, path), python


def compile_part(parsed, filename, mode="exec"):
    """The code of an ast, without a warning of how it is written."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)
        warnings.simplefilter("ignore", DeprecationWarning)
        return compile(parsed, filename, mode, dont_inherit=True)
