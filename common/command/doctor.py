"""`python -m lessons doctor`: what the course needs, what is here, and what mends the rest.

It answers where packages are missing: none is imported but NumPy, for the images, if it is here.
"""

import importlib.metadata
import importlib.util
import os
import platform
import re
import shutil
import sys
import webbrowser

from common import files, supported_python
from common.command import lesson_flags
from common.command.choosing import PROG
from common.command.lesson_flags import Arguments
from common.language import joined, say, translate

REQUIREMENTS = files.ROOT / "requirements.txt"
ENOUGH = 500 * 2**20  # bytes: what a run of all lessons saves, several times over


def doctor(argv):
    """Show what is here of what the course needs; the exit code is 1 where something is missing."""
    parser = Arguments(
        prog=f"{PROG} doctor",
        description="Show what the course needs and what is here of it: paste this into an error\n"
        "report. What is missing stands there with what mends it, and the exit code is 1.",
        epilog=f"examples:\n  {PROG} doctor\n  {PROG} doctor --output /mnt/disk/tf1",
    )
    lesson_flags.add_output(parser)
    output = files.output_folder(parser.parse_args(argv).output)
    checks = {
        "Python": _python(),
        "packages": _packages(),
        "processor": (_processor(), ""),
        "disk": _disk(output),
        "checkpoints": _checkpoints(),
        "Chinese in figures": _font(),
        "images": (_images(), ""),
        "browser": _browser(),
    }  # by what it is: what is here, in phrases, and what mends it or ""
    for what, (here, cure) in checks.items():
        print(joined(what, ", ".join(map(translate, here))))
        if cure:
            print(f"    {translate(cure)}")
    cures = [cure for _, cure in checks.values() if cure]
    say("Something is to be mended." if cures else "All that the course needs is here.")
    return 1 if cures else 0


def _python():
    cure = supported_python.problem(sys.version_info, genuine=False)
    return [platform.python_version(), sys.executable, platform.platform()], cure or ""


def _packages():
    """The packages of requirements.txt: how many are here as it names them, and which are not."""
    pinned = re.findall(r"^([\w-]+)==(\S+)", REQUIREMENTS.read_text("utf-8"), re.MULTILINE)
    wrong = []
    for name, version in pinned:
        try:
            found = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found = "none"
        if found != version:
            wrong.append(f"{name} {found} in place of {version}")
    here = f"{len(pinned) - len(wrong)} of {len(pinned)} as in requirements.txt"
    cure = "`make run` installs what is missing, for .venv/bin/python."
    return [here, *wrong], cure if wrong else ""


def _processor():
    """Its name, its vectors, how many, and the memory."""
    name, flags = platform.processor() or platform.machine(), ""
    if os.path.exists("/proc/cpuinfo"):
        with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as file:
            text = file.read()
        name = next(iter(re.findall(r"^model.name\s*:\s*(.+)$", text, re.MULTILINE)), name)
        flags = next(iter(re.findall(r"^flags\s*:\s*(.+)$", text, re.MULTILINE)), "")
    vectors = [each for each in ("sse4_1", "avx", "avx2", "avx512f") if each in flags.split()]
    parts = [name, *vectors[-1:], f"{os.cpu_count()} cores"]
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        parts.append(f"{os.sysconf('SC_PHYS_PAGES') * os.sysconf('SC_PAGE_SIZE') / 2**30:.1f} GiB")
    return parts


def _disk(output):
    """The room in the folder that runs save to, or in the nearest one above it that is there."""
    place = next(each for each in (output, *output.parents) if each.exists())
    free = shutil.disk_usage(place).free
    here = [f"{free / 2**30:.1f} GiB free in {output}"]
    if not os.access(place, os.W_OK):
        return [*here, "not to be written to"], f"Save elsewhere: `{PROG} run 10 --output FOLDER`."
    cure = f"Make room, or save elsewhere: `{PROG} run 10 --output FOLDER`."
    return here, "" if free > ENOUGH else cure


def _checkpoints():
    """Which of the checkpoints that ship are there."""
    path = files.PRETRAINED / "manifest.json"
    shipped = files.load_json(path) if path.exists() else {}
    gone = [name for name in shipped if not any((files.PRETRAINED / name).rglob("*.index"))]
    here = [f"{len(shipped) - len(gone)} of {len(shipped)} that ship"]
    cure = "`git checkout checkpoints` brings back those that ship."
    return here, cure if gone or not shipped else ""


def _font():
    found = importlib.util.find_spec("zhplot")
    cure = "`make run` installs the font, in the package zhplot."
    return (["yes"], "") if found else (["no"], cure)


def _images():
    """Which published sets are on this disk; the digits are always there."""
    if not importlib.util.find_spec("numpy"):
        return ["?"]
    from common.data import images

    found = [name for name in images.ORIGINALS if images.places(name)]
    return ["the embedded digits", *found]


def _browser():
    try:
        return [webbrowser.get().name], ""
    except webbrowser.Error:
        return ["none"], ""
