"""Python 2 in today's Python: its syntax by fissix, its integer division, and names it had.

Lines stay where they are: a traceback names those of the file.
"""

import ast
import builtins
import functools
import importlib
import logging
import math
import operator
import sys
import warnings

# Of fissix's fixers those that no module of `common.script.modules` stands for.
_FIXERS = """apply basestring dict except exec execfile exitfunc filter funcattrs getcwdu has_key
input intern itertools long map metaclass methodattrs ne next nonzero numliterals operator paren
print raise raw_input reload renames repr standarderror sys_exc throw tuple_params types unicode
xrange xreadlines zip"""

# Names of Python 2 that Python 3 has not: who uses them, unbound, means Python 2.
BUILTINS = """basestring cmp execfile file intern long raw_input reduce reload unichr unicode
xrange"""

# Modules of Python 2 that have another name now.
MODULES = {
    "BaseHTTPServer": "http.server",
    "ConfigParser": "configparser",
    "Cookie": "http.cookies",
    "HTMLParser": "html.parser",
    "Queue": "queue",
    "SimpleHTTPServer": "http.server",
    "SocketServer": "socketserver",
    "StringIO": "io",
    "Tkinter": "tkinter",
    "__builtin__": "builtins",
    "cPickle": "pickle",
    "cStringIO": "io",
    "commands": "subprocess",
    "cookielib": "http.cookiejar",
    "copy_reg": "copyreg",
    "httplib": "http.client",
    "thread": "_thread",
    "tkFileDialog": "tkinter.filedialog",
    "tkMessageBox": "tkinter.messagebox",
    "urllib2": "urllib.request",
    "urlparse": "urllib.parse",
}


@functools.lru_cache(maxsize=None)
def _tool():
    from fissix import refactor

    logging.getLogger("fissix").setLevel(logging.ERROR)
    logging.getLogger("lib2to3").setLevel(logging.ERROR)

    class Tool(refactor.RefactoringTool):
        def log_message(self, *_):
            """Say nothing of what is done."""

    return Tool(["fissix.fixes.fix_" + name for name in _FIXERS.split()])


def tree(source, filename):
    """The ast of a Python 2 program; SyntaxError where it is none."""
    if not source.endswith("\n"):
        source += "\n"
    tool = _tool()
    try:
        converted = str(tool.refactor_string(source, filename))
    except Exception as error:  # of its parser's and tokenizer's own kinds
        raise _syntax_error(error, source, filename) from None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        parsed = ast.parse(converted, filename)
    if not _divides_truly(parsed):
        parsed = ast.fix_missing_locations(_Division().visit(parsed))
    return parsed


def _syntax_error(error, source, filename):
    context = getattr(error, "context", None)
    line = context[1][0] if context else 1
    column = context[1][1] + 1 if context else 1
    lines = source.splitlines()
    text = lines[line - 1] if line <= len(lines) else ""
    return SyntaxError("invalid syntax", (filename, line, column, text))


def _divides_truly(parsed):
    return any(
        isinstance(each, ast.ImportFrom)
        and each.module == "__future__"
        and any(name.name == "division" for name in each.names)
        for each in parsed.body
    )


class _Division(ast.NodeTransformer):
    """a / b becomes a call of `divide`, a /= b of `divide_in_place`."""

    def visit_BinOp(self, node):
        self.generic_visit(node)
        if not isinstance(node.op, ast.Div):
            return node
        return ast.copy_location(_call("_python2_divide", node.left, node.right), node)

    def visit_AugAssign(self, node):
        self.generic_visit(node)
        if not isinstance(node.op, ast.Div):
            return node
        target = ast.parse(ast.unparse(node.target), mode="eval").body
        for part in ast.walk(target):
            ast.copy_location(part, node)
        value = _call("_python2_divide_in_place", target, node.value)
        return ast.copy_location(ast.Assign([node.target], value), node)


def _call(name, *arguments):
    return ast.Call(ast.Name(name, ast.Load()), list(arguments), [])


def _whole(value):
    """Whether Python 2 divides `value` as a whole number: int, or NumPy's or TensorFlow's."""
    kind = getattr(value, "dtype", None)
    if kind is None:
        return isinstance(value, int)
    return getattr(kind, "kind", "") in ("i", "u") or bool(getattr(kind, "is_integer", False))


def divide(a, b):
    """a / b as in Python 2: rounded down where both are whole numbers."""
    return a // b if _whole(a) and _whole(b) else a / b


def divide_in_place(a, b):
    """a /= b as in Python 2."""
    whole = _whole(a) and _whole(b)
    return operator.ifloordiv(a, b) if whole else operator.itruediv(a, b)


def round_away(number, digits=0):
    """Python 2's round: a float, halves away from zero."""
    scale = 10.0**digits
    away = math.floor(abs(number) * scale + 0.5) / scale
    return math.copysign(away, number)


def compare(a, b):
    """Python 2's cmp: -1, 0 or 1."""
    return (a > b) - (a < b)


def execfile(filename, names):
    """Python 2's execfile."""
    with open(filename, encoding="utf-8") as file:
        exec(compile(tree(file.read(), filename), filename, "exec"), names)


class _File:
    """Python 2's name of what `open` gives."""

    def __new__(cls, *arguments, **named):
        return open(*arguments, **named)


def names():
    """{name: object} that a Python 2 program finds besides Python 3's builtins."""
    return {
        "_python2_divide": divide,
        "_python2_divide_in_place": divide_in_place,
        "basestring": str,
        "cmp": compare,
        "file": _File,
        "intern": sys.intern,
        "long": int,
        "raw_input": builtins.input,
        "reduce": functools.reduce,
        "reload": importlib.reload,
        "round": round_away,
        "unichr": chr,
        "unicode": str,
        "xrange": range,
    }
