"""The table that ends a lesson: read from what its executed notebook printed."""

import functools
import json
import re

from common.command import catalogue

_MARK = re.compile(r" \[(\d+)\]")


@functools.lru_cache(maxsize=None)
def _printed(number):
    """The lines that the last cell of that lesson's executed notebook printed, but the first."""
    lesson = catalogue.find(number)
    notebook = json.loads(lesson.notebook.read_text(encoding="utf-8"))
    (last,) = [cell for cell in notebook["cells"] if "lesson.finish()" in "".join(cell["source"])]
    return "".join("".join(output.get("text", [])) for output in last["outputs"]).splitlines()[1:]


@functools.lru_cache(maxsize=None)
def table(number):
    """{number: {column: what stands there}} of the lesson of that number."""
    _, head, _, *lines = _printed(number)
    starts = {match.group(): match.start() for match in re.finditer(r"\S+", head)}
    ends = [*list(starts.values())[1:], None]
    rows = []
    for line in lines[: lines.index(next(line for line in lines if not line.strip()))]:
        cells = [line[start:end].strip() for start, end in zip(starts.values(), ends)]
        row = dict(zip(starts, cells))
        if row["here"]:
            rows.append(row)
        else:  # of a name that is longer than its column
            rows[-1] = {
                column: f"{cell} {row[column]}".strip() for column, cell in rows[-1].items()
            }
    return {row["number"]: row for row in rows}


def verdict(number, row):
    """Whether that row of a lesson's `table` agrees, and why it does not, both in words."""
    lines = _printed(number)
    reasons = dict(re.findall(r"^  \[(\d+)\] (.+)$", "\n".join(lines), re.MULTILINE))
    why = [reasons[mark] for mark in _MARK.findall(row["agrees"])]
    return _MARK.sub("", row["agrees"]), " ".join(dict.fromkeys(why))
