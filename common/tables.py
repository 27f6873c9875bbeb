"""Plain tables on the terminal, in a file and in a notebook (rich knows how wide 中文 is)."""

import numbers
import sys

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from common.language import translate

NARROWEST = 11  # of the columns of a table, on average


def console():
    """A console for the standard output as it is now; plain where that is no terminal."""
    if sys.stdout.isatty():
        return Console(highlight=False)
    plain = {"no_color": True, "force_terminal": False, "force_jupyter": False, "highlight": False}
    return Console(file=sys.stdout, width=110, **plain)


def show(title, columns, rows, whole=0):
    """Print the rows, lists of words and numbers, under the columns' names.

    whole: how many of the first columns are never broken.

    On a terminal that is too narrow for that, each value stands in a line of its own.
    """
    title, *columns = map(translate, [title, *columns])
    rows = [[translate(as_text(value)) for value in row] for row in rows]
    if console().width < NARROWEST * len(columns):
        _show_below_each_other(title, columns, rows)
        return
    table = Table(title=Text(title), title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
    for place, column in enumerate(columns):
        table.add_column(column, overflow="fold", no_wrap=place < whole)
    for row in rows:
        table.add_row(*[Text(value) for value in row])  # [0] is no markup
    console().print(table)


def _show_below_each_other(title, columns, rows):
    console().print(Text(title, style="bold"))
    for row in rows:
        lines = [f"{column}: {text}" for column, text in zip(columns, row) if text]
        console().print(Text("\n".join(["", *lines])))


def markdown(columns, rows):
    """The lines of a Markdown table; the cells are words."""
    return [f"| {' | '.join(row)} |" for row in [columns, ["---"] * len(columns), *rows]]


def as_text(value):
    """A number to seven significant digits; anything else as it is."""
    if isinstance(value, numbers.Integral) or not isinstance(value, numbers.Real):
        return str(value)
    return f"{value:.7g}"
