"""Disks that fill up, turn read-only or lose a folder, and paths with any name.

A small disk is a tmpfs in a mount namespace of its own, which an ordinary user of Linux may make.
"""

import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import stress
from common import files
from stress import Answer, Attempt, Kind, course, start

TITLE = "disks and paths"
TRIES = 60
NAMES = [
    "with spaces",
    "酸奶 销量",
    "[a-z]*?",
    "'quoted\" $HOME `x`",
    "-x",
    "e\u0301",
    "a,b;c:d",
    "a\\b",
    "~",
    "new\nline",
    "%s {1}",
    "x" * 200,
    os.fsdecode(b"\xff\xfe"),
]
ON_A_DISK = """
mount -t tmpfs -o size=$3k none "$1" && eval "$4" || exit 99
cd "$2"
"$0" -m lessons run $5 --output "$1" > first.out 2> first.err; echo $? > first.code
mount -o remount,rw,size=50m "$1"
"$0" -m lessons run $5 --resume --output "$1" > second.out 2> second.err; echo $? > second.code
cp -r "$1"/summaries .
find "$1" > left
"""


KINDS = {  # and the kB that a run takes, roughly
    Kind("13", ""): 1200,
    Kind("07", "--steps 200 --save-every 100"): 1200,  # a Saver of its own
    Kind("21", "--sound-epochs 5"): 1600,
}


def attempts(count, seed, folder):
    """Make that many attempts, of all that may be done here and the KINDS in turn."""
    choice, undisturbed = random.Random(seed), {}
    for kind in KINDS:
        course(*kind.words("--output", folder / kind.number))
        undisturbed[kind] = stress.numbers_of(folder / kind.number, kind.name)
    ways = [deleted, named, symlinked, homeless] + ([full, read_only] if has_namespaces() else [])
    for k in range(count):
        kind, way = [*KINDS][k // len(ways) % len(KINDS)], ways[k % len(ways)]
        output = folder / f"{k} {kind.number}"
        output.mkdir()
        problem = way(kind, output, choice) or _apart(kind, output, undisturbed[kind])
        problem = problem and f"seed {seed}, {k}, lesson {kind.number}: {problem}"
        yield Attempt(way.__doc__.rstrip("."), problem)


def has_namespaces():
    """Whether this system lets its users have mount namespaces of their own."""
    try:
        return subprocess.run(["unshare", "-rm", "true"], stderr=subprocess.DEVNULL).returncode == 0
    except OSError:
        return False


def full(kind, output, choice):
    """A disk that is full, and has room again."""
    kilobytes = choice.randrange(20, KINDS[kind])
    problem = _problem(*on_a_disk(kind, output, kilobytes))
    return problem and f"{kilobytes} kB: {problem}"


def read_only(kind, output, choice):
    """A disk that is read-only, and can be written again."""
    return _problem(*on_a_disk(kind, output, KINDS[kind], 'mount -o remount,ro "$1"'))


def on_a_disk(kind, output, kilobytes, then="true"):
    """What was wrong with a run on a tmpfs of that size, and a resume when it has room again.

    then: what is done to the disk, "$1", before. Two Answers, and the temporary files at the end;
    summaries/ is copied to `output`.
    """
    (output / "disk").mkdir()
    line = " ".join([kind.number, kind.flags])
    arguments = [sys.executable, output / "disk", output, str(kilobytes), then, line]
    environment = {**os.environ, "PYTHONPATH": str(files.ROOT)}
    subprocess.run(
        ["unshare", "-rm", "sh", "-c", ON_A_DISK, *arguments], env=environment, check=True
    )
    left = map(Path, (output / "left").read_text("utf-8").splitlines())
    return _answer(output, "first"), _answer(output, "second"), [*filter(files.is_unfinished, left)]


def _problem(first, second, left):
    if left:
        return f"left behind: {left}"
    return f"with room again: {second.failure}" if second.failure else first.problem


def _answer(folder, which):
    out, err = ((folder / f"{which}.{each}").read_text("utf-8") for each in ("out", "err"))
    return Answer(int((folder / f"{which}.code").read_text()), out, err)


def deleted(kind, output, choice):
    """A folder that is deleted during the run."""
    parts = [f"{part}/{kind.name}" for part in ("checkpoints", "summaries")]
    parts += [f"{parts[0]}/First_Save"] if kind.number == "07" else []
    victim = choice.choice(["", "checkpoints", "summaries", *parts])
    process = start("-m", "lessons", *kind.words("--output", output))
    saved = output / "checkpoints" / kind.name
    while not any(saved.glob("*/*.index")) and process.poll() is None:
        time.sleep(0.01)
    time.sleep(choice.uniform(0, 1.5))
    shutil.rmtree(output / victim, ignore_errors=True)
    answer = stress.ended(process)
    again = course(*kind.words("--output", output))
    if again.failure:
        return f"the next run, without {victim}: {again.failure}"
    return answer.problem and f"without {victim}: {answer.problem}"


def named(kind, output, choice):
    """A folder of any name."""
    name = choice.choice(NAMES)
    home = {"HOME": str(output / "home")}  # for ~
    commands = [kind.words(), ["restore", kind.number], kind.words("--resume")]
    commands += [["export-meta", kind.number], ["clean", kind.number]]
    for words in commands:
        answer = course(*words, f"--output={name}", cwd=output, env=home)
        if answer.failure:
            return f"{words} in {name!r}: {answer.failure}"
        if words == commands[-2]:
            place = output / ("home" if name == "~" else name)
            shutil.copytree(place / "summaries", output / "summaries")
    left = stress.left_by_clean(place)
    return f"clean leaves {left} in {name!r}" if left else ""


def symlinked(kind, output, choice):
    """A checkout by another name: a symlink, or a copy in a folder with spaces and 中文."""
    checkout = output / choice.choice(NAMES[:4])
    if choice.random() < 0.5:
        checkout.symlink_to(files.ROOT)
    else:
        parts = shutil.ignore_patterns(".*", "*-runs", "summaries", "docs", "tests")
        shutil.copytree(files.ROOT, checkout, ignore=parts)
    options = {"cwd": checkout, "env": {"PYTHONPATH": str(checkout)}, "fresh": True}
    for words in (["list"], kind.words("--output", output), ["restore", "18", "--output", output]):
        answer = course(*words, **options)
        if answer.failure:
            return f"{words} in {checkout.name!r}: {answer.failure}"
    return ""


def homeless(kind, output, choice):
    """A home that is missing, a file, or cannot be written."""
    (output / "file").write_text("")
    home = choice.choice(["/proc", "/nonexistent", str(output / "file"), "", "relative"])
    environment = {"HOME": home, "XDG_CACHE_HOME": "", "XDG_CONFIG_HOME": "", "MPLCONFIGDIR": ""}
    answer = course(*kind.words("--output", output), env=environment, fresh=True)
    return answer.failure and f"HOME={home}: {answer.failure}"


def _apart(kind, output, numbers):
    here = stress.numbers_of(output, kind.name)
    return "" if here == numbers else f"other numbers: {here}"
