"""Which lessons there are: read from the scripts in lessons/ as text, nothing of them is run.

A script named NN_name.py there is a lesson; so is any other that makes a `Lesson(...)`, wherever it
lies. Its first cell states the titles and what it rebuilds, its call of `Lesson(...)` the
parameters; all is read here, so a new lesson takes one file.
"""

import ast
import difflib
import functools
import io
import operator
import os
import re
import tokenize
import warnings
import zlib
from pathlib import Path

from common import files
from common.errors import CourseError, UsageError
from common.language import current, translate
from common.parameters import Parameter, declared

_TITLE = re.compile(r"^# # (?:\d\d · )?(.+?)(?: · (.+))?$", re.MULTILINE)
_REBUILDS = re.compile(r"^# Rebuilds (.+?)\.\n#?\n", re.MULTILINE | re.DOTALL)
_NUMBERED = re.compile(r"[0-9][0-9](?=_)")
_NOT_PARAMETERS = ("name", "resume", "restore")
_RESERVED = (files.PRETRAINED.name, "con", "prn", "aux", "nul")  # the last four on Windows


class LessonInfo:
    """What the script of one lesson says about itself.

    script, notebook: paths, one and the same of a notebook that has no script, which is its
    `problem`. name: that of its folders, from its file's: "10_yogurt_mse". number: "10"; the name,
    where that has none. source: its text, "" where that cannot be read. title,
    title_zh, rebuilds: of its first cell, as far as it has them. Its code is parsed once it is
    asked for the parameters or the problem.
    """

    def __init__(self, script):
        self.script = script
        self.notebook = script.with_suffix(".ipynb")
        self.name = _name_of(script.stem)
        numbered = _NUMBERED.match(self.name)
        self.number = numbered[0] if numbered and _is_listed(script) else self.name
        try:
            self.source, self._unreadable = _text_of(script), ""
        except CourseError as error:
            self.source, self._unreadable = "", str(error)
        title, rebuilds = _TITLE.search(self.source), _REBUILDS.search(self.source)
        self.title = title[1] if title else self.name
        self.title_zh = (title and title[2]) or ""
        self.rebuilds = rebuilds[1].replace("\n# ", " ") if rebuilds else ""

    @property
    def problem(self):
        """Why it cannot be taken for a lesson without running it, one sentence; "" where it can."""
        try:
            self.parameters  # noqa: B018
        except CourseError as error:
            return str(error)
        return ""

    @property
    def parameters(self):
        """{name: Parameter}, in the order in which the lesson declares them.

        Raises CourseError, its `problem`, where it has one.
        """
        if self._unreadable:
            raise CourseError(self._unreadable)
        return _parameters(self.source, self.script)

    @property
    def own_output(self):
        """Where a script outside of lessons/ saves, unless told otherwise; None for others."""
        outside = self.script.parent != files.LESSONS and not os.environ.get(files.OUTPUT_VARIABLE)
        return str(self.script.parent) if outside else None

    def output_folder(self, named=None):
        """The folder that holds its checkpoints/ and summaries/; see files.output_folder."""
        return files.output_folder(named or self.own_output)

    @property
    def full_title(self):
        titles = [self.title, self.title_zh]
        if self.title_zh and current() == "zh":
            titles = [self.title_zh]
        return " · ".join(filter(None, [self.number, *titles]))

    @property
    def short_title(self):
        """For a row of a table: "10 yogurt_mse"."""
        return self.name if self.number == self.name else f"{self.number} {self.name[3:]}"

    @property
    def word(self):
        """What names it to the command: its number, or where that is another's too its name."""
        if not _is_listed(self.script):
            shown = files.shown(self.script)
            return files.quoted(str(self.script) if shown[0] == "-" else shown)
        alone = [each.number for each in lessons()].count(self.number) == 1
        return self.number if alone else files.quoted(self.script.stem)

    def commands(self, name, flags):
        """The commands that train the lesson, and that go on; flags: what to add to them.

        Of a notebook without a script, which no command runs, the calls of Lesson(name, …).
        """
        if self.script == self.notebook:
            return f'Lesson("{name}", …)', f'Lesson("{name}", …, resume=True)'
        run = f"python -m lessons run {self.word}"
        return f"{run}{flags}", f"{run} --resume{flags}"


def _is_listed(script):
    is_lesson = script.suffix == ".py" and bool(_NUMBERED.match(script.name))
    return is_lesson and script.parent == files.LESSONS


def _name_of(stem):
    """The name of the folders of the script of that stem: its own, where it can be a folder's.

    TensorFlow takes some characters for a pattern, and the course some names for its own.
    """
    plain = re.sub(r"[^\w ()+=@-]", "_", stem).strip()[:60]
    if plain == stem and plain.lower() not in _RESERVED:
        return stem
    return f"{plain}-{zlib.crc32(stem.encode('utf-8', 'surrogatepass')):08x}"


def _text_of(script):
    """The text of a script, read as Python reads it; CourseError where that cannot be done."""
    shown = files.shown(script)
    try:
        if not script.is_file():
            raise CourseError(f"{shown} is no file: a lesson's script has to be one.")
        if script.suffix == ".ipynb":
            raise CourseError(f"{shown} is a notebook without a script: run its cells in Jupyter.")
        content = script.read_bytes()
    except OSError as error:
        raise CourseError(
            f"{shown} cannot be read ({error.strerror}): make it readable, or move it away."
        ) from error
    try:
        if b"\0" in content:
            raise SyntaxError("null bytes")
        encoding, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
        text = content.decode(encoding)
    except (SyntaxError, UnicodeError, LookupError) as error:
        raise CourseError(f"{shown} is not in UTF-8: save it in that encoding.") from error
    return text.replace("\r\n", "\n").replace("\r", "\n")


@functools.lru_cache(maxsize=None)
def _parameters(source, script):
    """The parameters of the Lesson that the `source` makes; CourseError where they are not read."""
    shown = files.shown(script)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Python says them when the script runs
            tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = getattr(error, "lineno", None)
        where = f" in line {line}" if line else ""
        said = getattr(error, "msg", None) or error
        raise CourseError(f"{shown} has a mistake{where} ({said}): correct it.") from error
    call = _call_of_lesson(tree)
    if call is None:
        raise CourseError(
            f"{shown} makes no Lesson(…), so it is no lesson: run it as `python "
            f"{files.quoted(shown)}`."
        )
    constants = _constants(tree)
    values = {}
    for keyword in call.keywords:
        if keyword.arg not in _NOT_PARAMETERS:
            try:
                values[keyword.arg] = _value(keyword.value, constants)
                declared({keyword.arg: values[keyword.arg]})
            except (ValueError, TypeError, ArithmeticError, UsageError) as error:
                name = keyword.arg or "**"
                raise CourseError(
                    f"{shown}, line {keyword.value.lineno}: {name} of its Lesson(…) is not known "
                    f"without running it ({error}); write a number or a word, or run it as "
                    f"`python {files.quoted(shown)}`."
                ) from error
    return declared(values)


def _call_of_lesson(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = getattr(node.func, "id", None) or getattr(node.func, "attr", None)
            if called == "Lesson":
                return node
    return None


def _constants(tree):
    """{name: the expression that it is} of the names to which the script gives a value once."""
    found = {}
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        for target in targets:
            if isinstance(target, ast.Name):
                found.setdefault(target.id, []).append(getattr(node, "value", None))
    return {name: values[0] for name, values in found.items() if len(values) == 1}


_OPERATORS = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.UAdd: operator.pos,
    ast.USub: operator.neg,
}


def _value(node, constants):
    """The value of a default in the script: of literals, constants above, or a Parameter of them.

    Raises ValueError where it is another expression.
    """
    if isinstance(node, ast.Call):
        if getattr(node.func, "id", None) != "Parameter" and (
            getattr(node.func, "attr", None) != "Parameter"
        ):
            raise ValueError("what a function gives")
        words = {word.arg: _value(word.value, constants) for word in node.keywords}
        return Parameter(*[_value(each, constants) for each in node.args], **words)
    if isinstance(node, ast.Name):
        if node.id not in constants:
            raise ValueError(f"{node.id} is no constant")
        others = {name: each for name, each in constants.items() if name != node.id}
        return _value(constants[node.id], others)
    if isinstance(node, ast.List):
        return [_value(each, constants) for each in node.elts]
    if isinstance(node, ast.UnaryOp) and type(node.op) in _OPERATORS:
        return _OPERATORS[type(node.op)](_number(node.operand, constants))
    if isinstance(node, ast.BinOp):
        left, right = _number(node.left, constants), _number(node.right, constants)
        if isinstance(node.op, ast.Pow) and abs(left) <= 1000 and abs(right) <= 100:
            return left**right
        if type(node.op) in _OPERATORS:
            return _OPERATORS[type(node.op)](left, right)
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, RecursionError):
        raise ValueError("an expression") from None


def _number(node, constants):
    value = _value(node, constants)
    if type(value) not in (int, float):
        raise ValueError("an expression")
    return value


@functools.lru_cache(maxsize=None)
def lessons():
    """All lessons of lessons/, in the order of their numbers; some may have a `problem`."""
    scripts = sorted(files.LESSONS.glob("[0-9][0-9]_*.py"))
    return tuple(LessonInfo(script) for script in scripts)


def readable():
    """The lessons of lessons/ whose scripts can be read."""
    return [lesson for lesson in lessons() if not lesson.problem]


def of_script(path):
    """The LessonInfo of the script at `path`, one of lessons/ or another."""
    path = _resolved(path)
    for lesson in lessons():
        if path in (lesson.script, _resolved(lesson.script)):
            return lesson
    return LessonInfo(path)


def of_notebook(path):
    """The LessonInfo of the notebook at `path`: of the script beside it, where there is one."""
    script = path.with_suffix(".py")
    return of_script(script if script.is_file() else path)


def _resolved(path):
    try:
        return path.resolve()
    except (OSError, RuntimeError):  # the working directory is gone; links go round in a circle
        return path


def named(name):
    """The lesson of lessons/ that has that name, or None."""
    for lesson in lessons():
        if lesson.script.stem == name:
            return lesson
    return None


def find(word):
    """The lesson that `word` names: its number ("10", "5" for 05), its name, or its file.

    Raises UsageError where there is none, or more than one.
    """
    word = str(word)
    script = _file(word)
    if script:
        return of_script(script)
    stem = re.sub(r"\.(py|ipynb)$", "", word.replace("\\", "/").rsplit("/", 1)[-1])
    by_name = named(stem)
    if by_name:
        return by_name
    found = [
        lesson
        for lesson in lessons()
        if stem in (lesson.name, lesson.name[3:], lesson.number, lesson.number.lstrip("0"))
    ]
    if len(found) > 1:
        both = translate(" and ").join(files.shown(lesson.script) for lesson in found)
        raise UsageError(
            f"{both} are both lesson {stem}: rename one of them, or say which by its name, for "
            f"example {found[0].word}."
        )
    if found:
        return found[0]
    nearest = [f"{lesson.number} {lesson.name[3:]}" for lesson in _nearest(stem)]
    nearest = translate(" and ").join(nearest)
    raise UsageError(
        f"There is no lesson {word!r}; the nearest are {nearest}, and `python -m lessons` "
        "lists them all."
    )


def elsewhere(words):
    """The lessons among the `words` of a command line that lessons/ does not list."""
    found = [of_script(script) for script in map(_file, words) if script]
    return [lesson for lesson in found if lesson not in lessons() and not lesson.problem]


def _file(word):
    """The script that `word` is the path of, or which has that name in lessons/; else None.

    Of a notebook it is the script beside it, or where there is none the notebook.
    """
    if not word or "\0" in word:
        return None
    path = Path(word)
    places = [path] if path.suffix in (".py", ".ipynb") else []
    if path.suffix == ".ipynb":
        places.insert(0, path.with_suffix(".py"))
    if path.parent == Path(".") and re.match(r"[^\W\d]", path.name):
        places.append(files.LESSONS / f"{path.stem}.py")
    for place in places:
        try:
            if place.is_file() and place.name not in ("common.py", "__init__.py", "__main__.py"):
                return place
        except (OSError, ValueError):  # too long, or no name that a file may have
            return None
    return None


def _nearest(word):
    if re.match(r"^\d{1,9}$", word):
        return sorted(lessons(), key=lambda lesson: abs(int(lesson.number) - int(word)))[:2]
    names = {lesson.name[3:]: lesson for lesson in lessons()}
    close = difflib.get_close_matches(word, names, n=2, cutoff=0.0)
    return [names[name] for name in close]
