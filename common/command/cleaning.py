"""`python -m lessons clean`: remove what runs have saved."""

from common import files, locks
from common.command import lesson_flags
from common.command.choosing import chosen_lessons, parser_of


def clean(words):
    """Remove what the learner's own runs of lessons saved."""
    parser = parser_of(
        "clean",
        "Remove the checkpoints and summaries of your own runs; what ships with the course stays.",
        ["10", "all"],
    )
    lesson_flags.add_output(parser)
    options = parser.parse_args(words)
    for lesson in chosen_lessons(options.lessons):
        output = lesson.output_folder(options.output)
        folders = (output / "checkpoints" / lesson.name, output / "summaries" / lesson.name)
        folders = [folder for folder in folders if folder.exists() or files.remains(folder)]
        if folders:
            with locks.held(lesson, output):
                for folder in folders:
                    files.remove_folder(folder)
                    print(f"Removed {files.shown(folder)}")
    return 0
