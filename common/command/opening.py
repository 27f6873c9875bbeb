"""`python -m lessons notebook` and `tensorboard`: what opens in a browser, on loopback only."""

import argparse
import contextlib
import json
import os
import socket
import subprocess
import sys
import warnings

from common import files
from common.command import lesson_flags
from common.command.choosing import PROG, chosen_lessons, parser_of
from common.errors import CourseError, UsageError
from common.language import current


def notebook(argv):
    """Open JupyterLab on a lesson's notebook."""
    parser = parser_of(
        "notebook",
        "Open JupyterLab on the notebook of a lesson (on this machine only: 127.0.0.1).",
        ["10", "10 --no-browser"],
        nargs=1,
    )
    parser.add_argument("--no-browser", action="store_true", help="only print the address")
    options = parser.parse_args(argv)
    chosen = chosen_lessons(options.lessons)
    if len(chosen) > 1:
        raise UsageError(f"Choose one lesson, for example `{PROG} notebook {chosen[0].word}`.")
    (lesson,) = chosen
    path = _in_its_language(lesson.notebook)
    if not path.exists():
        raise CourseError(f"{files.shown(path)} is not there: `make notebooks` makes it.")
    _check_notebook(path)
    root = files.ROOT if files.ROOT in path.parents else path.parent
    place = path.relative_to(root).as_posix()
    command = [sys.executable, "-m", "jupyterlab", f"--LabApp.default_url=/lab/tree/{place}"]
    command += [f"--ServerApp.root_dir={root}", "--ServerApp.ip=127.0.0.1"]
    command += ["--no-browser"] if options.no_browser else []
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")
    return subprocess.call(command)


def _in_its_language(path):
    """The notebook in the language of this program, where there is one; else the one at `path`."""
    translated = path.parent / current() / path.name
    return translated if translated.exists() else path


def _check_notebook(path):
    """See that JupyterLab can open the notebook; CourseError if not."""
    import nbformat  # takes longer than --help may

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # cells of which two have one id open all the same
            nbformat.validate(json.loads(path.read_text(encoding="utf-8")))
    except Exception as error:  # nbformat has one each for every kind of damage
        raise CourseError(
            f"{files.shown(path)} is damaged: `make notebooks` writes it anew."
        ) from error


def tensorboard(argv):
    """Serve the event files of lessons in TensorBoard."""
    parser = parser_of(
        "tensorboard",
        "Show the event files of lessons in TensorBoard (on this machine only: 127.0.0.1).\n"
        "Without a number: of all lessons that have run.",
        ["", "10", "10 13 --port 7007"],
        nargs="*",
    )
    parser.add_argument(
        "--port", type=port, default=6006, help="0 takes any that is free (default 6006)"
    )
    lesson_flags.add_output(parser)
    options = parser.parse_args(argv)
    summaries = files.output_folder(options.output) / "summaries"
    chosen = chosen_lessons(options.lessons)
    for lesson in chosen:
        if not any((summaries / lesson.name).rglob("events.out.tfevents.*")):
            raise CourseError(
                f"Lesson {lesson.number} has no event files in {files.shown(summaries)}: run it "
                f"first, with `{PROG} run {lesson.word}`."
            )
    if not any(summaries.rglob("events.out.tfevents.*")):
        raise CourseError(
            f"There are no event files in {files.shown(summaries)}: run a lesson first, for "
            f"example `{PROG} run 10`."
        )
    check_port("TensorBoard", options.port)
    from tensorboard.main import run_main

    from common.tf1 import runtime  # noqa: F401 (imports TensorFlow without its noise)

    flags = ["--host", "127.0.0.1", "--port", str(options.port)]
    sys.argv = [PROG, *flags, *_logdir(files.for_tensorflow(summaries), chosen)]
    return run_main()


def port(word):
    """The port that a word of the command line names, for argparse."""
    with contextlib.suppress(ValueError):
        if 0 <= int(word) <= 65535:
            return int(word)
    raise argparse.ArgumentTypeError(f"{word!r} is not a whole number, 0 to 65535")


def check_port(who, port):
    """See that `who`, TensorBoard for example, can listen on the port; CourseError if not."""
    with socket.socket() as listener:
        if os.name == "posix":  # elsewhere this would take a port that another program uses
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError as error:
            raise CourseError(
                f"{who} cannot use the port {port} ({error.strerror}): choose another one "
                f"with --port N, for example --port {port % 50000 + 10000}."
            ) from error


def _logdir(summaries, chosen):
    if not chosen:
        return ["--logdir", str(summaries)]
    if len(chosen) == 1:
        return ["--logdir", str(summaries / chosen[0].name)]
    return ["--logdir_spec", ",".join(f"{each.name}:{summaries / each.name}" for each in chosen)]
