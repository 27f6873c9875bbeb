"""Running a script as `python script.py` would: its own argv, folder, exit code and traceback."""

import contextlib
import importlib
import os
import signal
import sys
import traceback
import types

from common import files
from common.errors import CourseError
from common.language import say, translate
from common.script import checking, given, importing, mnist, notebooks, sources
from common.tf1.names import Gone

_OURS = str(files.ROOT / "common") + os.sep
_FROZEN = "<frozen "


def run(path, words, figures=None, digits=False, at_end=None):
    """Run the script or notebook at `path` with the arguments `words`; its exit code.

    figures: a folder for its figures where there is no screen. digits: whether the embedded digits
    stand for MNIST. at_end: called with the Program when it has ended. SystemExit is the script's.
    """
    try:
        program = sources.read(path)
    except SyntaxError as error:
        traceback.print_exception(type(error), error, None)
        return 1
    mnist.digits = digits
    mnist.forget()
    if figures is not None:
        os.makedirs(figures, exist_ok=True)
        figures = os.path.abspath(figures)
    ending = contextlib.ExitStack()
    if at_end:
        ending.callback(at_end, program)
    ending.callback(_finish_figures)
    with ending:
        return _run(program, words, figures)


def _run(program, words, figures):
    folder = os.path.dirname(os.path.abspath(program.path))
    module = types.ModuleType("__main__")
    module.__file__ = str(program.path)
    sys.argv = [str(program.path), *words]
    if os.path.abspath(sys.path[0]) == str(files.ROOT):  # before the working directory
        del sys.path[0]
    sys.path[0:1] = [folder]
    sys.modules["__main__"] = module
    _prepare_matplotlib(figures, os.path.splitext(os.path.basename(program.path))[0])
    importer = importing.Importer(folder, program.python, checking.is_older(program))
    names = module.__dict__
    shell = notebooks.Shell(lambda source: exec(source, names))
    extra = {"display": notebooks.display, "get_ipython": lambda: shell}
    is_exported = any("get_ipython()" in source for _, source, _ in program.parts)
    with importer:
        module.__builtins__ = importer.builtins(
            program.python, extra if program.is_notebook or is_exported else ()
        )
        try:
            for part in program.parts:
                if program.is_notebook:
                    notebooks.run_part(part, names)
                else:
                    exec(sources.compile_part(part[2], part[0]), names)
        except SystemExit:
            raise
        except BaseException as error:
            return _end(error)
    return 0


def _end(error):
    """Say with what the script has ended, as Python does; the exit code."""
    own_frames(error)
    if isinstance(error, (CourseError, Gone)):
        print(f"{_place(error)}{translate(str(error))}", file=sys.stderr)
        return 1
    with contextlib.suppress(Exception):
        sys.stdout.flush()
    sys.excepthook(type(error), error, error.__traceback__)
    if isinstance(error, KeyboardInterrupt):
        _die_of(signal.SIGINT)
    return 1


def _die_of(number):
    """End as one who does not handle the signal ends, which a shell tells from an exit code."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):
            stream.flush()
    if os.name == "posix":
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)


def _place(error):
    frames = traceback.extract_tb(error.__traceback__)
    return translate(f"{frames[-1].filename}, line {frames[-1].lineno}: ") if frames else ""


def own_frames(error, seen=()):
    """Take the frames that are not the script's nor its libraries' out of an error's traceback."""
    while error is not None and error not in seen:
        error.__traceback__ = _without_ours(error.__traceback__)
        while error.__context__ is not None and _is_ours(error.__context__):
            error.__context__ = error.__context__.__context__
        seen = (*seen, error)
        own_frames(error.__context__, seen)
        error = error.__cause__


def _is_ours(error):
    """Whether nothing but our own code had to do with an error that was caught."""
    return error.__traceback__ is not None and _without_ours(error.__traceback__) is None


def _without_ours(trace):
    frames = []
    while trace is not None:
        name = trace.tb_frame.f_code.co_filename
        if not name.startswith(_OURS) and not name.startswith(_FROZEN):
            frames.append(trace)
        trace = trace.tb_next
    kept = None
    for each in reversed(frames):
        kept = types.TracebackType(kept, each.tb_frame, each.tb_lasti, each.tb_lineno)
    return kept


def _prepare_matplotlib(folder, name):
    """Where figures go, told when matplotlib is imported; and matplotlib as it begins."""
    if "matplotlib" in sys.modules:  # somebody has used it in this process
        importlib.import_module("matplotlib").rcdefaults()
    given.FIGURES.update(folder=folder, name=name)


def _finish_figures():
    drawn = sys.modules.get("common.script.figures")
    if drawn is None:
        return
    drawn.finish()
    kept = drawn.kept
    for path in kept.written:
        say(f"Figure: {files.shown(path)}", file=sys.stderr)
    if kept.count > len(kept.written):
        figures = "1 figure was" if kept.count == 1 else f"{kept.count} figures were"
        mnist.say(f"{figures} to be shown, and there is no screen: --figures FOLDER keeps them.")
