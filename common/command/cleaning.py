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
                    _remove(folder, lesson, folder == summaries)
    return 0


def _remove(folder, lesson, is_summaries):
    """Remove the folder; of checkpoints those that runs saved. Says what is left of it."""
    left = []
    if is_summaries:
        files.remove_folder(folder)
    else:
        left = saved.remove_own(folder, lesson.name)
    if left:
        say(
            f"Removed {files.shown(folder)}, but for {len(left)} files that are not the course's, "
            f"{left[0].name}"
        )
    else:
        say(f"Removed {files.shown(folder)}")
