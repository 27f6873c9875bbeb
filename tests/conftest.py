"""What the tests share: running lessons in this process, and the real command in another."""

import collections
import contextlib
import io
import json
import os
import runpy
import signal
import subprocess
import sys
from pathlib import Path

import hypothesis
import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))


import stress
from common import language, saved
from common.command import catalogue
from stress import _nudge, _undrawn

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as a shell's `make test &` has it
    signal.signal(signal.SIGINT, signal.default_int_handler)

os.environ[language.VARIABLE] = "en"  # whatever the machine's locale; test_language.py sets others

hypothesis.settings.register_profile("course", deadline=None)  # the machine may be busy
hypothesis.settings.load_profile("course")

LESSONS = [lesson.name for lesson in catalogue.lessons()]

# What shortens the lessons that take long. Their whole trainings are looked at through the
# checkpoints that ship: run_lesson(name, "--restore").
SHORTER = {
    "08_deep_network": ("--steps", "2000"),
    "09_tensorboard": ("--steps", "3000"),
    "28_zalando_adam": ("--epochs", "39"),
    "29_own_optimizer": ("--noise-steps", "180"),
}


# Seconds that the groups of tests take: those that take long begin first, so that none is left over
# while the other processes have nothing to do. `pytest --record` writes them anew.
DURATIONS = ROOT / "tests" / "durations.json"
durations = collections.Counter()

# These look at the runs of lessons 08 and 09 together.
WITH_08 = ("08_deep_network", "09_tensorboard", "test_browser.py")


def first(count, values):
    """Parameters of a test of which the fast tier takes the first few only."""
    rest = [pytest.param(value, marks=pytest.mark.slow) for value in list(values)[count:]]
    return [*list(values)[:count], *rest]


def pytest_addoption(parser):
    parser.addoption("--nudge", type=int, metavar="SEED", help=_nudge.__doc__.split("\n")[0])
    parser.addoption("--record", action="store_true", help="write tests/durations.json anew")
    parser.addoption("--drawn", action="store_true", help="draw what no test looks at, too")


def pytest_configure(config):
    if config.getoption("drawn"):
        os.environ[_undrawn.NOT] = "1"
    seed = config.getoption("nudge")
    if seed is not None:
        os.environ[_nudge.VARIABLE] = str(seed)
        os.environ["PYTHONSTARTUP"] = _nudge.__file__  # of the notebooks' kernels
    _nudge.install()


@pytest.hookimpl(tryfirst=True)  # before xdist looks for the groups
def pytest_collection_modifyitems(items):
    """The tests of one lesson go to one process, which runs it once for all of them."""
    for item in items:
        item.add_marker(pytest.mark.xdist_group(group_of(item)))
        if os.environ.get(_nudge.VARIABLE) and item.get_closest_marker("same_bits"):
            item.add_marker(pytest.mark.skip(reason="its bits are those of the weights as drawn"))
    recorded = json.loads(DURATIONS.read_text(encoding="utf-8"))
    items.sort(key=lambda item: -recorded.get(group_of(item), 0))


def pytest_runtest_logreport(report):
    durations[report.nodeid.rpartition("@")[2]] += report.duration


def pytest_sessionfinish(session):
    if session.config.getoption("record") and not hasattr(session.config, "workerinput"):
        seconds = {group: round(each) for group, each in durations.most_common() if each >= 1}
        DURATIONS.write_text(json.dumps(seconds, indent=1) + "\n", encoding="utf-8")


def group_of(item):
    names = [name for name in LESSONS if name in item.nodeid]
    name = names[0] if names else item.path.name
    return "08 and 09" if name in WITH_08 else name


class LessonRun:
    """A lesson that has been run: the names its script left, what it printed, where it saved."""

    def __init__(self, name, output, names, printed):
        self.names = names
        self.printed = printed
        self.checkpoints = output / "checkpoints" / name
        self.summaries = output / "summaries" / name

    def __getitem__(self, name):
        return self.names[name]

    @property
    def numbers(self):
        return {each.name: each.here for each in self.names["lesson"]._comparisons}


@pytest.fixture(autouse=True, scope="session")
def no_images_of_this_machine(tmp_path_factory):
    """Lessons take the embedded digits, whatever else is on the machine's disk."""
    os.environ["COURSE_DATA"] = str(tmp_path_factory.mktemp("no-data"))


@pytest.fixture(scope="session")
def run_lesson(tmp_path_factory):
    """run_lesson("10_yogurt_mse", "--steps", "50"): run the script here, once a session.

    A lesson of SHORTER is shortened where no flag says how long it is to be. drawn: whether it
    draws its figures, which take most of the time; otherwise a dot is saved in place of each.
    """
    runs = {}

    def run(name, *flags, drawn=False):
        if not {"--steps", "--epochs", "--restore"} & set(flags):
            flags = (*SHORTER.get(name, ()), *flags)
        if (name, flags, drawn) not in runs:
            output = tmp_path_factory.mktemp("course")
            with contextlib.nullcontext() if drawn else _undrawn.figures():
                runs[name, flags, drawn] = run_afresh(name, output, flags)
        return runs[name, flags, drawn]

    return run


def run_afresh(name, output, flags=()):
    script = str(catalogue.find(name).script)
    argv, hook = sys.argv, sys.excepthook
    sys.argv = [script, *flags, "--output", str(output)]
    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(printed):
            names = runpy.run_path(script, run_name="__main__")
    finally:
        sys.argv, sys.excepthook = argv, hook
    return LessonRun(name, output, names, printed.getvalue().replace(f"{output}/", ""))


def without_accidents(printed):
    """What was printed, without what differs from run to run.

    That is how long something took, and the order that lesson 18 shows to be open.
    """
    from tools.parity import ACCIDENT

    return "".join(each for each in printed.splitlines(True) if not ACCIDENT.search(each))


def contents(folder):
    """{path: its bytes} of all files in `folder`."""
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def go_back(folder, step):
    """Make the finished training of `folder` one that was killed after its checkpoint of `step`."""
    for prefix in saved.prefixes(folder):
        for path in saved.parts(prefix) if saved.step(prefix) > step else ():
            path.unlink()
    kept = [path.name for path in saved.kept(folder)]
    lines = [f'model_checkpoint_path: "{kept[-1]}"']
    lines += [f'all_model_checkpoint_paths: "{name}"' for name in kept]
    (folder / "checkpoint").write_text("\n".join(lines) + "\n")


def start(*words, cwd=ROOT, **options):
    """Start `python *words` as a learner would, from the folder `cwd`; see stress.start.

    Without `fresh` it draws no figures.
    """
    options.setdefault("before", "stress._undrawn:from_now_on")
    environment = {"PYTHONPATH": "", **options.pop("env", {})}
    return stress.start(*words, cwd=cwd, env=environment, **options)


forks = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="forks")


def signalled_at(path, number=signal.SIGINT):
    """Options of `start`: a signal as soon as Python is to write a file whose path ends so."""
    return {"before": "stress.kills:signal_at", "arguments": [path, int(number)]}


def course(*words, **options):
    """`python -m lessons *words`: (exit code, standard output, standard error)."""
    return python("-m", "lessons", *words, **options)


def on_terminal(*words, columns, cwd=ROOT, env=()):
    """`python *words` on a terminal of so many columns: (exit code, what it shows)."""
    import fcntl
    import pty
    import struct
    import termios

    environment = {**os.environ, "PYTHONPATH": "", "TERM": "xterm", "TQDM_DISABLE": ""}
    environment.pop("COLUMNS", None)  # which pytest's processes have, and which would count
    ours, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    process = subprocess.Popen(
        [sys.executable, *map(str, words)],
        stdout=terminal,
        stderr=terminal,
        cwd=str(cwd),
        env={**environment, **dict(env)},
    )
    os.close(terminal)
    shown = b""
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:  # Linux's way of saying that the other end is closed
            break
        if not part:
            break
        shown += part
    os.close(ours)
    return process.wait(), shown.decode("utf-8")


@pytest.fixture
def course_here(capsys, monkeypatch):
    """As `course`, in this process: faster, since TensorFlow is imported already.

    drawn: whether lessons draw their figures (default: no).
    """
    from common.command import commands

    def call(*words, drawn=False):
        monkeypatch.setattr(sys, "excepthook", sys.excepthook)
        capsys.readouterr()
        with contextlib.nullcontext() if drawn else _undrawn.figures():
            code = commands.main([str(word) for word in words])
        return (code, *capsys.readouterr())

    return call


def python(*words, **options):
    process = start(*words, **options)
    out, err = process.communicate(timeout=600)
    return process.returncode, out, err
