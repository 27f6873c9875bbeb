"""Lesson 07: its files by TensorFlow's reader, NumPy and genuine 1.15.5; kills and damage."""

import json
import shutil
import signal

import numpy as np
import pytest
from oracles import answers, assert_says

from common import files
from common.checkpoints import values
from common.data import datasets
from common.tf1 import tf
from conftest import ROOT, course, forks, go_back, python, signalled_at
from stress.kills import left

NAME = "07_save_and_restore"


def kept(output):
    folder = output / "checkpoints" / NAME / "First_Save"
    return sorted(int(path.stem.rsplit("-", 1)[1]) for path in folder.glob("*.index"))


def test_the_saved_values_are_the_networks(run_lesson):
    """NumPy's forward pass from the file's values gives the loss that the lesson printed."""
    run = run_lesson(NAME)
    X, y = datasets.flower()
    for step, loss in ((5000, 0.2630), (10000, 0.2535)):
        saved = values(run.checkpoints / "First_Save" / f"model.ckpt-{step}")
        assert {name: value.shape for name, value in saved.items()} == {
            "layer1/weights1": (2, 4),
            "layer1/bias1": (4,),
            "layer2/weights2": (4, 1),
            "layer2/bias2": (1,),
        }
        w1, b1 = saved["layer1/weights1"], saved["layer1/bias1"]
        w2, b2 = saved["layer2/weights2"], saved["layer2/bias2"]
        p = 1 / (1 + np.exp(-(np.tanh(X @ w1 + b1) @ w2 + b2)))
        exact = -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))
        assert f"step: {step}, loss: {loss:.4f}, saved" in run.printed
        assert exact == pytest.approx(loss, abs=5e-5)
    assert run["loss_before"] == pytest.approx(exact, rel=1e-5)


def test_what_is_restored_is_what_was_saved_in_every_bit(run_lesson):
    run = run_lesson(NAME)
    for restored in ("net_restored", "net_rebuilt"):
        np.testing.assert_array_equal(run[restored], run["net_before"])
    for restored in ("loss_restored", "loss_rebuilt", "loss_process"):
        assert run[restored] == run["loss_before"]
    np.testing.assert_array_equal(run["grid_restored"], run["grid_before"])
    # genuine TensorFlow 1.15.5: the lesson itself, run under it
    assert run["loss_before"] == pytest.approx(0.25345406, rel=1e-6)
    assert run["loss_end"] == pytest.approx(0.24699236, rel=1e-6)


def test_it_is_the_network_of_lesson_06_and_its_loss_goes_on(run_lesson):
    run, six = run_lesson(NAME), run_lesson("06_two_layer_network")
    np.testing.assert_array_equal(run["history"]["loss"], six["two"]["history"]["loss"])
    np.testing.assert_array_equal(run["history_on"]["step"], range(10000, 20001, 100))
    assert run["history_on"]["loss"][0] == run["history"]["loss"][-1]


@pytest.mark.slow
def test_restored_training_is_the_training_at_one_go(run_lesson):
    """Exercise 2: 10,000 and 10,000 more from the file are 20,000 at one go."""
    run, longer = run_lesson(NAME), run_lesson(NAME, "--steps", "20000")
    assert run["loss_end"] == longer["loss_before"]
    both = np.append(run["history"]["loss"], run["history_on"]["loss"][1:])
    np.testing.assert_array_equal(both, longer["history"]["loss"])
    end = values(run.checkpoints / "continued" / "model.ckpt-10000")
    whole = values(longer.checkpoints / "First_Save" / "model.ckpt-20000")
    for name, value in whole.items():
        np.testing.assert_array_equal(end[name], value)


def test_checkpoint_names_its_files_as_save_path_is(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for path, relative, absolute in (
        ("First_Save/model.ckpt", False, False),
        (str(tmp_path / "Second" / "model.ckpt"), False, True),
        (str(tmp_path / "Third" / "model.ckpt"), True, False),
    ):
        with tf.Graph().as_default(), tf.Session() as sess:
            tf.get_variable("w", shape=(1,), initializer=tf.zeros_initializer())
            sess.run(tf.global_variables_initializer())
            saver = tf.train.Saver(save_relative_paths=relative)
            saver.save(sess, path, global_step=1)
        state = (tmp_path / path).parent / "checkpoint"
        assert (str(tmp_path) in state.read_text("utf-8")) == absolute


@pytest.mark.slow
def test_the_answers_of_the_exercises(finished, tmp_path, run_lesson, course_here):
    often, longer, stopped = answers("07")
    run_often = run_lesson(NAME, "--save-every", "1000")
    steps = kept(run_often.checkpoints.parent.parent)
    assert_says(often, f"last five, {steps[0]:,} … {steps[-1]:,}")
    few = run_lesson(NAME, "--save-every", "1000", "--max-to-keep", "2")
    steps = kept(few.checkpoints.parent.parent)
    assert_says(often, "`--max-to-keep 2` {:,} and {:,}".format(*steps))

    run, whole = run_lesson(NAME), run_lesson(NAME, "--steps", "20000")
    assert run["loss_end"] == whole["loss_before"]
    assert_says(longer, "is %.4f both times" % whole["loss_before"])

    assert_says(stopped, "the last five saves")  # after a kill: the tests below
    assert len(kept(finished)) == 5


def test_every_mistake_is_caught(run_lesson):
    run = run_lesson(NAME)
    assert run["kinds"] == {
        "variable missing": "NotFoundError",
        "another shape, reference variables": "InvalidArgumentError",
        "another shape, resource variables": "no error",
        "no such checkpoint": "ValueError",
        "no such meta graph": "OSError",
        "no such tensor": "KeyError",
        "an operation, not a tensor": "ValueError",
        "import into the same graph": "no error",
        "a Saver of its variables": "ValueError",
        "removed by max_to_keep": "ValueError",
    }
    assert (run["variables_before"], run["variables_doubled"]) == (4, 8)
    assert len(run["variable_ops"]) == 8 and len(set(run["variable_ops"])) == 8
    assert "declared (2, 5) and holds (2, 4)" in run.printed
    assert "remedy: initialize ['layer3/weights3']" in run.printed
    assert run["kept"] == [4, 5]
    assert not list(run.checkpoints.rglob("Few_Saves"))
    assert str(run.checkpoints) not in run.printed


def test_a_variable_and_its_read_have_the_value(run_lesson):
    run = run_lesson(NAME)
    graph = run["graph"]
    assert graph.get_tensor_by_name("layer1/weights1:0").dtype.name == "float32_ref"
    with tf.Session(graph=graph) as sess:
        run["imported_saver"].restore(sess, run["newest"])
        variable, read = sess.run(["layer1/weights1:0", "layer1/weights1/read:0"])
    np.testing.assert_array_equal(variable, read)
    np.testing.assert_array_equal(read, values(run["newest"])["layer1/weights1"])
    np.testing.assert_array_equal(read, run["w1_restored"])


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A folder with a finished run of 1,000 steps and ten saves, to be copied and damaged."""
    output = tmp_path_factory.mktemp("finished")
    flags = ["--steps", "1000", "--save-every", "100", "--output", output]
    code, _, err = course("run", "07", *flags)
    assert code == 0, err
    return output


@pytest.fixture
def copy(finished, tmp_path):
    shutil.copytree(finished, tmp_path / "copy")
    return tmp_path / "copy"


@pytest.mark.slow
def test_max_to_keep_leaves_the_newest(finished, tmp_path, course_here):
    assert kept(finished) == [600, 700, 800, 900, 1000]
    flags = ["--steps", "1000", "--save-every", "100", "--max-to-keep", "2"]
    assert course_here("run", "07", *flags, "--output", tmp_path)[0] == 0
    assert kept(tmp_path) == [900, 1000]


@pytest.mark.slow
def test_what_a_killed_save_left_is_saved_again(finished, copy, course_here):
    """Killed in the save at 1,000: the Saver of the resumed run knows 600 and 700, all there is."""
    go_back(copy / "checkpoints" / NAME / "two_network", 700)
    first_save = copy / "checkpoints" / NAME / "First_Save"
    for name in ("model.ckpt-1000.index", "model.ckpt-1000.data-00000-of-00001.tempstate1"):
        (first_save / name).write_bytes(b"half of it")
    (first_save / "model.ckpt-1000.meta").unlink()
    assert course_here("run", "07", "--resume", "--output", copy)[0] == 0
    assert left(copy, NAME) == left(finished, NAME)


@pytest.mark.slow
def test_a_damaged_first_save_is_saved_again_and_its_meta_graph_not_exported(
    finished, copy, course_here
):
    first_save = copy / "checkpoints" / NAME / "First_Save"
    for path in [first_save / "checkpoint", *first_save.glob("model.ckpt-1000.*")]:
        path.write_bytes(path.read_bytes()[:-7] + b"damaged")
    assert course_here("run", "07", "--resume", "--output", copy)[0] == 0
    assert left(copy, NAME) == left(finished, NAME)
    code, out, _ = course_here("export-meta", "07", "--output", copy)
    assert code == 0 and out.count("1000.tf1.meta") == 2 and "First_Save" not in out


@pytest.mark.slow
def test_a_run_stopped_before_it_went_on_says_so_and_goes_on(finished, copy, course_here):
    files.remove_folder(copy / "checkpoints" / NAME / "continued")
    code, _, err = course_here("restore", "07", "--output", copy)
    assert code == 1 and "finish it with" in err and "Traceback" not in err
    assert course_here("run", "07", "--resume", "--output", copy)[0] == 0
    assert left(copy, NAME) == left(finished, NAME)


@pytest.mark.slow
def test_a_lost_first_save_is_saved_again(copy, course_here):
    files.remove_folder(copy / "checkpoints" / NAME / "First_Save")
    assert course_here("run", "07", "--resume", "--output", copy)[0] == 0
    assert kept(copy) == [1000]


@forks
def test_killed_between_two_saves_it_resumes_to_the_same_files(tmp_path, run_lesson):
    flags = ["--steps", "20000", "--save-every", "2500"]  # eight saves, of which five are left
    whole = run_lesson(NAME, *flags).checkpoints.parent.parent
    assert kept(whole) == [10000, 12500, 15000, 17500, 20000]
    words = [ROOT / "lessons" / f"{NAME}.py", "--output", tmp_path]
    kill = signalled_at("two_network/model.ckpt-6000.json", signal.SIGKILL)
    assert python(*words, *flags, **kill)[0] == -signal.SIGKILL
    assert kept(tmp_path)[0] == 2500 and kept(tmp_path)[-1] < 20000
    code, _, err = course("run", "07", "--resume", "--output", tmp_path)
    assert code == 0, err
    assert left(tmp_path, NAME) == left(whole, NAME)


@pytest.mark.parametrize("told, left_over", [(True, 2), (False, 3)])
def test_a_new_saver_removes_the_old_saves_only_if_it_is_told_of_them(told, left_over, tmp_path):
    prefix = str(tmp_path / "model.ckpt")
    with tf.Graph().as_default(), tf.Session() as sess:
        sess.run(tf.Variable(0.0).initializer)
        before, after = tf.train.Saver(max_to_keep=2), tf.train.Saver(max_to_keep=2)
        before.save(sess, prefix, global_step=1)
        if told:
            after.recover_last_checkpoints([f"{prefix}-1"])
        for step in (2, 3):
            after.save(sess, prefix, global_step=step)
    assert len(list(tmp_path.glob("*.index"))) == left_over


def test_restores_right_after_cloning_and_leaves_nothing_but_summaries(tmp_path, course_here):
    for _ in range(2):
        code, out, err = course_here("restore", "07", "--output", tmp_path)
        assert (code, err) == (0, "")
        folder = "checkpoints/pretrained/07_save_and_restore"
        assert f"Restored {folder}/two_network/model.ckpt-10000" in out
        assert f"Restored {folder}/continued/model.ckpt-10000" in out
        assert "differs" not in out
        assert not (tmp_path / "checkpoints").exists()


def test_the_meta_graph_that_ships_is_the_whole_network():
    shipped = files.PRETRAINED / NAME
    prefix = str(shipped / "First_Save" / "model.ckpt-10000")
    with tf.Graph().as_default(), tf.Session() as sess:
        tf.train.import_meta_graph(prefix + ".meta").restore(sess, prefix)
        loss = sess.run("loss_two/value:0")
        (outputs,) = sess.run(["net:0"], {"x:0": [[2.0, 1.0], [0.0, 3.0]]})
    numbers = json.loads((shipped / "run.json").read_text("utf-8"))["numbers"]
    assert loss == pytest.approx(numbers["loss before the save"], rel=1e-6)
    assert outputs[0, 0] > 0.5 > outputs[1, 0]


@pytest.mark.skipif(tf.__version__.startswith("1."), reason="of today's TensorFlow")
def test_a_meta_graph_of_today_has_what_1_15_5_does_not_know(run_lesson):
    graph_def = tf.MetaGraphDef()
    with open(run_lesson(NAME)["newest"] + ".meta", "rb") as file:
        graph_def.ParseFromString(file.read())
    attributes = {(node.op, name) for node in graph_def.graph_def.node for name in node.attr}
    assert {("MatMul", "grad_a"), ("MatMul", "grad_b")} <= attributes
