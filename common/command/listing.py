"""`python -m lessons list`: the lessons, and whether each has a checkpoint."""

from common import files, saved
from common.command import catalogue, ways
from common.command.choosing import PROG
from common.command.lesson_flags import Arguments
from common.language import current, say


def list_lessons(argv):
    """List the lessons."""
    from common import tables

    parser = Arguments(
        prog=f"{PROG} list",
        description="List the lessons: what each rebuilds, and whether it has a checkpoint.",
        epilog=f"examples:\n  {PROG}\n  {PROG} list --document 神经网络优化",
    )
    parser.add_argument(
        "--document", metavar="TITLE", help="only its lessons, in the order of its sections"
    )
    document = parser.parse_args(argv).document
    lessons = catalogue.readable() if document is None else ways.of_document(document)
    titles = {"title": "title", "标题": "title_zh"}
    if current() == "zh":
        del titles["title"]
    rows = [_list_row(lesson, titles.values()) for lesson in lessons]
    tables.show("Lessons", ["lesson", *titles, "rebuilds", "notebook", "checkpoint"], rows)
    for lesson in catalogue.lessons():
        if lesson.problem:
            say(lesson.problem)
    say(f"`{PROG} run 10` trains lesson 10; `{PROG} --help` shows what else there is.")
    return 0


def _list_row(lesson, titles):
    notebook = lesson.notebook.name if lesson.notebook.exists() else "none"
    titles = [getattr(lesson, title) for title in titles]
    return [lesson.number, *titles, lesson.rebuilds, notebook, _checkpoint_words(lesson)]


def _checkpoint_words(lesson):
    own = files.output_folder() / "checkpoints" / lesson.name
    yours = [prefixes[-1] for prefixes in saved.own_checkpoints(own, lesson.name).values()]
    shipped = (files.PRETRAINED / lesson.name).rglob("*.index")  # whose records need not be read
    shipped = [path.with_suffix("") for path in shipped]
    if yours:
        return f"yours, step {max(map(saved.step, yours))}"
    return f"shipped, step {max(map(saved.step, shipped))}" if shipped else "none"
