"""The numbers of a lesson beside those of its document."""

import math
import numbers

from common import tables

DOCUMENT = "document"
GENUINE = "TF 1.15.5"
RELATIVE = 1e-5  # how far from genuine TensorFlow 1.15.5's figure one may be, in parts of it


class Comparison:
    """One number of a lesson: what a source says of it and what came out here.

    name, here: the number, or words. source: DOCUMENT, GENUINE (genuine TensorFlow
    1.15.5) or None where nobody states it. says: its figure there.
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


def show(title, rows, leading=()):
    """Print what the documents say, what came out here and whether it agrees; reasons below.

    rows: pairs of a list of cells for the `leading` columns and a Comparison.
    """
    notes = {}
    cells = []
    for lead, each in rows:
        mark = f" [{notes.setdefault(each.why, len(notes) + 1)}]" if each.why else ""
        says = "" if each.source is None else tables.as_text(each.says)
        star = " *" if each.source == GENUINE else ""
        cells.append([*lead, each.name, says + star, each.here, each.agrees + mark])
    tables.show(title, [*leading, "number", "the document", "here", "agrees"], cells)
    if any(each.source == GENUINE for _, each in rows):
        print("  * as genuine TensorFlow 1.15.5 gives it")
    if any(each.agrees == "not compared" for _, each in rows):
        print("  What is not compared stands beside the figure of the default settings.")
    for why, number in notes.items():
        print(f"  [{number}] {why}")


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
