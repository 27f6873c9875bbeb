"""The pages of the web site that are made of what the course knows; see tools/site.py."""

import base64
import functools
import html
import re

from common import files, language
from common.command import catalogue, ways
from common.results import SOURCES
from tools import endings, gallery, notebooks, pictures, toml
from tools.translation import CLAIMS, COVERAGE

WORDS_OF_PAGES = files.ROOT / "web" / "pages"
README = {"en": "README.md", "zh": "README.zh-CN.md"}
KINDS = {
    "fragment": "代码段",
    "inline": "行内代码",
    "formula": "公式",
    "output": "打印的输出",
    "stated": "文中的数字",
    "figure": "图",
    "task": "练习要求",
    "claim": "论断",
}
WORDS = {
    "true": "成立",
    "only if": "有条件成立",
    "false": "不成立",
    "not measured": "无法判定",
    "yes": "是",
    "no": "否",
    "not compared": "未比较",
    "document": "文档",
    "book": "原书",
}


def pages(edition):
    """{name: MyST Markdown} of the pages in an Edition's language."""
    return {
        "index.md": _index(edition),
        "documents.md": _documents(edition),
        "numbers.md": _numbers(edition),
        "gallery.md": _gallery(edition),
    }


def _text(name, edition, **made):
    """The text of a page, with what is made for it in its places."""
    path = WORDS_OF_PAGES / f"{name}.{edition.spoken}.md"
    return path.read_text(encoding="utf-8").format(**made)


def _title(lesson, edition):
    return f"{lesson.number} · {edition.say(lesson.title, lesson.title_zh)}"


def _link(lesson, edition, cell="", words=""):
    place = f"#{cell}" if cell else ""
    words = html.escape(words or _title(lesson, edition))
    return f'<a href="lessons/{lesson.name}.html{place}">{words}</a>'


def _word(word, edition):
    """Single words of a table, also "document no, 1.15.5 yes", in the edition's language."""
    if edition.spoken == "en":
        return word
    parts = word if word in WORDS else re.findall(r"not compared|[^, ]+|, ", word)
    parts = [parts] if isinstance(parts, str) else parts
    return "".join(WORDS.get(part, "，" if part == ", " else part) for part in parts)


def _table(columns, rows, choices=()):
    """A table that can be sorted, of HTML; by the `choices`, some of the columns, rows are left."""
    heads = [f"<th{' data-choice' if each in choices else ''}>{each}</th>" for each in columns]
    lines = ["".join(f"<td>{cell}</td>" for cell in row) for row in rows]
    body = "\n".join(f"<tr>{line}</tr>" for line in lines)
    return f"""```{{raw}} html
<div class="wide"><table><thead><tr>{"".join(heads)}</tr></thead>
<tbody>
{body}
</tbody></table></div>
```"""


# The first page ----------------------------------------------------------------------------------


def _index(edition):
    lessons = [[_link(each, edition), html.escape(each.rebuilds)] for each in catalogue.lessons()]
    columns = edition.say(["lesson", "rebuilds"], ["课", "对应的文档"])
    documents = []
    for title in ways.WAYS:
        lessons_of = ways.of_document(title)
        links = [f"[{_title(each, edition)}](lessons/{each.notebook.name})" for each in lessons_of]
        documents.append(f"### 《{title}》\n\n" + "\n".join(f"1. {link}" for link in links))
    pages = ["documents", "numbers", "gallery", "docs/glossary", "docs/old-code"]
    pages += ["docs/parity", "docs/limits", "benchmarks/results", "benchmarks/README"]
    trees = [
        _tree(edition.say("Lessons", "各课"), [f"lessons/{x.name}" for x in catalogue.lessons()]),
        _tree(edition.say("The whole course", "整个课程"), pages),
    ]
    return _text(
        "index",
        edition,
        lessons=_table(columns, lessons),
        documents="\n\n".join(documents),
        trees="\n\n".join(trees),
    )


def _tree(caption, names):
    return "\n".join(["```{toctree}", ":hidden:", f":caption: {caption}", "", *names, "```"])


# Documents and lessons ---------------------------------------------------------------------------


def _documents(edition):
    columns = edition.say(["document", "section", "lesson"], ["文档", "小节", "课"])
    sections = [
        [html.escape(row[0]), html.escape(row[1]), "<br>".join(_lessons_in(row[3], edition))]
        for row in _sections(edition)
    ]
    columns_of_parts = edition.say(
        ["document", "section", "part", "lesson", "true?", "what is claimed, and why it is so"],
        ["文档", "小节", "部分", "课", "是否成立", "论断是什么，理由是什么"],
    )
    return _text(
        "documents",
        edition,
        sections=_table(columns, sections, columns[:1]),
        parts=_table(columns_of_parts, _parts(edition), columns_of_parts[::4]),
    )


def _sections(edition):
    """The rows of the README's table of sections, lists of words."""
    text = (files.ROOT / README[edition.spoken]).read_text(encoding="utf-8")
    rows = [line.strip("| ").split(" | ") for line in text.splitlines() if "](lessons/" in line]
    return [row for row in rows if row[0] in ways.WAYS]


def _lessons_in(links, edition):
    return [_link(catalogue.find(each), edition) for each in re.findall(r"\[(\d\d)\]", links)]


def _parts(edition):
    """A row for each entry of coverage.toml."""
    chinese = dict(language.entries(CLAIMS, "")) if edition.spoken == "zh" else {}
    for document, tables in toml.read(COVERAGE).items():
        if document == "stands_for":
            continue
        for heading, entries in tables.items():
            for key, entry in entries.items():
                kind, _, ordinal = key.partition(" ")
                row = [document, heading, f"{edition.say(kind, KINDS[kind])} {ordinal}"]
                said = filter(None, [entry.get("claim"), entry.get("because")])
                said = edition.say(": ", "：").join(chinese.get(each, each) for each in said)
                row += [_place(entry, edition), _word(entry.get("verdict", ""), edition), said]
                yield [*map(html.escape, row[:3]), row[3], *map(html.escape, row[4:])]


def _place(entry, edition):
    """The link to the cell of an entry; nothing where no lesson has it."""
    if "lesson" not in entry:
        return ""
    lesson = catalogue.find(entry["lesson"])
    return _link(lesson, edition, _cell(lesson, entry))


def _cell(lesson, entry):
    """The id of the cell that rebuilds the entry: its anchor's, its figure's, or the last table."""
    code, prose, figures = _cells(lesson)
    for anchor in entry.get("cells", []):
        return next(name for name, text in code.items() if anchor in text)
    if "prose" in entry:
        return next(name for name, text in prose.items() if entry["prose"] in text)
    last = next(name for name, text in code.items() if "lesson.finish()" in text)
    return figures.get(entry.get("figure"), last)


@functools.lru_cache(maxsize=None)
def _cells(lesson):
    """By id a lesson's cells of code and of prose, by slug the ids of those that draw figures."""
    cells = notebooks.from_script(lesson).cells
    code = {cell.id: cell.source for cell in cells if cell.cell_type == "code"}
    prose = {cell.id: " ".join(cell.source.split()) for cell in cells if cell.id not in code}
    titles = zip(code, pictures.titles(code.values()))
    return code, prose, {title.slug: name for name, found in titles for title in found}


# The numbers -------------------------------------------------------------------------------------


def _numbers(edition):
    sources = [_word(source, edition) for source in SOURCES]
    lesson, number, here, agrees, why = edition.say(
        ["lesson", "number", "here", "agrees", "why not"],
        ["课", "数字", "这里", "是否一致", "原因"],
    )
    columns = [lesson, number, *sources, here, agrees, why]
    rows = [row for each in catalogue.lessons() for row in _rows(each, edition)]
    return _text("numbers", edition, numbers=_table(columns, rows, (lesson, agrees)))


def _rows(lesson, edition):
    def said(words):
        return pictures.translated(lesson, words) if edition.spoken == "zh" else words

    for name, row in endings.table(lesson.number).items():
        verdict, why = endings.verdict(lesson.number, row)
        figures = [said(row.get(source, "")) for source in (*SOURCES, "here")]
        cells = [said(name), *figures, _word(verdict, edition), said(why)]
        link = _link(lesson, edition, _cell(lesson, {}), lesson.number)
        yield [link, *map(html.escape, cells)]


# The figures -------------------------------------------------------------------------------------


def _gallery(edition):
    parts = []
    for lesson in catalogue.lessons():
        parts.append(f"## [{_title(lesson, edition)}](lessons/{lesson.notebook.name})")
        parts.append(_grid(edition.pictures_of(lesson.number)))
        parts += _on_real_sets(lesson, edition)
    return _text("gallery", edition, figures="\n\n".join(parts))


def _grid(shown):
    figures = []
    for each in shown:
        link = f"lessons/{each.lesson.name}.html#{each.cell}" if each.cell else None
        caption = f"<figcaption>{html.escape(each.alt)}</figcaption>"
        figures.append(f"<figure>{each.shown('', link)}{caption}</figure>")
    return f'```{{raw}} html\n<div class="figures">\n{"".join(figures)}\n</div>\n```'


def _on_real_sets(lesson, edition):
    """Figures and numbers of an image lesson that was trained on the real images."""
    kept = gallery.FOLDER / lesson.name
    if not (kept / "results.json").exists():
        return []
    code = [cell.source for cell in notebooks.from_script(lesson).cells if cell.cell_type == "code"]
    titles = {title.slug: title for found in pictures.titles(code) for title in found}
    shown = []
    for path in sorted(kept.glob("*.png")):
        title = titles[re.sub(r"^figure-[\d-]*\d-", "", path.stem)]
        data = base64.b64encode(path.read_bytes())
        shown.append(edition.picture(lesson, f"real-{path.stem}", data, title))
    heading = edition.say("On the real images", "用真实的图像集")
    return [f"### {heading}", _grid(shown), "\n".join(gallery.numbers(kept))]
