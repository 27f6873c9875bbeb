"""The lessons as a whole: what each script must have so that a reader can diff two of them."""

import ast
import re

import pytest

from common.command import catalogue, ways
from common.errors import UsageError
from conftest import LESSONS, ROOT

HEADINGS = [
    "What it rebuilds · 重建",
    "Data · 数据",
    "Graph · 计算图",
    "Session · 会话",
    "What to see · 看什么",
    "Exercises · 练习",
]


def test_there_are_lessons_each_with_a_number_of_its_own():
    numbers = [lesson.number for lesson in catalogue.lessons()]
    assert {"10", "11", "13", "14", "18", "19"} <= set(numbers)
    assert len(numbers) == len(set(numbers))


@pytest.mark.parametrize("name", LESSONS)
class TestEveryLesson:
    def test_has_the_headings_in_their_order(self, name):
        source = catalogue.find(name).source
        assert re.findall(r"^# ## (.+)$", source, re.MULTILINE) == HEADINGS

    def test_declares_steps_and_help_for_every_parameter(self, name):
        parameters = catalogue.find(name).parameters
        assert {"steps", "epochs"} & set(parameters)
        for parameter in parameters.values():
            assert parameter.help
            assert parameter.check(parameter.default) == parameter.default

    def test_ends_with_finish_and_imports_no_other_lesson(self, name):
        source = catalogue.find(name).source
        assert "\nlesson.finish()\n" in source
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.ImportFrom):
                assert node.module == "common"
            elif isinstance(node, ast.Import):  # to time a training, or to begin a process
                assert [each.name for each in node.names][0] in ("re", "subprocess", "sys", "time")

    def test_has_cells_of_a_size_to_read(self, name):
        cells = re.split(r"^# %%.*$", catalogue.find(name).source, flags=re.MULTILINE)
        lines = [
            re.findall(r"^(?!#?$).+", cell, re.MULTILINE) for cell in cells
        ]  # not the empty ones
        assert max(map(len, lines)) <= 32

    def test_gives_every_random_operation_a_seed(self, name, run_lesson):
        run = run_lesson(name)
        for training in run["lesson"]._trainings.values():
            for operation in training.graph.get_operations():
                if "seed2" in operation.node_def.attr:
                    assert operation.get_attr("seed2") != 0, operation.name

    def test_is_in_both_readmes(self, name):
        for readme, folder in (("README.md", "lessons"), ("README.zh-CN.md", "lessons/zh")):
            assert f"({folder}/{name}.ipynb)" in (ROOT / readme).read_text(encoding="utf-8")


@pytest.mark.parametrize("word", ["10", "yogurt_mse", "10_yogurt_mse", "lessons/10_yogurt_mse.py"])
def test_a_lesson_is_found_by_number_name_and_file(word):
    assert catalogue.find(word).name == "10_yogurt_mse"


@pytest.mark.parametrize(
    "word, nearest",
    [
        ("99", [name[:2] for name in LESSONS[-2:]]),
        ("yogurt", ("10", "11")),
        ("", ()),
    ],
)
def test_an_unknown_lesson_names_the_nearest(word, nearest):
    with pytest.raises(UsageError) as caught:
        catalogue.find(word)
    for number in nearest:
        assert f" {number} " in str(caught.value)


@pytest.mark.parametrize("title", ways.WAYS)
def test_a_documents_way_leads_through_the_lessons_that_rebuild_it(title):
    lessons = ways.of_document(title)
    rebuild = [each for each in catalogue.lessons() if f"《{title}》" in each.rebuilds]
    assert sorted(each.number for each in lessons) == [each.number for each in rebuild]


@pytest.mark.parametrize(
    "word, said", [("x", "There is no document 'x'"), ("神经网络", "4 documents")]
)
def test_a_document_that_is_not_one_is_refused(word, said):
    with pytest.raises(UsageError, match=said):
        ways.of_document(word)


@pytest.mark.parametrize("title", ways.WAYS)
def test_each_lesson_names_the_next_one_of_its_document(title):
    way = ways.of_document(title)
    for lesson, following in zip(way, [*way[1:], None]):
        foot = " ".join(lesson.source.replace("\n#", " ").split())
        named = re.findall(f"Next in 《{title}》: lesson (..)", foot)
        assert named == ([following.number] if following else []), lesson.name
