"""docs/glossary.md: the terms of the five documents in both languages: `python -m tools.glossary`.

Made of docs/glossary.toml.
"""

from common import files, tables
from common.command import catalogue
from tools import toml

PAGE = files.ROOT / "docs" / "glossary.md"
TERMS = toml.read(PAGE.with_suffix(".toml"))["term"]
_COLUMNS = (
    "术语",
    "English",
    "TensorFlow 1",
    "课 · lessons",
    "文档中的其他说法 · also in the documents",
    "机器翻译 · machine translation",
)
_TEXT = """# 术语表 · Glossary

The terms of the five documents, the English ones and what TensorFlow 1 calls them. The last column
is what machine translation made of them in 《四、训练神经网络》; the first one has the word to use.

五篇文档中的术语、对应的英文和 TensorFlow 1 的名称。最后一列是《四、训练神经网络》机器翻译的结果，
请以第一列为准。

{table}

{notes}
"""


def page():
    rows = [_row(term) for term in TERMS]
    notes = [
        f"* **{term['zh']}** · {term['en']}: {term['note_zh']} {term['note']}"
        for term in TERMS
        if "note" in term
    ]
    table = tables.markdown(_COLUMNS, rows)
    return _TEXT.format(table="\n".join(table), notes="\n".join(notes))


def _row(term):
    api = ", ".join(f"`{name}`" for name in term["api"].split(", ") if name)
    lessons = [catalogue.find(number) for number in term["lessons"]]
    links = " ".join(f"[{each.number}](../lessons/{each.name}.ipynb)" for each in lessons)
    words = ["、".join(term.get(kind, [])) for kind in ("also", "wrong")]
    return [term["zh"], term["en"], api, links, *words]


def main():
    files.write_bytes(PAGE, page().encode("utf-8"))


if __name__ == "__main__":
    main()
