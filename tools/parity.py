"""Genuine TensorFlow 1.15.5 beside today's: `python -m tools.parity [LESSON ...]`.

Both run every lesson with its own settings, images being the embedded digits. Compared is every
number that the two runs leave: those of results.json, those printed, each scalar in the event
files, each variable in the last checkpoints. Then each restores, and goes on from, what the other
saved, and imports its meta graphs. parity.toml states how far apart a lesson's numbers may be, and
why; else it is 1e-5.
"""

import argparse
import csv
import datetime
import math
import os
import platform
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
from tqdm import tqdm

from common import checkpoints, files, saved, tables
from common.command import catalogue, lesson_flags, meta_graphs
from common.data import images
from common.errors import CourseError
from common.tf1 import tf
from tools import toml

STATED = toml.read(files.ROOT / "tools" / "parity.toml")
RUNS = files.ROOT / "parity-runs"
PAGE = files.ROOT / "docs" / "parity.md"
GENUINE, TODAY = "tf1", "today"  # the folders of the two below RUNS
PYTHONS = {GENUINE: files.ROOT / ".venv-tf1" / "bin" / "python", TODAY: Path(sys.executable)}
RELATIVE = 1e-5
# Lines that differ from run to run: how long something took, and lesson 18's open order.
ACCIDENT = re.compile("cost time|^together:")
NUMBER = re.compile(r"[-+−]?(?:\d+\.?\d*(?:e[-+]?\d+)?|\b(?:nan|inf)\b)")


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
    found = _numbers(lesson, output)
    found.update(_printed(output / f"{lesson.name}.txt"))
    for events in sorted(summaries.rglob("events*")):
        if events.parent.name != "figures":
            found.update(_scalars(events, events.parent.relative_to(summaries)))
    saved = output / "checkpoints" / lesson.name
    for state in sorted(saved.rglob("checkpoint")):
        found.update(_variables(state.parent, state.parent.relative_to(saved)))
    return found


def _results(lesson, output):
    return files.read_json(
        output / "summaries" / lesson.name / "results.json", "compare the lesson again."
    )


def _numbers(lesson, output):
    numbers = _results(lesson, output)["numbers"]
    return {f"number {each['name']}": each["here"] for each in numbers}


def _printed(path):
    """The numbers of each printed line, named by the line's words.

    A line without words belongs to the one before it: NumPy's versions break arrays differently.
    """
    found, name = {}, "printed"
    text = re.sub(r"(?<=Restored ).*?(?=checkpoints/)", "", path.read_text(encoding="utf-8"))
    for line in text.split("what the document says")[0].splitlines():
        numbers = NUMBER.findall(line)
        words = " ".join(re.sub(r"[][()]", " ", NUMBER.sub("#", line)).split())
        if words.strip("# "):
            name = f"printed {words}"
        if numbers and not ACCIDENT.search(line):
            values = [float(number.replace("−", "-")) for number in numbers]
            found.setdefault(name, []).extend(values)
    return found


def _scalars(path, run):
    """The scalars of each tag in an event file, and the steps of all summaries of each tag."""
    from tensorboard.backend.event_processing.event_file_loader import EventFileLoader
    from tensorboard.util import tensor_util

    found = {}
    for event in EventFileLoader(str(path)).Load():
        for value in event.summary.value:
            kind = value.metadata.plugin_data.plugin_name
            found.setdefault(f"steps of {kind} {run}/{value.tag}", []).append(event.step)
            if kind == "scalars":
                number = tensor_util.make_ndarray(value.tensor).item()
                found.setdefault(f"scalar {run}/{value.tag}", []).append(number)
    return found


def _variables(folder, run):
    found = checkpoints.values(saved.newest(folder))
    return {f"variable {run}/{name}": value for name, value in found.items()}


def differences(lesson, ours, theirs):
    """The Differences of all quantities of two folders."""
    return compared(quantities(lesson, ours), quantities(lesson, theirs))


def compared(ours, theirs):
    """The Differences of two dictionaries of quantities; one that only one has is infinite."""
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
                command, stdout=printed, stderr=subprocess.PIPE, env=_environment(below)
            )
    for name, process in started.items():
        _, error = process.communicate()
        if process.returncode:
            words = error.decode("utf-8", "replace").strip().splitlines() or ["no reason given"]
            raise CourseError(f"Lesson {lesson.number} failed on {name}: {words[-1]}")
    return below / GENUINE, below / TODAY


def _environment(no_images):
    """With the course on the path, and with the embedded digits."""
    variables = {"PYTHONPATH": str(files.ROOT), "PYTHONIOENCODING": "utf-8", "TQDM_DISABLE": "1"}
    return {**os.environ, **variables, images.DATA_VARIABLE: str(no_images)}


def from_the_beginning(lesson, runs):
    """Both train the whole lesson: the Differences of all that they leave below `runs`."""
    for name in PYTHONS:
        for kind in ("checkpoints", "summaries"):
            files.remove_folder(runs / name / kind / lesson.name)
    genuine, today = run_both(lesson, runs)
    return differences(lesson, today, genuine)


def crossing(lesson, runs, saved_by):
    """Both restore what the one `saved_by` saved, then both go on from it for a tenth more.

    Returns two lists of Differences: of the numbers restored, and of all after going on.
    """
    below = runs / f"saved-by-{saved_by}"
    for name in PYTHONS:
        copy = below / name / "checkpoints" / lesson.name
        files.remove_folder(copy)
        shutil.copytree(str(runs / saved_by / "checkpoints" / lesson.name), str(copy))
    genuine, today = run_both(lesson, below, ["--restore"])
    restored = compared(_numbers(lesson, today), _numbers(lesson, genuine))
    genuine, today = run_both(lesson, below, ["--resume", *_longer(lesson)])
    return restored, differences(lesson, today, genuine)


def by_meta_graph(lesson, runs, saved_by):
    """Both import the meta graphs that the one `saved_by` saved: the Differences of what they hold.

    Beside them, sentences about those that 1.15.5 has not all ops for.
    """
    folder = runs / saved_by / "checkpoints" / lesson.name
    metas = meta_graphs.newest(folder)
    exported = [meta_graphs.export(meta) for meta in metas] if saved_by == TODAY else metas
    found = [imported_by(GENUINE, exported, runs), imported_by(TODAY, metas, runs)]
    trainings = [str(meta.parent.relative_to(folder)) for meta in metas]
    return _compared_imports(lesson, *found, trainings)


def imported_by(name, metas, folder):
    """What `meta_graphs.main` writes of the .meta files, into `folder`, run by the one `name`."""
    out = folder / f"imported-by-{name}.npz"
    done = subprocess.run(
        [str(PYTHONS[name]), "-m", "common.command.meta_graphs", str(out), *map(str, metas)],
        stderr=subprocess.PIPE,
        env=_environment(folder),
        cwd=str(files.ROOT),
    )
    if done.returncode:
        last = done.stderr.decode("utf-8", "replace").strip().splitlines()[-1:]
        raise CourseError(f"The meta graphs {metas[0]} … cannot be imported on {name}: {last}")
    with np.load(str(out)) as arrays:
        return dict(arrays)


def _compared_imports(lesson, genuine, today, trainings):
    differences_, notes = [], []
    for k, training in enumerate(trainings):
        if f"{k} {meta_graphs.UNKNOWN}" in genuine:
            (op,) = genuine[f"{k} {meta_graphs.UNKNOWN}"]
            notes.append(f"Lesson {lesson.number}, {training}: TensorFlow 1.15.5 has no op {op}.")
            continue
        ours, theirs = (
            {
                f"{training} {name.partition(' ')[2]}": value
                for name, value in one.items()
                if name.startswith(f"{k} ")
            }
            for one in (today, genuine)
        )
        differences_ += compared(ours, theirs)
    return differences_, notes


def _longer(lesson):
    """The flags for a tenth more steps, or one more epoch."""
    name = "steps" if "steps" in lesson.parameters else "epochs"
    length = lesson.parameters[name].default
    return [lesson_flags.flag(name), str(length + max(1, length // 10))]


# Judging ------------------------------------------------------------------------------------------


def tolerance(what, stated):
    """How far apart the quantity `what` may be, by what its lesson has `stated`, else RELATIVE.

    Small and capital letters are the same.
    """
    fitting = [each["within"] for each in stated if each.get("of", "").lower() in what.lower()]
    return max([RELATIVE, *fitting])


def summed_up(found):
    """Three cells of the table: how many values, how many with the same bits, how far apart."""
    count, same = sum(each.count for each in found), sum(each.same for each in found)
    share = math.floor(1e4 * same / count) / 100 if count else 100  # 100 % are all of them
    largest = max((each.relative for each in found), default=0)
    return [f"{count:,}", f"{share:g} %", f"{largest:.1e}" if largest else "0"]


def beyond(found, stated):
    """A line for each Difference that is beyond its tolerance."""
    return [
        f"{each.what} differs by {each.relative:.1e}"
        for each in found
        if each.relative > tolerance(each.what, stated)
    ]


def shortened(lines, most=5):
    return lines[:most] + [f"… and {len(lines) - most} more" for _ in lines[most : most + 1]]


def in_words(stated):
    """What a lesson has stated, in a line each."""
    return [
        f"{each.get('of') or 'everything'} may differ"
        + (f" by {each['within']:g}" if each["within"] < math.inf else "")
        + f": {each['because']}"
        for each in stated
    ]


COLUMNS = ["lesson", "values", "same bits", "apart", "crossed over", "same bits", "apart"]


class Report:
    """What the lessons give: the table, what they state, what is beyond it."""

    def __init__(self):
        self.rows, self.stated, self.notes, self.lines, self.count = [], [], [], [], 0
        self.everything = [["part", "lesson", "quantity", "values", "same bits", "apart"]]

    def add(self, lesson, parts, stated, notes):
        """parts: {title: Differences}, the first of which are of whole trainings."""
        first, *others = parts.values()
        crossed = [each for found in others for each in found]
        name = f"{lesson.number} {lesson.name[3:]}"
        self.rows.append([name, *summed_up(first), *(summed_up(crossed) if others else [""] * 3)])
        self.stated += [f"{lesson.number}: {line}." for line in in_words(stated)]
        self.notes += notes
        for title, found in parts.items():
            lines = beyond(found, stated)
            self.count += len(lines)
            self.lines += [f"{lesson.number}, {title}: {line}" for line in shortened(lines)]
            self.everything += [
                [title, lesson.name, each.what, each.count, each.same, each.relative]
                for each in found
            ]

    def show(self):
        tables.show("Beside genuine TensorFlow 1.15.5", COLUMNS, self.rows)
        for line in [*self.stated, *self.notes, *self.lines]:
            print(line)
        print(f"{self.count} quantities beyond what their lessons state.")

    def page(self):
        """The same in Markdown."""
        listed = [f"* {line}" for line in [*self.stated, *self.notes, *self.lines]]
        return "\n".join(
            [
                "# Beside genuine TensorFlow 1.15.5",
                "",
                f"Made by `make parity` on {datetime.date.today()}: TensorFlow {tf.__version__}, "
                f"Python {platform.python_version()}, NumPy {np.__version__}, beside TensorFlow "
                "1.15.5, Python 3.7. Both trained every lesson at the document's step counts, "
                "image lessons on the embedded digits. Compared is every number that they leave: "
                "those of the lessons' tables, those printed, each scalar in the event files, each "
                "variable in the last checkpoints.",
                "",
                "Apart is the largest difference, in parts of the largest value of its quantity "
                "(a variable, a curve); above 1e-5 the lesson states why, below the table. Crossed "
                "over: each restored what the other had saved, by the lesson's graph and by "
                "`import_meta_graph`, and went on from it for a tenth more.",
                "",
                *tables.markdown(COLUMNS, self.rows),
                "",
                *listed,
                "",
                f"{self.count} quantities are beyond what their lessons state.",
                "",
            ]
        )


def compare(lesson, runs, alone):
    """Run `lesson` by both: {title: Differences}, and sentences on what cannot be compared."""
    parts, notes = {"trained": from_the_beginning(lesson, runs)}, []
    for saved_by, title in () if alone else ((GENUINE, "1.15.5"), (TODAY, "today's")):
        restored, continued = crossing(lesson, runs, saved_by)
        parts[f"restored from {title}"] = restored
        parts[f"gone on from {title}"] = continued
        imported, unknown = by_meta_graph(lesson, runs, saved_by)
        parts[f"imported from {title}"] = imported
        notes += unknown
    return parts, notes


def main(argv):
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("lessons", nargs="*", metavar="LESSON")
    parser.add_argument("--alone", action="store_true", help="leave out what crosses over")
    parser.add_argument(
        "--runs", metavar="FOLDER", default=RUNS, help="keep the runs there (default: %(default)s)"
    )
    options = parser.parse_args(argv)
    runs = Path(options.runs).resolve()
    if not PYTHONS[GENUINE].exists():
        raise CourseError("There is no TensorFlow 1.15.5 in .venv-tf1: `make parity` makes it.")
    report = Report()
    lessons = [catalogue.find(word) for word in options.lessons] or catalogue.lessons()
    for lesson in tqdm(lessons, desc="parity", disable=None):
        parts, notes = compare(lesson, runs, options.alone)
        report.add(lesson, parts, STATED.get(lesson.name, {}).get("stated", []), notes)
    report.show()
    with open(str(runs / "differences.csv"), "w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(report.everything)
    print(f"{files.shown(runs / 'differences.csv')} has all that were compared.")
    if not options.lessons and not options.alone:
        files.write_bytes(PAGE, report.page().encode("utf-8"))
        print(f"{files.shown(PAGE)} has the table.")
    return 1 if report.count else 0


if __name__ == "__main__":
    sys.exit(lesson_flags.run_tool(main))
