"""Which lessons there are: read from the scripts in lessons/ as text, nothing of them is run.

A script named NN_name.py is a lesson. Its first cell states the titles and what it rebuilds,
its call of `Lesson(...)` the parameters; both are read here, so a new lesson takes one file.
"""

import ast
import difflib
import functools
import re

from common import files
from common.errors import UsageError
from common.parameters import Parameter, declared

_TITLE = re.compile(r"^# # (\d\d) · (.+?) · (.+)$", re.MULTILINE)
_REBUILDS = re.compile(r"^# Rebuilds (.+?)\.\n#?\n", re.MULTILINE | re.DOTALL)


class LessonInfo:
    """What the script of one lesson says about itself.

    number: two digits, "10". name: "10_yogurt_mse". title, title_zh: from its first line.
    rebuilds: documents and sections. script, notebook: paths.
    """

    def __init__(self, script):
        self.script = script
        self.notebook = script.with_suffix(".ipynb")
        self.name = script.stem
        self.number = self.name[:2]
        self.source = script.read_text(encoding="utf-8")
        title = _TITLE.search(self.source)
        rebuilds = _REBUILDS.search(self.source)
        if not title or not rebuilds or title.group(1) != self.number:
            raise SyntaxError(
                f"{script.name} must begin with the line '# # {self.number} · title · 标题' "
                "and a paragraph 'Rebuilds …' that ends with a full stop"
            )
        self.title, self.title_zh = title.group(2), title.group(3)
        self.rebuilds = rebuilds.group(1).replace("\n# ", " ")

    @property
    def parameters(self):
        """{name: Parameter}, in the order in which the lesson declares them."""
        return _parameters(self.source, self.script.name)


@functools.lru_cache(maxsize=None)
def _parameters(source, name):
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Lesson":
            return declared({word.arg: _literal(word.value) for word in node.keywords})
    raise SyntaxError(f"{name} makes no Lesson")


def _literal(node):
    """The value of a default in the script: a literal, or a Parameter of literals."""
    if not isinstance(node, ast.Call):
        return ast.literal_eval(node)
    words = {word.arg: ast.literal_eval(word.value) for word in node.keywords}
    return Parameter(*map(ast.literal_eval, node.args), **words)


@functools.lru_cache(maxsize=None)
def lessons():
    """All lessons, in the order of their numbers."""
    scripts = sorted(files.LESSONS.glob("[0-9][0-9]_*.py"))
    return tuple(LessonInfo(script) for script in scripts)


def find(word):
    """The lesson that `word` names: its number ("10", "5" for 05), its name, or its file."""
    stem = re.sub(r"\.(py|ipynb)$", "", str(word).replace("\\", "/").rsplit("/", 1)[-1])
    for lesson in lessons():
        if stem in (lesson.name, lesson.name[3:], lesson.number, lesson.number.lstrip("0")):
            return lesson
    nearest = " and ".join(f"{lesson.number} {lesson.name[3:]}" for lesson in _nearest(stem))
    raise UsageError(
        f"There is no lesson {word!r}; the nearest are {nearest}, and `python -m lessons` "
        "lists them all."
    )


def _nearest(word):
    if re.match(r"^\d{1,9}$", word):
        return sorted(lessons(), key=lambda lesson: abs(int(lesson.number) - int(word)))[:2]
    names = {lesson.name[3:]: lesson for lesson in lessons()}
    close = difflib.get_close_matches(word, names, n=2, cutoff=0.0)
    return [names[name] for name in close]
