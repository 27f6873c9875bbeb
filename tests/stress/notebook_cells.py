"""Notebooks whose cells are run twice, skipped, or in any order, and then from the top."""

import copy
import math
import random

from nbclient.exceptions import CellExecutionError

import stress
from common import files
from common.command import catalogue
from stress import Attempt
from tools import notebooks

TITLE = "cells of notebooks"
TRIES = 60
SLOW = ("08", "09", "15", "20", "24", "25", "27", "28", "29", "30")  # left out


def twice(cells, choice):
    """Every cell two times."""
    return [cell for cell in cells for _ in range(2)]


def skipped(cells, choice):
    """One cell is left out."""
    left_out = choice.randrange(1, len(cells))
    return cells[:left_out] + cells[left_out + 1 :]


def shuffled(cells, choice):
    """Any order, but for the first cell, without whose imports nothing of the course is there."""
    return cells[:1] + choice.sample(cells[1:], len(cells) - 1)


def attempts(count, seed, folder):
    """Run notebooks in these orders, and once more from the top: the numbers must be right."""
    choice = random.Random(seed)
    quick = [lesson for lesson in catalogue.lessons() if lesson.number not in SLOW]
    for number in range(count):
        lesson, order = quick[number // 3 % len(quick)], (twice, skipped, shuffled)[number % 3]
        problem = problem_of(lesson, order, choice, folder / str(number))
        yield Attempt(order.__name__, problem and f"lesson {lesson.number}, seed {seed}: {problem}")


def problem_of(lesson, order, choice, output):
    """What went wrong when the cells of a lesson were run in that order, and then from the top."""
    notebook = notebooks.from_script(lesson)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    disorder = [copy.deepcopy(cell) for cell in order(cells, choice)]
    for place, cell in enumerate(disorder):
        cell.id = f"disorder-{place}"
        cell.metadata = {"tags": ["raises-exception"]}
    notebook.cells = disorder + cells
    try:
        notebooks.execute(notebook, output)
    except CellExecutionError as error:
        return f"from the top: {error}"
    for cell in disorder:
        said = "".join(
            each.get("text", "") for each in cell.outputs if each.get("name") == "stderr"
        )
        if said.count("\n") > 1:
            return f"more than one sentence: {said!r}"
        errors = [each for each in cell.outputs if each.output_type == "error" and each.traceback]
        if any(each.ename not in ("NameError", "KeyError") for each in errors) and not said:
            return f"a traceback of {cell.source!r} without a word on it: {errors}"
    return _apart(lesson, output)


def _apart(lesson, output):
    """The numbers that are not those of the checkpoint that ships, in words."""
    here = stress.numbers_of(output, lesson.name)
    shipped = files.read_json(files.PRETRAINED / lesson.name / "run.json", "")["numbers"]
    apart = [name for name in {*here, *shipped} if not _same(here.get(name), shipped.get(name))]
    return f"other numbers: {', '.join(apart)}" if apart else ""


def _same(here, there):
    numbers = isinstance(here, float) and isinstance(there, float)
    return math.isclose(here, there, rel_tol=1e-5) if numbers else here == there
