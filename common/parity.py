"""Genuine TensorFlow 1.15.5 beside today's: `python -m common.parity [LESSON ...]`.

Both run every lesson with its own settings, images being the embedded digits. Compared is every
number that the two runs leave: those of results.json, those printed, each scalar in the event
files, each variable in the last checkpoints. Then each restores, and goes on from, what the other
saved. A lesson says itself how far apart its numbers may be (`Lesson.parity`), else it is 1e-5.
"""

import argparse
import math
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
from tqdm import tqdm

from common import catalogue, command_line, files, images, tables
from common.errors import CourseError
from common.graph_mode import tf

RUNS = files.ROOT / "parity-runs"
GENUINE, TODAY = "tf1", "today"  # the folders of the two below RUNS
PYTHONS = {GENUINE: files.ROOT / ".venv-tf1" / "bin" / "python", TODAY: Path(sys.executable)}
RELATIVE = 1e-5
# Lines that differ from run to run: how long something took, and lesson 18's open order.
ACCIDENT = re.compile("cost time|^together:")
NUMBER = re.compile(r"[-+−]?\d+\.?\d*(?:e[-+]?\d+)?")


class Difference:
    """How far apart two runs are in one quantity.

    what: its name, "scalar train/loss". count: how many values. same: how many have identical bits.
    relative: the largest difference, in parts of the quantity's largest absolute value.
    """

    def __init__(self, what, count, same, relative):
        self.what = what
        self.count = count
        self.same = same
        self.relative = relative


def difference(what, ours, theirs):
    """The Difference of two arrays of numbers, two numbers or two words."""
    if isinstance(ours, str) or isinstance(theirs, str):
        return Difference(what, 1, int(ours == theirs), 0.0 if ours == theirs else math.inf)
    ours, theirs = np.asarray(ours), np.asarray(theirs)
    if ours.shape != theirs.shape:
        return Difference(what, max(ours.size, theirs.size), 0, math.inf)
    same = (ours == theirs) | (np.isnan(ours) & np.isnan(theirs))
    if same.all():
        return Difference(what, same.size, same.size, 0.0)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        scale = np.max(np.abs(theirs[np.isfinite(theirs)]), initial=0)
        apart = np.max(np.abs(ours.astype(float) - theirs.astype(float))[~same]) / scale
    return Difference(what, same.size, int(same.sum()), apart if apart < math.inf else math.inf)


# What a run leaves --------------------------------------------------------------------------------


def quantities(lesson, output):
    """All that a run left below `output`: a dictionary from names to numbers, arrays or words."""
    summaries = output / "summaries" / lesson.name
    results = _results(lesson, output)
    found = {f"number {each['name']}": each["here"] for each in results["numbers"]}
    found.update(_printed(output / f"{lesson.name}.txt"))
    for events in sorted(summaries.rglob("events*")):
        if events.parent.name != "figures":
            found.update(_scalars(events, events.parent.relative_to(summaries)))
    checkpoints = output / "checkpoints" / lesson.name
    for state in sorted(checkpoints.rglob("checkpoint")):
        found.update(_variables(state.parent, state.parent.relative_to(checkpoints)))
    return found


def _results(lesson, output):
    return files.read_json(
        output / "summaries" / lesson.name / "results.json", "compare the lesson again."
    )


def _printed(path):
    """The numbers of each printed line, named by the line's words."""
    found = {}
    for line in path.read_text(encoding="utf-8").split("what the document says")[0].splitlines():
        numbers = [word.replace("−", "-") for word in NUMBER.findall(line)]
        if numbers and not ACCIDENT.search(line):
            words = " ".join(NUMBER.sub("#", line).split())
            name = f"printed {words}"
            found.setdefault(name, []).extend(map(float, numbers))
    return found


def _scalars(path, run):
    from tensorboard.backend.event_processing.event_file_loader import EventFileLoader
    from tensorboard.util import tensor_util

    found = {}
    for event in EventFileLoader(str(path)).Load():
        for value in event.summary.value:
            if value.metadata.plugin_data.plugin_name == "scalars":
                number = tensor_util.make_ndarray(value.tensor).item()
                found.setdefault(f"scalar {run}/{value.tag}", []).append(number)
                found.setdefault(f"steps of {run}/{value.tag}", []).append(event.step)
    return found


def _variables(folder, run):
    reader = tf.train.load_checkpoint(str(files.newest_checkpoint(folder)))
    names = sorted(reader.get_variable_to_shape_map())
    return {f"variable {run}/{name}": reader.get_tensor(name) for name in names}


def differences(lesson, ours, theirs):
    """The Differences of all quantities of two folders; one that only one has is infinite."""
    ours, theirs = quantities(lesson, ours), quantities(lesson, theirs)
    found = []
    for what in sorted({*ours, *theirs}):
        if what in ours and what in theirs:
            found.append(difference(what, ours[what], theirs[what]))
        else:
            found.append(Difference(f"{what} (one has it not)", 1, 0, math.inf))
    return found


# Running ------------------------------------------------------------------------------------------


def run_both(lesson, below, flags=()):
    """Run `lesson` by both TensorFlows side by side, into the two folders below `below`.

    Returns them, genuine 1.15.5's first. Raises CourseError where one fails.
    """
    started = {}
    for name, python in PYTHONS.items():
        output = below / name
        output.mkdir(parents=True, exist_ok=True)
        with open(str(output / f"{lesson.name}.txt"), "w", encoding="utf-8") as printed:
            command = [str(python), str(lesson.script), *flags, "--output", str(output)]
            started[name] = subprocess.Popen(
                command, stdout=printed, stderr=subprocess.PIPE, env=_environment()
            )
    for name, process in started.items():
        _, error = process.communicate()
        if process.returncode:
            words = error.decode("utf-8", "replace").strip().splitlines() or ["no reason given"]
            raise CourseError(f"Lesson {lesson.number} failed on {name}: {words[-1]}")
    return below / GENUINE, below / TODAY


def _environment():
    variables = {"PYTHONPATH": str(files.ROOT), "PYTHONIOENCODING": "utf-8", "TQDM_DISABLE": "1"}
    variables = {**os.environ, **variables, images.DATA_VARIABLE: str(RUNS)}
    variables.pop("TF_XLA_FLAGS", None)  # this process's own; TensorFlow 1 dies of it
    return variables


def from_the_beginning(lesson):
    """Both train the whole lesson: the Differences of all that they leave."""
    for name in PYTHONS:
        for kind in ("checkpoints", "summaries"):
            files.remove_folder(RUNS / name / kind / lesson.name)
    genuine, today = run_both(lesson, RUNS)
    return differences(lesson, today, genuine)


def crossing(lesson, saved_by):
    """Both restore what the one `saved_by` saved, then both go on from it for a tenth more.

    Returns two lists of Differences: of the numbers restored, and of all after going on.
    """
    below = RUNS / f"saved-by-{saved_by}"
    for name in PYTHONS:
        copy = below / name / "checkpoints" / lesson.name
        files.remove_folder(copy)
        shutil.copytree(str(RUNS / saved_by / "checkpoints" / lesson.name), str(copy))
    genuine, today = run_both(lesson, below, ["--restore"])
    numbers = [
        {each["name"]: each["here"] for each in _results(lesson, folder)["numbers"]}
        for folder in (today, genuine)
    ]
    restored = [
        difference(f"number {name}", value, numbers[1][name]) for name, value in numbers[0].items()
    ]
    genuine, today = run_both(lesson, below, ["--resume", *_longer(lesson)])
    return restored, differences(lesson, today, genuine)


def _longer(lesson):
    """The flags for a tenth more steps, or one more epoch."""
    name = "steps" if "steps" in lesson.parameters else "epochs"
    length = lesson.parameters[name].default
    return [command_line.flag(name), str(length + max(1, length // 10))]


# Judging ------------------------------------------------------------------------------------------


def tolerance(what, stated):
    """How far apart the quantity `what` may be, by what its lesson has `stated`, else RELATIVE."""
    fitting = [each["within"] for each in stated if each["of"] in what]
    return max([RELATIVE, *fitting])


def judge(lesson, found, stated):
    """One row of the table, and a line for each Difference beyond its tolerance."""
    count, same = sum(each.count for each in found), sum(each.same for each in found)
    largest = max(found, key=lambda each: each.relative)
    beyond = [each for each in found if each.relative > tolerance(each.what, stated)]
    row = [
        f"{lesson.number} {lesson.name[3:]}",
        f"{count:,}",
        f"{100 * same / count:.2f} %",
        f"{largest.relative:.1e}" if largest.relative else "0",
        largest.what if largest.relative else "",
        ", ".join(f"{each['within']:g} of {each['of'] or 'all'}" for each in stated)
        or f"{RELATIVE:g}",
    ]
    lines = [f"{row[0]}: {each.what} differs by {each.relative:.1e}" for each in beyond]
    return row, lines


COLUMNS = ["lesson", "values", "same bits", "largest difference", "of", "stated"]


def main(words):
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("lessons", nargs="*", metavar="LESSON")
    parser.add_argument("--alone", action="store_true", help="leave out what crosses over")
    options = parser.parse_args(words)
    if not PYTHONS[GENUINE].exists():
        raise CourseError("There is no TensorFlow 1.15.5 in .venv-tf1: `make parity` makes it.")
    lessons = [catalogue.find(word) for word in options.lessons] or catalogue.lessons()
    rows, beyond = {}, []
    for lesson in tqdm(lessons, desc="parity"):
        found = from_the_beginning(lesson)
        stated = _results(lesson, RUNS / TODAY)["parity"]
        parts = {"Trained from the beginning": found}
        if not options.alone:
            for saved_by, title in ((GENUINE, "1.15.5"), (TODAY, "today's")):
                restored, continued = crossing(lesson, saved_by)
                parts[f"Both restore what {title} saved"] = restored
                parts[f"Both go on from what {title} saved"] = continued
        for title, differences_ in parts.items():
            row, lines = judge(lesson, differences_, stated)
            rows.setdefault(title, []).append(row)
            beyond += [f"{title}: {line}" for line in lines]
    for title, of_lessons in rows.items():
        tables.show(title, COLUMNS, of_lessons)
    for line in beyond:
        print(line)
    print(f"{len(beyond)} quantities beyond what their lessons state.")
    return 1 if beyond else 0


if __name__ == "__main__":
    sys.exit(command_line.run_tool(main))
