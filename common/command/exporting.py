"""`python -m lessons export-meta`: meta graphs that TensorFlow 1.15.5 reads."""

from common import files, locks, saved
from common.command import lesson_flags
from common.command.choosing import PROG, chosen_lessons, parser_of
from common.errors import CourseError
from common.language import say


def export_meta(argv):
    """Write the meta graphs of lessons so that TensorFlow 1.15.5 imports them."""
    parser = parser_of(
        "export-meta",
        "Write the meta graphs of your newest checkpoints of lessons anew, as .tf1.meta beside\n"
        "them: TensorFlow 1.15.5 imports these. The checkpoints that ship need none.",
        ["7", "all"],
    )
    lesson_flags.add_output(parser)
    options = parser.parse_args(argv)
    for lesson in chosen_lessons(options.lessons):
        output = lesson.output_folder(options.output)
        checkpoints = output / "checkpoints"
        folder = checkpoints / lesson.name
        if not saved.own_checkpoints(folder, lesson.name):
            raise CourseError(
                f"Lesson {lesson.number} has no checkpoint in {files.shown(checkpoints)}: run it "
                f"first, with `{PROG} run {lesson.word}`."
            )
        from common.command import meta_graphs

        with locks.held(lesson, output):
            for path in meta_graphs.newest(folder):
                say(f"Wrote {files.shown(meta_graphs.export(path))}")
    return 0
