"""The lessons that a command line names."""

from common.command import catalogue
from common.command.lesson_flags import Arguments
from common.language import translate

PROG = "python -m lessons"


def bare_parser(command, description, examples):
    """The parser of one command, with no argument yet."""
    lines = "".join(f"\n  {PROG} {command} {example}" for example in examples)
    epilog = translate("examples:") + lines
    return Arguments(prog=f"{PROG} {command}", description=description, epilog=epilog)


def parser_of(command, description, examples, nargs="+"):
    """The parser of one command, with its lessons."""
    parser = bare_parser(command, description, examples)
    parser.add_argument(
        "lessons", nargs=nargs, metavar="LESSON", help="a number (10), a name (yogurt_mse), or all"
    )
    return parser


def chosen_lessons(words):
    """The lessons that `words` name, each once, in the order given."""
    chosen = []
    for word in words:
        for lesson in catalogue.lessons() if word == "all" else [catalogue.find(word)]:
            if lesson not in chosen:
                chosen.append(lesson)
    return chosen
