"""What `make parity` compares and how it judges, with TensorFlow 1.15.5 where it is there."""

import csv
import shutil

import numpy as np
import pytest

from common import files
from common.command import catalogue, meta_graphs
from common.errors import CourseError
from common.tf1 import tf
from conftest import ROOT, course, python
from tools import parity

ONE = "26_one_variable_optimizers"

needs_tensorflow_1 = pytest.mark.skipif(
    not parity.PYTHONS[parity.GENUINE].exists(),
    reason="there is no TensorFlow 1.15.5: `make parity` makes it",
)


@pytest.mark.parametrize(
    "ours, theirs, same, relative",
    [
        (1.0, 1.0, 1, 0),
        ([1.0, 2.0], [1.0, 2.5], 1, 0.2),
        ([0.0, 100.0], [1.0, 100.0], 1, 0.01),  # in parts of the quantity's largest value
        (np.nan, np.nan, 1, 0),
        (np.inf, np.inf, 1, 0),
        ([1.0, np.nan], [1.0, 3.0], 1, np.inf),
        (np.inf, -np.inf, 0, np.inf),
        ([1.0, 2.0], [1.0], 0, np.inf),
        ("never", "never", 1, 0),
        ("never", 3, 0, np.inf),
        (1e-30, 0.0, 0, np.inf),
    ],
)
def test_a_difference_is_in_parts_of_the_largest_value(ours, theirs, same, relative):
    found = parity.difference("x", ours, theirs)
    assert found.same == same
    assert found.relative == pytest.approx(relative)


def test_what_a_lesson_states_holds_for_what_it_names():
    stated = [{"within": 1e-3, "of": "deep"}, {"within": 1e-2, "of": "deep/accuracy"}]
    of = {what: parity.tolerance(what, stated) for what in ("number w", "deep/w", "deep/accuracy")}
    assert list(of.values()) == [parity.RELATIVE, 1e-3, 1e-2]
    assert parity.tolerance("anything", [{"within": 0.5, "of": ""}]) == 0.5


def test_what_is_too_far_apart_is_named():
    found = [parity.Difference("number w", 99999, 99998, 2e-5), parity.Difference("w", 1, 1, 0.0)]
    report = parity.Report()
    report.add(catalogue.find("26"), {"trained": found}, [], [])
    assert report.rows[0][:4] == ["26 one_variable_optimizers", "100,000", "99.99 %", "2.0e-05"]
    assert report.lines == ["26, trained: number w differs by 2.0e-05"]
    assert report.count == 1 and "1 quantities are beyond" in report.page()
    stated = [{"within": 1e-4, "of": "", "because": "it jumps"}]
    report.add(catalogue.find("26"), {"trained": found, "restored": found}, stated, ["A note."])
    assert report.count == 1
    assert report.stated == ["26: everything may differ by 0.0001: it jumps."]
    assert report.rows[1][4:] == ["100,000", "99.99 %", "2.0e-05"] and "* A note." in report.page()


def test_a_long_list_is_shortened():
    assert parity.shortened(["a", "b", "c"], most=2) == ["a", "b", "… and 1 more"]
    assert parity.shortened(["a", "b"], most=2) == ["a", "b"]


@pytest.fixture(scope="module")
def output(tmp_path_factory):
    """What a run leaves, its printed words beside it as parity keeps them."""
    folder = tmp_path_factory.mktemp("run")
    code, out, err = python(ROOT / "lessons" / f"{ONE}.py", "--output", folder)
    assert code == 0, err
    (folder / f"{ONE}.txt").write_text(out, encoding="utf-8")
    return folder


def test_every_kind_of_number_is_compared(output):
    lesson = catalogue.find("26")
    kinds = {name.partition(" ")[0] for name in parity.quantities(lesson, output)}
    assert kinds == {"number", "printed", "scalar", "steps", "variable"}
    assert {each.relative for each in parity.differences(lesson, output, output)} == {0.0}


@pytest.mark.parametrize("kind", ["number", "printed", "variable", "scalar", "missing"])
def test_a_number_that_is_changed_is_found(kind, output, tmp_path):
    lesson, copy = catalogue.find("26"), tmp_path / "copy"
    shutil.copytree(output, copy)
    folder = copy / "checkpoints" / ONE / "momentum"
    if kind == "number":
        path = copy / "summaries" / ONE / "results.json"
        results = files.read_json(path, "")
        results["numbers"][0]["here"] += 1
        files.write_json(path, results)
    elif kind == "printed":
        path = copy / f"{ONE}.txt"
        path.write_text(path.read_text("utf-8").replace("0.9", "0.8", 1), "utf-8")
    elif kind == "variable":
        with tf.Graph().as_default(), tf.Session() as sess:
            prefix = tf.train.latest_checkpoint(str(folder))
            saver = tf.train.import_meta_graph(f"{prefix}.meta")
            saver.restore(sess, prefix)
            variable = tf.global_variables()[0]
            sess.run(tf.assign(variable, np.nextafter(sess.run(variable), np.float32(9))))
            saver.save(sess, prefix, write_state=False)
    elif kind == "scalar":
        (events,) = (copy / "summaries" / ONE / "momentum").glob("events*")
        events.unlink()
        with tf.summary.FileWriter(str(events.parent)) as writer:
            writer.add_summary(tf.Summary(value=[tf.Summary.Value(tag="w", simple_value=1)]), 0)
    else:
        shutil.rmtree(folder)
    found = parity.differences(lesson, copy, output)
    apart = [each for each in found if each.relative > 0]
    kind = {"missing": "variable"}.get(kind, kind)
    assert apart and all(each.what.startswith((kind, "steps")) for each in apart)


# Meta graphs --------------------------------------------------------------------------------------


@pytest.fixture
def copy(output, tmp_path):
    shutil.copytree(output, tmp_path / "copy")
    return tmp_path / "copy"


def test_export_meta_writes_one_beside_each_checkpoint(copy, course_here):
    code, out, err = course_here("export-meta", "26", "--output", copy)
    assert (code, err) == (0, "")
    folder = copy / "checkpoints" / ONE
    written = sorted(folder.rglob("*.tf1.meta"))
    assert len(written) == len(list(folder.rglob("checkpoint"))) == out.count("Wrote ")
    for path in written:
        meta = path.with_name(path.name.replace(".tf1", ""))
        ours, theirs = meta_graphs.values(path), meta_graphs.values(meta)
        assert ours.keys() == theirs.keys()
        for name in ours:
            np.testing.assert_array_equal(ours[name], theirs[name])


def test_an_exported_meta_graph_goes_with_its_checkpoint_and_not_before(copy, course_here):
    assert course_here("export-meta", "26", "--output", copy)[0] == 0
    count = len(list(copy.rglob("*.tf1.meta")))
    assert course_here("run", "26", "--resume", "--steps", "51", "--output", copy)[0] == 0
    assert len(list(copy.rglob("*.tf1.meta"))) == count
    assert course_here("run", "26", "--output", copy)[0] == 0
    assert list((copy / "checkpoints" / "26_one_variable_optimizers").rglob("*.tf1.meta")) == []


def test_export_meta_needs_a_checkpoint(tmp_path, course_here):
    code, _, err = course_here("export-meta", "26", "--output", tmp_path)
    assert code == 1 and "python -m lessons run 26" in err and err.count("\n") == 1


def test_a_damaged_meta_graph_is_one_sentence(copy, course_here):
    for path in copy.rglob("*.meta"):
        path.write_bytes(b"\xff" + path.read_bytes()[:100])
    code, _, err = course_here("export-meta", "26", "--output", copy)
    assert code == 1 and "is damaged" in err and "Traceback" not in err
    with pytest.raises(CourseError):
        meta_graphs.read(copy / "nothing.meta")


# TensorFlow 1.15.5 itself -------------------------------------------------------------------------


@pytest.mark.slow
@needs_tensorflow_1
def test_one_lesson_has_the_same_bits_in_both_and_crosses_over(tmp_path):
    code, out, err = python("-m", "tools.parity", "26", "--runs", tmp_path)
    assert code == 0, out + err
    assert out.count("100 %") == 2 and "0 quantities beyond" in out
    with open(tmp_path / "differences.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["apart"] for row in rows} == {"0.0"}
    assert len({row["part"] for row in rows}) == 7


@needs_tensorflow_1
@pytest.mark.parametrize("name", ["08_deep_network", "22_batch_normalization", "29_own_optimizer"])
def test_what_ships_is_imported_by_tensorflow_1(name, tmp_path):
    shipped = meta_graphs.files.PRETRAINED / name
    metas = sorted(path for path in shipped.rglob("*.meta") if "deep_0" not in str(path))
    theirs = parity.imported_by(parity.GENUINE, metas, tmp_path)
    for k, meta in enumerate(metas):
        for name, ours in meta_graphs.values(meta).items():
            np.testing.assert_array_equal(theirs[f"{k} {name}"], ours)


def test_without_tensorflow_1_it_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(parity.PYTHONS, parity.GENUINE, ROOT / "nowhere")
    with pytest.raises(CourseError, match="make parity"):
        parity.main(["26"])


def test_an_unknown_lesson_is_one_sentence():
    code, _, err = course("export-meta", "99")
    assert code == 2 and "There is no lesson '99'" in err


def test_tolerances_are_of_lessons_and_say_why():
    assert set(parity.STATED) <= {lesson.name for lesson in catalogue.lessons()}
    assert all(each["because"] for lesson in parity.STATED.values() for each in lesson["stated"])


def test_where_a_checkpoint_lies_is_no_difference(tmp_path):
    found = []
    for place in ("a b/", "elsewhere/2/", ""):
        printed = tmp_path / "printed.txt"
        printed.write_text(f"Restored {place}checkpoints/10_yogurt_mse/model.ckpt-20\n", "utf-8")
        found.append(parity._printed(printed))
    assert found[0] == found[1] == found[2] != {}
