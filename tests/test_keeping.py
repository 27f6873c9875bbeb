"""Nothing of the learner's is lost: what a run, a clean and a cure leave of what lies there."""

import shutil
import signal
import sys

import numpy as np
import pytest

from common import Lesson, files, saved
from common.data import images
from common.errors import UsageError
from common.tf1 import events, tf
from conftest import contents, course, forks, signalled_at
from stress import Answer, folders
from test_checkpoints import YOGURT, copy, trained  # noqa: F401 (fixtures)
from test_images import idx, made

EACH_COMMAND = (  # that looks at what runs have saved, or removes it
    ["restore", "10"],
    ["run", "10", "--resume", "--steps", "1100"],
    ["run", "10", "--steps", "150"],
    ["clean", "10"],
)


def folder_of(output):
    return output / "checkpoints" / YOGURT


def own_saver(folder, name, step):
    """What a learner's own Saver saves there."""
    folder.mkdir(parents=True, exist_ok=True)
    with tf.Graph().as_default(), tf.Session() as sess:
        tf.get_variable("mine", initializer=np.float32(step))
        sess.run(tf.global_variables_initializer())
        tf.train.Saver().save(sess, str(folder / name), global_step=step)
    return {path: path.read_bytes() for path in folder.glob(f"{name}-{step}.*")}


# The newest whole checkpoint ----------------------------------------------------------------------


def test_without_the_file_checkpoint_all_is_as_with_it(copy, course_here):  # noqa: F811
    (folder_of(copy) / "checkpoint").unlink()
    before = contents(folder_of(copy))
    code, out, err = course_here("restore", "10", "--output", copy)
    assert (code, err) == (
        0,
        "",
    ) and f"Restored {files.shown(folder_of(copy))}/model.ckpt-1000" in out
    assert contents(folder_of(copy)) == before
    code, out, _ = course_here("run", "10", "--resume", "--steps", "1200", "--output", copy)
    assert code == 0 and "After 1000 training steps" in out and "After 0 " not in out


def test_with_the_newest_gone_the_one_before_is_used_and_said(copy, course_here):  # noqa: F811
    for path in folder_of(copy).glob("model.ckpt-1000.*"):
        path.unlink()
    code, out, err = course_here("restore", "10", "--output", copy)
    assert (code, err) == (0, "")
    assert "model.ckpt-900, the newest that is whole: model.ckpt-1000 is gone" in out


@pytest.mark.parametrize("name, step", [("mine.ckpt", 5), ("model.ckpt", 700), ("model.ckpt", 55)])
def test_a_savers_own_files_are_left_alone_by_each_command(name, step, copy, course_here):  # noqa: F811
    folder = folder_of(copy)
    own_saver(folder, name, step)
    theirs = {path: path.read_bytes() for path in folder.glob(f"{name}-{step}.[!j]*")}
    for words in EACH_COMMAND:
        code, out, err = course_here(*words, "--output", copy)
        assert (code, err) == (0, "")
        assert theirs.items() <= contents(folder).items(), words
    assert "but for what is not the course's: " in out
    assert {path.name for path in contents(folder)} == {path.name for path in theirs}


def test_a_save_of_the_same_name_makes_way(copy, course_here):  # noqa: F811
    folder = folder_of(copy)
    theirs = own_saver(folder, "model.ckpt", 1100)
    code, out, _ = course_here("run", "10", "--resume", "--steps", "1100", "--output", copy)
    assert code == 0 and "which is another Saver's, to others/model.ckpt-1100" in out
    for path, content in theirs.items():
        assert (folder / "others" / path.name).read_bytes() == content
    assert course_here("restore", "10", "--output", copy)[0] == 0


def test_resume_refuses_to_begin_at_0_where_checkpoints_lie(tmp_path, course_here):
    folder = folder_of(tmp_path)
    own_saver(folder, "model.ckpt", 400)
    before = contents(folder)
    code, _, err = course_here("run", "10", "--resume", "--output", tmp_path)
    assert code == 1 and "model.ckpt-400.index is no checkpoint that lesson 10 could go on" in err
    assert contents(folder) == before
    code, out, _ = course_here("restore", "10", "--output", tmp_path)
    assert code == 0 and "Passed over" in out and "Restored checkpoints/pretrained" in out


@pytest.mark.parametrize("name", ["model.ckpt-2100 - Copy.index", "model.ckpt-best.index"])
def test_the_list_looks_at_the_courses_own(name, copy, course_here, monkeypatch):  # noqa: F811
    shutil.copy(str(folder_of(copy) / "model.ckpt-1000.index"), str(folder_of(copy) / name))
    monkeypatch.setenv(files.OUTPUT_VARIABLE, str(copy))
    code, out, err = course_here()
    assert (code, err) == (0, "") and "yours, step 1000" in out


def test_lost_settings_are_in_the_newest_record(tmp_path, course_here):
    flags = ["--steps", "300", "--optimizer", "Adam", "--output", tmp_path]
    assert course_here("run", "10", *flags)[0] == 0
    (folder_of(tmp_path) / "run.json").unlink()
    code, out, err = course_here("restore", "10", "--output", tmp_path)
    assert (code, err) == (0, "") and "steps=300, optimizer=Adam" in out
    assert "run.json cannot be read" in out and "the newest checkpoint has its settings" in out


def test_no_sentence_sends_a_learner_to_the_shipped_checkpoints(tmp_path, monkeypatch, course_here):
    """After a change of the graph, which they do not fit."""
    shipped = tmp_path / "pretrained"
    shutil.copytree(files.PRETRAINED / "12_cross_entropy", shipped / YOGURT)
    for path in shipped.rglob("*.json"):
        record = files.read_json(path, "")
        files.write_json(path, {**record, "lesson": YOGURT, "parameters": {}, "numbers": {}})
    monkeypatch.setattr(files, "PRETRAINED", shipped)
    code, _, err = course_here("restore", "10", "--output", tmp_path)
    assert code == 1 and "remove" not in err
    assert "python -m lessons run 10" in err or "undo that change" in err


# The training before ------------------------------------------------------------------------------


def test_a_longer_training_is_kept_aside_until_the_new_one_is_as_long(copy, course_here):  # noqa: F811
    folder = folder_of(copy)
    notes = folder / "notes.txt"
    notes.write_text("mine")
    long = {path.name: path.read_bytes() for path in folder.glob("model.ckpt-1000.*")}
    for steps in (200, 100, 150):  # the longest of all stays
        code, out, err = course_here("run", "10", "--steps", steps, "--output", copy)
        assert (code, err) == (0, "")
        aside = saved.before(folder)
        assert out.count(f"the training before, 1000 steps, in {files.shown(aside)}") == 2
        assert {path.name: path.read_bytes() for path in aside.glob("model.ckpt-1000.*")} == long
        assert notes.read_text() == "mine"
    assert course_here("run", "10", "--steps", "1000", "--output", copy)[0] == 0
    assert not saved.before(folder).exists() and notes.exists()


def test_clean_removes_what_was_put_aside_and_says_so(copy, course_here):  # noqa: F811
    assert course_here("run", "10", "--steps", "100", "--output", copy)[0] == 0
    code, out, _ = course_here("clean", "10", "--output", copy)
    assert code == 0 and f"Removed {copy}/checkpoints/10_yogurt_mse.before" in out
    assert [path for path in contents(copy) if path.suffix != ".lock"] == []


@forks
@pytest.mark.parametrize("place", ["10_yogurt_mse.before", "10_yogurt_mse/notes.txt", "run.json"])
def test_a_kill_while_it_is_put_aside_leaves_what_restores(place, copy, course_here):  # noqa: F811
    folder = folder_of(copy)
    (folder / "notes.txt").write_text("mine")
    words = ["run", "10", "--steps", "200", "--output", copy]
    code, _, _ = course(*words, **signalled_at(place, signal.SIGKILL))
    assert code == -signal.SIGKILL
    code, out, err = course_here("restore", "10", "--output", copy)
    assert f"Restored {files.shown(folder)}/model.ckpt-1000" in out, err
    assert (folder / "notes.txt").read_text() == "mine"
    assert course_here("run", "10", "--resume", "--output", copy)[0] == 0
    assert not saved.before(folder).exists()


def test_a_training_run_twice_in_one_kernel_keeps_the_longer_one(tmp_path, monkeypatch, capsys):
    """As a cell of a notebook that is run again, after fewer steps were asked for."""
    monkeypatch.setattr(sys, "argv", [""])
    monkeypatch.setenv(files.OUTPUT_VARIABLE, str(tmp_path))
    lesson = Lesson(YOGURT, steps=30)
    w = tf.get_variable("w", initializer=np.float32(0))
    step, saver = w.assign_add(1), tf.train.Saver()

    def train(steps):
        with tf.Session() as sess:
            sess.run(tf.global_variables_initializer())
            for _ in lesson.training(sess, saver).steps(steps):
                sess.run(step)

    train(30)
    assert "Kept" not in capsys.readouterr().out
    folder = folder_of(tmp_path)
    long = {path.name: path.read_bytes() for path in folder.glob("model.ckpt-30.*")}
    for _ in range(2):
        train(10)
        aside = saved.before(folder)
        said = f"Kept the training before, 30 steps, in {aside} until this run has come as far\n"
        assert capsys.readouterr().out == said
        assert {path.name: path.read_bytes() for path in aside.glob("model.ckpt-30.*")} == long
        assert saved.newest(folder).name == "model.ckpt-10"
    train(30)
    lesson.finish()
    assert not saved.before(folder).exists()


@pytest.mark.parametrize("copy_of", ["21_early_stopping", None])
def test_a_copy_of_21_keeps_its_best_epochs_with_the_training(copy_of, tmp_path):
    root = tmp_path / "checkpoints" / "mine"
    shutil.copytree(files.PRETRAINED / "21_early_stopping", root)
    owner = saved.owner_of_run("mine", copy_of or "mine")
    files.write_json(root / "run.json", {**owner, "parameters": {}, "numbers": {}})
    for path in root.rglob("model.ckpt-*.json"):
        files.write_json(path, {**files.load_json(path), "lesson": "mine"})
    best = contents(root / "sound" / "best")
    assert len(best) == 3 and saved.put_aside(root, "mine")
    kept_with_it = contents(saved.before(root) / "sound" / "best")
    assert list(kept_with_it.values()) == (list(best.values()) if copy_of else [])
    assert root.exists() == (not copy_of)


# Summaries ----------------------------------------------------------------------------------------


def test_what_others_put_among_the_summaries_is_left_alone(copy, course_here):  # noqa: F811
    summaries = copy / "summaries" / YOGURT
    before = contents(summaries)
    (summaries / "mine").mkdir()
    figures = sorted((summaries / "figures").glob("*.png"))
    assert len(figures) == 3
    shutil.copy(str(figures[0]), str(summaries / "figures" / "my copy.png"))
    (summaries / "figures" / "notes.md").write_text("which is best")
    (summaries / "train" / "events.out.tfevents.1500000000.elsewhere").write_bytes(b"mine")
    (summaries / "mine" / "events.out.tfevents.1500000000.elsewhere").write_bytes(b"mine")
    (summaries / "plan.txt").write_text("mine")
    theirs = contents(summaries)
    for path in before:
        del theirs[path]
    (ours,) = (path for path in before if path.parent.name == "train")
    for words in EACH_COMMAND:
        code, out, err = course_here(*words, "--output", copy)
        assert (code, err) == (0, "")
        assert theirs.items() <= contents(summaries).items(), words
        assert ours.exists() == (words[0] == "restore" or "--resume" in words)
    assert f"Removed {summaries}, but for what is not the course's: " in out and " 4 more" in out
    assert contents(summaries) == theirs


def test_a_figure_that_a_run_has_drawn_goes_with_the_next_run(copy, course_here):  # noqa: F811
    figures = copy / "summaries" / YOGURT / "figures"
    saved.note_figure(figures.parent, {"lesson": YOGURT}, "of-other-settings.png")
    (figures / "of-other-settings.png").write_bytes(b"drawn by the run before")
    assert course_here("run", "10", "--steps", "20", "--output", copy)[0] == 0
    names = {path.name for path in figures.glob("*.png")}
    assert "of-other-settings.png" not in names and len(names) == 3
    assert set(saved._run(figures.parent)["figures"]) == names


def test_a_writer_with_a_suffix_of_its_own_writes_the_learners_files(tmp_path):
    events.end_names(tmp_path, saved.EVENTS_END)
    for place, suffix in (("a", None), ("a", None), ("a", ".mine"), ("a/b", None)):
        tf.summary.FileWriter(str(tmp_path / place), filename_suffix=suffix).close()
    tf.summary.FileWriter(str(tmp_path.parent / "beside")).close()
    found = {path.name.rpartition(".lesson")[1:] for path in saved.own_events(tmp_path)}
    assert found == {(".lesson", ""), (".lesson", ".000001")}
    assert len(saved.own_events(tmp_path)) == 3 and len(contents(tmp_path)) == 4
    assert saved.own_events(tmp_path.parent / "beside") == []


# Data ---------------------------------------------------------------------------------------------


@pytest.fixture
def own(tmp_path):
    """A folder `sets` in which the folder `own` has a set of one's own."""
    folder = tmp_path / "sets" / "own"
    folder.mkdir(parents=True)
    for name, array in zip(images.IDX_FILES, (*made(50, 1), *made(20, 2))):
        (folder / name).write_bytes(idx(array))
    return folder


def test_the_folder_its_parent_the_home_and_relative_paths_are_one(own, monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(own.parent)
    found = [images.images(word) for word in (str(own.parent), "~/sets", ".", "own")]
    found.append(images.images(str(own)))
    assert {sets.identity for sets in found} == {found[0].identity}
    assert {sets.name for sets in found} == {str(own)}
    for word in (str(own), "~/sets/own", "own"):
        monkeypatch.setenv(images.DATA_VARIABLE, word)
        assert images.images("auto").identity == found[0].identity


def test_a_published_set_is_known_in_whatever_folder(own, monkeypatch):
    """By its content: in the folder that COURSE_DATA names, or in any below that."""
    arrays = (*made(50, 1), *made(20, 2))
    monkeypatch.setattr(
        images.ORIGINALS["mnist"],
        "checksums",
        {name: images.checksum(array) for name, array in zip(images.IDX_FILES, arrays)},
    )
    for folder in (own, own.parent):
        monkeypatch.setenv(images.DATA_VARIABLE, str(folder))
        assert images.places("mnist") == [own] and images.places("fashion_mnist") == []
        assert images.images("auto").name == "mnist"
        assert images.images("auto", usual="fashion_mnist").name == "digits"


def test_a_folder_a_file_is_read_and_several_sets_are_asked_about(own):
    for name in images.IDX_FILES:
        (own / name).rename(own / "file")
        (own / name).mkdir()
        (own / "file").rename(own / name / name.replace("-idx", ".idx"))
    assert len(images.images(str(own)).train) == 50
    shutil.copytree(str(own), str(own.parent / "second"))
    with pytest.raises(UsageError, match="has several sets: name one of"):
        images.images(str(own.parent))


def test_moved_images_are_found_when_told_and_others_refused(own, tmp_path, course_here):
    output = ("--output", tmp_path / "output")
    assert course_here("run", "09", "--steps", "20", "--data", own, *output)[0] == 0
    moved = own.parent.rename(tmp_path / "moved")
    code, _, err = course_here("restore", "09", *output)
    assert code == 1 and f"is not in {own} any more: say where it is now with --data PATH" in err
    code, out, err = course_here("restore", "09", "--data", moved, *output)
    assert (code, err) == (0, "") and "differs" not in out
    code, _, err = course_here("restore", "09", "--data", "digits", *output)
    assert code == 2 and "was trained on (digits, not SHA-256" in err
    words = ["run", "09", "--resume", "--steps", "30", "--data", moved / "own"]
    assert course_here(*words, *output)[0] == 0


def test_a_checkpoint_of_an_earlier_version_takes_the_data_that_it_is_told(
    own, course_here, tmp_path
):
    output = tmp_path / "output"
    words = ("09", "--data", own, "--output", output)
    assert course_here("run", *words, "--steps", "20")[0] == 0
    path = output / "checkpoints" / "09_tensorboard" / "run.json"
    run = files.read_json(path, "")
    run.pop("data")
    files.write_json(path, run)
    assert course_here("restore", "09", "--output", output)[0] == 0
    moved = own.rename(tmp_path / "moved")
    code, out, err = course_here("restore", "09", "--data", moved, "--output", output)
    assert (code, err) == (0, "") and out.count("No checksum was saved with the checkpoint") == 1


# The campaign -------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [2, pytest.param(160, marks=pytest.mark.slow)])
def test_a_few_changed_folders_lose_nothing(count, tmp_path):
    attempts = list(folders.attempts(count, 1, tmp_path))
    assert [attempt.problem for attempt in attempts] == [""] * count


def test_what_is_lost_is_found(tmp_path):
    """The campaign's own judgement, of what an earlier version did."""
    path = tmp_path / "mine.index"
    path.write_bytes(b"mine")
    before = folders.Before({path: b"mine"}, {path: b"mine"}, {path: b"mine"}, 90, 100)
    assert folders._lost(before, tmp_path) == "" and folders._changed(before, tmp_path) == ""
    path.write_bytes(b"other")
    assert "is lost" in folders._lost(before, tmp_path) and folders._changed(before, tmp_path)
    said = "Restored checkpoints/10_yogurt_mse/model.ckpt-%d"
    good = said % 90 + ", the newest that is whole: model.ckpt-100 is gone\n"
    assert folders._used(Answer(0, good, ""), before) == ""
    for answer in ((0, said % 90, ""), (0, said % 80, ""), (1, "", "is damaged"), (0, "", "")):
        assert folders._used(Answer(*answer), before)
    assert folders._destructive(Answer(1, "", "remove the folder x"))
