"""`python -m lessons clean`: remove what runs have saved."""

from common import files, locks, saved
from common.command import lesson_flags
from common.command.choosing import chosen_lessons, parser_of
from common.language import say


def clean(argv):
    """Remove what the learner's own runs of lessons saved."""
    parser = parser_of(
        "clean",
        "Remove the checkpoints and summaries of your own runs, and what was put aside of them;\n"
        "what ships with the course stays, and what the course has not saved.",
        ["10", "all"],
    )
    lesson_flags.add_output(parser)
    options = parser.parse_args(argv)
    for lesson in chosen_lessons(options.lessons):
        output = lesson.output_folder(options.output)
        root, summaries = (output / each / lesson.name for each in ("checkpoints", "summaries"))
        folders = [root, saved.before(root), summaries]
        folders = [folder for folder in folders if folder.exists() or files.remains(folder)]
        if folders:
            with locks.held(lesson, output):
                for folder in folders:
                    own = saved.own_summaries if folder == summaries else saved.own_files
                    _say_removed(folder, saved.remove(folder, own(folder, lesson.name)))
    return 0


def _say_removed(folder, left):
    """Say that the folder is removed, but for the files that are `left`."""
    shown = files.shown(folder)
    if not left:
        say(f"Removed {shown}")
    elif len(left) == 1:
        say(f"Removed {shown}, but for what is not the course's: {left[0].name}")
    else:
        say(
            f"Removed {shown}, but for what is not the course's: {left[0].name} and "
            f"{len(left) - 1} more"
        )
