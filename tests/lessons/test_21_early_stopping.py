"""Lesson 21 against a NumPy twin, Keras's callback and genuine TensorFlow 1.15.5; restored bits."""

import json
import shutil
import signal

import numpy as np
import pytest
from oracles import answers, assert_numbers, float32, keras

from common import files
from common.checkpoints import values
from common.command import catalogue
from common.tf1 import tf
from conftest import ROOT, contents, course, forks, go_back, python, signalled_at
from stress.kills import left

NAME = "21_early_stopping"
TRAININGS = {"document": (4, 1), "sound": (22, 19), "without": (200, 25)}  # epochs, the best


def first_weights(run):
    with tf.Session(graph=run["y"].graph) as sess:
        sess.run([variable.initializer for variable in tf.trainable_variables()])
        return sess.run([run["w"], run["b"]])


def sound_twin(run, epochs):
    """Gradient descent in float64: validation and test loss after every epoch, and the weights."""
    w, b = (np.array(value, np.float64) for value in first_weights(run))
    X, Y = run["X_train"], run["Y_train"]
    losses, weights = [], []
    for epoch in range(epochs):
        for k in np.random.RandomState(epoch).randint(0, len(X), len(X)):
            error = X[k] @ w + b - Y[k]
            w, b = w - 0.01 * 2 / 10 * np.outer(X[k], error), b - 0.01 * 2 / 10 * error
        weights.append((w, b))
        parts = (("X_val", "Y_val"), ("X_test", "Y_test"))
        losses.append([np.mean((run[x] @ w + b - run[y]) ** 2) for x, y in parts])
    return np.array(losses), weights


def test_the_sound_example_follows_the_numpy_twin(run_lesson):
    run = run_lesson(NAME)
    losses, weights = sound_twin(run, 200)
    history = run["without"]["history"]
    np.testing.assert_allclose(history["val_loss"], losses[:, 0], rtol=1e-4)
    np.testing.assert_allclose(history["test_loss"], losses[:, 1], rtol=1e-4)
    assert np.argmin(losses[:, 0]) + 1 == 25
    for end, epoch in (("restored", 19), ("last", 22)):
        for name, value in zip(("kernel", "bias"), weights[epoch - 1]):
            np.testing.assert_allclose(run["sound"][end][name], value, rtol=1e-3, atol=1e-5)


def test_the_document_example_follows_the_numpy_twin(run_lesson):
    """In float64, which has room for the losses that are infinite in float32."""
    run = run_lesson(NAME)
    w, b = (np.array(value, np.float64) for value in first_weights(run))
    rows, labels = np.arange(100).reshape(5, 20), [0, 1, 2, 1, 2]
    losses = []
    for _ in range(4):
        batch_losses = []
        for row, label in zip(rows, labels):
            error = row @ w + b - label
            batch_losses.append(np.mean(error**2))
            w, b = w - 0.01 * 2 / 10 * np.outer(row, error), b - 0.01 * 2 / 10 * error
        losses.append(np.mean(batch_losses))
    assert losses[2] > np.finfo(np.float32).max
    ours = run["document"]["history"]["loss"]
    np.testing.assert_allclose(ours[:2], losses[:2], rtol=1e-4)
    assert np.isinf(ours[2:]).all()
    np.testing.assert_allclose(run["document"]["last"]["kernel"], w, rtol=1e-3)


@pytest.mark.same_bits
def test_ends_where_it_ends_under_genuine_tensorflow(run_lesson):
    """The lesson itself, run under TensorFlow 1.15.5: the graph's seed gives the same weights."""
    run = run_lesson(NAME)
    losses = run["document"]["history"]["loss"]
    np.testing.assert_allclose(losses, [9502661216370088.0, 4.232509083395068e33, np.inf, np.inf])
    for name, genuine in (
        ("its loss with the first weights", 3087.7216796875),
        ("sound: val_loss of the epoch restored", 6.280940532684326),
        ("sound: test loss restored", 6.516689777374268),
        ("sound: test loss when stopped", 6.478207111358643),
        ("sound: training loss, never stopped", 1.1800264120101929),
        ("sound: test loss, never stopped", 8.704803466796875),
    ):
        assert run.numbers[name] == pytest.approx(genuine, rel=1e-6), name
    history = run["without"]["history"]
    assert history["loss"][[18, 199]] == pytest.approx([2.53, 1.18], abs=5e-3)
    assert run["stopped"](history["loss"], 3) == (84, 87)
    assert history["test_loss"][83] == pytest.approx(7.01, abs=5e-3)


@pytest.mark.parametrize("mode", ["run", "restore"])
@pytest.mark.parametrize("name", TRAININGS)
def test_restored_is_the_best_epoch_from_the_disk_and_not_the_last(name, mode, run_lesson):
    run = run_lesson(NAME, *(["--restore"] if mode == "restore" else []))
    epochs, best = TRAININGS[name]
    training = run[name]
    assert (len(training["history"]), training["best_epoch"]) == (epochs, best)
    folder = (run.checkpoints if mode == "run" else files.PRETRAINED / NAME) / name
    on_disk = {
        "restored": values(folder / "best" / f"model.ckpt-{best}"),
        "last": values(folder / f"model.ckpt-{epochs}"),
    }
    for end, saved in on_disk.items():
        np.testing.assert_array_equal(training[end]["kernel"], saved["kernel"])
        np.testing.assert_array_equal(training[end]["bias"], saved["bias"])
    assert np.any(training["restored"]["kernel"] != training["last"]["kernel"])
    if name != "document":
        # what ships was computed on another processor, perhaps
        within = 0 if mode == "run" else 1e-6
        val_loss = training["history"]["val_loss"]
        assert training["restored"]["val"] == pytest.approx(val_loss[best - 1], rel=within, abs=0)
        assert training["last"]["val"] == pytest.approx(val_loss[-1], rel=within, abs=0)
        assert val_loss.min() == val_loss[best - 1] < val_loss[-1]


def test_stopped_and_unstopped_training_are_the_same_up_to_the_stop(run_lesson):
    run = run_lesson(NAME)
    both = [values(run.checkpoints / name / "best/model.ckpt-19") for name in ("sound", "without")]
    np.testing.assert_array_equal(both[0]["kernel"], both[1]["kernel"])
    for column in ("loss", "val_loss", "test_loss"):
        ours, whole = (run[name]["history"][column] for name in ("sound", "without"))
        np.testing.assert_array_equal(ours, whole[:22])


@pytest.mark.parametrize("patience", [1, 10])
def test_other_patience_ends_where_the_table_has_foretold(patience, run_lesson):
    run = run_lesson(NAME)
    other = run_lesson(NAME, "--patience", str(patience), "--sound-epochs", "50")
    best, epochs = run["others"][patience]
    assert (len(other["sound"]["history"]), other["sound"]["best_epoch"]) == (epochs, best)


# Exercises and sentences -------------------------------------------------------------------------


@pytest.mark.slow
def test_the_answers_of_the_exercises(run_lesson):
    rates, patience, examples, _ = answers(NAME)
    run = run_lesson(NAME, "--learning-rate", "0.0001")
    losses = run["document"]["history"]["loss"]
    assert_numbers(rates, *losses[:4], losses[-1], run["factors"][-1])
    assert len(losses) == 10 and (np.diff(losses) < 0).tolist() == [True, False] + [True] * 7
    assert losses[3] < losses[1] < losses[2] and (np.abs(run["factors"]) > 1).tolist() == [
        False,
        False,
        False,
        False,
        True,
    ]
    run = run_lesson(NAME, "--learning-rate", "0.00001")
    losses = run["document"]["history"]["loss"]
    assert_numbers(rates, losses[0], losses[-1], 2 / (0.2 * 160871))
    assert len(losses) == 10 and np.diff(losses).max() < 0 and np.abs(run["factors"]).max() < 1

    ends = []
    for flag in ("1", "10"):
        run = run_lesson(NAME, "--patience", flag)
        ends.append((len(run["sound"]["history"]), run["sound"]["best_epoch"]))
        ends[-1] += (run.numbers["sound: test loss restored"],)
        assert len(run["document"]["history"]) == {"1": 2, "10": 10}[flag]
        assert run["document"]["best_epoch"] == 1
    (first, last), (best_first, best_last), (loss_first, loss_last) = zip(*ends)
    assert_numbers(patience, 1, first, best_first, loss_first, 10, last, best_last, loss_last)

    run = run_lesson(NAME, "--examples", "300")
    stopped, never = (
        run[name]["restored" if name == "sound" else "last"]["test"]
        for name in ("sound", "without")
    )
    best, epochs = run["others"][3]
    patient = run["test_curve"][run["others"][10][0] - 1]
    assert_numbers(examples, never, 3, epochs, best, stopped, 10, patient, 4)
    assert 4 < patient < never < stopped


@pytest.mark.slow
def test_the_sentences_about_other_seeds(run_lesson):
    """The mean test loss of seeds 0 to 7, as the lesson states it."""
    found = []
    for seed in range(8):
        run = run_lesson(NAME, "--seed", str(seed), "--epochs", "1")
        found.append([run["test_curve"][run["others"][k][0] - 1] for k in (1, 3, 10)])
        found[-1].append(run["test_curve"][-1])
    means = np.mean(found, axis=0)
    text = " ".join(catalogue.find(NAME).source.replace("\n#", "\n").split())
    assert_numbers(text.partition("With the seeds 0 to 7")[2], *means)


# Keras -------------------------------------------------------------------------------------------

FIT = """
    import json, keras, numpy as np
    X, Y = np.arange(100).reshape(5, 20), np.array([0, 1, 2, 1, 2])

    def fit(rate, weights=None, **options):
        callback = keras.callbacks.EarlyStopping(monitor="loss", patience=3, **options)
        model = keras.models.Sequential([keras.layers.Dense(10)])
        if weights:
            model.build((None, 20))
            model.set_weights([np.array(weights, "float32"), np.zeros(10, "float32")])
        model.compile(keras.optimizers.SGD(rate), loss="mse")
        history = model.fit(X, Y, epochs=10, batch_size=1, callbacks=[callback], verbose=0,
                            shuffle=not weights)
        return history.history["loss"], np.array(model.get_weights()[0], float).tolist()
"""


@pytest.mark.slow
def test_keras_has_the_same_losses_from_the_same_weights(run_lesson):
    run = run_lesson(NAME)
    slow = run_lesson(NAME, "--learning-rate", "0.0001", "--sound-epochs", "2")
    weights = first_weights(run)[0].tolist()
    fits = keras(
        f"{FIT}\n    w = {weights}\n"
        "    print(json.dumps([fit(0.01, w), fit(0.01, w, restore_best_weights=True),"
        " fit(0.0001, w)]))"
    )
    (losses, last), (_, best), (slow_losses, _) = fits
    ours = run["document"]
    np.testing.assert_allclose(ours["history"]["loss"], losses, rtol=1e-5)
    assert len(losses) == 4 and 1e34 < np.abs(last).max() < 1e35
    np.testing.assert_allclose(ours["last"]["kernel"], last, rtol=1e-4)
    np.testing.assert_allclose(ours["restored"]["kernel"], best, rtol=1e-4)
    np.testing.assert_allclose(slow["document"]["history"]["loss"], slow_losses, rtol=1e-5)
    assert len(slow_losses) == 10


@pytest.mark.slow
def test_keras_stops_after_four_epochs_however_it_shuffles():
    fits = keras(
        f"{FIT}\n    found = []\n"
        "    for seed in range(8):\n"
        "        keras.utils.set_random_seed(seed)\n"
        "        found.append(fit(0.01)[0])\n"
        "    print(json.dumps(found))"
    )
    assert [len(losses) for losses in fits] == [4] * 8
    np.testing.assert_allclose(fits[0][:2], [7.5642e17, 3.5573e35], rtol=1e-4)


@pytest.mark.slow
def test_wait_and_best_epoch_are_those_of_keras_callback(run_lesson):
    """On random curves, with ties, infinities and NaN, for several patiences."""
    run = run_lesson(NAME)
    rdm = np.random.RandomState(0)
    curves = [rdm.randint(0, 6, 12).astype(float) for _ in range(60)]
    for k, curve in enumerate(curves):
        if k % 3 == 0:
            curve[rdm.randint(1, 12, 3)] = [np.inf, np.nan, -1][k // 3 % 3]
    curves.append(run["without"]["history"]["val_loss"])
    found = keras(
        f"""
        import json, math, keras
        inf, nan, found = math.inf, math.nan, []
        for curve in {[list(map(float, curve)) for curve in curves]}:
            for patience in (1, 3, 10):
                c = keras.callbacks.EarlyStopping(monitor="loss", mode="min", patience=patience)
                c.set_model(keras.models.Sequential([keras.layers.Dense(1)]))
                c.model.stop_training = False
                c.on_train_begin()
                for epoch, loss in enumerate(curve):
                    c.on_epoch_end(epoch, dict(loss=loss))
                    if c.model.stop_training:
                        break
                found.append([c.best_epoch + 1, epoch + 1])
        print(json.dumps(found))
        """
    )
    ours = [list(run["stopped"](curve, patience)) for curve in curves for patience in (1, 3, 10)]
    assert ours == found


# Kills and restores -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A folder with a finished run, to be copied and set back."""
    output = tmp_path_factory.mktemp("finished")
    code, _, err = course("run", "21", "--sound-epochs", "50", "--output", output)
    assert code == 0, err
    return output


@pytest.mark.parametrize(
    "training, steps",
    [("document", 2), ("document", 4), ("sound", 15), ("sound", 20), ("sound", 22)],
)
def test_patience_survives_a_resume_to_the_same_bits(
    training, steps, finished, tmp_path, course_here
):
    copy = tmp_path / "copy"
    shutil.copytree(finished, copy)
    expected = left(copy, NAME)
    go_back(copy / "checkpoints" / NAME / training, steps)
    code, out, err = course_here("run", "21", "--resume", "--output", copy)
    assert code == 0, err
    assert f"/checkpoints/{NAME}/{training}/model.ckpt-{steps}\n" in out
    assert left(copy, NAME) == expected


def test_a_stopped_training_stays_stopped_when_more_epochs_are_asked_for(
    finished, tmp_path, course_here
):
    copy = tmp_path / "copy"
    shutil.copytree(finished, copy)
    code, out, err = course_here("run", "21", "--resume", "--epochs", "20", "--output", copy)
    assert code == 0, err
    assert "document: 4 epochs, epoch 1 restored" in out and "Epoch 5/20" not in out


def test_a_killed_run_restores_the_best_of_what_it_has(finished, tmp_path, course_here):
    """Epochs saved into best/ after the checkpoint restored are not mistaken for its best."""
    copy = tmp_path / "copy"
    shutil.copytree(finished, copy)
    go_back(copy / "checkpoints" / NAME / "sound", 15)
    code, out, err = course_here("restore", "21", "--output", copy)
    assert code == 0, err
    assert "sound: 15 epochs, epoch 15 restored" in out


@pytest.mark.parametrize("gone", [False, True])
@pytest.mark.parametrize("end", [".index", ".data-00000-of-00001"])
def test_a_damaged_best_epoch_is_passed_over_and_a_resume_mends_it(
    end, gone, finished, tmp_path, course_here
):
    copy = tmp_path / "copy"
    shutil.copytree(finished, copy)
    expected = left(copy, NAME)
    (best,) = (copy / "checkpoints" / NAME / "sound" / "best").glob("model.ckpt-19" + end)
    best.unlink() if gone else best.write_bytes(best.read_bytes()[:-9])
    code, out, err = course_here("restore", "21", "--output", copy)
    assert (code, err) == (0, "")
    assert "sound/model.ckpt-15, the newest that is whole: model.ckpt-22 needs best/" in out
    assert "best/model.ckpt-19, which is damaged (" in out and "RestoreV2" not in out
    assert "sound: 15 epochs, epoch " in out
    code, _, err = course_here("run", "21", "--resume", "--output", copy)
    assert (code, err) == (0, "") and left(copy, NAME) == expected


def test_where_every_checkpoint_needs_the_damaged_one_it_is_said(finished, tmp_path, course_here):
    copy = tmp_path / "copy"
    shutil.copytree(finished, copy)
    folder = copy / "checkpoints" / NAME / "document"
    (folder / "best" / "model.ckpt-1.index").write_bytes(b"")
    before = contents(folder)
    for words in (["restore", "21"], ["run", "21", "--resume"]):
        code, _, err = course_here(*words, "--output", copy)
        assert code == 1 and err.count("\n") == 2
        assert "document/model.ckpt-4 needs best/model.ckpt-1, which is damaged (" in err
        assert "and no older one is whole: train it anew with" in err
        assert contents(folder) == before


@forks
def test_a_real_kill_resumes_to_the_same_files(tmp_path, run_lesson):
    expected = left(run_lesson(NAME).checkpoints.parent.parent, NAME)
    kill = signalled_at("without/model.ckpt-40.json", signal.SIGKILL)
    words = [ROOT / "lessons" / f"{NAME}.py", "--output", tmp_path]
    assert python(*words, **kill)[0] == -signal.SIGKILL
    code, _, err = course("run", "21", "--resume", "--output", tmp_path)
    assert code == 0, err
    assert left(tmp_path, NAME) == expected


def test_tensorboard_has_no_infinite_loss(run_lesson):
    """What the generic test asks for; here also which epochs are left out."""
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    read = EventAccumulator(str(run_lesson(NAME).summaries / "document")).Reload()
    assert [event.step for event in read.Scalars("loss")] == [0, 1]
    np.testing.assert_allclose(
        float32([event.value for event in read.Scalars("loss")]),
        [run_lesson(NAME)["first_loss"], run_lesson(NAME)["document"]["restored"]["document"]],
    )


def test_ships_the_best_epochs_and_little_more():
    shipped = files.PRETRAINED / NAME
    assert json.loads((shipped / "run.json").read_text("utf-8"))["numbers"]
    for name, (epochs, best) in TRAININGS.items():
        saved = {path.stem for path in (shipped / name).rglob("*.index")}
        assert saved == {f"model.ckpt-{epochs}", f"model.ckpt-{best}"}
    assert sum(path.stat().st_size for path in shipped.rglob("*") if path.is_file()) < 200_000
