"""`python -m lessons`: which command it is, and what goes wrong in one sentence."""

import importlib
import sys

from common import language
from common.command import lesson_flags
from common.command.choosing import PROG
from common.command.lesson_flags import Arguments
from common.errors import CourseError, UsageError

COMMANDS = {  # by name the module beside this one, and its function of the words that are left
    "list": "listing:list_lessons",
    "run": "running:run",
    "restore": "running:restore",
    "notebook": "opening:notebook",
    "tensorboard": "opening:tensorboard",
    "site": "serving:site",
    "script": "scripts:script",
    "check": "scripts:check",
    "data": "data:data",
    "export-meta": "exporting:export_meta",
    "clean": "cleaning:clean",
    "doctor": "doctor:doctor",
}

EXAMPLES = """examples:
  python -m lessons                       what there is
  python -m lessons run 10                train lesson 10
  python -m lessons run 10 --steps 2000   ... for 2000 steps
  python -m lessons run 10 --help         ... its other parameters
  python -m lessons run 10 --resume       ... from where it was stopped
  python -m lessons run all               train every lesson, in order
  python -m lessons restore 10            do not train: restore a checkpoint and evaluate it
  python -m lessons notebook 10           open its notebook in JupyterLab
  python -m lessons tensorboard 10        watch it in TensorBoard
  python -m lessons site                  read it in a browser, once `make site` has made it
  python -m lessons script old.py         run your own TensorFlow 1 script, as it is
  python -m lessons check old.py          what of it is gone, what is given back
  python -m lessons data                  which images are on disk, and how to get others
  python -m lessons export-meta 7         make its meta graphs readable for TensorFlow 1.15.5
  python -m lessons clean 10              remove what your runs of lesson 10 saved
  python -m lessons doctor                what the course needs, and what is here of it
  python -m lessons --lang zh             the same in Chinese · 中文
"""


def main(argv=None):
    """Run the command line `argv` (default: sys.argv's); returns the exit code."""
    argv = sys.argv[1:] if argv is None else list(argv)
    try:
        argv = _without_language(argv)
        lesson_flags.print_everywhere()
        return _dispatch(argv)
    except BrokenPipeError:
        lesson_flags.stop_printing()
        return 1
    except (CourseError, KeyboardInterrupt) as error:
        lesson_flags.say(error)
        return getattr(error, "exit_code", 130)


def _without_language(argv):
    """The words but for --lang; those behind `script old.py` are the script's."""
    own = argv.index("script") if "script" in argv[:3] else len(argv)
    return language.take(argv[:own]) + argv[own:]


def _dispatch(argv):
    parser = Arguments(
        prog=PROG,
        description="The lessons of the legacy TensorFlow 1 graph-mode course companion.",
        epilog=EXAMPLES,
    )
    parser.add_argument(
        "command",
        nargs="?",
        default="list",
        help="one of " + ", ".join(COMMANDS) + " (default: list)",
    )
    lesson_flags.add_language(parser)
    options = parser.parse_args(argv[:1])
    if options.command not in COMMANDS:
        raise UsageError(
            f"There is no command {options.command!r}; the commands are {', '.join(COMMANDS)}, and "
            f"`{PROG} --help` shows examples."
        )
    module, function = COMMANDS[options.command].split(":")
    return getattr(importlib.import_module(f"common.command.{module}"), function)(argv[1:])
