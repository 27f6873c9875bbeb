"""The flags of a lesson: made from its parameters, the same for the script and the command."""

import argparse
import functools
import os
import re
import sys
import traceback
from pathlib import Path

from common import errors, files, language, progress
from common.command import catalogue
from common.errors import CourseError, UsageError
from common.language import joined, translate

USAGE = "usage: "  # whose translation is as wide: the lines below are indented by it
LONGEST = 2000  # characters of a sentence; what it quotes has no end


class Arguments(argparse.ArgumentParser):
    """An argument parser that answers a mistake with one sentence and where to look."""

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("formatter_class", _Help)
        super().__init__(*args, allow_abbrev=False, **kwargs)

    def format_help(self):
        self.description = translate(self.description)
        self.epilog = translate(self.epilog)
        for group in self._action_groups:
            group.title = translate(group.title)
        for action in self._actions:
            action.help = translate(action.help)
        said = super().format_help().replace(USAGE, translate(USAGE), 1)
        return re.sub("(?m)([^\0-\x7f]):$", r"\1：", said)

    def error(self, message):
        raise UsageError(f"{message}; `{self.prog} --help` says what there is.")


class _Help(argparse.RawDescriptionHelpFormatter):
    """Help whose lines end where the terminal does: a Chinese character is two columns wide."""

    def _split_lines(self, text, width):
        if language.current() == "en":
            return super()._split_lines(text, width)
        lines, used = [""], 0
        for part in re.findall("[（「《]*(?:[\x21-\x7e]+|.)[，。、；：）」》]*", text):
            wide = language.width(part)
            if used + wide > width:
                lines, used = [*lines, ""], 0
            lines[-1], used = lines[-1] + part, used + wide
        return [line.strip() for line in lines]


def flag(name):
    return "--" + name.replace("_", "-")


def lesson_parser(info, parameters, prog, modes=True):
    """The parser of one lesson's flags, of its `parameters`. Every flag is None if not given.

    modes: whether --resume and --restore are among them, as they are for the script.
    """
    rebuilds = translate(f"\nRebuilds {info.rebuilds}.") if info.rebuilds else ""
    parser = Arguments(
        prog=prog,
        description=info.full_title + rebuilds,
        epilog=_examples(parameters, prog, modes),
    )
    add_parameters(parser, [parameters])
    add_run_options(parser)
    if modes:
        parser.add_argument(
            "--restore",
            action="store_true",
            help="do not train: restore your newest checkpoint, else the one that ships",
        )
    return parser


def add_parameters(parser, declared):
    """Add one flag for each parameter of any of the lessons, whose are `declared`, as plain words.

    `values` checks them, since two lessons may ask different things of the same name.
    """
    group = parser.add_argument_group("parameters")
    added = set()
    for parameters in declared:
        for name, parameter in parameters.items():
            if name not in added:
                added.add(name)
                group.add_argument(
                    flag(name),
                    metavar="WORD" if isinstance(parameter.default, str) else "N",
                    help=_help(parameter),
                )


def _help(parameter):
    any_word = isinstance(parameter.default, str) and not parameter.choices
    said = parameter.help if any_word else parameter.kind
    if parameter.help and not any_word:
        said = joined(parameter.help, parameter.kind)
    return translate(f"{said} (default {parameter.default})").replace("%", "%%")


def add_run_options(parser):
    parser.add_argument(
        "--resume",
        action="store_true",
        help="go on from the newest checkpoint, with the settings it was begun with",
    )
    add_output(parser)
    add_language(parser)


def add_language(parser):
    """For --help; `language.take` takes it out of the words before they are parsed."""
    parser.add_argument(
        language.FLAG,
        choices=language.LANGUAGES,
        help=f"the language to speak (default: that of the variable {language.VARIABLE}, or of "
        "the system)",
    )


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
    return f" --output={files.quoted(str(named))}"


def values(info, parameters, given):
    """{name: value} for those of the flags `given` that are set; UsageError for a bad one."""
    checked = {}
    for name, parameter in parameters.items():
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


def _examples(parameters, prog, modes):
    lines = [prog]
    lines += [f"{prog} {flag(name)} {p.default}" for name, p in parameters.items()]
    lines += [f"{prog} --resume"] + ([f"{prog} --restore"] if modes else [])
    return "\n  ".join([translate("examples:"), *lines])


class Request:
    """What the command line asks of one lesson: its parameters given, and how to run it."""

    def __init__(self, given=None, mode="run", output=None):
        self.given = given or {}
        self.mode = mode
        self.output = output


def script_request(script, info, parameters):
    """The Request in sys.argv's flags, which are the `script`'s; an empty one where it is None."""
    if script is None:
        return Request()
    words = language.take(sys.argv[1:])
    parser = lesson_parser(info, parameters, f"python {files.shown(sys.argv[0])}")
    options = parser.parse_args(words)
    if options.resume and options.restore:
        raise UsageError("Choose one of --resume (train on) and --restore (do not train).")
    mode = "resume" if options.resume else "restore" if options.restore else "run"
    return Request(values(info, parameters, vars(options)), mode, options.output)


def running_script():
    """The script that is running and that sys.argv's flags are for, or None.

    There is none in a notebook, at a prompt, and where another program runs the script.
    """
    script = getattr(sys.modules.get("__main__"), "__file__", None)
    return Path(script) if script and is_of_argv(script) else None


def is_of_argv(script):
    """Whether sys.argv is of that script, and its flags are."""
    named = sys.argv[0] if sys.argv else ""
    try:
        return script == named or os.path.samefile(script, named)
    except (OSError, ValueError):
        return False


def answer_early():
    """Answer --help and a mistake in the flags of a lesson's script before TensorFlow is imported.

    Where its text does not tell which flags it takes, `Lesson` does so.
    """
    script = None if progress.in_notebook() else running_script()
    if script:
        _answer(str(script), tuple(sys.argv[1:]))


@functools.lru_cache(maxsize=None)
def _answer(script, words):
    info = catalogue.of_script(Path(script))
    if info.problem:
        return
    speak_plainly()
    try:
        script_request(script, info, info.parameters)
    except UsageError as error:
        say(error)
        sys.exit(error.exit_code)


_others_hook = sys.__excepthook__


def speak_plainly():
    """From now on, say in one sentence what goes wrong and has one; the rest stays as it is."""
    global _others_hook
    if progress.in_notebook():
        _one_sentence_in_notebook()
    elif sys.excepthook is not _one_sentence:
        _others_hook, sys.excepthook = sys.excepthook, _one_sentence
        print_everywhere()


def _one_sentence(kind, error, trace):
    if issubclass(kind, BrokenPipeError):
        stop_printing()
        return
    error = errors.explained(error)
    if isinstance(error, (CourseError, KeyboardInterrupt)):
        say(error)
        sys.exit(getattr(error, "exit_code", 130))
    _others_hook(kind, error, trace)


def _one_sentence_in_notebook():
    """Show as its sentence, without a traceback, what goes wrong in a cell and has one."""
    import IPython

    def handler(shell, kind, error, trace, tb_offset=None):
        from common import cells

        sentence = errors.explained(error)
        plain = isinstance(sentence, (CourseError, KeyboardInterrupt))
        if errors.all_shown() or not plain:
            shell.showtraceback((kind, error, trace), tb_offset=tb_offset)
        if plain:
            print_sentence(sentence)
        elif cells.hint(error):
            print_sentence(cells.hint(error))

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
    """Call `main` with the command line; the exit code, mistakes said in one sentence.

    In English, whatever the locale: tools compare and write what lessons say in it.
    """
    os.environ[language.VARIABLE] = "en"
    print_everywhere()
    try:
        return main(sys.argv[1:])
    except CourseError as error:
        say(error)
        return error.exit_code


def say(error):
    """Print the one sentence of a CourseError, or of an interrupt, to the standard error."""
    if errors.all_shown():
        traceback.print_exception(type(error), error, error.__traceback__)
    else:
        print_sentence(error)


def print_sentence(error):
    """Print the sentence of `error` to the standard error.

    It stays one line whatever it quotes: control characters are spelled out, what is long is cut.
    """
    said = translate(str(error))
    sentence = "".join(each if each.isprintable() else _spelled(each) for each in said)
    if len(sentence) > LONGEST:
        sentence = f"{sentence[: LONGEST // 2]} … {sentence[-LONGEST // 2 :]}"
    print(sentence or translate(progress.interrupted()), file=sys.stderr)


def _spelled(character):
    return character.encode("unicode_escape").decode("ascii")
