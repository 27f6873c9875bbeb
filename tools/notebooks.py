"""Notebooks from the lessons' scripts: `python -m tools.notebooks [--lang=zh] [LESSON ...]`.

A script is the single source. Its notebook is made by jupytext and executed by nbclient; nothing
in it depends on when or where it was made, so a second making changes nothing but numbers. The
Chinese one, in lessons/zh, has the prose of its catalogue, and the same code.

`python -m tools.notebooks --real [LESSON ...]`: those of the image lessons 17, 28 and 29, executed
on the real sets, which must be on disk (COURSE_DATA names their folder). They go to docs/real/.
"""

import os
import sys
import tempfile
import warnings

import jupytext
import nbformat
from nbclient import NotebookClient
from tqdm import tqdm

from common import files, language
from common.command import catalogue, lesson_flags
from common.data import images

GENERATED = "Generated from the script of the same name by `make notebooks`: edit that one."


REAL, REAL_LESSONS = files.ROOT / "docs" / "real", ("17", "28", "29")
TO_REAL = "](../docs/real/"  # a link of the lessons


LANGUAGE = {  # what nbconvert needs to make a script; a kernel's own has the version as well
    "codemirror_mode": {"name": "ipython", "version": 3},
    "file_extension": ".py",
    "mimetype": "text/x-python",
    "name": "python",
    "nbconvert_exporter": "python",
    "pygments_lexer": "ipython3",
}


def from_script(lesson, spoken="en"):
    """The notebook of a lesson, not executed, with cell ids that are its cells' places."""
    notebook = jupytext.reads(lesson.source, fmt="py:percent")
    chinese = {}
    if spoken == "zh":
        chinese = dict(language.entries(language.catalogue_of(lesson.name), language.MARKDOWN))
    for place, cell in enumerate(notebook.cells):
        cell.id = f"cell-{place:02d}"
        if spoken == "zh" and cell.cell_type == "markdown":
            cell.source = chinese[cell.source]
        cell.metadata = {}
    first = next(cell for cell in notebook.cells if cell.cell_type == "code")
    first.metadata = {"tags": ["parameters"]}  # papermill puts its own behind this cell
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": LANGUAGE,
        "generated": GENERATED,
    }
    return notebook


def from_script_for_real(lesson):
    """The same for docs/real/, with links from there."""
    notebook = from_script(lesson)
    for cell in notebook.cells:
        cell.source = cell.source.replace(TO_REAL, "](")
    return notebook


def execute(notebook, output, spoken="en", timeout=1800):
    """Execute `notebook` in place; its lesson saves below the folder `output`.

    Raises nbclient's CellExecutionError where a cell fails.
    """
    metadata = dict(notebook.metadata)
    kept = dict(os.environ)
    os.environ.update({files.OUTPUT_VARIABLE: str(output), "TQDM_DISABLE": "1"})
    os.environ[language.VARIABLE] = spoken
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the packages that carry the kernel's messages
            NotebookClient(
                notebook,
                timeout=timeout,
                startup_timeout=timeout,
                kernel_name="python3",
                record_timing=False,
                resources={"metadata": {"path": str(place_of(spoken))}},
            ).execute()
    finally:
        os.environ.clear()
        os.environ.update(kept)
    notebook.metadata = metadata
    for cell in notebook.cells:
        _join_streams(cell)
        for each in cell.get("outputs", []):
            if "text" in each:  # the same wherever it was made
                each.text = each.text.replace(f"{output}{os.sep}", "")
    return notebook


def _join_streams(cell):
    """Make one output of what a cell printed in one go: how it was cut depends on the moment."""
    joined = []
    for output in cell.get("outputs", []):
        before = joined[-1] if joined else {}
        if output.output_type == "stream" and output.name == before.get("name"):
            before.text += output.text
        else:
            joined.append(output)
    if joined:
        cell.outputs = joined


def without_outputs(notebook):
    """What of a notebook comes from its script: the kinds, ids and sources of its cells."""
    return [(cell.cell_type, cell.id, cell.source) for cell in notebook.cells]


def place_of(spoken):
    """The folder of the notebooks in that language."""
    return files.LESSONS / "zh" if spoken == "zh" else files.LESSONS


def path_of(lesson, spoken):
    """A lesson's notebook in that language."""
    return place_of(spoken) / lesson.notebook.name


def write(notebook, path, spoken="en", timeout=1800):
    """Execute a notebook and write it."""
    with tempfile.TemporaryDirectory() as output:
        execute(notebook, output, spoken, timeout)
    path.parent.mkdir(exist_ok=True)
    files.write_bytes(path, (nbformat.writes(notebook) + "\n").encode("utf-8"))
    print(files.shown(path))


def _languages(lesson):
    """English, and Chinese where the lesson has a catalogue, as a new one has not."""
    translated = language.catalogue_of(lesson.name).exists()
    return language.LANGUAGES if translated else language.LANGUAGES[:1]


def main(argv):
    spoken = [word for word in language.LANGUAGES if f"{language.FLAG}={word}" in argv]
    words = [word for word in argv if not word.startswith("--")]
    if "--real" in argv:
        images.demand_originals()
        for lesson in map(catalogue.find, words or REAL_LESSONS):
            write(from_script_for_real(lesson), REAL / lesson.notebook.name, timeout=4 * 3600)
        return
    lessons = [catalogue.find(word) for word in words] or catalogue.lessons()
    for lesson in tqdm(lessons, desc="notebooks", disable=None):
        for each in spoken or _languages(lesson):
            write(from_script(lesson, each), path_of(lesson, each), each)


if __name__ == "__main__":
    sys.exit(lesson_flags.run_tool(main))
