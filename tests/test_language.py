"""The course in Chinese: what it says is looked up as a whole, and what is not its own stays."""

import contextlib
import io
import os
import re
import sys
import warnings

import nbformat
import polib
import pytest

from common import language, plots, tables
from common.command import commands
from common.command.catalogue import find
from common.errors import UsageError
from common.language import COURSE, Catalogue, width
from conftest import LESSONS, ROOT, course
from tools import glossary, notebooks, translation

CHINESE = re.compile("[\u4e00-\u9fff]")
ENGLISH = re.compile(r"[a-z]{2,} [a-z]{2,} [a-z]{2,}")  # three words of a sentence
COMMAND = re.compile(r"`[^`]*`|python -m lessons( [!-~]+)*")
NOT_SAID = re.compile(r'(?s)```.*?```|\$\$.*?\$\$|`[^`]*`|\]\([^)]*\)|\$[^$]*\$|"[^"]*"|et al')
KEPT_ENGLISH = re.compile(  # what the documents print, and TensorFlow's errors in 07 and 16
    r"^After \d+ steps: global_step is|cost time|tf\.nn\.softmax \[|^ *(Restoring from|The passed|"
    r"File does not|The name|At least two|polynomial_decay\(\) got|The length of|unsupported)"
)
NO_BEGINNING, NO_END = "，。、；：）」》", "（「《"  # of a line, as Chinese is set
BY_LOCALE = {"COURSE_LANG": "", "LC_ALL": "", "LC_MESSAGES": "", "LANG": "zh_CN.UTF-8"}


@pytest.fixture
def chinese(monkeypatch):
    monkeypatch.setenv(language.VARIABLE, "zh")
    monkeypatch.setenv("COLUMNS", "80")


# Sentences and their templates --------------------------------------------------------------------


def translated(text, *pairs):
    return Catalogue(pairs).translate(text)


def test_a_text_is_looked_up_as_a_whole():
    assert translated("is empty", ("is empty", "是空的")) == "是空的"
    assert translated("It is empty", ("is empty", "是空的")) == "It is empty"


def test_the_values_of_an_f_string_find_their_places_in_another_order():
    pair = ("{x.y} of {n:3d} are {x.y}", "共 {n:3d} 个，{x.y} 与 {x.y}")
    assert translated("a of   7 are b", pair) == "共   7 个，a 与 b"


def test_a_percent_format_keeps_its_numbers():
    pair = ("epoch %2d: %.3f, %d%% done", "第 %2d 轮：%.3f，完成 %d%%")
    assert translated("epoch  3: 0.125, 50% done", pair) == "第  3 轮：0.125，完成 50%"


def test_braces_that_are_text_stay_text():
    assert translated("{1} holds", ("{{{n}}} holds", "有 {{{n}}}")) == "有 {1}"


def test_a_phrase_in_a_template_is_translated_and_a_name_is_not():
    pairs = [("{what}: run it again", "{what}：请重新运行"), ("is empty", "是空的"), ("no", "否")]
    assert translated("is empty: run it again", *pairs) == "是空的：请重新运行"
    assert translated("no: run it again", *pairs) == "no：请重新运行"


def test_a_word_by_hand_in_a_template_is_translated():
    catalogue = Catalogue([("loss, {name}", "{name}的损失")], [("with", "有正则化")])
    assert catalogue.translate("loss, with") == "有正则化的损失"
    assert catalogue.translate("loss, without") == "without的损失"


def test_a_padded_word_is_as_wide_in_chinese():
    catalogue = Catalogue(
        [("%-5s %5.2f|%6s", "%-5s %5.2f|%6s")], [("first", "先"), ("end", "终值")]
    )
    for text, expected in (("first", "先     1.00|    先"), ("end", "终值   1.00|  终值")):
        assert catalogue.translate("%-5s %5.2f|%6s" % (text, 1, text)) == expected


def test_a_list_in_a_template_is_translated_part_by_part():
    pairs = [("with {words}", "用 {words}"), ("other data", "其他数据")]
    assert translated("with steps=2, other data", *pairs) == "用 steps=2, 其他数据"


def test_the_longest_template_wins():
    short, long = ("Restored {path}", "已恢复 {path}"), ("Restored {path}, newest", "最新：{path}")
    assert translated("Restored a, newest", short, long) == "最新：a"
    assert translated("Restored a, newest", long, short) == "最新：a"


def test_a_template_takes_many_lines():
    assert translated("w is\n[1\n 2]", ("w is\n{w}", "w 为\n{w}")) == "w 为\n[1\n 2]"


# Which language -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "variables, expected",
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_MESSAGES": "de_DE.UTF-8"}, "en"),
        ({"LANG": "C.UTF-8", "LC_MESSAGES": "zh_TW"}, "zh"),
        ({"LC_MESSAGES": "zh_CN", "LC_ALL": "C"}, "en"),
        ({"LC_ALL": "zh_CN.UTF-8", "COURSE_LANG": "en"}, "en"),
        ({"LC_ALL": "en_US.UTF-8", "COURSE_LANG": "zh_CN"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "COURSE_LANG": "fr"}, "zh"),
    ],
)
def test_the_variable_comes_before_the_locale(monkeypatch, variables, expected):
    for name in ("COURSE_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert language.current() == expected


@pytest.mark.parametrize(
    "words, left, expected",
    [
        (["run", "10"], ["run", "10"], "en"),
        (["--lang", "zh", "run", "10"], ["run", "10"], "zh"),
        (["run", "10", "--lang=zh"], ["run", "10"], "zh"),
        (["--lang", "en"], [], "en"),
    ],
)
def test_the_flag_is_taken_out_of_the_words(monkeypatch, words, left, expected):
    monkeypatch.setenv(language.VARIABLE, "en")
    assert language.take(words) == left
    assert language.current() == expected


@pytest.mark.parametrize("words", [["--lang", "fr"], ["--lang="], ["list", "--lang"]])
def test_a_language_that_it_does_not_speak_is_refused(monkeypatch, words):
    monkeypatch.setenv(language.VARIABLE, "en")
    with pytest.raises(UsageError, match="must be one of en, zh"):
        language.take(words)


def test_in_english_nothing_is_looked_up():
    assert os.environ[language.VARIABLE] == "en"  # conftest.py has it so for every test
    assert language.translate("is empty") == "is empty"
    assert language.joined("a", "b") == "a: b"


# What a lesson prints -----------------------------------------------------------------------------


@pytest.fixture
def lesson_printing(chinese, monkeypatch, tmp_path):
    """What a function prints while a lesson speaks whose catalogue has two sentences."""
    entries = polib.POFile()
    for english, said in (("After %d steps, w is %f", "%d 步之后，w 为 %f"), ("Done.", "完成。")):
        entries.append(polib.POEntry(msgid=english, msgstr=said))
    entries.save(str(tmp_path / "90_own.po"))
    monkeypatch.setattr(language, "catalogue_of", lambda name: tmp_path / f"{name}.po")
    monkeypatch.setattr(language, "_catalogue", None)
    monkeypatch.setattr(language, "_spoken", Catalogue())

    def printed(function):
        with contextlib.redirect_stdout(io.StringIO()) as stream:
            language.speak("90_own")
            function()
        return stream.getvalue()

    return printed


def test_its_own_sentences_are_translated(lesson_printing):
    def own():
        print("After %d steps, w is %f" % (7, 0.5))
        print("After 1 steps, w is 2.000000\nDone.")
        print("w:", 3, "Done.")

    lines = ["7 步之后，w 为 0.500000", "1 步之后，w 为 2.000000", "完成。", "w: 3 完成。"]
    assert lesson_printing(own).splitlines() == lines


def test_what_is_not_its_own_stays_though_the_course_says_it_too(lesson_printing):
    own = "yes no same steps\nis empty\nRestored from a\nyes\nnothing finite\nInterrupted.\n"
    assert lesson_printing(lambda: print(own, end="")) == own
    assert lesson_printing(lambda: language.say("Interrupted.")) == "已中断。\n"


def test_it_writes_through_one_stream_however_often_a_lesson_speaks(lesson_printing):
    def again():
        stream = sys.stdout
        language.speak("90_own")
        assert sys.stdout is stream
        assert stream.write("Done.") == len("Done.")

    assert lesson_printing(again) == "完成。"


# The real command ---------------------------------------------------------------------------------


def test_the_locale_of_the_machine_suffices():
    code, out, err = course("--help", env=BY_LOCALE)
    assert (code, err) == (0, "")
    assert out.startswith("用法： python -m lessons ")
    assert "\n选项：\n" in out and "--lang zh" not in out


def test_and_the_flag_undoes_it():
    words = ["run", "10", "--steps", "0"]
    code, out, err = course("--lang", "en", *words, env=BY_LOCALE)
    assert (code, out, err) == course(*words)
    assert err.startswith("--steps of lesson 10 must be a whole number, 1 or more and at most ")


def test_an_error_is_chinese():
    code, out, err = course("--lang", "zh", "run", "10", "--steps", "0")
    assert (code, out) == (2, "")
    said = "第 10 课的 --steps 不能是 '0'，取值要求：整数，不小于 1，不大于 1e+18；例如 "
    assert err == said + "--steps 20000。\n"


def test_a_script_keeps_its_own_words(tmp_path):
    (tmp_path / "old.py").write_text('print("yes")\nprint("Interrupted.")\nprint("is empty")\n')
    script = tmp_path / "old.py"
    code, out, err = course("script", script, env={"COURSE_LANG": "zh"})
    assert (code, out, err) == (0, "yes\nInterrupted.\nis empty\n", "")


COMMANDS = [["--help"], *([name, "--help"] for name in commands.COMMANDS), ["run", "10", "--help"]]


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_help_is_chinese_and_fits_the_terminal(chinese, course_here, capsys, words):
    try:
        code, out, err = course_here(*words)
    except SystemExit as end:  # argparse's own, after it has printed help
        code, (out, err) = end.code, capsys.readouterr()
    assert (code or 0, err) == (0, "")
    usage, *others = out.split("\n\n")
    assert usage.startswith("用法： ")
    indents = {len(line) - len(line.lstrip()) for line in usage.splitlines()[1:]}
    assert indents <= {width(usage[: usage.index("[-h]")])}
    for line in "\n".join(others).splitlines():
        assert not ENGLISH.search(COMMAND.sub("", line)), line
        assert line.strip()[:1] not in NO_BEGINNING or not line.strip(), line
        assert line[-1:] not in NO_END or not line, line
        if line.startswith("  ") and not line.startswith("  python"):
            assert width(line) <= 78, line


@pytest.mark.parametrize(
    "words",
    [
        ["run", "99"],
        ["run", "10", "--noise", "1"],
        ["run", "2", "--biases", "none"],
        ["run"],
        ["walk"],
        ["notebook", "all"],
        ["list", "--document", "nothing"],
        ["data", "fetch"],
        ["data", "fetch", "faces"],
        ["tensorboard", "--port", "99999"],
        ["run", "10", "--output="],
        ["check", "missing.py"],
        ["script", "missing.py"],
        ["--lang", "fr"],
    ],
    ids=" ".join,
)
def test_a_mistake_is_answered_in_chinese(chinese, course_here, words):
    code, out, err = course_here(*words)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert CHINESE.search(err) and err.endswith("。\n")
    assert not ENGLISH.search(COMMAND.sub("", err))


# Wide characters ----------------------------------------------------------------------------------


def test_columns_of_a_table_begin_below_each_other(chinese, capsys):
    rows = [["w1", "文档", 0.98], ["准确率", "原书", 1.5], ["loss", "not compared", 10]]
    tables.show("Lessons", ["number", "document", "here"], rows)
    title, _, head, rule, *lines = capsys.readouterr().out.splitlines()
    assert title.strip() == "课程"
    cells = [["数字", "文档", "此处"], ["w1", "文档", "0.98"], ["准确率", "原书", "1.5"]]
    cells.append(["loss", "未比较", "10"])
    edges = [
        [width(line[: line.index(cell)]) for cell in row]
        for row, line in zip(cells, [head, *lines])
    ]
    assert edges == [edges[0]] * len(cells)
    assert {width(line) for line in [head, rule, *lines[: len(rows)]]} == {width(head)}


def test_the_list_has_chinese_titles_alone(chinese, course_here, tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_OUTPUT", str(tmp_path))  # the reader's own runs are not there
    code, out, err = course_here("list", "--document", "神经网络优化")
    assert (code, err) == (0, "")
    assert re.search(" 课 +标题 +对应章节 +笔记本 +检查点", out)
    assert "预测酸奶销量" in out and "Yogurt" not in out
    assert "随课程提供，第 20000 步" in re.sub(r"\s+", " ", out)


def test_help_of_flags_begins_in_one_column(chinese, course_here):
    _, out, _ = course_here("run", "10", "--help")
    flags = [line for line in out.splitlines() if re.match(r"  --[a-z-]+( \S+)?  +\S", line)]
    edges = {width(re.match(r"  --[a-z-]+( \S+)? +", line)[0]) for line in flags}
    assert len(flags) > 4 and len(edges) == 1


# The notebook -------------------------------------------------------------------------------------


@pytest.mark.parametrize("spoken, folder", [("zh", "zh"), ("en", "")])
def test_the_notebook_in_its_language_is_opened(course_here, monkeypatch, tmp_path, spoken, folder):
    from common.command import opening

    script = tmp_path / "own.py"
    script.write_text('from common import Lesson\nLesson("own")\n')
    notebook = (ROOT / "lessons" / "10_yogurt_mse.ipynb").read_bytes()
    (tmp_path / "zh").mkdir()
    for path in (tmp_path / "own.ipynb", tmp_path / "zh" / "own.ipynb"):
        path.write_bytes(notebook)
    opened = []
    monkeypatch.setattr(opening.subprocess, "call", lambda words: opened.extend(words) or 0)
    monkeypatch.setenv(language.VARIABLE, spoken)
    assert course_here("notebook", script)[0] == 0
    assert f"--ServerApp.root_dir={tmp_path / folder}" in opened
    assert "--LabApp.default_url=/lab/tree/own.ipynb" in opened


# The catalogue ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def entries():
    return translation.brought_up(COURSE, [], translation.said_by_the_course())


def faults_of(entries):
    found = {each.msgid: translation.faults(each) for each in entries}
    return {text: fault for text, fault in found.items() if fault}


def test_the_catalogue_has_no_fault(entries):
    assert faults_of(entries) == {}


def test_the_catalogue_of_the_claims_is_whole_and_what_the_tool_writes():
    wanted = translation.brought_up(translation.CLAIMS, [], translation.claims())
    assert faults_of(wanted) == {}
    assert translation.CLAIMS.read_text("utf-8") == str(wanted)


def test_words_between_a_block_of_code_and_a_span_are_translated():
    english, said = "```\nrun 9\n```\nis `run`: `9`", "```\nrun 9\n```\n即 `run`：`9`"
    assert translation.faults(polib.POEntry(msgid=english, msgstr=said)) == ""
    other = said.replace("run 9", "ran 9")
    assert "its code" in translation.faults(polib.POEntry(msgid=english, msgstr=other))


def test_the_file_is_what_the_tool_writes(entries):
    assert COURSE.read_text("utf-8") == str(entries)


@pytest.mark.parametrize("name", LESSONS)
class TestEveryLesson:
    def test_its_catalogue_is_whole_and_what_the_tool_writes(self, name):
        lesson, path = find(name), language.catalogue_of(name)
        prose, said = translation.prose(lesson), translation.said_by(lesson)
        wanted = translation.brought_up(path, prose, said, lesson.source)
        assert faults_of(wanted) == {}
        assert path.read_text("utf-8") == str(wanted)

    def test_no_english_sentence_is_left_in_its_notebook(self, name):
        notebook = nbformat.read(notebooks.path_of(find(name), "zh"), as_version=4)
        for cell in notebook.cells:
            if cell.cell_type == "markdown":
                said = re.sub(NOT_SAID, " ", cell.source)
            else:
                said = "\n".join(out.get("text", "") for out in cell.outputs)
            left = [line for line in said.splitlines() if ENGLISH.search(COMMAND.sub("", line))]
            assert [line for line in left if not KEPT_ENGLISH.search(line)] == []


def test_no_two_places_stand_side_by_side(entries):
    assert [each.msgid for each in entries if "}{" in each.msgid] == []


def test_each_template_finds_its_own_sentence(entries):
    """Filled with a name in each place, its English becomes its own Chinese and no other's."""
    catalogue = Catalogue([(each.msgid, each.msgstr) for each in entries])
    missed = []
    for each in entries:
        english, said = (_filled(text) for text in (each.msgid, each.msgstr))
        if catalogue.translate(english) != said:
            missed.append(each.msgid)
    assert missed == []


def _filled(text):
    """The text with a name in each of its places, the same for the same place."""
    return language._HOLES.sub(
        lambda hole: language._SPELLED.get(hole[0], f"X{sum(map(ord, hole[0]))}"), text
    )


def test_it_says_the_words_of_the_glossary(entries):
    wrong = {
        word for term in glossary.TERMS for word in term.get("wrong", []) if CHINESE.search(word)
    }
    said = {each.msgstr for each in entries}
    assert [(word, text) for word in wrong for text in said if word in text] == []


# Figures ------------------------------------------------------------------------------------------


@pytest.fixture
def figure():
    with plots.plt.rc_context():
        figure, axis = plots.plt.subplots()
        axis.plot([-2, -1, 0, 1], [-4, 3, -2, 1], label="损失函数")
        axis.set(xlabel="权重 w", ylabel="学习率 η₀")
        axis.legend()
        yield figure
        plots.plt.close(figure)


def test_a_figure_has_every_glyph_and_its_minus_signs(chinese, figure):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        png = plots.finished_png(figure, "图 4-2：指数衰减", "从 −2 到 1，共 4 个点。")
    assert png.startswith(b"\x89PNG")
    ticks = [text.get_text() for text in figure.axes[0].get_yticklabels()]
    assert "−4" in ticks


def test_words_at_ticks_are_translated(chinese, figure):
    axis = figure.axes[0]
    axis.set_xticks([-2, 1])
    axis.set_xticklabels(["is empty", "1e9"])
    plots.finished_png(figure, "", "")
    ticks = [text.get_text() for text in axis.get_xticklabels()]
    assert ticks == [language.translate("is empty"), "1e9"]
    assert CHINESE.search(ticks[0])


def test_without_its_font_they_would_be_missing(figure):
    with pytest.warns(UserWarning, match="Glyph .* missing"):
        plots.finished_png(figure, "图 4-2：指数衰减", "共 4 个点。")
