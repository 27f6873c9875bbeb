"""The catalogues of the Chinese edition: `make translation` brings them up to the English text.

Of each lesson lessons/zh/NN_name.po has the cells of prose and the words that its code prints,
draws and compares; claims.po there has the claims of coverage.toml, common/zh.po what the course
itself says. An entry whose English is gone
goes; of one that has changed a little the translation stays, marked as fuzzy; what is new stands
there without. An entry with the comment BY_HAND stays as long as the text has its words: for a
word that is put into a sentence by the program. What is left to do is printed.
"""

import ast
import difflib
import re
import sys

import jupytext
import polib

from common import files
from common.command import catalogue, lesson_flags, ways
from common.language import BY_HAND, COURSE, MARKDOWN, catalogue_of
from tools import toml

COVERAGE = files.LESSONS / "coverage.toml"
CLAIMS = catalogue_of("claims")
LINE = 76  # where polib breaks the lines of its files
CODE_SPANS = re.compile(r"```.*?```|`[^`]+`", re.DOTALL)
NUMBERS = re.compile(r"\d+(?:[.,]\d+)*")
_HOLE = re.compile(r"\{[^{}]*\}|%[-+#0]*\d*(?:\.\d+)?[sdfger]")
_WORD = re.compile(r"[A-Za-z]{2,}")
_FUNCTION_WORDS = (
    "a an and any are as at be but by cannot each for from has have in is it its no none not of on "
    "or the there these this to use was were what which with without"
)
_LABELS = {"label", "xlabel", "ylabel", "zlabel", "title", "because"}
_SAYING = {"annotate", "animation", "compare", "figure", "print", "record", "suptitle", "text"}
_WRITTEN_BY_TF = (  # what it says, or is to be recognised by
    *("common/tf1/contrib/__init__", "legacy_seq2seq", "messages", "regularizers", "rnn"),
    "seq2seq",
)
_SPEAKING = {"joined", "say", "translate"}  # the course's own functions of sentences
_TABLES = (  # single words: of columns and verdicts, and the classes of Fashion-MNIST
    "lesson title rebuilds notebook checkpoint none number document book here agrees yes no saved "
    "restored same differs steps seconds file state missing damaged parameters Interrupted. "
    "Lessons T-shirt trouser pullover dress coat sandal shirt sneaker bag "
    "packages processor disk checkpoints images browser"
)
_ARGPARSE = (
    "usage: ",
    "options",
    "positional arguments",
    "show this help message and exit",
    "unrecognized arguments: {words}",
    "the following arguments are required: {names}",
    "argument {name}: {message}",
    "expected one argument",
    "expected at least one argument",
    "invalid choice: {value} (choose from {choices})",
    "ignored explicit argument {value}",
)
_ERRORS_OF_THE_SYSTEM = (
    "[Errno {number}] {reason}: {path}",
    "Address already in use",
    "File exists",
    "Input/output error",
    "Is a directory",
    "No space left on device",
    "No such file or directory",
    "Not a directory",
    "Operation not permitted",
    "Permission denied",
    "Read-only file system",
    "Too many levels of symbolic links",
)


# The English texts --------------------------------------------------------------------------------


def said_by_the_course():
    """The texts of `common` that somebody reads, in the order of their files, and of all flags."""
    found = [*_ARGPARSE, *_ERRORS_OF_THE_SYSTEM, *_TABLES.split()]
    for path in sorted((files.ROOT / "common").rglob("*.py")):
        if not path.with_suffix("").as_posix().endswith(_WRITTEN_BY_TF):
            found += _said(path.read_text("utf-8"), _SPEAKING, set())
    return list(dict.fromkeys([*found, *_said_of_flags()]))


def _said_of_flags():
    """What the flags of the lessons mean: `run --help` says it without any lesson's catalogue."""
    flags = [each for lesson in catalogue.lessons() for each in lesson.parameters.values()]
    return [each.help for each in flags]


def said_by(lesson):
    """The texts that the code of a lesson prints, draws and compares."""
    of_flags = _said_of_flags()
    texts = dict.fromkeys(_said(lesson.source, _SAYING, _LABELS))
    return [text for text in texts if text not in of_flags]


def _said(source, saying, labels):
    """The texts of a program that are for people, or stand in calls of `saying` or as `labels`."""
    return [text for text, label in _texts(source, saying, labels) if label or _is_said(text)]


def prose(lesson):
    """The sources of a lesson's cells of prose."""
    cells = jupytext.reads(lesson.source, fmt="py:percent").cells
    return list(dict.fromkeys(cell.source for cell in cells if cell.cell_type == "markdown"))


def claims():
    """What coverage.toml says of the documents' parts: what they claim, and why it is so or not."""
    documents = toml.read(COVERAGE)
    sections = [each for name in ways.WAYS for each in documents[name].values()]
    entries = [entry for section in sections for entry in section.values()]
    said = [entry.get(field) for entry in entries for field in ("claim", "because")]
    return list(dict.fromkeys(filter(None, said)))


def _texts(source, saying, named):
    """Pairs of a text of the program and whether it is a label: see `_said`.

    A text that is put together, an f-string or a sum, has {…} for what is no constant.
    """
    tree = ast.parse(source)
    parts, labels = set(), set()
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.FunctionDef, ast.ClassDef)):
            first = node.body[0]
            parts.update([first.value] if isinstance(first, ast.Expr) else [])  # the docstring
        elif isinstance(node, ast.JoinedStr) or _is_sum(node):
            parts.update(each for each in ast.walk(node) if each is not node)
        elif isinstance(node, ast.Call):
            labels.update(_labels(node, saying, named))
            parts.update(each.value for each in node.keywords if each.arg == "loc")
    for node in ast.walk(tree):
        if node not in parts and (isinstance(node, (ast.JoinedStr, ast.Constant)) or _is_sum(node)):
            text = _text(node)
            if _WORD.search(_HOLE.sub("", text)):
                yield text, node in labels


def _is_sum(node):
    """Whether a node adds something to a text."""
    is_sum = isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add)
    sides = [node.left, node.right] if is_sum else []
    return any(_is_text(each) for each in sides)


def _is_text(node):
    return isinstance(node, ast.JoinedStr) or isinstance(_constant(node), str) or _is_sum(node)


def _constant(node):
    return node.value if isinstance(node, ast.Constant) else None


def _labels(call, saying, named):
    """The nodes of a call's arguments that are read, whatever they say."""
    name = getattr(call.func, "attr", getattr(call.func, "id", ""))
    named = [each.value for each in call.keywords if each.arg in named]
    slugs = {"figure": 2, "animation": 1}.get(name, 0)  # number and slug are of the file's name
    given = call.args[slugs:] if name in saying else []
    return [node for argument in [*named, *given] for node in ast.walk(argument)]


def _text(node):
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    if _is_sum(node):
        return _part(node.left) + _part(node.right)
    return "".join(
        part.value.replace("{", "{{").replace("}", "}}")
        if isinstance(part, ast.Constant)
        else _hole(part.value)
        for part in node.values
    )


def _part(node):
    return _text(node) if _is_text(node) else _hole(node)


def _hole(node):
    return "{" + re.sub("[{}]", "", ast.unparse(node)) + "}"


def _is_said(text):
    """Whether a text is for people: a few words, or a sentence, but no list of names."""
    words = [word for word in re.findall(r"\w+", _HOLE.sub("", text)) if _WORD.fullmatch(word)]
    sentence = any(word.lower() in _FUNCTION_WORDS.split() for word in words)
    sentence = sentence or (text.endswith(".") and len(words) > 1)
    return " " in text.strip() and (sentence or 2 <= len(words) <= 3)


# The catalogues -----------------------------------------------------------------------------------


def brought_up(path, prose, texts, source=""):
    """The catalogue at `path`, as it is to be for these cells and texts of the program `source`."""
    old = (
        {each.msgid: each for each in polib.pofile(str(path), wrapwidth=LINE)}
        if path.exists()
        else {}
    )
    new = polib.POFile(wrapwidth=LINE)
    new.metadata = {"Language": "zh_CN", "Content-Type": "text/plain; charset=UTF-8"}
    texts = [*texts, *(t for t, each in old.items() if each.comment == BY_HAND and t in source)]
    gone = [text for text in old if text not in {*prose, *texts}]
    for text in [*prose, *(text for text in texts if text not in prose)]:
        entry = polib.POEntry(msgid=text, comment=_comment(text, prose, old))
        near = [] if text in old else difflib.get_close_matches(text, gone, 1)
        for origin in [text] if text in old else near:
            entry.msgstr = old[origin].msgstr
            entry.flags = ["fuzzy"] if near else list(old[origin].flags)
        new.append(entry)
    return new


def _comment(text, prose, old):
    if text in prose:
        return MARKDOWN
    return BY_HAND if text in old and old[text].comment == BY_HAND else ""


def catalogues():
    """Pairs of each catalogue's path and what it is to hold."""
    yield COURSE, brought_up(COURSE, [], said_by_the_course())
    yield CLAIMS, brought_up(CLAIMS, [], claims())
    for lesson in catalogue.lessons():
        path = catalogue_of(lesson.name)
        yield path, brought_up(path, prose(lesson), said_by(lesson), lesson.source)


def faults(entry):
    """What is wrong with the translation of an entry, in words."""
    if not entry.msgstr:
        return "not translated"
    if entry.fuzzy:
        return "its English has changed"
    for what, pattern in (("code", CODE_SPANS), ("numbers", NUMBERS), ("places", _HOLE)):
        sides = [sorted(pattern.findall(text)) for text in (entry.msgid, entry.msgstr)]
        if sides[0] != sides[1]:
            return f"its {what}: {sides[0]} in English, {sides[1]} in Chinese"
    return ""


def written(catalogues):
    """Write catalogues, pairs as above, and print what is left to do: 0, a program's exit code."""
    left = 0
    for path, wanted in catalogues:
        path.parent.mkdir(exist_ok=True)
        files.write_bytes(path, str(wanted).encode("utf-8"))
        for entry in wanted:
            fault = faults(entry)
            if fault:
                left += 1
                print(f"{files.shown(path)}: {entry.msgid[:60]!r}: {fault}")
    print(f"{left} entries are left to do.")
    return 0


def main(argv):
    return written(catalogues())


if __name__ == "__main__":
    sys.exit(lesson_flags.run_tool(main))
