"""What a script uses that is gone, read from its text: nothing of it is run."""

import ast
import re

from common import files
from common.language import translate
from common.script import given, numpy1, python2
from common.tf1 import older
from common.tf1.names import Gone

_WITH_TENSORFLOW = ("tensorflow", "keras")


class Use:
    """A name of a library's that a program uses, with its first line.

    name: as the library has it, "tensorflow.contrib.layers.l2_regularizer".
    """

    def __init__(self, name, file, line):
        self.name, self.file, self.line = name, file, line


def uses(program):
    """The Uses of names of modules, each once, in the order of the program."""
    found = {}
    aliases = {}
    for file, _, parsed in program.parts:
        finder = _Finder(aliases, found, file)
        finder.visit(parsed)
    return list(found.values())


class _Finder(ast.NodeVisitor):
    """Collects the dotted names that begin with a module."""

    def __init__(self, aliases, found, file):
        self._aliases, self._found, self._file = aliases, found, file

    def _add(self, name, node):
        self._found.setdefault(name, Use(name, self._file, node.lineno))

    def visit_Import(self, node):
        for each in node.names:
            self._add(each.name, node)
            if each.asname:
                self._aliases[each.asname] = each.name
            else:
                first = each.name.partition(".")[0]
                self._aliases[first] = first

    def visit_ImportFrom(self, node):
        if node.level or not node.module:
            return
        for each in node.names:
            name = node.module if each.name == "*" else f"{node.module}.{each.name}"
            self._add(name, node)
            self._aliases[each.asname or each.name] = name

    def visit_Attribute(self, node):
        parts, base = [node.attr], node.value
        while isinstance(base, ast.Attribute):
            parts.append(base.attr)
            base = base.value
        if isinstance(base, ast.Name) and base.id in self._aliases:
            self._add(".".join([self._aliases[base.id], *reversed(parts)]), node)
        else:
            self.generic_visit(node)


def is_older(program):
    """Whether the program is older than TensorFlow 1.0, by the names it uses."""
    words = [each.name for each in uses(program)]
    return older.is_older("tf" + word[len("tensorflow") :] for word in words if _of_tf(word))


def _of_tf(name):
    return name.split(".")[0] == "tensorflow"


class Finding:
    """What is to be said of one Use. kind: "given back" or "gone". said: what it is, or why."""

    def __init__(self, use, kind, said):
        self.use, self.kind, self.said = use, kind, said


def findings(program):
    """The Findings of a program: what of it today's libraries have not, in its order."""
    made = given.Given(program.python, is_older(program))
    found = [_finding(each, made) for each in uses(program)]
    return [each for each in found if each]


def _finding(use, made):
    """A Finding, or None for what today's library has as well."""
    first, *rest = use.name.split(".")
    if first in python2.MODULES and made.python == 2:
        return Finding(use, "given back", f"Python 3 calls it {python2.MODULES[first]}")
    if given.home(first) is None:
        return None
    try:
        if _is_todays(use.name):
            return None
        module = made.top(first)
        for part in rest:
            module = getattr(module, part)
    except (AttributeError, ImportError) as error:
        why = str(error) if isinstance(error, Gone) else f"cannot be had: {error}"
        return Finding(use, "gone", why)
    return Finding(use, "given back", _called_today(use.name))


def _is_todays(name):
    """Whether today's library, as it is imported, has the name; TensorFlow's is compat.v1."""
    import importlib

    first, *rest = name.split(".")
    if first == "tensorflow":
        from common.tf1.runtime import tf as found

        if rest[:1] == ["compat"]:
            return True
    else:
        found = importlib.import_module(first)
    for k, part in enumerate(rest):
        try:
            found = getattr(found, part)
        except AttributeError:
            try:
                found = importlib.import_module(".".join([first, *rest[: k + 1]]))
            except ImportError:
                return False
    return True


def _called_today(name):
    first, _, rest = name.partition(".")
    if first == "tensorflow":
        new = older.RENAMED.get(rest) or older.RENAMED_BELOW.get(rest)
        if new:
            return f"tf.{new}"
        for start, today in TODAY.items():
            if rest == start or rest.startswith(start + "."):
                return today
    if first == "numpy":
        new = numpy1.RENAMED.get(rest)
        return f"np.{new}" if new else "Python's own" if rest in numpy1.BUILTINS else "as it was"
    return "as it was"


TODAY = {  # {what a name of TensorFlow 1's begins with: what is used today}
    "contrib.layers": "tf.keras.layers and tf.keras.regularizers",
    "contrib.learn": "tf.keras.datasets.mnist",
    "contrib.rnn": "tf.keras.layers",
    "contrib.slim": "tf_slim, or tf.keras.layers",
    "contrib.seq2seq": "keras_nlp's samplers, or a loop of one's own",
    "contrib.legacy_seq2seq": "tf.keras.layers.Attention, or a loop of one's own",
    "examples.tutorials.mnist": "tf.keras.datasets.mnist",
    "layers": "tf.keras.layers",
    "nn.rnn_cell": "tf.keras.layers",
}


def report(program, lessons):
    """The lines that say what of a program is given back and what cannot be.

    lessons: LessonInfos, of which the one on a name is said.
    """
    found = findings(program)
    python, path = program.python, files.shown(program.path)
    yield translate(
        f"{path}: Python {python}, {len(found)} names that today's libraries do not have"
        if found
        else f"{path}: Python {python}, nothing is gone"
    )
    for each in found:
        yield _said(each, program.is_notebook, lessons)


def _said(finding, in_notebook, lessons):
    """The line on one Finding."""
    name, line = _short(finding.use.name), finding.use.line
    place = translate(f"line {line}")
    if in_notebook:
        cell = finding.use.file.rpartition(", cell ")[2]
        place = translate(f"cell {cell}, line {line}")
    if finding.kind == "gone":
        why = finding.said.partition("cannot be had: ")[2]
        return translate(f"  {place}: {name}: cannot be had: {why}")
    lesson = lesson_on([name, finding.said], lessons)
    if lesson:
        return translate(f"  {place}: {name}: given back; today {finding.said} (lesson {lesson})")
    return translate(f"  {place}: {name}: given back; today {finding.said}")


def _short(name):
    first, _, rest = name.partition(".")
    short = {"tensorflow": "tf", "numpy": "np"}.get(first, first)
    return f"{short}.{rest}" if rest else first


def lesson_on(names, lessons):
    """The number of the lesson that has most of one of the names, the first that any has, or None.

    names: such as "tf.train.Saver", of which the last two parts are looked for.
    """
    for name in names:
        words = re.compile(rf"\b{re.escape('.'.join(name.split('.')[-2:]))}\b")
        found = [len(words.findall(lesson.source)) for lesson in lessons]
        if any(found):
            return lessons[found.index(max(found))].number
    return None
