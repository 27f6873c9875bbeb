"""`python -m lessons run` and `restore`: lessons' scripts, one after the other in this process."""

import contextlib
import runpy
import sys
import traceback

from common import errors, files, locks, progress
from common.command import catalogue, lesson_flags
from common.command.choosing import PROG, chosen_lessons, parser_of
from common.errors import CourseError, UsageError
from common.language import say


def run(argv):
    """Train lessons, and show what came out in one table."""
    parser = parser_of(
        "run",
        "Train lessons, one after the other, and show the document's numbers beside those here.\n"
        f"`{PROG} run LESSON --help` shows one lesson's own parameters.",
        ["10", "10 19", "all", "10 --steps 2000 --learning-rate 0.01", "10 --resume"],
    )
    known = [*catalogue.readable(), *catalogue.elsewhere(argv)]
    lesson_flags.add_parameters(parser, [lesson.parameters for lesson in known])
    lesson_flags.add_run_options(parser)
    if _asks_help_of_one(argv):
        (lesson, *_) = chosen_lessons(argv[:1])
        prog = f"{PROG} run {files.quoted(argv[0])}"
        lesson_flags.lesson_parser(lesson, lesson.parameters, prog, modes=False).print_help()
        return 0
    options = parser.parse_args(argv)
    chosen = chosen_lessons(options.lessons)
    flags = _flags([each for each in chosen if not each.problem], known, vars(options))
    if options.resume:
        flags.append("--resume")
    return _run_all(chosen, flags, options.output)


def restore(argv):
    """Restore lessons from their checkpoints and evaluate them; nothing is trained."""
    parser = parser_of(
        "restore",
        "Restore lessons from your newest checkpoint, else from the one that ships, and evaluate\n"
        "them: the numbers saved beside the numbers restored. Nothing is trained.",
        ["10", "10 19", "all", "30 --data train.csv"],
    )
    parser.add_argument(
        "--data", metavar="PATH", help="where the data of the checkpoint is now, if it has moved"
    )
    lesson_flags.add_output(parser)
    options = parser.parse_args(argv)
    chosen = chosen_lessons(options.lessons)
    able = [each for each in chosen if not each.problem]
    flags = _flags(able, [*catalogue.readable(), *able], {"data": options.data})
    return _run_all(chosen, [*flags, "--restore"], options.output)


def _asks_help_of_one(argv):
    return len(argv) > 1 and not argv[0].startswith("-") and {"-h", "--help"} & set(argv[1:])


def _flags(chosen, known, given):
    """The flags given, checked for every chosen lesson; UsageError where one has no such flag."""
    flags = []
    for name, word in given.items():
        if word is None or not any(name in each.parameters for each in known):
            continue
        for lesson in chosen:
            if name not in lesson.parameters:
                raise UsageError(
                    f"Lesson {lesson.number} has no {lesson_flags.flag(name)}; it has "
                    + ", ".join(map(lesson_flags.flag, lesson.parameters))
                    + "."
                )
            lesson_flags.values(lesson, lesson.parameters, {name: word})
        flags.append(f"{lesson_flags.flag(name)}={word}")  # it may begin with a dash
    return flags


def _run_all(chosen, flags, output):
    """Run lessons one after the other; where one fails, the next has its turn all the same."""
    if output:
        flags = [*flags, f"--output={output}"]
    rows, failed = [], []
    for lesson in chosen:
        print(f"\n{lesson.full_title}")
        found = _run_one(lesson, flags, lesson.output_folder(output) / "summaries")
        if found is None:
            failed.append(lesson.number)
        else:
            rows += found
    if len(chosen) > 1:
        _show_results(rows)
    if failed:
        say(f"Failed: {', '.join(failed)}; the reason stands above.", file=sys.stderr)
    return 1 if failed else 0


def _run_one(lesson, flags, summaries):
    """Run one lesson's script: its `_result_rows`, or None where it did not come to its end."""
    progress.tell_when_interrupted(None)
    errors.explain_with(None)
    path = summaries / lesson.name / "results.json"
    before = _written_at(path)
    with _script_arguments(lesson.script, flags):
        try:
            if lesson.problem:
                raise CourseError(lesson.problem)
            runpy.run_path(str(lesson.script), run_name="__main__")
            if _written_at(path) in (before, None):
                say("It has no numbers to compare: its script has not called lesson.finish().")
                return []
            return _result_rows(lesson, path)
        except (UsageError, BrokenPipeError):
            raise
        except SystemExit as ended:
            if isinstance(ended.code, str):
                print(ended.code, file=sys.stderr)
            say(f"The script of lesson {lesson.number} has ended itself.", file=sys.stderr)
        except Exception as error:
            error = errors.explained(error)
            if isinstance(error, CourseError):
                lesson_flags.say(error)
            else:
                traceback.print_exc()
        finally:
            locks.release()
    return None


def _written_at(path):
    return path.stat().st_mtime_ns if path.exists() else None


@contextlib.contextmanager
def _script_arguments(script, flags):
    kept, sys.argv = sys.argv, [str(script), *flags]
    try:
        yield
    finally:
        sys.argv = kept


def _result_rows(lesson, path):
    """A pair for each number: the cells lesson, steps, seconds (in the first), its Comparison."""
    from common.results import Comparison

    results = files.read_json(path, f"run lesson {lesson.number} again.")
    compared = [Comparison(**each) for each in results["numbers"] if each["source"]]
    compared = compared or [Comparison("", "")]
    first = [lesson.short_title, results["steps"], f"{results['seconds']:.1f}"]
    return list(zip([first, *[["", "", ""]] * (len(compared) - 1)], compared))


def _show_results(rows):
    from common import results

    title = "What the documents say, and what came out here"
    results.show(title, rows, leading=["lesson", "steps", "seconds"])
    verdicts = [each.agrees for _, each in rows if each.agrees]
    explained = sum(each.agrees == "no" and bool(each.why) for _, each in rows)
    say(
        f"{verdicts.count('yes')} of {len(verdicts)} numbers agree, {explained} differ for the "
        f"reason given, {verdicts.count('no') - explained} differ without one, "
        f"{verdicts.count('not compared')} were not compared."
    )
