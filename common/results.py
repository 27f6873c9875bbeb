"""The numbers of a lesson beside those of its document."""

import math
import numbers
import platform

import numpy as np

from common import files, tables
from common.language import say, translate

DOCUMENT = "document"
BOOK = "book"  # or the course that the document was taken from
GENUINE = "1.15.5"
SOURCES = (DOCUMENT, BOOK, GENUINE)
RELATIVE = 1e-5  # how far from genuine TensorFlow 1.15.5's figure one may be, in parts of it


class Comparison:
    """One number of a lesson: what a source says of it and what came out here.

    name, here: the number, or words. source: one of SOURCES (the last is genuine TensorFlow
    1.15.5), or None where nobody states it. says: its figure there.
    agrees: "yes", "no", "not compared" or "". why: the reason, where it is not "yes".
    """

    def __init__(self, name, here, source=None, says=None, agrees="", why=""):
        self.name = name
        self.here = here
        self.source = source
        self.says = says
        self.agrees = agrees
        self.why = why

    def as_record(self):
        return dict(vars(self))


class Comparisons(list):
    """The Comparisons of a run, in the order in which they were made."""

    def compare(self, name, here, source, says, within, because="", settings="", unfinished=""):
        """Add one with its verdict.

        because: why it is known not to agree with the default settings. settings: those that are
        not the document's, unfinished: the step that a training was stopped at, in words; with
        either it is not compared.
        """
        if settings or unfinished:
            agrees, why = "not compared", settings or unfinished
        elif agree(here, says, within):
            agrees, why = "yes", ""
        else:
            agrees, why = "no", because or ""
        self.append(Comparison(name, here, source, says, agrees, why))

    @property
    def numbers(self):
        return {each.name: each.here for each in self}


def plain(value):
    """A number of NumPy's as Python's own, bit for bit; words and Python's numbers as they are."""
    return value.item() if hasattr(value, "item") else value


def agree(here, says, within):
    """Whether two figures agree: to `within`, or word for word."""
    if isinstance(here, numbers.Number) and isinstance(says, numbers.Number):
        return here == says or (math.isfinite(here) and abs(here - says) <= within)
    return here == says


def table(rows, leading=()):
    """The columns, the rows and the reasons: what each source says of a number, beside it.

    rows: pairs of a list of cells for the `leading` columns and a Comparison. A number of which
    several sources speak has one row, and a source of which no row is has no column.
    """
    groups = []
    for lead, each in rows:
        if groups and groups[-1][1][-1].name == each.name and not any(lead):
            groups[-1][1].append(each)
        else:
            groups.append((lead, [each]))
    sources = [source for source in SOURCES if any(each.source == source for _, each in rows)]
    notes = {}
    cells = []
    for lead, group in groups:
        says = {each.source: tables.as_text(each.says) for each in group}
        figures = [says.get(source, "") for source in sources]
        here = tables.as_text(group[0].here)
        cells.append([*lead, group[0].name, *figures, here, _agree(group, notes)])
    reasons = [f"[{number}] {translate(why)}" for why, number in notes.items()]
    return [*leading, "number", *sources, "here", "agrees"], cells, reasons


def _agree(group, notes):
    """The verdict on a number: one word, or one for each source, with the marks of the reasons."""
    words = {}
    for each in group:
        mark = f" [{notes.setdefault(each.why, len(notes) + 1)}]" if each.why else ""
        words[each.source] = translate(each.agrees) + mark
    if len(set(words.values())) == 1:
        return words[group[0].source]
    return ", ".join(f"{translate(source)} {word}" for source, word in words.items())


def show(title, rows, leading=()):
    """Print the `table`, and the reasons below it."""
    columns, cells, reasons = table(rows, leading)
    tables.show(title, columns, cells, whole=len(leading))
    if any(each.agrees == "not compared" for _, each in rows):
        say("  What is not compared stands beside the figure of the default settings.")
    for reason in reasons:
        print(f"  {reason}")


def show_restored(title, saved, comparisons):
    """Print each number as it was saved and as it is restored."""
    rows = []
    for name, here in {each.name: each.here for each in comparisons}.items():
        before = saved.get(name)
        verdict = "" if before is None else _verdict(before, here)
        rows.append([name, "not saved" if before is None else before, here, verdict])
    tables.show(title, ["number", "saved", "restored", ""], rows)


def _verdict(saved, restored):
    """Whether a number is the same; processors differ in the rounding of what they compute anew."""
    if saved == restored or (saved != saved and restored != restored):
        return "same"
    within = RELATIVE * abs(saved) if isinstance(saved, numbers.Number) else 0
    return "same but for rounding" if agree(restored, saved, within) else "differs"


def write(path, comparisons, **facts):
    """Write results.json: the facts of a run, its numbers, and the versions of what made them."""
    versions = {"python": platform.python_version(), "numpy": np.__version__}
    records = [each.as_record() for each in comparisons]
    files.write_json(path, {**facts, "numbers": records, **versions})
