"""What runs of a lesson have saved in checkpoints/NN_name and summaries/NN_name: told by the files.

A checkpoint of the course's has a record, model.ckpt-STEP.json, which says whose it is. The file
`checkpoint` of TensorFlow's is no witness: any Saver may write it. An event file is known by the
end of its name, a figure by the run.json of the summaries, which names it. What the course has not
saved is left where it lies. A run from the beginning keeps the checkpoints aside that are there, in
NN_name.before, until it has come as far itself. Needs no TensorFlow.
"""

import contextlib
import re
import shutil
import zlib
from pathlib import Path

from common import files
from common.errors import CourseError
from common.language import say

PREFIX = "model.ckpt"
KEEPS = "which removes nothing of this before it has come as far itself"
OTHERS = "others"  # where another Saver's files go of which the course needs the names
EVENTS_END = ".lesson"  # how the names of a run's event files end, but for their number
_EVENTS = re.compile(r"^events\.out\.tfevents\..*\.lesson(\.[0-9]{6})?$")
_PART = re.compile(
    r"(model\.ckpt-(0|[1-9][0-9]{0,17}))\.(index|json|(tf1\.)?meta|data-[0-9]{5}-of-[0-9]{5})$"
)
_NAMED = re.compile(r'model_checkpoint_path: "(model\.ckpt-[0-9]{1,18})"\r?$', re.MULTILINE)
_LISTED = re.compile(r'_paths: "(model\.ckpt-[0-9]{1,18})"\r?$', re.MULTILINE)
_PLAIN = {  # folders in which these lessons, and copies of them, save without records
    "07_save_and_restore": ("First_Save", "Few_Saves"),
    "21_early_stopping": ("best",),
}


class Unfit(Exception):
    """Why a checkpoint cannot be used, in words that follow its name."""


# The checkpoints of one folder --------------------------------------------------------------------


def step(prefix):
    return int(str(prefix).rsplit("-", 1)[-1])


def prefixes(folder):
    """The prefixes of all in `folder` that is named as a checkpoint or a part of one, by step."""
    folder = Path(folder)
    parts = [_PART.match(path.name) for path in folder.iterdir()] if folder.is_dir() else []
    return sorted({folder / part[1] for part in parts if part}, key=step)


def kept(folder):
    """The prefixes of the checkpoints in `folder`, whoever saved them, the newest last."""
    return [prefix for prefix in prefixes(folder) if _part(prefix, "index").is_file()]


def newest(folder):
    """The prefix of the newest checkpoint in `folder`, or None where there is none."""
    return next(reversed(kept(folder)), None)


def named(folder):
    """The prefix that the file `checkpoint` names as the newest, or None."""
    state = Path(folder) / "checkpoint"
    text = state.read_bytes().decode("ascii", errors="replace") if state.is_file() else ""
    found = _NAMED.search(text)
    return Path(folder) / found[1] if found else None


def checksum(content):
    """The CRC of bytes or of the file at a path, as a record has it of the other parts."""
    return zlib.crc32(content if isinstance(content, bytes) else Path(content).read_bytes())


def record(prefix, owner):
    """The record of the checkpoint `prefix`; Unfit where that is not whole, or not the owner's.

    owner: what it must say in "lesson" and "training". The values are not looked at.
    """
    path = _part(prefix, "json")
    if not path.is_file():
        raise Unfit(f"has no record ({path.name}), so this course has not saved it")
    try:
        found = files.load_json(path)
    except (OSError, ValueError) as error:
        raise Unfit(f"is damaged ({path.name}: {error})") from error
    if any(found.get(key) != value for key, value in owner.items()):
        whose = [f"{each.get('lesson')} {each.get('training')}".strip() for each in (found, owner)]
        raise Unfit(f"belongs to {whose[0]}, not to {whose[1]}")
    parts = [found.setdefault("positions", []), found.get("history")]
    parts.append(found.setdefault("summarized", -1))
    fits = [type(part) for part in parts] == [list, dict, int]
    if found.get("step") != step(prefix) or not fits:
        raise Unfit(f"is not what its record says ({path.name}, of step {found.get('step')})")
    index = _part(prefix, "index")
    if not index.is_file():
        raise Unfit(f"is not whole ({index.name} is missing)")
    if found.get("index", checksum(index)) != checksum(index):
        raise Unfit(f"is damaged ({index.name} is not the one that was saved)")
    return found


def _part(prefix, kind):
    return Path(f"{prefix}.{kind}")


def parts(prefix):
    """All files of the checkpoint `prefix`."""
    found = [(_PART.match(path.name), path) for path in prefix.parent.iterdir()]
    return [path for match, path in found if match and match[1] == prefix.name]


def newest_until(last, folder):
    """The prefix of the newest in `folder` up to the step `last`, or None; it may be gone.

    Of those, that is, whose names lie there or stand in the file `checkpoint`.
    """
    state = folder / "checkpoint"
    text = state.read_bytes().decode("ascii", errors="replace") if state.is_file() else ""
    found = [*prefixes(folder), *(folder / name for name in _LISTED.findall(text))]
    return max((each for each in found if step(each) <= last), key=step, default=None)


def is_record(path):
    return path.suffix == ".json"


def has_values(found):
    """Whether the files `found` of a checkpoint are more than its record and its graph."""
    return any(path.suffix not in (".json", ".meta") for path in found)


def own_parts(prefix, owner):
    """Those of its files that the course has saved for the owner: all, none, or the record alone.

    The last is where another Saver has written over the rest.
    """
    try:
        found = files.load_json(_part(prefix, "json"))
    except OSError:
        return []
    except ValueError:  # nobody else writes a file of this name
        return parts(prefix)
    if found.get("step") != step(prefix) or any(found.get(k) != owner[k] for k in owner):
        return []
    index = _part(prefix, "index")
    if index.is_file() and found.get("index", checksum(index)) != checksum(index):
        return [_part(prefix, "json")]
    return parts(prefix)


def make_way(prefix, owner):
    """Move what another Saver has saved under this name into the folder `others` beside it."""
    others = set(parts(prefix)) - set(own_parts(prefix, owner))
    for path in others:
        target = path.parent / OTHERS / path.name
        target.parent.mkdir(exist_ok=True)
        path.replace(target)
    if others:
        say(f"Moved {files.shown(prefix)}, which is another Saver's, to {OTHERS}/{prefix.name}")


# The folder of a lesson ---------------------------------------------------------------------------


def own_checkpoints(root, lesson):
    """The prefixes below `root` that are the lesson's, by folder: {folder: [oldest, …]}.

    root: checkpoints/NN_name, or what was put aside of it. lesson: its name, "NN_name".
    """
    found = {}
    for folder in _folders(root):
        owner = _owner(root, folder, lesson)
        own = [prefix for prefix in prefixes(folder) if has_values(own_parts(prefix, owner))]
        if own:
            found[folder] = own
    return found


def steps_saved(root, lesson):
    """How many steps the trainings below `root` have saved, together."""
    return sum(step(own[-1]) for own in own_checkpoints(root, lesson).values())


def has_begun(root, lesson):
    """Whether a run of the lesson has saved anything below `root`."""
    return (root / "run.json").exists() or bool(own_checkpoints(root, lesson))


def newest_settings(root, lesson):
    """The settings in the newest record below `root` that has them, without numbers; or None."""
    found = {}
    for folder, own in own_checkpoints(root, lesson).items():
        for prefix in own:
            with contextlib.suppress(Unfit):
                known = record(prefix, _owner(root, folder, lesson))
                if isinstance(known.get("parameters"), dict):
                    found[step(prefix)] = {**known, "numbers": {}}
    return found[max(found)] if found else None


def owner_of_run(lesson, copied):
    """What a run.json says of whose it is. copied: the lesson of which it is a copy, or itself."""
    return {"lesson": lesson, **({} if copied == lesson else {"copy_of": copied})}


def plain_folders(root, lesson):
    """The names of the folders below `root` in which the lesson saves without records."""
    return _PLAIN.get(_run(root).get("copy_of", lesson), ())


def own_files(root, lesson):
    """All files below `root` that the course's runs of the lesson have saved as checkpoints."""
    own, plain = [], plain_folders(root, lesson)
    for folder in _folders(root):
        owner = _owner(root, folder, lesson)
        of = parts if folder.name in plain else lambda prefix, owner=owner: own_parts(prefix, owner)
        found = [path for prefix in prefixes(folder) for path in of(prefix)]
        if found or not any(folder.glob("*.index")):
            found += [path for path in [folder / "checkpoint"] if path.is_file()]
        found += [path for path in folder.iterdir() if files.is_unfinished(path)]
        own += found
    return own + [path for path in [root / "run.json"] if path.is_file()]


def foreign_files(root, lesson):
    """All files below `root` that they have not."""
    return _others(root, own_files(root, lesson))


def remove_own(root, lesson):
    """Remove what the course has saved below `root`; returns what is left there."""
    return remove(root, own_files(root, lesson))


def remove(root, own):
    """Remove the files `own` below `root`, records last; at one stroke where there are no others.

    Returns these.
    """
    with files.writing(root):
        left = _others(root, own)
        if not left:
            files.remove_folder(root)
            return []
        for path in sorted(own, key=is_record):
            files.remove(path)
        _remove_empty(root)
        for scratch in files.remains(root):
            files.remove(scratch)
    return left


def _others(root, own):
    own = set(own)
    found = [path for folder in _folders(root) for path in folder.iterdir()]
    return [path for path in found if path not in own and not _is_folder(path)]


def _run(root):
    """What the run.json in `root` says; nothing where it cannot be read."""
    with contextlib.suppress(OSError, ValueError):
        return files.load_json(root / "run.json")
    return {}


def _owner(root, folder, lesson):
    """What the records in `folder`, `root` itself or below, say where they are the lesson's."""
    training = "" if folder == root else folder.relative_to(root).as_posix()
    return {"lesson": lesson, "training": training}


def _folders(root):
    """`root` and the folders below it, but for unfinished ones and links."""
    if not root.is_dir():
        return []
    below = [path for path in root.iterdir() if _is_folder(path)]
    return [root, *(folder for path in below for folder in _folders(path))]


def _is_folder(path):
    return path.is_dir() and not path.is_symlink() and not files.is_unfinished(path)


def _remove_empty(root):
    for folder in reversed(_folders(root)):
        if not any(folder.iterdir()):
            folder.rmdir()


# Its summaries ------------------------------------------------------------------------------------


def own_summaries(root, lesson):
    """All files below `root`, summaries/NN_name, that the course's runs of the lesson have written.

    What a restore saves there is among them.
    """
    own = [*own_files(root, lesson), *own_events(root), *own_figures(root)]
    return own + [path for path in [root / "results.json"] if path.is_file()]


def own_events(root):
    """The event files below `root` that runs have written."""
    found = [path for folder in _folders(root) for path in folder.iterdir()]
    return [path for path in found if _EVENTS.match(path.name)]


def own_figures(root):
    """The figures in `root`/figures that runs have drawn."""
    names, folder = _run(root).get("figures", ()), root / "figures"
    return [path for path in folder.iterdir() if path.name in names] if folder.is_dir() else []


def note_figure(root, owner, name):
    """Have it known that a figure of that name is one of the owner's (see owner_of_run)."""
    names = _run(root).get("figures", [])
    if name not in names:
        files.write_json(root / "run.json", {**owner, "figures": [*names, name]})


# The training before ------------------------------------------------------------------------------


def before(root):
    """The folder in which the training before the one in `root` is kept."""
    return root.with_name(f"{root.name}.before")


def put_aside(root, lesson):
    """Empty `root` of what the course has saved; of this and what was put aside keep the longer.

    Returns whether any is kept. At each moment the one that is kept lies whole in one of the two.
    """
    aside = before(root)
    with files.writing(root):
        _move_foreign(aside, root, lesson)  # where a kill came between the next two
        if not steps_saved(root, lesson) or _is_longer(aside, root, lesson):
            remove_own(root, lesson)
        else:
            _refuse_what_is_left(aside, remove_own(aside, lesson))
            root.rename(aside)
            _move_foreign(aside, root, lesson)
    return bool(steps_saved(aside, lesson))


def copy_aside(root, lesson):
    """Keep a copy of what `root` has, where that is further than what was put aside."""
    aside = before(root)
    with files.writing(aside):
        if steps_saved(root, lesson) and not _is_longer(aside, root, lesson):
            _refuse_what_is_left(aside, remove_own(aside, lesson))
            scratch = files.scratch_folder(aside) / aside.name
            for path in own_files(root, lesson):
                target = scratch / path.relative_to(root)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(str(path), str(target))
            scratch.rename(aside)
            scratch.parent.rmdir()
    return bool(steps_saved(aside, lesson))


def put_back(root, lesson):
    """Undo a `put_aside` behind which nothing was saved; returns whether it was."""
    aside = before(root)
    if not steps_saved(aside, lesson) or has_begun(root, lesson):
        return False
    with files.writing(root):
        if root.exists():
            _move_foreign(root, aside, lesson)
            remove_own(root, lesson)
        if not root.exists():
            aside.rename(root)
            return True
    return False


def forget_before(root, lesson):
    """Remove what was put aside once `root` has come as far; returns whether any is kept still."""
    aside = before(root)
    if _is_longer(aside, root, lesson):
        return True
    remove_own(aside, lesson)
    return False


def _is_longer(aside, root, lesson):
    return steps_saved(aside, lesson) > steps_saved(root, lesson)


def _move_foreign(source, target, lesson):
    for path in foreign_files(source, lesson):
        place = target / path.relative_to(source)
        if not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            path.rename(place)
    _remove_empty(source)


def _refuse_what_is_left(aside, left):
    if left:
        raise CourseError(
            f"{files.shown(left[0])} is none of this course's, and {files.shown(aside)} is to hold "
            "the training that is put aside: move it elsewhere."
        )
