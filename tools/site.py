"""The course as a web site, of the executed notebooks: `python -m tools.site [FOLDER]`.

Sphinx and myst-nb make the pages in both languages; web/ has their settings. What Sphinx is given
is written here: the notebooks with their figures as WebP, the course's own pages, and those that
tools/site_pages.py makes. Nothing is executed, and nothing of TensorFlow is imported.

`python -m tools.site --translation` brings the catalogue up to the English text from which Sphinx
translates the course's own pages, and prints what is left to do.
"""

import html
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat
import polib

from common import files
from common.command import catalogue, lesson_flags
from common.errors import CourseError
from common.language import LANGUAGES
from tools import notebooks, pictures, site_pages, translation

WEB = files.ROOT / "web"
FOLDER = files.ROOT / "site"
MATHJAX = Path(sys.prefix) / "node_modules" / "mathjax" / "es5"
OF_MATHJAX = ("startup.js", "core.js", "input/tex.js", "input/tex/extensions", "output/chtml.js")
OF_MATHJAX += ("output/chtml/fonts", "a11y/assistive-mml.js")
PAGES = ("docs/glossary.md", "docs/old-code.md", "docs/limits.md", "docs/parity.md")
PAGES += ("benchmarks/results.md", "benchmarks/README.md")
GLOSSARY = PAGES[0]  # is in both languages by itself
CATALOGUE = WEB / "locale" / "zh_CN" / "LC_MESSAGES" / "pages.po"
TITLES = {"en": "TensorFlow 1 course companion", "zh": "TensorFlow 1 课程配套"}
_NEXT = re.compile(r"^(?:Next in |.*下一课).*$", re.MULTILINE)  # the line that ends a lesson
_LESSON = re.compile(r"lesson (\d\d)|第 (\d\d) 课")
_TO_CODE = re.compile(r"\[([^]]+)\]\([\w./]+\.py\)")
_IN_DOCS = re.compile(r"\]\((?:\.\./)+docs/")
_WORD = re.compile(r"\b(?![GM]B\b)[A-Za-z]{2,}")
_UNEXECUTED = """```{note}
这一课的中文笔记本还没有运行的结果：图和打印的数字请看英文页（右上角）。
```
"""


class Picture:
    """A figure of a lesson's page. cell: the id of its cell; small, whole: its files' names."""

    def __init__(self, lesson, cell, title, alt, small, whole, size):
        self.lesson, self.cell, self.title, self.alt = lesson, cell, title, alt
        self.small, self.whole, self.size = small, whole, size

    def shown(self, root, link=None):
        """The HTML of its small copy, which links to the whole one, or to another place."""
        folder = f"{root}figures/{self.lesson.name}"
        target = (
            f'class="figure" href="{folder}/{self.whole}"' if link is None else f'href="{link}"'
        )
        width, height = self.size
        image = f'<img src="{folder}/{self.small}" alt="{html.escape(self.alt)}" loading="lazy"'
        return f'<a {target}>{image} width="{width}" height="{height}"></a>'


class Edition:
    """The site in one language: what Sphinx makes it of lies in `source`."""

    def __init__(self, spoken, source):
        self.spoken = spoken
        self.source = source
        self.figures = source / "extra" / "figures"  # goes into the site as it is
        self.pictures = []
        for lesson in catalogue.lessons():
            self._write_lesson(lesson)
        for page in PAGES:
            self.write(page, _own_page(page))
        for picture in (files.ROOT / "docs").glob("*.png"):
            shutil.copy(picture, source / "docs")
        for name, text in site_pages.pages(self).items():
            self.write(name, text)

    def say(self, english, chinese):
        return chinese if self.spoken == "zh" else english

    def pictures_of(self, number):
        return [each for each in self.pictures if each.lesson.number == number]

    def write(self, name, text):
        path = self.source / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def picture(self, lesson, name, data, title, cell=None):
        """The Picture of some base64, whose files are written."""
        folder = self.figures / lesson.name
        folder.mkdir(parents=True, exist_ok=True)
        written = pictures.write(data, folder, name)
        return Picture(lesson, cell, title, title.text(lesson, self.spoken), *written)

    def _write_lesson(self, lesson):
        path = notebooks.path_of(lesson, self.spoken)
        if path.exists():
            notebook = nbformat.read(path, as_version=4)
        else:  # of a language in which it has not been executed yet
            notebook = notebooks.from_script(lesson, self.spoken)
        self.write(f"downloads/{lesson.notebook.name}", nbformat.writes(notebook))
        self.write(f"downloads/{lesson.script.name}", lesson.source)
        code = [cell.source if cell.cell_type == "code" else "" for cell in notebook.cells]
        for place, titles in enumerate(pictures.titles(code)):
            cell = notebook.cells[place]
            if cell.cell_type == "markdown":
                cell.source = self._prose(cell, lesson, executed=path.exists())
            elif path.exists():
                self._link_figures(cell, lesson, titles)
        self.write(f"lessons/{lesson.notebook.name}", nbformat.writes(notebook))

    def _prose(self, cell, lesson, executed):
        text = cell.source.replace("\n</details>", "\n\n</details>")  # a block of its own
        text = _IN_DOCS.sub("](../docs/", text)
        text = _NEXT.sub(lambda line: _LESSON.sub(_linked, line[0]), text)
        if cell.id != "cell-00":
            return f'<div id="{cell.id}"></div>\n\n{text}'
        title, _, rest = text.partition("\n")
        return f"{title}\n\n{self._downloads(lesson)}\n\n{'' if executed else _UNEXECUTED}\n{rest}"

    def _downloads(self, lesson):
        words = self.say(("Notebook", "Script"), ("下载笔记本", "下载脚本"))
        names = (lesson.notebook.name, lesson.script.name)
        return " ".join(f"{{download}}`{w} <../downloads/{n}>`" for w, n in zip(words, names))

    def _link_figures(self, cell, lesson, titles):
        """Put links to files in the place of the pictures that a cell has drawn."""
        titles = iter(titles)
        for output in cell.outputs:
            kind = next(
                (each for each in output.get("data", {}) if each.startswith("image/")), None
            )
            if kind:
                title, name = next(titles), f"{len(self.pictures)}"
                picture = self.picture(lesson, name, output.data[kind], title, cell.id)
                self.pictures.append(picture)
                output.data = {"text/html": picture.shown("../")}


def _own_page(page):
    """The English text of a page of the course."""
    text = (files.ROOT / page).read_text("utf-8")
    return _TO_CODE.sub(r"\1", text)  # the site has no pages of code


def _linked(match):
    lesson = catalogue.find(match[1] or match[2])
    return f"[{match[0]}]({lesson.notebook.name})"


def _copy_mathjax(folder):
    for name in OF_MATHJAX:
        origin, copy = MATHJAX / name, folder / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if origin.is_dir() else shutil.copyfile)(origin, copy)


def _build(spoken, source, folder):
    settings = {"project": TITLES[spoken], "html_title": TITLES[spoken]}
    settings["language"] = "zh_CN" if spoken == "zh" else spoken
    settings["html_extra_path"] = source / "extra"
    words = [f"--define={name}={value}" for name, value in settings.items()]
    _sphinx(*words, source, folder / spoken)


def _sphinx(*words):
    """Let Sphinx make what `words` say of the folder that is the last but one; it warns of nothing.

    Raises CourseError where it does.
    """
    doctrees = words[-2].with_name(f"{words[-2].name}-doctrees")
    words = [f"--conf-dir={WEB}", f"--doctree-dir={doctrees}", *words]
    words += ["--quiet", "--fail-on-warning", "--keep-going"]
    if subprocess.call([sys.executable, "-m", "sphinx", *map(str, words)]):
        raise CourseError("Sphinx could not make the site: correct what it says above.")


# The Chinese of the course's own pages ------------------------------------------------------------


def _texts():
    """The texts of the pages that have English words, as Sphinx takes them apart."""
    pages = [page for page in PAGES if page != GLOSSARY]
    with tempfile.TemporaryDirectory() as passing:
        source, folder = Path(passing) / "pages", Path(passing) / "texts"
        for page in pages:
            (source / page).parent.mkdir(parents=True, exist_ok=True)
            (source / page).write_text(_own_page(page), encoding="utf-8")
        names = "\n".join(page.partition(".")[0] for page in pages)
        (source / "index.md").write_text(f"# -\n\n```{{toctree}}\n{names}\n```\n", encoding="utf-8")
        _sphinx("--builder=gettext", source, folder)
        found = polib.pofile(str(folder / "pages.pot"))
    return [
        each.msgid for each in found if _WORD.search(translation.CODE_SPANS.sub("", each.msgid))
    ]


def translate():
    wanted = translation.brought_up(CATALOGUE, [], _texts())
    return translation.written([(CATALOGUE, wanted)])


def main(argv):
    if argv == ["--translation"]:
        return translate()
    folder = Path(argv[0]) if argv else FOLDER
    files.remove_folder(folder)
    folder.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as passing:
        for spoken in LANGUAGES:
            source = Path(passing) / spoken
            Edition(spoken, source)
            _build(spoken, source, folder)
    files.remove_folder(folder / "jupyter_execute")  # notebooks as myst-nb has read them
    _copy_mathjax(folder / "mathjax")
    (folder / ".nojekyll").touch()  # some hosts leave folders out whose names begin with _
    shutil.copy(WEB / "index.html", folder)
    print(files.shown(folder / "index.html"))
    return 0


if __name__ == "__main__":
    sys.exit(lesson_flags.run_tool(main))
