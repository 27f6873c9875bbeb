"""Checkpoint folders in which files are gone, cut, copied, foreign, and data that moved or changed.

A finished run is changed in one to three ways, then one command is given. It is to use the newest
checkpoint that is whole and say so where that is not the newest, or to refuse in one sentence and
change nothing; a resume is to end in the bits of an undisturbed run. Nothing that the course has
not saved is lost, whatever the command, and a run over a longer training keeps that one aside.
"""

import random
import re
import shutil
from pathlib import Path
from typing import NamedTuple

from common import files, saved
from common.data import house_prices
from stress import Attempt
from stress._worker import Worker
from stress.damage import _pictures, _write_idx

TITLE = "checkpoint folders"
TRIES = 300
STEPS, FURTHER, LESS = 100, 120, 40
_VALUES = (".index", ".data-00000-of-00001")
COMMANDS = ("restore", "resume", "run", "clean", "list", "export-meta")
STREWN = ("notes.txt", "figures/mine.png", "train/events.out.tfevents.1.mine", "restored/mine.gif")
STREWN += ("mine/events.out.tfevents.1.mine", "figures/events.out.tfevents.1.mine", "mine/run.json")
TEN = "10_yogurt_mse"


def attempts(count, seed, folder):
    """Change a finished run's folder or data `count` times, give a command; yields the Attempts."""
    draw, course = random.Random(seed), Course(folder)
    try:
        for k in range(count):
            if k % 4 == 3:
                what, problem = course.attempt_data(draw)
            else:
                what, problem = course.attempt_folder(COMMANDS[k % len(COMMANDS)], draw)
            yield Attempt(what, problem)
    finally:
        course.worker.close()


# What is done to a folder: each returns the files that are now somebody else's --------------------


def gone(folder, draw):
    _drawn(folder, draw).unlink()
    return []


def cut(folder, draw):
    path = _drawn(folder, draw)
    content = path.read_bytes()
    path.write_bytes(content[: draw.randrange(len(content))] if content else b"")
    return []


def newest_gone(folder, draw):
    for path in saved.parts(saved.newest(folder)) if saved.newest(folder) else ():
        path.unlink()
    return []


def all_of_a_kind_gone(folder, draw):
    for path in folder.glob(draw.choice(["*.index", "*.json", "*.data-*", "*.meta", "checkpoint"])):
        path.unlink()
    return []


def copied(folder, draw):
    path = _drawn(folder, draw)
    copy = path.with_name(f"{path.stem} - Copy{path.suffix}")
    shutil.copy(str(path), str(copy))
    return [copy]


def named_otherwise(folder, draw):
    """A whole checkpoint, copied under another name."""
    name = draw.choice(["model.ckpt-best", "mine", "model.ckpt-0100", "model.ckpt-2100", "模型-5"])
    return _copies(folder, draw, folder, name, with_record=draw.random() < 0.5)


def own_saver(folder, draw):
    """The learner's Saver: no record, a `checkpoint` that names its own."""
    name = draw.choice(
        ["model.ckpt-37", "model.ckpt-500", "model.ckpt-30", "my.ckpt-5", "model.ckpt"]
    )
    line = 'model_checkpoint_path: "%s"\nall_model_checkpoint_paths: "%s"\n' % (name, name)
    (folder / "checkpoint").write_text(line, encoding="utf-8")
    return _copies(folder, draw, folder, name, with_record=False)


def own_saver_below(folder, draw):
    (folder / "mine").mkdir(exist_ok=True)
    return _copies(folder, draw, folder / "mine", "model.ckpt-50", with_record=False)


def written_over(folder, draw):
    """The learner's Saver has saved under a name of the course's."""
    kept = saved.kept(folder)
    if len(kept) < 2:
        return []
    other, prefix = kept[0], draw.choice(kept[1:])
    over, sources = [[Path(f"{each}{end}") for end in _VALUES] for each in (prefix, other)]
    if [_content(path) for path in over] == [_content(path) for path in sources]:
        return []  # nobody could tell
    for path, source in zip(over, sources):
        if source.exists():
            shutil.copy(str(source), str(path))
    return [path for path in over if path.exists()]


def foreign_entries(folder, draw):
    line = draw.choice(['model_checkpoint_path: "/gone/model.ckpt-7"', "x", 'a: "model.ckpt-1"'])
    (folder / "checkpoint").write_text(line + "\n", encoding="utf-8")
    return []


def of_another_lesson(folder, draw):
    source = files.PRETRAINED / "11_yogurt_custom_loss" / "code"
    made = []
    for path in source.glob("model.ckpt-*"):
        shutil.copy(str(path), str(folder))
        made.append(folder / path.name)
    return made


def notes(folder, draw):
    path = folder / draw.choice(["notes.txt", "model.ckpt-100.txt", "run.json.bak", "my_temp"])
    path.write_text("mine", encoding="utf-8")
    return [path]


CHANGES = (
    gone,
    cut,
    newest_gone,
    all_of_a_kind_gone,
    copied,
    named_otherwise,
    own_saver,
    own_saver_below,
    written_over,
    foreign_entries,
    of_another_lesson,
    notes,
)


def _drawn(folder, draw):
    return draw.choice(sorted(path for path in folder.iterdir() if path.is_file()))


def _content(path):
    return path.read_bytes() if path.exists() else None


def _copies(folder, draw, target, name, with_record):
    made, prefix = [], saved.newest(folder)
    for path in saved.parts(prefix) if prefix else ():
        copy = target / path.name.replace(prefix.name, name)
        if copy.suffix != ".json" or with_record:
            shutil.copy(str(path), str(copy))
            made.append(copy)
    return made


# The commands -------------------------------------------------------------------------------------


class Before(NamedTuple):
    """A folder before a command. whole: {path: content} of the whole own checkpoints' files."""

    everything: dict
    foreign: dict
    whole: dict
    newest: int
    last: int


class Course:
    """A finished run of lesson 10, and of 30 and 09 with data, in the empty `folder`."""

    def __init__(self, folder):
        self._finished, self._output = folder / "finished", folder / "output"
        self.worker = Worker(files.ROOT, folder, {files.OUTPUT_VARIABLE: str(self._output)})
        self._data = folder / "data"
        self._data.mkdir()
        house_prices.generate(200).to_csv(self._data / "t.csv", index=False, na_rep="NA")
        _write_idx(self._data / "own", _pictures(1))
        _write_idx(self._data / "another", _pictures(2))
        self._give("run", "10", "--steps", STEPS, output=self._finished)
        self._give(
            "run", "30", "--steps", 20, "--data", self._data / "t.csv", output=self._finished
        )
        self._give("run", "09", "--steps", 20, "--data", self._data / "own", output=self._finished)
        further = folder / "further"
        self._give("run", "10", "--steps", FURTHER, output=further)
        self._further = _contents(further / "checkpoints" / TEN)

    def _give(self, *words, output):
        answer = self.worker.answer(*words, "--output", output)
        if answer.code:
            raise RuntimeError(f"{words} failed with nothing changed: {answer}")

    def _afresh(self):
        shutil.rmtree(str(self._output), ignore_errors=True)
        shutil.copytree(str(self._finished), str(self._output))

    # Of the folder -------------------------------------------------------------------------

    def attempt_folder(self, command, draw):
        self._afresh()
        folder = self._output / "checkpoints" / TEN
        original, foreign, done = _contents(folder), {}, []
        for change in draw.sample(CHANGES, draw.randint(1, 3)):
            done.append(change.__name__)
            foreign.update((path, None) for path in change(folder, draw))
        before = _look(folder, original, foreign)
        strewn = self._strew(draw)
        words = {
            "resume": ["run", "10", "--resume", "--steps", FURTHER],
            "run": ["run", "10", "--steps", LESS],
        }.get(command, [command, "10"] if command != "list" else [command])
        output = () if command == "list" else ("--output", self._output)
        answer = self.worker.answer(*words, *output)
        problem = answer.problem or _destructive(answer) or _lost(before, folder)
        gone = [path for path in strewn if not path.exists() or path.read_bytes() != b"mine"]
        problem = problem or (f"{gone} of the summaries are lost" if gone else "")
        if not problem:
            judge = getattr(self, f"_judge_{command}".replace("-", "_"), None)
            problem = judge(answer, before, folder) if judge else ""
        return f"{command}, {done[0]}", problem and f"{command} after {done}: {problem}"

    def _strew(self, draw):
        """Put files of the learner's among the summaries; returns them."""
        strewn = [self._output / "summaries" / TEN / name for name in draw.sample(STREWN, 2)]
        for path in strewn:
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(b"mine")
        return strewn

    def _judge_restore(self, answer, before, folder):
        if _contents(folder) != before.everything:
            return "restore has changed the folder"
        return _used(answer, before)

    def _judge_resume(self, answer, before, folder):
        if answer.code:
            return _used(answer, before) or _changed(before, folder)
        for path, content in self._further.items():
            is_last = path.name in [f"model.ckpt-{FURTHER}{end}" for end in _VALUES]
            if is_last and (folder / path.name).read_bytes() != content:
                return "resumed to other bits"
        return _used(answer, before)

    def _judge_run(self, answer, before, folder):
        aside = saved.before(folder)
        if answer.code:
            return f"run refused: {answer.err}"
        for path, content in before.whole.items():
            kept = aside / path.relative_to(folder)
            if before.newest > LESS and not (kept.exists() and kept.read_bytes() == content):
                return f"{path.name} of the longer training is not kept aside"
        return "" if before.newest <= LESS or "Kept the training before" in answer.out else "unsaid"

    def _judge_clean(self, answer, before, folder):
        left = [path.name for path in before.whole if path.exists()]
        return f"clean left {left}" if left or answer.code else ""

    # Of the data ---------------------------------------------------------------------------

    def attempt_data(self, draw):
        """Move or change the data of lesson 30 or 09, say so or not, and restore or go on."""
        self._afresh()
        number, name = draw.choice([("30", "t.csv"), ("09", "own")])
        place, moved = self._data / name, self._data / f"moved-{name}"
        what = draw.choice(["as it was", "moved", "moved and told", "others told", "edited"])
        command = draw.choice([["restore", number], ["run", number, "--resume", "--steps", "30"]])
        told = {"moved and told": [moved], "others told": [self._another(number)]}.get(what, [])
        kept = self._data / "kept"
        shutil.copytree(place, kept) if place.is_dir() else shutil.copy(place, kept)
        if what.startswith("moved"):
            place.rename(moved)
        elif what == "edited":
            self._edit(place)
        before = _contents(self._output / "checkpoints")
        answer = self.worker.answer(
            *command, *(f"--data={path}" for path in told), "--output", self._output
        )
        for path in (place, moved):
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        kept.rename(place)
        problem = answer.problem or _destructive(answer)
        is_right = what in ("as it was", "moved and told")
        if not problem and is_right != (answer.code == 0):
            problem = f"exit code {answer.code}: {answer.err}"
        elif not problem and not is_right:
            after = _contents(self._output / "checkpoints")
            problem = "refused, but a checkpoint is another" if after != before else ""
            said = (
                "any more: say where it is now" if what == "moved" else "is not what the checkpoint"
            )
            problem = problem or ("" if said in answer.err else f"it says {answer.err}")
        elif not problem and "differs" in answer.out:
            problem = "other numbers"
        return f"data {what}, {command[0]}", problem and f"{number} {what} {command}: {problem}"

    def _another(self, number):
        return "generated" if number == "30" else self._data / "another"

    def _edit(self, place):
        if place.is_dir():
            shutil.rmtree(place)
            _write_idx(place, _pictures(3))
        else:
            lines = place.read_text(encoding="utf-8").splitlines(True)
            place.write_text("".join(lines[:-1]), encoding="utf-8")


def _contents(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _look(folder, original, foreign):
    """The Before of a changed folder, which had the content `original`."""
    everything = _contents(folder)
    foreign = {path: everything[path] for path in foreign if path in everything}
    steps = sorted({saved.step(prefix) for prefix in saved.prefixes(folder)})
    whole, newest = {}, 0
    for step in steps:
        parts = [folder / f"model.ckpt-{step}{end}" for end in (*_VALUES, ".json")]
        if all(path in original and everything.get(path) == original[path] for path in parts):
            newest = step
            whole.update((path, original[path]) for path in parts)
    return Before(everything, foreign, whole, newest, steps[-1] if steps else 0)


def _destructive(answer):
    return "it tells to remove the folder" if "remove the folder" in answer.out + answer.err else ""


def _lost(before, folder):
    """Which file of somebody else's is not there any more, and not among the `others`."""
    for path, content in before.foreign.items():
        places = [path, path.parent / saved.OTHERS / path.name]
        if not any(place.exists() and place.read_bytes() == content for place in places):
            return f"{path.relative_to(folder)}, which is another's, is lost"
    return ""


def _used(answer, before):
    """What is wrong with the checkpoint that a restore or a resume took, and what it said."""
    if not before.newest:
        if answer.code == 0 and "Restored checkpoints/pretrained" not in answer.out:
            return f"it restored, and none is whole: {answer.out[:300]}"
        return ""
    if answer.code:
        return f"model.ckpt-{before.newest} is whole, but: {answer.err}"
    lines = re.findall("Restored .*model.ckpt.*", answer.out)
    if not lines or f"/model.ckpt-{before.newest}" not in lines[0]:
        return f"model.ckpt-{before.newest} is whole, but: {lines}"
    if before.last > before.newest and "the newest that is whole: " not in lines[0]:
        return f"it does not say why: {lines[0]}"
    return ""


def _changed(before, folder):
    return "" if _contents(folder) == before.everything else "refused, but the folder is another"
