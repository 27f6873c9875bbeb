"""`python -m lessons script` and `check`: somebody's own TensorFlow 1 program."""

from common.command import catalogue
from common.command.choosing import bare_parser
from common.errors import UsageError


def script(argv):
    """Run a TensorFlow 1 script or notebook as it is; its exit code."""
    parser = bare_parser(
        "script",
        "Run a TensorFlow 1 script (.py) or notebook (.ipynb), of Python 2 or 3, as it is; nothing "
        "on disk\nis rewritten. What stands behind its name are its own arguments.",
        ["old.py", "old.py --epochs 3", "--figures drawn old.py", "--explain old.ipynb"],
    )
    parser.add_argument(
        "--explain",
        action="store_true",
        help="say at the end which names it uses "
        "that are gone, what each is called today, and which lesson has it",
    )
    parser.add_argument("--figures", metavar="FOLDER", help="where its figures are kept, as PNG")
    parser.add_argument(
        "--digits", action="store_true", help="let the embedded digits stand for MNIST"
    )
    ours, path, own = _parted(argv)
    parser.add_argument("file", metavar="FILE", help="the script, with its own arguments behind")
    options = parser.parse_args(ours + ([path] if path is not None else []))
    from common.script import running

    at_end = _report if options.explain else None
    return running.run(options.file, own, options.figures, options.digits, at_end)


def _report(program):
    """Print what of the Program is gone, what each is called today, and the lesson on it."""
    from common.script import checking

    for line in checking.report(program, catalogue.lessons()):
        print(line)


def _parted(argv):
    """The command's own flags, the script, and the script's own words."""
    k = 0
    while k < len(argv) and argv[k].startswith("-") and argv[k] != "-":
        k += 2 if argv[k] == "--figures" else 1
    return argv[:k], (argv[k] if k < len(argv) else None), argv[k + 1 :]


def check(argv):
    """Say what of scripts is gone; nothing of them is run. 1 where something cannot be had."""
    parser = bare_parser(
        "check",
        "Say what a TensorFlow 1 script uses that is gone: what is given back when it runs, and "
        "what cannot\nbe had. Nothing of it is run.",
        ["old.py", "*.py old.ipynb"],
    )
    parser.add_argument("files", metavar="FILE", nargs="+", help="a script or a notebook")
    options = parser.parse_args(argv)
    from common.script import checking, sources

    gone = False
    for path in options.files:
        try:
            program = sources.read(path)
        except SyntaxError as error:
            raise UsageError(
                f"{path} is no Python, neither 2 nor 3 (line {error.lineno}: {error.msg}): correct "
                "it, or name another file."
            ) from None
        _report(program)
        gone = gone or any(each.kind == "gone" for each in checking.findings(program))
    return 1 if gone else 0
