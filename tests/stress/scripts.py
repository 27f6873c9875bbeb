"""Scripts of lessons that are edited, copied, renamed or re-encoded, in foreign surroundings.

Whatever is done to one script, the list is shown, another lesson is restored, and what earlier runs
saved stays as it was; the script itself runs, or is refused in a sentence, or, where the mistake is
in the learner's own line, ends in a traceback that shows this line.
"""

import random
import shutil

import stress
from common import files
from common.command import catalogue
from stress import Attempt

TITLE = "scripts of one's own"
TRIES = 120
NUMBERS = ("05", "10", "11", "13", "18", "19", "23")
OTHER = "14"  # which nobody has changed
OWN = "my_own_line = 1 / 0"


def attempts(count, seed, folder):
    """Make attempts of each of the KINDS in turn."""
    draw = random.Random(seed)
    course = copy_of_course(folder / "course")
    saved = "shipped of all that stays"
    for name in ("checkpoints", "summaries"):
        (course / name / saved).mkdir(parents=True)
        (course / name / saved / "kept").write_text(name)
    for number in NUMBERS:
        kept = course / "checkpoints" / _name(number)
        kept.mkdir()
        (kept / "my own.txt").write_text("of another file's run")
    for k in range(count):
        kind = KINDS[k % len(KINDS)]
        number = draw.choice(NUMBERS)
        home = folder / f"{k}"
        home.mkdir()
        before = contents(course)
        what, problem = kind(course, home, number, draw)
        problem = problem or _others(course)
        its_own = () if kind is copied else (_name(number),)  # what a run of it may replace
        now = contents(course)
        lost = [
            path
            for path, content in before.items()
            if now.get(path) != content
            if not {path.stem, path.parent.name}.intersection(its_own)
        ]
        if lost and not problem:
            problem = f"another {lost[0]} is left"
        _put_back(course, before)
        shutil.rmtree(str(home))
        yield Attempt(kind.__name__, problem and f"lesson {number}, {what}: {problem}")


def copy_of_course(folder):
    """A copy of the course in `folder`, without what ships; returns it."""
    for part in ("common", "lessons"):
        ignored = shutil.ignore_patterns("__pycache__", "*.ipynb")
        shutil.copytree(str(files.ROOT / part), str(folder / part), ignore=ignored)
    return folder


def contents(folder):
    """{path: its bytes} of all files in `folder` but for what Python keeps and locks."""
    return {
        path: path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts and path.suffix != ".lock"
    }


def _put_back(course, before):
    for path in set(contents(course)) - set(before):
        path.unlink()
    for path, content in before.items():
        path.write_bytes(content)


def _name(number):
    return catalogue.find(number).name


def _script(course, number):
    return course / "lessons" / f"{_name(number)}.py"


def _run(course, words, cwd, **variables):
    """The Answer of `python *words`, which starts afresh, with the copy of the course."""
    environment = {"PYTHONPATH": str(course), "COURSE_OUTPUT": "", **variables}
    return stress.ended(stress.start(*words, cwd=cwd, env=environment, fresh=True))


def _others(course):
    """What is wrong with the list and with the other lesson's help, in words, or ""."""
    answer = _run(course, ["-m", "lessons"], course)
    if answer.failure or _name(OTHER).split("_", 1)[0] not in answer.out:
        return f"the list: {answer.failure or answer.out}"
    help_of = _run(course, ["-m", "lessons", "run", OTHER, "--help"], course)
    return help_of.failure and f"the other lesson: {help_of.failure}"


def _sound(answer, script, own=False):
    """What is wrong with how a script ended. own: whether the mistake is the line OWN."""
    if own:
        shown = "Traceback" in answer.err and OWN in answer.err
        return "" if shown else f"no traceback of {OWN}: {answer.err[-300:]}"
    if answer.code == 1 and "SyntaxError" in answer.err and str(script.name) in answer.err:
        return ""  # which Python says before a line of the course is run
    return answer.problem


def _short(script):
    info = catalogue.LessonInfo(script)
    return [] if info.problem else [f"--{stress.length(info)}=3"]


# The kinds ----------------------------------------------------------------------------------------

NAMES = [
    "mine",
    "10_backup",
    "99_try",
    "pretrained",
    "a b",
    "x[1]",
    "酸奶",
    "a,b",
    "a*b",
    "it's",
    "-x",
]
NAMES += [
    ".hidden",
    "10_yogurt_mse.before",
    "10_yogurt_mse - Copy",
    "CON",
    "x" * 200,
    "a\\b",
    "é" * 90,
]
NAMES += [
    ".tmp-10_yogurt_mse-1",
    "manifest",
    "numbers_of_mine",
    "a%b",
    "$HOME",
    "~",
    "10_yogurt_mse",
]


def copied(course, home, number, draw):
    """A script is copied under another name, here or there: flags, a run, going on, restoring."""
    name = draw.choice(NAMES)
    folder = draw.choice([course / "lessons", home])
    path = folder / f"{name}.py"
    if path.exists():
        path = home / path.name
    shutil.copy(str(_script(course, number)), str(path))
    what = f"copied as {path}"
    length = _short(path)
    for words, code in (
        (["--help"], 0),
        (["--stepz", "3"], 2),
        (length, 0),
        ([*length, "--resume"], 0),
        (["--restore"], 0),
    ):
        answer = _run(course, [path, *words], home)
        if answer.problem or answer.code != code:
            return what, f"{words}: {answer.problem or answer}"
    place = course if folder != home and path.parent != home else home
    kept = place / "checkpoints" / catalogue.LessonInfo(path).name
    if not list(kept.rglob("*.index")):
        return what, f"nothing in {kept}"
    return what, ""


def edited(course, home, number, draw):
    """Some lines of a script are removed, doubled, exchanged, indented or cut."""
    script = _script(course, number)
    lines = script.read_text(encoding="utf-8").split("\n")
    own = draw.random() < 0.3
    if own:  # a mistake of the learner's own, in a place that is run
        places = [k for k, line in enumerate(lines) if line.startswith(("# %%", "lesson.record"))]
        lines.insert(draw.choice(places[2:]), OWN)
        what = OWN
    else:
        how = draw.choice(["removed", "doubled", "indented", "cut"])
        code = [k for k, line in enumerate(lines) if line and line[0] not in "#"]
        k = draw.choice(code[:12])
        what = f"line {k + 1} {how}"
        if how == "cut":
            lines[k] = lines[k][: draw.randrange(len(lines[k]))]
        else:
            lines[k : k + 1] = {
                "removed": [],
                "doubled": [lines[k]] * 2,
                "indented": [" " + lines[k]],
            }[how]
    script.write_text("\n".join(lines), encoding="utf-8")
    info = catalogue.LessonInfo(script)
    answer = _run(course, ["-m", "lessons", "run", number, *_short(script)], course)
    if info.problem:
        wrong = answer.code not in (1, 2) or answer.problem
        return what, f"{answer}" if wrong else ""
    if not own and f'lessons/{script.name}", line' in answer.err:
        return what, ""  # it is the script's line that fails, and is shown
    return what, _sound(answer, script, own)


ENCODINGS = ["utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-32", "big5hkscs", "cp932"]


def encoded(course, home, number, draw):
    """A script is saved in another encoding, with other ends of lines, or with bytes of no text."""
    script = _script(course, number)
    text = script.read_text(encoding="utf-8")
    ends = draw.choice(["\n", "\r\n", "\r"])
    encoding = draw.choice([*ENCODINGS, "bytes"])
    content = text.replace("\n", ends).encode(
        "utf-8" if encoding == "bytes" else encoding, "replace"
    )
    if encoding == "bytes":
        content = bytearray(content)
        for _ in range(3):
            content[draw.randrange(len(content))] = draw.randrange(256)
    script.write_bytes(bytes(content))
    what = f"{encoding}, {ends!r}"
    answer = _run(course, ["-m", "lessons", "run", number, *_short(script)], course)
    if f'{script.name}", line' in answer.err:
        return what, ""
    return what, _sound(answer, script)


STRAY = [
    "numpy",
    "random",
    "json",
    "matplotlib",
    "tensorflow",
    "string",
    "code",
    "filelock",
    "rich",
]
SETTINGS = [
    "font.family: \xcb\xce\xcc\xe5\n",
    "backend: TkAgg\n",
    "nonsense",
    "text.usetex: True\n",
    "\0",
]


def surrounded(course, home, number, draw):
    """A settings file of matplotlib's that it cannot read, odd variables, a module in the way."""
    script, variables = _script(course, number), {}
    how = draw.choice(["matplotlibrc", "stylelib", "stray module", "variable"])
    setting = draw.choice(SETTINGS).encode("latin-1")
    what = f"{how} {setting!r}"
    if how == "matplotlibrc":
        (home / "matplotlibrc").write_bytes(setting)
    elif how == "stylelib":
        (home / "mpl" / "stylelib").mkdir(parents=True)
        (home / "mpl" / "stylelib" / "mine.mplstyle").write_bytes(setting)
        variables["MPLCONFIGDIR"] = str(home / "mpl")
    elif how == "stray module":
        name = draw.choice(STRAY)
        what = f"{how} {name}"
        content = draw.choice(
            ["raise ImportError('mine')\n", "x = 1\n", "import sys, os\n", "x = (\n"]
        )
        (home / f"{name}.py").write_text(content)
        script = shutil.copy(str(script), str(home / "mine.py"))
    else:
        name, value = draw.choice(
            [("MPLBACKEND", "nonsense"), ("MPLBACKEND", "TkAgg"), ("MATPLOTLIBRC", "/nowhere/x")]
        )
        variables[name], what = value, f"{name}={value}"
    short = _short(_script(course, number))
    answer = _run(course, [script, *short, f"--output={home / 'out'}"], home, **variables)
    if how == "stray module" and "is imported in place of the module" in answer.err:
        return what, answer.problem
    return what, answer.failure


KINDS = [copied, edited, encoded, surrounded]
