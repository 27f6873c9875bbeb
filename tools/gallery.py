"""The gallery: every figure as a thumbnail, and what the image lessons give on the real sets.

`python -m tools.gallery [LESSON ...]` restores the lessons from the checkpoints that ship and
draws their figures; the image lessons it trains on the real sets, which must be on disk. Those
trainings are kept in gallery-runs/ and gone on with, so to stop and to repeat it costs little.
"""

import io
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from PIL import Image
from tqdm import tqdm

from common import files, tables
from common.command import catalogue, lesson_flags
from common.data import images
from common.results import Comparison, table

FOLDER = files.ROOT / "docs" / "gallery"
PAGE = files.ROOT / "docs" / "gallery.md"
RUNS = files.ROOT / "gallery-runs"
WIDTH, COLOURS, COLUMNS = 400, 256, 3  # of a thumbnail, and of the page


def wants_images(lesson):
    """Whether a lesson trains on images."""
    data = lesson.parameters.get("data")
    return bool(data) and data.default == "auto"


def make(lesson, output):
    """Run or restore `lesson` below `output`, and put its thumbnails and numbers into FOLDER."""
    mode = "--resume" if wants_images(lesson) else "--restore"
    command = [sys.executable, str(lesson.script), mode, "--output", str(output)]
    environment = {**os.environ, "TQDM_DISABLE": "1"}
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment)
    summaries = Path(output) / "summaries" / lesson.name
    results = files.read_json(summaries / "results.json", "run the lesson again.")
    kept = FOLDER / lesson.name
    files.remove_folder(kept)
    kept.mkdir(parents=True)
    for name in results["figures"]:
        files.write_bytes(kept / name, _thumbnail((summaries / "figures" / name).read_bytes()))
    if wants_images(lesson):
        results["made"] = time.strftime("%Y-%m-%d")
        results["parameters"].pop("data")  # a path
        files.write_json(kept / "results.json", results)


def _thumbnail(picture):
    """A picture's bytes, made smaller; an animation's as they are."""
    image = Image.open(io.BytesIO(picture))
    if image.format == "GIF":
        return picture
    height = round(image.height * WIDTH / image.width)
    small = image.convert("RGB").resize((WIDTH, height), Image.LANCZOS)
    png = io.BytesIO()
    small.quantize(COLOURS).save(png, "PNG", optimize=True)
    return png.getvalue()


# The page -----------------------------------------------------------------------------------------


def page():
    """The Markdown of docs/gallery.md, from what is in docs/gallery/."""
    lines = [
        "# Every figure of the course",
        "",
        "Made by `make gallery`; the figures in full size are what a run leaves in `summaries/`.",
        "The image lessons were trained on the real sets, the others are drawn from the",
        "checkpoints that ship.",
    ]
    for lesson in catalogue.lessons():
        kept = FOLDER / lesson.name
        if kept.exists():
            link = f"[{lesson.number} · {lesson.title}](../lessons/{lesson.name}.ipynb)"
            lines += ["", f"## {link}", "", *_pictures(kept), *numbers(kept)]
    return "\n".join(lines) + "\n"


def _pictures(kept):
    """A table of the thumbnails, COLUMNS in a row, each above its file's name."""
    names = sorted(path.name for path in kept.iterdir() if path.suffix in (".png", ".gif"))
    cells = [f"![{name[:-4]}](gallery/{kept.name}/{name})<br>{name[:-4]}" for name in names]
    rows = [cells[k : k + COLUMNS] for k in range(0, len(cells), COLUMNS)]
    rows = [row + [""] * (COLUMNS - len(row)) for row in rows]
    return tables.markdown([""] * COLUMNS, rows)


def numbers(kept):
    """What came out on a real set, and with what it was made; nothing for the other lessons."""
    if not (kept / "results.json").exists():
        return []
    results = files.read_json(kept / "results.json", "`make gallery` makes it anew.")
    versions = f"Python {results['python']}, TensorFlow {results['tensorflow']}"
    versions += f", NumPy {results['numpy']}"
    lines = ["", f"{results['images']}, on {results['made']}, with {versions}.", ""]
    compared = [([], Comparison(**each)) for each in results["numbers"]]
    columns, rows, _ = table(compared)
    return [*lines, *tables.markdown(columns, rows)]


def main(argv):
    lessons = [catalogue.find(word) for word in argv] or catalogue.lessons()
    if any(map(wants_images, lessons)):
        images.demand_originals()
    with tempfile.TemporaryDirectory() as passing:
        for lesson in tqdm(lessons, desc="gallery", disable=None):
            make(lesson, RUNS if wants_images(lesson) else passing)
            files.write_bytes(PAGE, page().encode("utf-8"))
    return 0


if __name__ == "__main__":
    sys.exit(lesson_flags.run_tool(main))
