"""Saving, restoring, resuming: with the real script, real kills and real damage."""

import json
import os
import re
import shutil
import signal
import sys
import time

import numpy as np
import pytest

from common import files, progress, results, saved
from common.checkpoints import is_slot, values
from common.command import catalogue
from common.tf1 import tf
from conftest import ROOT, contents, course, first, forks, go_back, python, signalled_at
from stress.kills import temporary
from tools import pretrained

YOGURT, CIRCLE = "10_yogurt_mse", "19_l2_regularization"


def variables(folder):
    """{name: value} of the newest checkpoint in `folder`."""
    return values(tf.train.latest_checkpoint(str(folder)))


def outcome(output, name):
    """All that a run leaves behind that must not depend on interruptions."""
    results = json.loads((output / "summaries" / name / "results.json").read_text("utf-8"))
    left = {"numbers": results["numbers"], "figures": results["figures"]}
    for state in sorted((output / "checkpoints" / name).rglob("checkpoint")):
        prefix = saved.newest(state.parent)
        left[state.parent.name] = {k: v.tolist() for k, v in variables(state.parent).items()}
        record = json.loads(prefix.with_name(prefix.name + ".json").read_text("utf-8"))
        left[state.parent.name + " history"] = record["history"]
    return left


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A folder with a finished short run of lesson 10, to be copied and damaged."""
    output = tmp_path_factory.mktemp("trained")
    code, _, err = course("run", "10", "--steps", "1000", "--output", output)
    assert code == 0, err
    return output


@pytest.fixture
def copy(trained, tmp_path):
    shutil.copytree(trained, tmp_path / "copy")
    return tmp_path / "copy"


def test_the_step_is_in_the_name_and_paths_are_relative(trained):
    folder = trained / "checkpoints" / YOGURT
    steps = [int(path.stem.rsplit("-", 1)[1]) for path in folder.glob("*.index")]
    assert sorted(steps) == [600, 700, 800, 900, 1000]
    state = (folder / "checkpoint").read_text()
    assert state.startswith('model_checkpoint_path: "model.ckpt-1000"\n')
    assert str(trained) not in state


def test_a_moved_folder_restores_the_numbers_that_were_saved(copy, course_here):
    code, out, err = course_here("restore", "10", "--output", copy)
    assert (code, err) == (0, "")
    assert "checkpoints/10_yogurt_mse/model.ckpt-1000\n" in out
    table = out.split("saved")[1]
    assert table.count("same") == len(catalogue_numbers(copy)) and "differs" not in table


@pytest.mark.parametrize(
    "saved, restored, verdict",
    [
        (0.25, 0.25, "same"),
        (float("nan"), float("nan"), "same"),
        ("never", "never", "same"),
        (0.04362229, 0.043622293, "same but for rounding"),  # as another processor computes it
        (0.9797980, 0.9764310, "differs"),  # a picture of 297
        (0.0, 1e-9, "differs"),
        ("yes", "no", "differs"),
        (3, "never", "differs"),
    ],
)
def test_a_restored_number_is_the_same_differs_or_is_rounded_otherwise(
    saved, restored, verdict, capsys
):
    results.show_restored("Restored", {"a": saved}, [results.Comparison("a", restored)])
    assert capsys.readouterr().out.rstrip().endswith("  " + verdict)


def catalogue_numbers(output):
    run = json.loads((output / "checkpoints" / YOGURT / "run.json").read_text("utf-8"))
    return run["numbers"]


def test_restore_takes_its_settings_from_the_checkpoint(tmp_path, course_here):
    flags = ["--steps", "300", "--optimizer", "Adam", "--output", tmp_path]
    assert course_here("run", "10", *flags)[0] == 0
    code, out, err = course_here("restore", "10", "--output", tmp_path)
    assert (code, err) == (0, "")
    assert "steps=300, optimizer=Adam" in out and "differs" not in out


def test_restore_does_not_touch_the_runs_own_events_or_checkpoints(copy, course_here):
    def seen():
        paths = sorted((copy / "checkpoints").rglob("*")) + sorted(
            (copy / "summaries" / YOGURT / "train").rglob("*")
        )
        return [(path, path.stat().st_mtime_ns) for path in paths if path.is_file()]

    before = seen()
    for _ in range(2):
        assert course_here("restore", "10", "--output", copy)[0] == 0
    assert seen() == before
    assert len(list((copy / "summaries" / YOGURT / "restored").rglob("events*"))) == 1


def test_a_second_run_begins_again_and_comes_out_the_same(copy, course_here):
    before = outcome(copy, YOGURT)
    assert course_here("run", "10", "--steps", "1000", "--output", copy)[0] == 0
    assert outcome(copy, YOGURT) == before
    assert len(list((copy / "summaries" / YOGURT / "train").iterdir())) == 1


@forks
@pytest.mark.parametrize(
    "name, flags, kills",
    [
        (YOGURT, [], ["model.ckpt-6000.json", "model.ckpt-14000.json"]),
        pytest.param(
            CIRCLE,
            ["--steps=6000"],
            ["without/model.ckpt-600.json", "with/model.ckpt-5400.json"],
            marks=pytest.mark.slow,
        ),
    ],
)
def test_a_killed_run_resumes_to_the_same_bits(name, flags, kills, tmp_path, run_lesson):
    undisturbed = run_lesson(name, *flags)
    expected = outcome(undisturbed.checkpoints.parent.parent, name)
    words = [ROOT / "lessons" / f"{name}.py", "--output", tmp_path]
    for path in kills:
        code, _, _ = python(*words, *flags, **signalled_at(path, signal.SIGKILL))
        assert code == -signal.SIGKILL
        flags = ["--resume"]
    code, out, err = course("restore", name[:2], "--output", tmp_path)
    assert code == 0 or (code == 1 and "finish it with" in err), out + err
    code, _, err = course("run", name[:2], "--resume", "--output", tmp_path)
    assert code == 0, err
    assert outcome(tmp_path, name) == expected
    assert temporary(tmp_path) == []


def test_a_resumed_training_goes_on_with_the_next_batch(tmp_path, course_here, run_lesson):
    """Of images, whose epochs are shuffled: the batches are those of an undisturbed run."""
    name, flags = "08_deep_network", ["--steps", "300", "--output", tmp_path]
    assert course_here("run", "08", *flags)[0] == 0
    undisturbed = outcome(tmp_path, name)
    go_back(tmp_path / "checkpoints" / name, 210)
    assert course_here("run", "08", "--resume", "--output", tmp_path)[0] == 0
    assert outcome(tmp_path, name) == undisturbed


def renamed(prefix, step):
    """A copy of the checkpoint `prefix` that is one of this step, record and all."""
    copied = prefix.with_name(f"model.ckpt-{step}")
    for path in saved.parts(prefix):
        shutil.copy(str(path), str(path).replace(prefix.name, copied.name))
    record = files.read_json(f"{prefix}.json", "")
    files.write_json(f"{copied}.json", {**record, "step": step})
    return copied


def test_a_resume_removes_what_killed_saves_have_left_of_checkpoints(copy, course_here):
    folder = copy / "checkpoints" / YOGURT
    renamed(saved.newest(folder), 450)  # whole, but older than the five that are kept
    (half,) = [
        path for path in saved.parts(renamed(saved.newest(folder), 350)) if ".data" in str(path)
    ]
    half.write_bytes(b"half of one")
    half.with_name("model.ckpt-350.index").unlink()
    assert course_here("run", "10", "--resume", "--output", copy)[0] == 0
    there = {re.match(r"model\.ckpt-\d+", path.name)[0] for path in folder.glob("model*")}
    assert there == {f"model.ckpt-{step}" for step in (600, 700, 800, 900, 1000)}


def wait_until(condition, seconds=600):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "nothing happened"
        time.sleep(0.01)


@forks
def test_ctrl_c_saves_says_where_and_resumes_to_the_same_bits(tmp_path, run_lesson):
    words = ["run", "10", "--output", tmp_path]
    code, _, err = course(*words, **signalled_at("model.ckpt-2000.json"))
    folder = tmp_path / "checkpoints" / YOGURT
    assert code == 130
    assert "Traceback" not in err
    step = int(saved.newest(folder).name.rsplit("-", 1)[1])
    assert f"Stopped after step {step} of 20000" in err
    assert f"model.ckpt-{step}" in err and "--resume" in err
    assert course("run", "10", "--resume", "--output", tmp_path)[0] == 0
    expected = outcome(run_lesson(YOGURT).checkpoints.parent.parent, YOGURT)
    assert outcome(tmp_path, YOGURT) == expected


@forks
@pytest.mark.parametrize(
    "words",
    [("lessons/10_yogurt_mse.py", "--steps", "20"), ("-m", "lessons", "run", "10", "--steps=20")],
)
def test_ctrl_c_behind_the_loop_says_what_is_saved_and_how_to_go_on(words, tmp_path):
    code, out, err = python(*words, "--output", tmp_path, **signalled_at("figure-02-mse.png"))
    assert code == 130 and "Final w1" in out
    saved = f"{tmp_path}/checkpoints/10_yogurt_mse/model.ckpt-20"
    command = f"python -m lessons run 10 --resume --output={tmp_path}"
    assert err == f"Interrupted; {saved} is saved, go on with `{command}`.\n"


@pytest.mark.skipif(sys.platform == "win32", reason="sends SIGINT")
def test_ctrl_c_twice_interrupts_at_once():
    with progress.interrupts() as pressed:
        os.kill(os.getpid(), signal.SIGINT)
        assert pressed
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)


def test_resume_may_go_further_but_not_back_and_not_with_other_settings(copy, course_here):
    code, out, err = course_here("run", "10", "--resume", "--steps", "1500", "--output", copy)
    assert code == 0, err
    assert "checkpoints/10_yogurt_mse/model.ckpt-1000\n" in out
    assert "After 1000 training steps" in out and "After 500 " not in out
    code, _, err = course_here("run", "10", "--resume", "--steps", "700", "--output", copy)
    assert code == 2 and "already at step 1500" in err
    code, _, err = course_here("run", "10", "--resume", "--learning-rate", "0.5", "--output", copy)
    assert code == 2 and "was trained with --learning-rate 0.001" in err


def test_resume_of_nothing_begins_at_the_beginning(tmp_path, course_here):
    code, out, err = course_here("run", "18", "--resume", "--output", tmp_path)
    assert (code, err) == (0, "")
    assert "[1.0, 0.9]" in out


def test_restore_of_nothing_takes_the_shipped_checkpoint(tmp_path, course_here):
    code, out, err = course_here("restore", "18", "--output", tmp_path)
    assert (code, err) == (0, "")
    assert "Restored checkpoints/pretrained/18_moving_average" in out


def test_restore_without_any_checkpoint_says_how_to_get_one(tmp_path, monkeypatch, course_here):
    monkeypatch.setattr(files, "PRETRAINED", tmp_path / "none")
    code, _, err = course_here("restore", "18", "--output", tmp_path)
    assert code == 1
    assert "Lesson 18 has no checkpoint to restore" in err and "lessons run 18" in err


PARTS = ["model.ckpt-1000.data-00000-of-00001", "model.ckpt-1000.index", "model.ckpt-1000.json"]
PARTS += ["checkpoint", "run.json"]
DAMAGES = {
    "truncated": lambda content: content[: len(content) // 2],
    "emptied": lambda content: b"",
    "garbled": lambda content: bytes(byte ^ 0x5A for byte in content),
}


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("damage", DAMAGES)
def test_what_is_damaged_is_passed_over_and_said_and_the_rest_is_used(
    part, damage, copy, course_here, run_lesson
):
    """Of the newest checkpoint, the one before; of what only points to it, nothing is lost."""
    path = copy / "checkpoints" / YOGURT / part
    path.write_bytes(DAMAGES[damage](path.read_bytes()))
    before = contents(copy / "checkpoints")
    code, out, err = course_here("restore", "10", "--output", copy)
    assert (code, err) == (0, "")
    assert contents(copy / "checkpoints") == before
    step = 900 if part.startswith("model") else 1000
    (line,) = [line for line in out.splitlines() if line.startswith("Restored /")]
    assert f"model.ckpt-{step}" in line
    assert ("model.ckpt-1000 is damaged (" in line) == (step == 900)
    assert ("run.json" in out) == (part == "run.json")
    assert course_here("run", "10", "--resume", "--steps", "1200", "--output", copy)[0] == 0
    undisturbed = run_lesson(YOGURT, "--steps", "1200").checkpoints
    found, expected = (variables(folder) for folder in (path.parent, undisturbed))
    assert {k: v.tolist() for k, v in found.items()} == {k: v.tolist() for k, v in expected.items()}


@pytest.mark.parametrize("part", PARTS[:3])
def test_where_none_is_whole_it_is_said_and_nothing_is_touched(part, copy, course_here):
    for path in (copy / "checkpoints" / YOGURT).glob(part.replace("1000", "*")):
        path.write_bytes(path.read_bytes()[:-9])
    before = contents(copy / "checkpoints")
    for words in (["restore", "10"], ["run", "10", "--resume", "--steps", "1500"]):
        code, _, err = course_here(*words, "--output", copy)
        assert code == 1 and "Traceback" not in err and err.count("\n") == 2
        assert "model.ckpt-1000 is damaged (" in err and "and no older one is whole" in err
        assert f"train it anew with `python -m lessons run 10 --output={copy}`" in err
        assert contents(copy / "checkpoints") == before


@pytest.mark.parametrize(
    "part, place, reason",
    [
        (".data-00000-of-00001", 0, "Checksum does not match"),
        (".index", -1, "bad magic number"),
        (".index", -45, "Read less bytes than requested"),  # where in the file its parts begin
    ],
)
@pytest.mark.parametrize("sealed", [True, False])  # by earlier versions they are not
def test_a_changed_byte_is_one_sentence_that_says_what_tensorflow_says(
    sealed, part, place, reason, copy, course_here
):
    path = copy / "checkpoints" / YOGURT / f"model.ckpt-1000{part}"
    if not sealed:
        record = files.read_json(path.with_name("model.ckpt-1000.json"), "")
        record.pop("index")
        files.write_json(path.with_name("model.ckpt-1000.json"), record)
    elif part == ".index":
        reason = "model.ckpt-1000.index is not the one that was saved"
    damaged = bytearray(path.read_bytes())
    damaged[place] ^= 0x40
    path.write_bytes(damaged)
    code, out, err = course_here("restore", "10", "--output", copy)
    assert (code, err) == (0, "")
    assert "model.ckpt-1000 is damaged (" in out and reason in out


@pytest.mark.parametrize(
    "part, why", zip(PARTS[:3], ["is damaged", "is not whole", "has no record"])
)
def test_a_missing_part_is_said_and_the_checkpoint_before_is_used(part, why, copy, course_here):
    (copy / "checkpoints" / YOGURT / part).unlink()
    code, out, err = course_here("restore", "10", "--output", copy)
    assert (code, err) == (0, "")
    assert f"model.ckpt-900, the newest that is whole: model.ckpt-1000 {why} (" in out


def test_another_lessons_checkpoint_is_refused_even_where_its_variables_fit(tmp_path, course_here):
    shipped = files.PRETRAINED / "11_yogurt_custom_loss" / "code"
    shutil.copytree(shipped, tmp_path / "checkpoints" / YOGURT)
    shutil.copy(files.PRETRAINED / YOGURT / "run.json", tmp_path / "checkpoints" / YOGURT)
    before = contents(tmp_path)
    for words in (["restore", "10"], ["run", "10", "--resume"]):
        code, _, err = course_here(*words, "--output", tmp_path)
        assert code == 1
        assert "belongs to 11_yogurt_custom_loss" in err and "Traceback" not in err
        assert before.items() <= contents(tmp_path).items()


def test_a_checkpoint_of_another_graph_is_refused_by_its_variables(tmp_path, course_here):
    folder = tmp_path / "checkpoints" / YOGURT
    shutil.copytree(files.PRETRAINED / YOGURT, folder)
    prefix = saved.newest(folder)
    with tf.Graph().as_default(), tf.Session() as sess:
        tf.Variable(np.zeros((3, 1), np.float32))
        sess.run(tf.global_variables_initializer())
        tf.train.Saver(save_relative_paths=True).save(sess, str(prefix), write_meta_graph=False)
    record = files.load_json(f"{prefix}.json")
    del record["index"]  # as if it had just been written
    files.write_json(f"{prefix}.json", record)
    code, _, err = course_here("restore", "10", "--output", tmp_path)
    assert code == 1
    assert "is of another graph" in err and "[2, 1]" in err and "[3, 1]" in err
    assert "undo that change, or train the lesson in another folder" in err


@pytest.mark.parametrize("name", [lesson.name for lesson in catalogue.lessons()])
def test_every_lesson_ships_a_checkpoint_that_gives_its_numbers_again(name, run_lesson):
    shipped = files.PRETRAINED / name
    run = json.loads((shipped / "run.json").read_text("utf-8"))
    assert run["lesson"] == name and run["numbers"]
    summaries = run_lesson(name, "--restore").summaries
    results = json.loads((summaries / "results.json").read_text("utf-8"))
    restored = {each["name"]: each["here"] for each in results["numbers"]}
    assert restored.keys() == run["numbers"].keys()
    for number, value in run["numbers"].items():
        assert restored[number] == pytest.approx(value, rel=1e-6, abs=1e-9), number


def test_shipped_checkpoints_are_small_and_say_nothing_of_where_they_were_made():
    shipped = [path for path in files.PRETRAINED.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in shipped) < 17_000_000
    for path in shipped:
        assert b"/tmp" not in path.read_bytes() and b"/home" not in path.read_bytes(), path


def test_the_manifest_lists_what_ships():
    manifest = files.read_json(pretrained.MANIFEST, "")
    assert manifest == pretrained.manifest()
    assert list(manifest) == [lesson.name for lesson in catalogue.lessons()]
    for shipped in manifest.values():
        assert shipped["numbers"] and shipped["tensorflow"] and shipped["trainings"]


@pytest.mark.parametrize("name", first(12, [lesson.name for lesson in catalogue.lessons()]))
def test_shipped_meta_graphs_restore_without_the_lesson(name):
    metas = list((files.PRETRAINED / name).rglob("*.meta"))
    assert metas
    for meta in metas:
        with tf.Graph().as_default(), tf.Session() as sess:
            saver = tf.train.import_meta_graph(str(meta))
            saver.restore(sess, str(meta.with_suffix("")))
            saved = tf.train.load_checkpoint(str(meta.with_suffix("")))
            for variable in tf.global_variables():
                if not sess.run(tf.is_variable_initialized(variable)):
                    assert is_slot(variable.op.name)
                else:
                    value = saved.get_tensor(variable.op.name)
                    np.testing.assert_array_equal(sess.run(variable), value)
