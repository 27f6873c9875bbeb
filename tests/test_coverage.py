"""lessons/coverage.toml: where each part of the five documents is rebuilt, and what is not."""

import ast
import functools
import operator
import re
from collections import Counter

import pytest

from common.command import catalogue
from conftest import ROOT
from tools import endings, notebooks, toml

COVERAGE = toml.read(ROOT / "lessons" / "coverage.toml")
STANDS_FOR = COVERAGE.pop("stands_for")
FILES = {
    "Tensorflow_神经网络": "000_377c65d88d941a85.txt",
    "神经网络优化": "001_64743e7ce2333f1a.txt",
    "四、训练神经网络": "002_33aaf950e25ac771.txt",
    "深度神经网络-中": "003_5392b5c12ba1bee6.txt",
    "Tensorflow 笔记": "004_f18c94aade28438c.txt",
}
KINDS = ("fragment", "inline", "formula", "output", "stated", "figure", "task", "claim")
PLACES = {
    "lesson": str,
    "cells": list,
    "prose": str,
    "figure": str,
    "compares": list,
    "holds": list,
}
FIELDS = {"uses": str, "instead": dict, "says": list, "because": str}
OF_CLAIMS = {"claim": str, "words": str, "verdict": str}
VERDICTS = ("true", "only if", "false", "not measured")
RELATIONS = {"<": operator.lt, ">": operator.gt, "=": operator.eq}
ENTRIES = [
    (document, heading, key, entry)
    for document, tables in COVERAGE.items()
    for heading, table in tables.items()
    for key, entry in table.items()
]
NAME = r"(?<![\w.])(?:tf|keras|regularizers)(?:\.\w+)+"
NUMBERS = [f"{k:02d}" for k in range(1, 31)]
POWERS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", " " * 10)  # 10⁸ is said as 10


def entries_of(name):
    for document, heading, key, entry in ENTRIES:
        if document == name:
            kind, _, ordinal = key.replace("4-", "").partition(" ")
            yield heading, kind, int(ordinal), entry


def of_lesson(number):
    for document, _, key, entry in ENTRIES:
        if entry.get("lesson") == number:
            yield f"{document}: {key}", entry


@functools.lru_cache(maxsize=None)
def cells(number, kind):
    found = notebooks.from_script(catalogue.find(number)).cells
    found = [cell.source for cell in found if cell.cell_type == kind]
    return found if kind == "code" else [" ".join(text.split()) for text in found]


def the_cell(number, kind, anchor):
    found = [cell for cell in cells(number, kind) if anchor in cell]
    assert len(found) == 1, f"{len(found)} cells of lesson {number} have {anchor!r}"
    return found[0]


def called(code):
    """What some code calls: dotted names and, with a leading dot, methods."""
    functions = (getattr(node, "func", None) for node in ast.walk(ast.parse(code)))
    functions = [each for each in functions if isinstance(each, ast.Attribute)]
    found = {ast.unparse(each) for each in functions}
    return found | {"." + each.attr for each in functions if not is_name(each)}


def is_name(function):
    return re.fullmatch(NAME, ast.unparse(function))


def by_document(number):
    """{number: what the document says of it} of a lesson."""
    return {name: row.get("document") for name, row in endings.table(number).items()}


def here(number):
    """{number: what came out here} of a lesson."""
    return {name: row["here"] for name, row in endings.table(number).items()}


def value(side, table):
    """The value of one side of a relation: of a row of the table, or what it says itself."""
    figure = table.get(side, side)
    try:
        return figure if figure == "nan" else float(figure)
    except ValueError:
        return figure


def significant(figure):
    """The digits of a figure that tell it: 0.86, 86 % and 8.6e+07 have the same."""
    try:
        return f"{abs(float(figure)):e}".partition("e")[0].rstrip("0").replace(".", "")
    except ValueError:
        return figure


def test_entries_are_well_formed():
    assert list(COVERAGE) == list(FILES)
    used = {use for *_, entry in ENTRIES for use in entry.get("uses", "").split()}
    assert set(STANDS_FOR) <= used
    for document, heading, key, entry in ENTRIES:
        where = f"{document}, {heading}, {key}"
        number = "4-" if (document, key[:6]) == ("四、训练神经网络", "figure") else ""
        assert re.fullmatch(rf"({'|'.join(KINDS)}) {number}\d+", key), where
        fields = {**PLACES, **FIELDS, **(OF_CLAIMS if key.startswith("claim") else {})}
        for field, content in entry.items():
            assert content and isinstance(content, fields[field]), where
        assert "because" in entry or "lesson" in entry, where
        assert ("lesson" in entry) == bool({*PLACES} - {"lesson"} & {*entry}), where
        assert "cells" in entry or "uses" not in entry, where
        assert "compares" in entry or "says" not in entry, where
        assert "says" in entry or not key.startswith("stated"), where
        assert set(entry.get("instead", {})) <= set(entry.get("uses", "").split()), where
        assert "holds" not in entry or key.startswith("claim"), where


def test_claims_have_a_verdict():
    for document, heading, key, entry in ENTRIES:
        if key.startswith("claim"):
            where = f"{document}, {heading}, {key}"
            assert set(OF_CLAIMS) <= set(entry) and entry["verdict"] in VERDICTS, where
            assert ("lesson" in entry) == (entry["verdict"] != "not measured"), where
            assert entry["verdict"] == "true" or "because" in entry, where


def test_ordinals_have_no_gaps():
    counted = {}
    for document in FILES:
        for _, kind, ordinal, _ in entries_of(document):
            counted.setdefault((document, kind), []).append(ordinal)
    for each, ordinals in counted.items():
        assert ordinals == list(range(1, len(ordinals) + 1)), each


def test_the_keras_code_calls_all_that_its_document_calls():
    """But for minimize, which the optimizers of Keras 3 no longer have."""
    code = called((ROOT / "lessons" / "keras_3.py").read_text(encoding="utf-8"))
    for heading, kind, ordinal, entry in entries_of("深度神经网络-中"):
        uses = set(entry.get("uses", "").split()) - {".minimize"}
        assert uses <= code, f"{heading}, {kind} {ordinal}: {uses - code}"


def test_every_lesson_rebuilds_something():
    assert {entry["lesson"] for *_, entry in ENTRIES if "lesson" in entry} == set(NUMBERS)


@pytest.mark.parametrize("number", NUMBERS)
class TestWhatIsSaidOfALesson:
    def test_is_of_a_document_that_it_names(self, number):
        rebuilds = catalogue.find(number).rebuilds
        for document, _, key, entry in ENTRIES:
            if entry.get("lesson") == number and not key.startswith("claim"):
                assert f"《{document}》" in rebuilds, document

    def test_is_in_one_cell_with_all_that_it_uses(self, number):
        for where, entry in of_lesson(number):
            if "prose" in entry:
                the_cell(number, "markdown", entry["prose"])
            code = [the_cell(number, "code", anchor) for anchor in entry.get("cells", ())]
            found = set().union(*map(called, code))
            for use in entry.get("uses", "").split():
                instead = entry.get("instead", {}).get(use, STANDS_FOR.get(use))
                there = instead and any(instead in cell for cell in code)
                assert there or use in found - set(entry.get("instead", ())), f"{where}: {use}"

    def test_quotes_each_claim_in_its_place(self, number):
        prose = " ".join(cells(number, "markdown"))
        for where, entry in of_lesson(number):
            if "words" in entry:
                assert entry["words"] in prose, f"{where}: {entry['words']}"

    def test_is_drawn_and_compared(self, number):
        thumbnails = ROOT / "docs" / "gallery" / catalogue.find(number).name
        drawn = {path.stem for path in thumbnails.glob("*.*")}
        for where, entry in of_lesson(number):
            if "figure" in entry:
                slug = rf"(figure-[\d-]+-)?{entry['figure']}"
                assert any(re.fullmatch(slug, each) for each in drawn), f"{where}: make gallery"
            table = by_document(number) if "compares" in entry else {}
            missing = set(entry.get("compares", ())) - set(table)
            assert not missing, f"{where}: {missing}"
            if "says" in entry:
                figures = {table[name] for name in entry["compares"] if table[name]}
                named = [*entry["compares"], *entry.get("cells", ()), entry.get("prose", "")]
                figures.update(re.findall(r"\d+(?:\.\d+)?", " ".join(named).translate(POWERS)))
                said = {significant(each.partition("<sup>")[0]) for each in entry["says"]}
                assert said <= set(map(significant, figures)), f"{where}: {figures}"

    def test_shows_what_is_claimed(self, number):
        table = here(number)
        for where, entry in of_lesson(number):
            for left, relation, right in entry.get("holds", ()):
                assert left in table, f"{where}: {left}"
                assert isinstance(right, (int, float)) or right in {*table, *table.values()}, where
                sides = value(left, table), value(right, table)
                assert RELATIONS[relation](*sides), f"{where}: {left} {relation} {right}: {sides}"


VERDICTS_IN = {
    "README.md": "{} claims {} are true, {} only under a condition that is named, {} are false,",
    "README.zh-CN.md": "{} 条论断中，{} 条成立，{} 条只在注明的条件下成立，{} 条不成立，",
}


@pytest.mark.parametrize("readme", VERDICTS_IN)
def test_the_readmes_count_the_verdicts(readme):
    counts = Counter(entry["verdict"] for *_, entry in ENTRIES if "verdict" in entry)
    figures = [sum(counts.values()), *(counts[verdict] for verdict in VERDICTS[:3])]
    text = " ".join((ROOT / readme).read_text(encoding="utf-8").split())
    assert VERDICTS_IN[readme].format(*figures) in text


@pytest.mark.parametrize(
    "readme, all_five", [("README.md", "all five"), ("README.zh-CN.md", "合计")]
)
def test_the_readmes_show_the_totals(readme, all_five):
    text = (ROOT / readme).read_text(encoding="utf-8")
    counts = Counter((document, key.split()[0]) for document, _, key, _ in ENTRIES)
    rows = [[document, *(counts[document, kind] for kind in KINDS)] for document in FILES]
    rows.append([all_five, *map(sum, list(zip(*rows))[1:])])
    assert rows[-1][1:3] == [79, 29]
    assert "\n".join(f"| {' | '.join(map(str, row))} |" for row in rows) in text


# The documents themselves, where they are beside the project.

DOCUMENTS = ROOT.parent / "shared" / "documents"
OUTPUT = r"结果如下:?$|输出:?$|^表 \d"
PICTURE = r"!\[(?!\$).*?\]\(|文章图片"
TYPESET = r"!\[\$.+?\$\]\(|\$\$.+?\$\$|\$[^$]+=[^$]+\$"
RUNNING = r"[∑\U0001D400-\U0001D7FF]|^(?!.*tf\.)(?=.*=).*[*+]"  # where none is typeset
# words that claims are made of
CLAIMING = "更快|更好|更大|更高|最好|最快|收敛|波动|振荡|震荡|太大|太小|泛化|过拟合|有效|缓慢|稳定"
MARKED = r"#+ (?!注意)|\d、"  # a heading that says so; but for the remarks of one document
OTHERS = "add_subplot|astype|clear|draw|legend|plot|randn?|ravel|reshape|show|time"  # as in NumPy
METHOD = rf"(?<=[\w)])\.(?!(?:{OTHERS})\()\w+(?=\()"


class Document:
    """A document as its lines: which are code, where its parts and its tables' headings stand."""

    def __init__(self, name):
        self.lines = (DOCUMENTS / FILES[name]).read_text(encoding="utf-8").split("\n")
        typeset = any(re.search(TYPESET, line) for line in self.lines)
        self.found = {kind: [] for kind in ("fragment", "formula", "output", "figure")}
        self.code, fenced, empty = [], False, 0
        for place, line in enumerate(self.lines):
            fence = line.startswith("```")
            fenced ^= fence
            self.code.append(fenced or fence)
            empty = 0 if line or fenced else empty + 1
            if self.code[-1]:
                self.found["fragment"] += [place] * (fence and fenced)
                continue
            formulas = len(re.findall(TYPESET, line)) if typeset else bool(re.search(RUNNING, line))
            self.found["formula"] += [place] * formulas
            self.found["output"] += [place] * bool(re.search(OUTPUT, line))
            # a picture that is lost has left an empty line between two others
            lost = empty in (3, 5)
            self.found["figure"] += [place] * (len(re.findall(PICTURE, line)) + lost)
        self.headings, place = {}, -1
        for heading in COVERAGE[name]:
            is_it = re.compile(rf"[-#*√ ]*{re.escape(heading)}(?!\w)").match
            after = range(place + 1, len(self.lines))
            place = next((k for k in after if not self.code[k] and is_it(self.lines[k])), None)
            assert place is not None, f"no heading {heading!r}, or not in this order"
            self.headings[heading] = place
        self.ends = dict(zip(self.headings, [*self.headings.values(), len(self.lines)][1:]))

    def fragment(self, ordinal):
        """The code of a fragment, without comments and imports."""
        begin = self.found["fragment"][ordinal - 1] + 1
        end = next(k for k in range(begin, len(self.lines)) if self.lines[k].startswith("```"))
        lines = [re.sub("#.*", "", line) for line in self.lines[begin:end]]
        return "\n".join(line for line in lines if not re.match("import|from", line))

    def section(self, heading):
        return "\n".join(self.lines[self.headings[heading] : self.ends[heading]])


@functools.lru_cache(maxsize=None)
def read(name):
    if not DOCUMENTS.is_dir():
        pytest.skip(f"{DOCUMENTS} is not there")
    return Document(name)


@pytest.mark.parametrize("name", FILES)
class TestTheDocument:
    def test_has_no_part_that_is_left_out(self, name):
        counted = Counter(kind for _, kind, _, _ in entries_of(name))
        for kind, places in read(name).found.items():
            assert counted[kind] == len(places), f"{kind}: lines {[k + 1 for k in places]}"

    def test_has_each_part_below_its_heading(self, name):
        document, before = read(name), 0
        for heading, kind, ordinal, _ in entries_of(name):
            if kind in document.found:
                where = f"{heading}, {kind} {ordinal}"
                place, begin = document.found[kind][ordinal - 1], document.headings[heading]
                assert max(begin, before) <= place < document.ends[heading], where
                between = zip(document.lines[begin + 1 : place], document.code[begin + 1 : place])
                nearer = [line for line, code in between if not code and re.match(MARKED, line)]
                assert not nearer, f"{where}: {nearer}"
                before = place

    def test_uses_what_its_fragments_are_said_to_use(self, name):
        for _, kind, ordinal, entry in entries_of(name):
            if kind == "fragment":
                code = read(name).fragment(ordinal)
                used = {*re.findall(NAME, code)}
                used |= {*re.findall(METHOD, re.sub(rf"{NAME}|(np|plt)(\.\w+)+", "", code))}
                assert set(entry.get("uses", "").split()) == used - {"tf.float32"}, ordinal

    def test_has_no_name_in_its_text_that_is_left_out(self, name):
        document = read(name)
        uses = {use for *_, entry in entries_of(name) for use in entry.get("uses", "").split()}
        for line, code in zip(document.lines, document.code):
            for used in [] if code else re.findall(NAME, line):
                assert any(f"{use}.".startswith(f"{used}.") for use in uses), used

    def test_prints_what_it_is_said_to_print(self, name):
        for heading, kind, ordinal, entry in entries_of(name):
            section = read(name).section(heading)
            says = ".*?".join(map(re.escape, entry.get("says", ())))
            assert re.search(says, section, re.DOTALL), (kind, ordinal)
            for use in entry.get("uses", "").split() if kind == "inline" else ():
                assert use in section, (kind, ordinal, use)

    def test_makes_each_claim_where_it_is_said_to(self, name):
        document, before = read(name), 0
        text = "\n".join(document.lines)
        starts = [0]
        for line in document.lines:
            starts.append(starts[-1] + len(line) + 1)
        for heading, kind, ordinal, entry in entries_of(name):
            if kind == "claim":
                where = f"{heading}, claim {ordinal}"
                assert 4 <= len(entry["words"]) <= 18, f"{where}: a few words, no sentence"
                begin, end = document.headings[heading], document.ends[heading]
                before = text.find(entry["words"], max(before, starts[begin]), starts[end])
                assert before >= 0, f"{where}: not there, or not in this order"

    def test_makes_no_claim_that_is_left_out(self, name):
        document = read(name)
        claimed = {heading for heading, kind, *_ in entries_of(name) if kind == "claim"}
        for heading, begin in document.headings.items():
            lines = zip(document.lines, document.code)
            lines = [line for line, code in [*lines][begin : document.ends[heading]] if not code]
            claiming = [line for line in lines if re.search(CLAIMING, line)]
            assert heading in claimed or not claiming, f"{heading}: {claiming}"
