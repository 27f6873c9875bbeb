"""`python -m lessons data`: the image sets on disk, and how to get others."""

from common import files
from common.command.choosing import PROG
from common.command.lesson_flags import Arguments
from common.errors import UsageError
from common.language import say, translate


def data(argv):
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
    options = parser.parse_args(argv)
    if options.action and not options.name:
        raise UsageError(f"Say which set to fetch, {names}: `{PROG} data fetch mnist`.")
    if options.action:
        from common.data import fetching

        folder = fetching.fetch(options.name)
        say(f"{images.ORIGINALS[options.name].title} is in {files.shown(folder)}")
    _show_images()
    return 0


def _show_images():
    from common import tables
    from common.data import images

    say(f"{images.DIGITS}: 1,797 handwritten digits; they come with scikit-learn")
    for name, original in images.ORIGINALS.items():
        places = images.places(name, whole=False)
        if not places:
            mirrors = translate(" or ").join(mirror.split("/")[2] for mirror in original.mirrors)
            say(f"{name}: not on disk; `{PROG} data fetch {name}` gets it from {mirrors}")
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
