"""The command `python -m lessons`. It imports TensorFlow only where a lesson runs."""

import argparse
import contextlib
import json
import os
import runpy
import socket
import subprocess
import sys
import traceback
import warnings

from common import errors, files, locks, progress
from common.command import catalogue, lesson_flags
from common.command.lesson_flags import Arguments
from common.errors import CourseError, UsageError

PROG = "python -m lessons"

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
  python -m lessons data                  which images are on disk, and how to get others
  python -m lessons export-meta 7         make its meta graphs readable for TensorFlow 1.15.5
  python -m lessons clean 10              remove what your runs of lesson 10 saved
"""


def main(words=None):
    """Run the command line `words` (default: sys.argv's); returns the exit code."""
    lesson_flags.print_everywhere()
    words = sys.argv[1:] if words is None else list(words)
    try:
        return _dispatch(words)
    except BrokenPipeError:
        lesson_flags.stop_printing()
        return 1
    except (CourseError, KeyboardInterrupt) as error:
        lesson_flags.say(error)
        return getattr(error, "exit_code", 130)


def _dispatch(words):
    commands = {
        "list": list_lessons,
        "run": run,
        "restore": restore,
        "notebook": notebook,
        "tensorboard": tensorboard,
        "data": data,
        "export-meta": export_meta,
        "clean": clean,
    }
    parser = Arguments(
        prog=PROG,
        description="The lessons of the legacy TensorFlow 1 graph-mode course companion.",
        epilog=EXAMPLES,
    )
    parser.add_argument(
        "command",
        nargs="?",
        default="list",
        help="one of " + ", ".join(commands) + " (default: list)",
    )
    options = parser.parse_args(words[:1])
    if options.command not in commands:
        raise UsageError(
            f"There is no command {options.command!r}; the commands are {', '.join(commands)}, and "
            f"`{PROG} --help` shows examples."
        )
    return commands[options.command](words[1:])


def _parser(command, description, examples, nargs="+"):
    """The parser of one command, with its lessons."""
    lines = "".join(f"\n  {PROG} {command} {example}" for example in examples)
    parser = Arguments(
        prog=f"{PROG} {command}", description=description, epilog=f"examples:{lines}"
    )
    parser.add_argument(
        "lessons", nargs=nargs, metavar="LESSON", help="a number (10), a name (yogurt_mse), or all"
    )
    return parser


def _chosen(words):
    """The lessons that `words` name, each once, in the order given."""
    chosen = []
    for word in words:
        for lesson in catalogue.lessons() if word == "all" else [catalogue.find(word)]:
            if lesson not in chosen:
                chosen.append(lesson)
    return chosen


def list_lessons(words):
    """List the lessons."""
    from common import tables

    parser = Arguments(
        prog=f"{PROG} list",
        description="List the lessons: what each rebuilds, and whether it has a checkpoint.",
        epilog=f"examples:\n  {PROG}\n  {PROG} list",
    )
    parser.parse_args(words)
    columns = ["lesson", "title", "标题", "rebuilds", "notebook", "checkpoint"]
    tables.show("Lessons", columns, [_list_row(lesson) for lesson in catalogue.lessons()])
    print(f"`{PROG} run 10` trains lesson 10; `{PROG} --help` shows what else there is.")
    return 0


def _list_row(lesson):
    notebook = lesson.notebook.name if lesson.notebook.exists() else "none"
    return [
        lesson.number,
        lesson.title,
        lesson.title_zh,
        lesson.rebuilds,
        notebook,
        _checkpoint_words(lesson),
    ]


def _checkpoint_words(lesson):
    own = files.output_folder() / "checkpoints" / lesson.name
    for folder, whose in ((own, "yours"), (files.PRETRAINED / lesson.name, "shipped")):
        steps = [int(path.stem.rsplit("-", 1)[-1]) for path in folder.rglob("model.ckpt-*.index")]
        if steps:
            return f"{whose}, step {max(steps)}"
    return "none"


# Running -------------------------------------------------------------------------------------


def run(words):
    """Train lessons, and show what came out in one table."""
    parser = _parser(
        "run",
        "Train lessons, one after the other, and show the document's numbers beside those here.\n"
        f"`{PROG} run LESSON --help` shows one lesson's own parameters.",
        ["10", "10 19", "all", "10 --steps 2000 --learning-rate 0.01", "10 --resume"],
    )
    lesson_flags.add_parameters(parser, catalogue.lessons())
    lesson_flags.add_run_options(parser)
    if _asks_help_of_one(words):
        (lesson, *_) = _chosen(words[:1])
        lesson_flags.lesson_parser(lesson, f"{PROG} run {words[0]}", modes=False).print_help()
        return 0
    options = parser.parse_args(words)
    chosen = _chosen(options.lessons)
    flags = _flags(chosen, vars(options))
    if options.resume:
        flags.append("--resume")
    return _run_all(chosen, flags, options.output)


def restore(words):
    """Restore lessons from their checkpoints and evaluate them; nothing is trained."""
    parser = _parser(
        "restore",
        "Restore lessons from your newest checkpoint, else from the one that ships, and evaluate\n"
        "them: the numbers saved beside the numbers restored. Nothing is trained.",
        ["10", "10 19", "all"],
    )
    lesson_flags.add_output(parser)
    options = parser.parse_args(words)
    return _run_all(_chosen(options.lessons), ["--restore"], options.output)


def _asks_help_of_one(words):
    return len(words) > 1 and not words[0].startswith("-") and {"-h", "--help"} & set(words[1:])


def _flags(chosen, given):
    """The flags given, checked for every chosen lesson; UsageError where one has no such flag."""
    flags = []
    for name, word in given.items():
        if word is None or not any(name in each.parameters for each in catalogue.lessons()):
            continue
        for lesson in chosen:
            if name not in lesson.parameters:
                raise UsageError(
                    f"Lesson {lesson.number} has no {lesson_flags.flag(name)}; it has "
                    + ", ".join(map(lesson_flags.flag, lesson.parameters))
                    + "."
                )
            lesson_flags.values(lesson, {name: word})
        flags.append(f"{lesson_flags.flag(name)}={word}")  # it may begin with a dash
    return flags


def _run_all(chosen, flags, output):
    """Run lessons one after the other; where one fails, the next has its turn all the same."""
    if output:
        flags = [*flags, f"--output={output}"]
    summaries = files.output_folder(output) / "summaries"
    rows, failed = [], []
    for lesson in chosen:
        print(f"\n{lesson.number} · {lesson.title} · {lesson.title_zh}")
        found = _run_one(lesson, flags, summaries)
        if found is None:
            failed.append(lesson.number)
        else:
            rows += found
    if len(chosen) > 1:
        _show_results(rows)
    if failed:
        print(f"Failed: {', '.join(failed)}; the reason stands above.", file=sys.stderr)
    return 1 if failed else 0


def _run_one(lesson, flags, summaries):
    """Run one lesson's script: its `_result_rows`, or None where it did not come to its end."""
    progress.tell_when_interrupted(None)
    errors.explain_with(None)
    with _script_arguments(lesson.script, flags):
        try:
            runpy.run_path(str(lesson.script), run_name="__main__")
            return _result_rows(lesson, summaries / lesson.name / "results.json")
        except (UsageError, BrokenPipeError):
            raise
        except Exception as error:
            error = errors.explained(error)
            sentence = lesson_flags.of_a_missing_file(error) or error
            if isinstance(sentence, CourseError):
                lesson_flags.say(sentence)
            else:
                traceback.print_exc()
        finally:
            locks.release()
    return None


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
    first = [f"{lesson.number} {lesson.name[3:]}", results["steps"], f"{results['seconds']:.1f}"]
    return list(zip([first, *[["", "", ""]] * (len(compared) - 1)], compared))


def _show_results(rows):
    from common import results

    title = "What the documents say, and what came out here"
    results.show(title, rows, leading=["lesson", "steps", "seconds"])
    verdicts = [each.agrees for _, each in rows if each.agrees]
    explained = sum(each.agrees == "no" and bool(each.why) for _, each in rows)
    print(
        f"{verdicts.count('yes')} of {len(verdicts)} numbers agree, {explained} differ for the "
        f"reason given, {verdicts.count('no') - explained} differ without one, "
        f"{verdicts.count('not compared')} were not compared."
    )


# Opening -------------------------------------------------------------------------------------


def notebook(words):
    """Open JupyterLab on a lesson's notebook."""
    parser = _parser(
        "notebook",
        "Open JupyterLab on the notebook of a lesson (on this machine only: 127.0.0.1).",
        ["10", "10 --no-browser"],
        nargs=1,
    )
    parser.add_argument("--no-browser", action="store_true", help="only print the address")
    options = parser.parse_args(words)
    chosen = _chosen(options.lessons)
    if len(chosen) > 1:
        raise UsageError(f"Choose one lesson, for example `{PROG} notebook {chosen[0].number}`.")
    (lesson,) = chosen
    if not lesson.notebook.exists():
        raise CourseError(
            f"{files.shown(lesson.notebook)} is not there: `make notebooks` makes it."
        )
    _check_notebook(lesson.notebook)
    place = lesson.notebook.relative_to(files.ROOT).as_posix()
    command = [sys.executable, "-m", "jupyterlab", f"--LabApp.default_url=/lab/tree/{place}"]
    command += [f"--ServerApp.root_dir={files.ROOT}", "--ServerApp.ip=127.0.0.1"]
    command += ["--no-browser"] if options.no_browser else []
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")
    return subprocess.call(command)


def _check_notebook(path):
    """See that JupyterLab can open the notebook; CourseError if not."""
    import nbformat  # takes longer than --help may

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # cells of which two have one id open all the same
            nbformat.validate(json.loads(path.read_text(encoding="utf-8")))
    except Exception as error:  # nbformat has one each for every kind of damage
        raise CourseError(
            f"{files.shown(path)} is damaged: `make notebooks` writes it anew."
        ) from error


def tensorboard(words):
    """Serve the event files of lessons in TensorBoard."""
    parser = _parser(
        "tensorboard",
        "Show the event files of lessons in TensorBoard (on this machine only: 127.0.0.1).\n"
        "Without a number: of all lessons that have run.",
        ["", "10", "10 13 --port 7007"],
        nargs="*",
    )
    parser.add_argument(
        "--port", type=_port, default=6006, help="0 takes any that is free (default 6006)"
    )
    lesson_flags.add_output(parser)
    options = parser.parse_args(words)
    summaries = files.output_folder(options.output) / "summaries"
    chosen = _chosen(options.lessons)
    for lesson in chosen:
        if not any((summaries / lesson.name).rglob("events.out.tfevents.*")):
            raise CourseError(
                f"Lesson {lesson.number} has no event files in {files.shown(summaries)}: run it "
                f"first, with `{PROG} run {lesson.number}`."
            )
    if not any(summaries.rglob("events.out.tfevents.*")):
        raise CourseError(
            f"There are no event files in {files.shown(summaries)}: run a lesson first, for "
            f"example `{PROG} run 10`."
        )
    _check_port(options.port)
    from tensorboard.main import run_main

    from common.tf1 import runtime  # noqa: F401 (imports TensorFlow without its noise)

    flags = ["--host", "127.0.0.1", "--port", str(options.port)]
    sys.argv = [PROG, *flags, *_logdir(files.for_tensorflow(summaries), chosen)]
    return run_main()


def _port(word):
    with contextlib.suppress(ValueError):
        if 0 <= int(word) <= 65535:
            return int(word)
    raise argparse.ArgumentTypeError(f"{word!r} is not a whole number, 0 to 65535")


def _check_port(port):
    """See that TensorBoard can listen on the port; CourseError if not."""
    with socket.socket() as listener:
        if os.name == "posix":  # elsewhere this would take a port that another program uses
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError as error:
            raise CourseError(
                f"TensorBoard cannot use the port {port} ({error.strerror}): choose another one "
                f"with --port N, for example --port {port % 50000 + 10000}."
            ) from error


def _logdir(summaries, chosen):
    if not chosen:
        return ["--logdir", str(summaries)]
    if len(chosen) == 1:
        return ["--logdir", str(summaries / chosen[0].name)]
    return ["--logdir_spec", ",".join(f"{each.name}:{summaries / each.name}" for each in chosen)]


def data(words):
    """Show which image sets are on disk, or fetch one."""
    from common.data import images

    names = ", ".join(images.ORIGINALS)
    parser = Arguments(
        prog=f"{PROG} data",
        description="Show which images are on disk: where, and whether they are as published (by\n"
        f"SHA-256). `{PROG} data fetch SET` downloads a set, {names}.",
        epilog=f"examples:\n  {PROG} data\n  {PROG} data fetch mnist\n\n"
        f"They go to data/ in the course's folder, or where the variable {images.DATA_VARIABLE} "
        "points.\nOf four files that you have already, name the folder: "
        f"{PROG} run 8 --data FOLDER.",
    )
    parser.add_argument("action", nargs="?", choices=["fetch"], help="download a set")
    parser.add_argument("name", nargs="?", choices=list(images.ORIGINALS), help="which one")
    options = parser.parse_args(words)
    if options.action and not options.name:
        raise UsageError(f"Say which set to fetch, {names}: `{PROG} data fetch mnist`.")
    if options.action:
        from common.data import fetching

        folder = fetching.fetch(options.name)
        print(f"{images.ORIGINALS[options.name].title} is in {files.shown(folder)}")
    _show_images()
    return 0


def _show_images():
    from common import tables
    from common.data import images

    print(f"{images.DIGITS}: 1,797 handwritten digits; they come with scikit-learn")
    for name, original in images.ORIGINALS.items():
        places = images.places(name, whole=False)
        if not places:
            mirrors = " or ".join(mirror.split("/")[2] for mirror in original.mirrors)
            print(f"{name}: not on disk; `{PROG} data fetch {name}` gets it from {mirrors}")
        for place in places:
            columns = ["file", "SHA-256 of its content", "state"]
            tables.show(f"{name}: {files.shown(place)}", columns, _image_rows(original, place))


def _image_rows(original, place):
    from common.data import fetching, images

    if place.is_file():
        return [[place.name, "", "Keras's; checked when it is read"]]
    rows = []
    for file, expected in original.checksums.items():
        path = images.idx_path(place, file) or place / f"{file}.gz"
        rows.append([path.name, expected[:16] + "…", fetching.state(path, expected)])
    return rows


def export_meta(words):
    """Write the meta graphs of lessons so that TensorFlow 1.15.5 imports them."""
    parser = _parser(
        "export-meta",
        "Write the meta graphs of your newest checkpoints of lessons anew, as .tf1.meta beside\n"
        "them: TensorFlow 1.15.5 imports these. The checkpoints that ship need none.",
        ["7", "all"],
    )
    lesson_flags.add_output(parser)
    options = parser.parse_args(words)
    output = files.output_folder(options.output)
    checkpoints = output / "checkpoints"
    for lesson in _chosen(options.lessons):
        folder = checkpoints / lesson.name
        if not any(folder.rglob("checkpoint")):
            raise CourseError(
                f"Lesson {lesson.number} has no checkpoint in {files.shown(checkpoints)}: run it "
                f"first, with `{PROG} run {lesson.number}`."
            )
        from common.command import meta_graphs

        with locks.held(lesson, output):
            for path in meta_graphs.newest(folder):
                print(f"Wrote {files.shown(meta_graphs.export(path))}")
    return 0


def clean(words):
    """Remove what the learner's own runs of lessons saved."""
    parser = _parser(
        "clean",
        "Remove the checkpoints and summaries of your own runs; what ships with the course stays.",
        ["10", "all"],
    )
    lesson_flags.add_output(parser)
    options = parser.parse_args(words)
    output = files.output_folder(options.output)
    for lesson in _chosen(options.lessons):
        folders = (output / "checkpoints" / lesson.name, output / "summaries" / lesson.name)
        folders = [folder for folder in folders if folder.exists() or files.remains(folder)]
        if folders:
            with locks.held(lesson, output):
                for folder in folders:
                    files.remove_folder(folder)
                    print(f"Removed {files.shown(folder)}")
    return 0
