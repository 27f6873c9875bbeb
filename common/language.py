"""The language of what the course says: English, or Chinese by the catalogues *.po (gettext).

Sentences are written in English where they arise. On their way to the terminal, into a table or a
figure they are looked up, word for word or by their template: the text of an f-string or a
%-format, whose values are taken out of the sentence and put into the translation.
"""

import os
import re
import sys

from common import files
from common.errors import UsageError

VARIABLE = "COURSE_LANG"
LANGUAGES = ("en", "zh")
FLAG = "--lang"
MARKDOWN = "markdown"  # the comment of the entries that are a notebook's cells of prose
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
    """What is said in another language: pairs of an English text and its translation."""

    def __init__(self):
        self._words = {}
        self._templates = []

    def add(self, pairs):
        for english, translated in pairs:
            if _HOLES.search(english):
                self._templates.append(_Template(english, translated))
            else:
                self._words[english] = translated
        self._templates.sort(key=lambda each: -each.length)

    def translate(self, text):
        """The translation of `text`, and of what fills its template; itself where there is none."""
        if text in self._words or not text.strip():
            return self._words.get(text, text)
        for template in self._templates:
            values = template.values(text)
            if values is not None:
                return template.filled([self.translate(value) for value in values])
        return text


class _Template:
    def __init__(self, english, translated):
        self._holes, pattern, start = [], "", 0
        for hole in _HOLES.finditer(english):
            pattern += re.escape(english[start : hole.start()])
            start = hole.end()
            if hole.group() in _SPELLED:
                pattern += re.escape(_SPELLED[hole.group()])
            else:
                pattern += "(.*?)"
                self._holes.append(hole.group())
        self._pattern = re.compile(pattern + re.escape(english[start:]), re.DOTALL)
        self._first = english[: _HOLES.search(english).start()]
        self._translated = translated
        self.length = len(_HOLES.sub("", english))

    def values(self, text):
        """What stands in the template's holes where `text` is made of it, else None."""
        if not text.startswith(self._first):
            return None
        match = self._pattern.fullmatch(text)
        return match and list(match.groups())

    def filled(self, values):
        left = list(zip(self._holes, values))

        def value(hole):
            if hole.group() in _SPELLED:
                return _SPELLED[hole.group()]
            place = next(k for k, (name, _) in enumerate(left) if name == hole.group())
            return left.pop(place)[1]

        return _HOLES.sub(value, self._translated)


def pairs(path, markdown=False):
    """The pairs of a catalogue's file that are translated: cells of prose, or all the others."""
    import polib

    entries = polib.pofile(str(path)) if path.exists() else []
    return [
        (each.msgid, each.msgstr)
        for each in entries
        if each.msgstr and not each.obsolete and (each.comment == MARKDOWN) == markdown
    ]


_catalogue = None


def translate(text):
    """`text` in the language of this program."""
    if current() == "en" or not isinstance(text, str):
        return text
    return _loaded().translate(text)


def _loaded():
    global _catalogue
    if _catalogue is None:
        _catalogue = Catalogue()
        _catalogue.add(pairs(files.ROOT / "common" / "zh.po"))
    return _catalogue


def catalogue_of(name):
    """The file of a lesson's translation."""
    return files.LESSONS / "zh" / f"{name}.po"


def speak(name=None):
    """From now on translate what is printed; name: of the lesson whose sentences it knows."""
    if current() == "en":
        return
    if name:
        _loaded().add(pairs(catalogue_of(name)))
    if not isinstance(sys.stdout, _Translated):
        sys.stdout = _Translated(sys.stdout)


class _Translated:
    """A stream that what is written to it is translated on the way to."""

    def __init__(self, stream):
        self._stream = stream

    def write(self, text):
        whole = translate(text)
        if whole == text and "\n" in text:
            whole = "\n".join(map(translate, text.split("\n")))
        self._stream.write(whole)
        return len(text)

    def __getattr__(self, name):
        return getattr(self._stream, name)
