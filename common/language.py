"""The language of what the course says: English, or Chinese by the catalogues *.po (gettext).

Sentences are written in English where they arise. On their way to the terminal, into a table or a
figure they are looked up, word for word or by their template: the text of an f-string or a
%-format, whose values are taken out of the sentence and put into the translation. What a script
prints is looked up among the sentences of its lesson alone: the rest is its reader's own.
"""

import functools
import os
import re
import sys
import unicodedata
from pathlib import Path

from common.errors import UsageError

VARIABLE = "COURSE_LANG"
LANGUAGES = ("en", "zh")
FLAG = "--lang"
COURSE = Path(__file__).resolve().with_name("zh.po")  # what is said outside of the lessons
MARKDOWN = "markdown"  # the comment of the entries that are a notebook's cells of prose
BY_HAND = "by-hand"  # of those that a program puts into sentences, words by themselves too
_HOLES = re.compile(r"%[-+#0]*\d*(?:\.\d+)?[sdfger]|%%|\{\{|\}\}|\{[^{}]*\}")
_SPELLED = {"%%": "%", "{{": "{", "}}": "}"}


def current():
    """ "zh" where the variable or else the locale says so, "en" elsewhere."""
    asked = os.environ.get(VARIABLE, "").split("_")[0].lower()
    if asked in LANGUAGES:
        return asked
    names = ("LC_ALL", "LC_MESSAGES", "LANG")
    locale = next(filter(None, map(os.environ.get, names)), "")
    return "zh" if locale.lower().startswith("zh") else "en"


def take(words):
    """`words` without --lang and its language, which this program speaks from now on.

    Raises UsageError for a language that it does not speak.
    """
    left = list(words)
    for place, word in enumerate(words):
        name, equals, asked = word.partition("=")
        if name == FLAG:
            asked = asked if equals else " ".join(words[place + 1 : place + 2])
            if asked not in LANGUAGES:
                raise UsageError(f"{FLAG} must be one of {', '.join(LANGUAGES)}, not {asked!r}.")
            os.environ[VARIABLE] = asked
            del left[place : place + (1 if equals else 2)]
            break
    return left


class Catalogue:
    """What is said in another language: pairs of an English text and its translation.

    by_hand: such pairs, of which single words are translated within a sentence too.
    """

    def __init__(self, pairs=(), by_hand=()):
        self._words = {}
        self._in_sentences = {}
        self._templates = {}  # by their English text, the longest first
        self.add(pairs, by_hand)

    def add(self, pairs, by_hand=()):
        self._in_sentences.update(by_hand)
        for english, translated in [*pairs, *by_hand]:
            if _HOLES.search(english):
                self._templates[english] = _Template(english, translated)
            else:
                self._words[english] = translated
        longest = sorted(self._templates.items(), key=lambda each: -each[1].length)
        self._templates = dict(longest)

    def translate(self, text):
        """The translation of `text`, and of the phrases that fill its template; else itself."""
        if text in self._words or not text.strip():
            return self._words.get(text, text)
        for template in self._templates.values():
            values = template.values(text)
            if values is not None:
                return template.filled(values, self._filling)
        return text

    def _filling(self, value):
        """What stands in a place for `value`: a phrase is translated, and any line below it."""
        phrase, *lines = value.split("\n")
        return "\n".join([self._phrase(phrase), *map(self.translate, lines)])

    def _phrase(self, value):
        """The translation of a phrase or a list of phrases; one word is a name, and stays."""
        if " " not in value:
            return self._in_sentences.get(value, value)
        whole = self.translate(value)
        if whole == value != value.strip():
            return value.replace(value.strip(), self._phrase(value.strip()))
        if whole == value and ", " in value:
            return ", ".join(map(self._phrase, value.split(", ")))
        return whole


class _Template:
    def __init__(self, english, translated):
        self._translated = translated
        self._parts, self._places, start = [""], [], 0
        for hole in _HOLES.finditer(english):
            self._parts[-1] += english[start : hole.start()] + _SPELLED.get(hole.group(), "")
            if hole.group() not in _SPELLED:
                self._parts.append("")
                self._places.append(hole.group())
            start = hole.end()
        self._parts[-1] += english[start:]
        self._pattern = None
        self.length = sum(map(len, self._parts))

    def values(self, text):
        """What stands in the template's places where `text` is made of it, else None."""
        if not all(part in text for part in self._parts):
            return None
        if not self._pattern:  # made once it is needed: there are hundreds
            first, *others = map(re.escape, self._parts)
            holes = ["(.{%d,}?)" % _padded(hole) for hole in self._places]
            self._pattern = re.compile(first + "".join(map("".join, zip(holes, others))), re.DOTALL)
        match = self._pattern.fullmatch(text)
        return match and list(match.groups())

    def filled(self, values, translate):
        """The translation with these values in its places, which may stand in another order."""
        left = list(zip(self._places, values))

        def value(hole):
            if hole.group() in _SPELLED:
                return _SPELLED[hole.group()]
            place = next(k for k, (name, _) in enumerate(left) if name == hole.group())
            given = left.pop(place)[1]
            said = translate(given)
            return given if said == given else _at_width(said, hole.group())

        return _HOLES.sub(value, self._translated)


def _padded(hole):
    """How many characters fill a hole at least."""
    return int(re.match("%?[-+#0]*([0-9]*)", hole)[1] or 0)


def _at_width(text, hole):
    """`text` with the spaces that a hole with a width puts around it."""
    if not _padded(hole):
        return text
    spaces = " " * (_padded(hole) - width(text.strip()))
    return text.strip() + spaces if hole.startswith("%-") else spaces + text.strip()


def width(text):
    """Columns of a terminal that `text` takes: a Chinese character is two of them wide."""
    return sum(1 + (unicodedata.east_asian_width(each) in "WF") for each in text)


def entries(path, *comments):
    """The pairs of a catalogue's file that are translated and have one of the comments."""
    return [(each.msgid, each.msgstr) for each in _translated(path) if each.comment in comments]


@functools.lru_cache(maxsize=2)
def _translated(path):
    try:
        import polib
    except ImportError:  # genuine TensorFlow's environment has none, and speaks English
        return []
    return polib.pofile(str(path)).translated_entries() if path.exists() else []


_catalogue = None  # of the course and of the lessons that have spoken
_spoken = Catalogue()  # of the lesson that runs


def translate(text):
    """`text` in the language of this program."""
    if current() == "en" or not isinstance(text, str):
        return text
    return _loaded().translate(text)


def say(text, **where):
    """Print `text` in the language of this program; where: as of print."""
    print(translate(text), **where)


def joined(what, more):
    """`what: more`, both in the language of this program, and with its colon."""
    return translate(what) + (": " if current() == "en" else "：") + translate(more)


def _loaded():
    global _catalogue
    if _catalogue is None:
        _catalogue = Catalogue(*sentences(COURSE))
    return _catalogue


def sentences(path):
    """The pairs of a catalogue's file, and those by hand; what a Catalogue is made of."""
    return entries(path, ""), entries(path, BY_HAND)


def catalogue_of(name):
    """The file of a lesson's translation."""
    return COURSE.parent.parent / "lessons" / "zh" / f"{name}.po"


def speak(name):
    """From now on translate what the script of the lesson `name` prints, draws and compares."""
    global _spoken
    if current() == "en":
        return
    of_lesson = sentences(catalogue_of(name))
    _loaded().add(*of_lesson)
    _spoken = Catalogue(*of_lesson)
    if not isinstance(sys.stdout, _Translated):
        sys.stdout = _Translated(sys.stdout)


class _Translated:
    """A stream that translates what a lesson's script writes to it."""

    def __init__(self, stream):
        self._stream = stream

    def write(self, text):
        whole = _spoken.translate(text)
        if whole == text and "\n" in text:
            whole = "\n".join(map(_spoken.translate, text.split("\n")))
        self._stream.write(whole)
        return len(text)

    def __getattr__(self, name):
        return getattr(self._stream, name)
