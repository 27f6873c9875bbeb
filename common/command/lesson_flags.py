"""The flags of a lesson: made from its parameters, the same for the script and the command."""

import argparse
import functools
import os
import shlex
import subprocess
import sys
from pathlib import Path

from common import errors, files, progress
from common.command import catalogue
from common.errors import CourseError, UsageError
from common.tf1 import messages

LONGEST = 2000  # characters of a sentence; what it quotes has no end


class Arguments(argparse.ArgumentParser):
    """An argument parser that answers a mistake with one sentence and where to look."""

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("formatter_class", argparse.RawDescriptionHelpFormatter)
        super().__init__(*args, allow_abbrev=False, **kwargs)

    def error(self, message):
        raise UsageError(f"{message}; `{self.prog} --help` says what there is.")


def flag(name):
    return "--" + name.replace("_", "-")


def lesson_parser(info, prog, modes=True):
    """The parser of one lesson's flags. Every flag is None where it was not given.

    modes: whether --resume and --restore are among them, as they are for the script.
    """
    parser = Arguments(
        prog=prog,
        description=f"{info.number} · {info.title} · {info.title_zh}\nRebuilds {info.rebuilds}.",
        epilog=_examples(info, prog, modes),
    )
    add_parameters(parser, [info])
    add_run_options(parser)
    if modes:
        parser.add_argument(
            "--restore",
            action="store_true",
            help="do not train: restore your newest checkpoint, else the one that ships",
        )
    return parser


def add_parameters(parser, infos):
    """Add one flag for each parameter that any of the lessons `infos` has, as plain words.

    `values` checks them, since two lessons may ask different things of the same name.
    """
    group = parser.add_argument_group("parameters")
    added = set()
    for info in infos:
        for name, parameter in info.parameters.items():
            if name not in added:
                added.add(name)
                group.add_argument(
                    flag(name),
                    metavar="WORD" if isinstance(parameter.default, str) else "N",
                    help=_help(parameter),
                )


def _help(parameter):
    any_word = isinstance(parameter.default, str) and not parameter.choices
    kind = "" if any_word else f": {parameter.kind}"
    return f"{parameter.help}{kind} (default {parameter.default})"


def add_run_options(parser):
    parser.add_argument(
        "--resume",
        action="store_true",
        help="go on from the newest checkpoint, with the settings it was begun with",
    )
    add_output(parser)


def add_output(parser):
    parser.add_argument(
        "--output",
        metavar="FOLDER",
        type=_named_folder,
        help="where checkpoints/ and summaries/ are kept (default: the course's folder, or "
        f"the variable {files.OUTPUT_VARIABLE})",
    )


def _named_folder(word):
    if not word:
        raise argparse.ArgumentTypeError("it must name a folder")
    return word


def output_flag(named):
    """What to add to a command for it to use the folder `named` as well; "" where there is none."""
    if not named:
        return ""
    quoted = subprocess.list2cmdline([named]) if os.name == "nt" else shlex.quote(named)
    return f" --output={quoted}"


def values(info, given):
    """{name: value} for those of the flags `given` that are set; UsageError for a bad one."""
    checked = {}
    for name, parameter in info.parameters.items():
        word = given.get(name)
        if word is not None:
            try:
                checked[name] = parameter.parse(word)
            except (ValueError, OverflowError):
                raise UsageError(
                    f"{flag(name)} of lesson {info.number} must be {parameter.kind}, and {word!r} "
                    f"is not; for example {flag(name)} {parameter.default}."
                ) from None
    return checked


def _examples(info, prog, modes):
    lines = [prog]
    lines += [f"{prog} {flag(name)} {p.default}" for name, p in info.parameters.items()]
    lines += [f"{prog} --resume"] + ([f"{prog} --restore"] if modes else [])
    return "examples:\n  " + "\n  ".join(lines)


class Request:
    """What the command line asks of one lesson: its parameters given, and how to run it."""

    def __init__(self, given=None, mode="run", output=None):
        self.given = given or {}
        self.mode = mode
        self.output = output


@functools.lru_cache(maxsize=None)
def _script_request(script, words):
    info = catalogue.find(Path(script).name)
    options = lesson_parser(info, f"python {files.shown(script)}").parse_args(words)
    if options.resume and options.restore:
        raise UsageError("Choose one of --resume (train on) and --restore (do not train).")
    mode = "resume" if options.resume else "restore" if options.restore else "run"
    return Request(values(info, vars(options)), mode, options.output)


def running_script():
    """The lesson script that is running, or None (in a notebook, in another program)."""
    script = Path(sys.argv[0] if sys.argv else "")
    is_lesson = script.suffix == ".py" and script.name[:2].isdigit()
    return script if is_lesson and script.resolve().parent == files.LESSONS else None


def script_request():
    """The Request in the flags of the lesson script that is running; an empty one elsewhere."""
    script = running_script()
    return _script_request(str(script), tuple(sys.argv[1:])) if script else Request()


def prepare():
    """Make errors one sentence; check a script's flags before TensorFlow is imported."""
    os.environ["MPLBACKEND"] = "Agg"  # see common.plots; that of the machine may not be there
    if progress.in_notebook():
        _one_sentence_in_notebook()
    elif running_script():
        sys.excepthook = _one_sentence
        print_everywhere()
        try:
            script_request()
        except UsageError as error:
            say(error)
            sys.exit(error.exit_code)


def _one_sentence(kind, error, trace):
    if issubclass(kind, BrokenPipeError):
        stop_printing()
        return
    error = explained(error)
    if isinstance(error, (CourseError, KeyboardInterrupt)):
        say(error)
        sys.exit(getattr(error, "exit_code", 130))
    sys.__excepthook__(kind, error, trace)


def explained(error):
    """`error`, which has ended a script, or the CourseError that says what it means."""
    error = errors.explained(error)
    return of_a_missing_file(error) or error


def of_a_missing_file(error):
    """The CourseError for an error that says that a file is gone, in this program or another."""
    said = str(getattr(error, "stderr", None) or error).strip().splitlines()[-1:]
    if isinstance(error, CourseError) or not messages.file_is_gone("".join(said)):
        return None
    return CourseError(
        f"A file of this lesson is gone ({said[0]}): run the lesson again, and leave its folders "
        "alone until it ends."
    )


def _one_sentence_in_notebook():
    """Show as its sentence, without a traceback, what goes wrong in a cell and has one."""
    import IPython

    def handler(shell, kind, error, trace, tb_offset=None):
        from common import cells

        sentence = errors.explained(error)
        if not isinstance(sentence, (CourseError, KeyboardInterrupt)):
            sentence = cells.explained(error)
        if sentence is None:
            shell.showtraceback((kind, error, trace), tb_offset=tb_offset)
        else:
            say(sentence)

    IPython.get_ipython().set_custom_exc((Exception, KeyboardInterrupt), handler)


def print_everywhere():
    """Let a terminal or a file that cannot show a character, such as 中文, get ? in its place."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def stop_printing():
    """Nobody reads the output any more (`… | head`): let Python's last flush go nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def run_tool(main):
    """Call `main` with the command line's words; the exit code, mistakes said in one sentence."""
    print_everywhere()
    try:
        return main(sys.argv[1:])
    except CourseError as error:
        say(error)
        return error.exit_code


def say(error):
    """Print the one sentence of a CourseError, or of an interrupt, to the standard error.

    It stays one line whatever it quotes: control characters are spelled out, what is long is cut.
    """
    sentence = "".join(each if each.isprintable() else _spelled(each) for each in str(error))
    if len(sentence) > LONGEST:
        sentence = f"{sentence[: LONGEST // 2]} … {sentence[-LONGEST // 2 :]}"
    print(sentence or progress.interrupted(), file=sys.stderr)


def _spelled(character):
    return character.encode("unicode_escape").decode("ascii")
