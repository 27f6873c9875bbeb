"""Disks that fill up, turn read-only or lose a folder, and paths with any name.

A small disk is a tmpfs in a mount namespace of its own, which an ordinary user of Linux may make.
"""

import os
import random
import shutil
import subprocess
import sys
import time

from common import files
from torture import Answer, Attempt, course, start

TITLE = "disks and paths"
TRIES = 60
LESSON, NAME = "13", "13_learning_rate"
NEEDED = 1200  # kB that the lesson takes, roughly
NAMES = [
    "with spaces",
    "酸奶 销量",
    "[a-z]*?",
    "'quoted\" $HOME `x`",
    "-dash",
    "e\u0301",
    "a,b;c:d",
]
ON_A_DISK = """
mount -t tmpfs -o size=$3k none "$1" && eval "$4" || exit 99
cd "$2"
"$0" -m lessons run 13 --output "$1" > first.out 2> first.err; echo $? > first.code
mount -o remount,rw,size=50m "$1"
"$0" -m lessons run 13 --resume --output "$1" > second.out 2> second.err; echo $? > second.code
cp -r "$1"/summaries .
find "$1" -name ".tmp-*" -o -name ".removed-*" -o -name "*tempstate*" > leftovers
"""


def attempts(count, seed, folder):
    """Make that many attempts, the kinds in turn."""
    choice = random.Random(seed)
    course("run", LESSON, "--output", folder / "undisturbed")
    numbers = numbers_of(folder / "undisturbed")
    kinds = [full, read_only, deleted, named, symlinked, homeless]
    for number in range(count):
        kind = kinds[number % len(kinds)]
        output = folder / str(number)
        output.mkdir()
        problem = kind(output, choice, numbers)
        yield Attempt(kind.__doc__.rstrip("."), problem and f"seed {seed}, {number}: {problem}")


def full(output, choice, numbers):
    """A disk that is full, and has room again."""
    kilobytes = choice.randrange(20, NEEDED)
    problem = _problem(output, numbers, *on_a_disk(output, kilobytes))
    return problem and f"{kilobytes} kB: {problem}"


def read_only(output, choice, numbers):
    """A disk that is read-only, and can be written again."""
    return _problem(output, numbers, *on_a_disk(output, NEEDED, 'mount -o remount,ro "$1"'))


def on_a_disk(output, kilobytes, then="true"):
    """Two Answers: of a run on a tmpfs of that size, and of a resume when it has room again.

    then: what is done to the disk, "$1", before. summaries/ is copied to `output`, and leftovers
    there lists the temporary files at the end.
    """
    (output / "disk").mkdir()
    arguments = [sys.executable, output / "disk", output, str(kilobytes), then]
    environment = {**os.environ, "PYTHONPATH": str(files.ROOT)}
    subprocess.run(
        ["unshare", "-rm", "sh", "-c", ON_A_DISK, *arguments], env=environment, check=True
    )
    return _answer(output, "first"), _answer(output, "second")


def _problem(output, numbers, first, second):
    leftovers = (output / "leftovers").read_text()
    if leftovers:
        return f"left behind: {leftovers}"
    if second.code != 0:
        return f"with room again: {second.err}"
    return first.problem or _apart(output, numbers)


def _answer(folder, which):
    out, err = ((folder / f"{which}.{each}").read_text("utf-8") for each in ("out", "err"))
    return Answer(int((folder / f"{which}.code").read_text()), out, err)


def deleted(output, choice, numbers):
    """A folder that is deleted during the run."""
    victim = choice.choice(
        ["", "checkpoints", "summaries", f"checkpoints/{NAME}", f"summaries/{NAME}"]
    )
    process = start("-m", "lessons", "run", LESSON, "--output", output)
    saved = output / "checkpoints" / NAME / "rate_0.2" / "checkpoint"
    while not saved.exists() and process.poll() is None:
        time.sleep(0.01)
    time.sleep(choice.uniform(0, 1.5))
    shutil.rmtree(output / victim, ignore_errors=True)
    out, err = process.communicate()
    again = course("run", LESSON, "--output", output)
    if again.code != 0:
        return f"the next run, without {victim}: {again.err}"
    problem = Answer(process.returncode, out, err).problem or _apart(output, numbers)
    return problem and f"without {victim}: {problem}"


def named(output, choice, numbers):
    """A folder of any name."""
    name = choice.choice(NAMES)
    place = output / name
    for words in (["run"], ["restore"], ["run", "--resume"], ["export-meta"], ["clean"]):
        command, *flags = words
        answer = course(command, LESSON, *flags, f"--output={name}", cwd=output)
        if answer.code != 0 or answer.problem:
            return f"{command} in {name!r}: {answer.problem or answer.err}"
        if command == "restore" and _apart(place, numbers):
            return f"restored in {name!r}: {_apart(place, numbers)}"
    left = [path.name for path in place.rglob("*") if path.suffix != ".lock" and path.is_file()]
    return f"clean leaves {left} in {name!r}" if left else ""


def symlinked(output, choice, numbers):
    """A checkout by another name: a symlink, or a copy in a folder with spaces and 中文."""
    checkout = output / choice.choice(NAMES[:4])
    if choice.random() < 0.5:
        checkout.symlink_to(files.ROOT)
    else:
        parts = shutil.ignore_patterns(".*", "*-runs", "summaries", "docs", "tests")
        shutil.copytree(files.ROOT, checkout, ignore=parts)
    options = {"cwd": checkout, "env": {"PYTHONPATH": str(checkout)}}
    place = output / "of its own"
    for words in (
        ["list"],
        ["run", LESSON, "--output", place],
        ["restore", "18", "--output", place],
    ):
        answer = course(*words, **options)
        if answer.code != 0 or answer.problem:
            return f"{words[0]} in {checkout.name!r}: {answer.problem or answer.err}"
    return _apart(place, numbers)


def homeless(output, choice, numbers):
    """A home that is missing, a file, or cannot be written."""
    (output / "file").write_text("")
    home = choice.choice(["/proc", "/nonexistent", str(output / "file"), "", "relative"])
    environment = {"HOME": home, "XDG_CACHE_HOME": "", "XDG_CONFIG_HOME": "", "MPLCONFIGDIR": ""}
    answer = course("run", LESSON, "--output", output, env=environment)
    if answer.code != 0 or answer.problem:
        return f"HOME={home}: {answer.problem or answer.err}"
    return _apart(output, numbers)


def numbers_of(output):
    """{name: number} of the lesson's table."""
    path = output / "summaries" / NAME / "results.json"
    return {each["name"]: each["here"] for each in files.read_json(path, "")["numbers"]}


def _apart(output, numbers):
    here = numbers_of(output)
    return "" if here == numbers else f"other numbers: {here}"
