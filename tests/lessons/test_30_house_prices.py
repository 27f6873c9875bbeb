"""Lesson 30 against pandas, scikit-learn, a NumPy twin and genuine TensorFlow 1.15.5."""

import re
import shutil

import numpy as np
import pandas as pd
import pytest
from oracles import answers, assert_numbers
from sklearn.linear_model import RidgeCV

from common.data import house_prices
from common.errors import CourseError
from common.tf1 import tf
from conftest import ROOT, contents, python

NAME = "30_house_prices"
SCRIPT = ROOT / "lessons" / f"{NAME}.py"


@pytest.fixture(scope="module")
def kaggle_file(tmp_path_factory):
    """Another table than the generated one, in a file of Kaggle's format."""
    path = tmp_path_factory.mktemp("kaggle") / "train.csv"
    table = house_prices.generate(rows=700, seed=5)
    table.to_csv(path, index=False, na_rep="NA", float_format="%g")
    return path


def test_columns_are_those_of_get_dummies_and_a_standardisation_by_training_rows(run_lesson):
    run, table = run_lesson(NAME), house_prices.generate()
    train, held_out = run["train"], run["held_out"]
    assert sorted([*train, *held_out]) == list(range(1460)) and len(held_out) == 292
    assert run["X"].shape == (1460, 331)
    for k, name in enumerate(house_prices.NUMERIC):
        values = table[name].values.astype(float)
        mean, std = np.nanmean(values[train]), np.nanstd(values[train], ddof=1)
        expected = np.where(np.isnan(values), 0, (values - mean) / std)
        np.testing.assert_allclose(run["X"][:, k], expected, rtol=1e-9, atol=1e-12, err_msg=name)
    dummies = pd.get_dummies(table[house_prices.CATEGORICAL], dummy_na=True)
    np.testing.assert_array_equal(run["X"][:, 36:], dummies.values)
    words = [re.sub(r"_[^_]*$", "", column) for column in dummies.columns]
    assert run["feature_of"][36:].tolist() == words


def test_held_out_rows_have_no_say_in_the_training_columns(run_lesson, tmp_path):
    """Held-out numbers blown up twenty times leave what is learned from as it is."""
    table, run = house_prices.generate(), run_lesson(NAME)
    blown_up = [name for name in house_prices.NUMERIC if name not in ("YrSold", "YearBuilt")]
    for name in blown_up:
        table[name] = table[name].astype(float)
        table.loc[run["held_out"], name] *= 20
    table.to_csv(tmp_path / "other.csv", index=False, na_rep="NA", float_format="%.17g")
    other = run_lesson(NAME, "--data", str(tmp_path / "other.csv"), "--steps", "1")
    train = run["train"]
    np.testing.assert_array_equal(other["train"], train)
    np.testing.assert_allclose(other["X"][train], run["X"][train], atol=1e-12)
    assert np.abs(other["X"][run["held_out"]]).max() > 100


def test_the_baseline_is_scikit_learns_ridge(run_lesson):
    run = run_lesson(NAME)
    X, Y, train = run["X"], run["Y"], run["train"]
    exact = RidgeCV(alphas=np.logspace(-1, 4, 21)).fit(X[train], Y[train, 0])
    assert run["ridge_penalty"] == pytest.approx(exact.alpha_)
    np.testing.assert_allclose(run["ridge_predict"](X)[:, 0], exact.predict(X), rtol=1e-8)
    assert run["leave_one_out"] == pytest.approx(-exact.best_score_, rel=1e-8)


def twin(run, initial, penalties, steps):
    """Both networks in NumPy: the weights after `steps` of momentum from the `initial` ones."""
    ends = []
    for weights, penalty in zip(initial, penalties):
        values = [weight.copy() for weight in weights]
        speed = [np.zeros_like(value) for value in values]
        for i in range(steps):
            rows = run["batch"](i)
            activations, slopes = [run["X"][rows]], []
            for w, b in zip(values[::2], values[1::2]):
                z = activations[-1] @ w + b
                slopes.append(np.where(z > 0, 1, 0.2))
                activations.append(z * slopes[-1])
            back = 2 * (z - run["Y"][rows]) / len(rows)
            gradients = []
            for k in (2, 1, 0):
                gradient = activations[k].T @ back + penalty * values[2 * k]
                gradients[:0] = [gradient, back.sum(axis=0)]
                back = (back @ values[2 * k].T) * slopes[k - 1]
            for k, gradient in enumerate(gradients):
                speed[k] = 0.9 * speed[k] + gradient
                values[k] = values[k] - 0.02 * (1 - i / steps) * speed[k]
        ends.append(values)
    return ends


@pytest.mark.same_bits
def test_both_networks_follow_the_numpy_twin(run_lesson):
    run = run_lesson(NAME, "--steps", "150")
    names = [
        ["%s/%s/%s" % (net, layer, part) for layer in ("h1", "h2", "out") for part in "wb"]
        for net in ("plain", "l2")
    ]
    with tf.Session(graph=run["y"].graph) as sess:
        found = {each.op.name: each for each in run["y"].graph.get_collection("variables")}
        sess.run([each.initializer for each in found.values()])
        initial = [sess.run([found[name] for name in net]) for net in names]
    for plain, l2 in zip(*initial):
        np.testing.assert_array_equal(plain, l2)
    reader = tf.train.load_checkpoint(str(run.checkpoints / "model.ckpt-150"))
    for net, values in zip(names, twin(run, initial, (0, 0.007), 150)):
        for name, value in zip(net, values):
            np.testing.assert_allclose(reader.get_tensor(name), value, atol=1e-8, err_msg=name)


def test_an_epoch_meets_every_batch_once_in_an_order_of_its_own(run_lesson):
    run = run_lesson(NAME)
    epochs = [np.concatenate([run["batch"](36 * e + k) for k in range(36)]) for e in range(3)]
    for rows in epochs:
        assert len(set(rows)) == 36 * 32 and set(rows) <= set(run["train"])
    assert not np.array_equal(epochs[0], epochs[1])


@pytest.mark.same_bits
def test_ends_where_it_ends_under_genuine_tensorflow(run_lesson):
    """The lesson itself, run under TensorFlow 1.15.5: float64 agrees in nearly every digit."""
    numbers = run_lesson(NAME).numbers
    assert numbers["parameters of a network"] == 332 * 64 + 65 * 64 + 65 == 25473
    for name, genuine in (
        ("log-RMSE train, ridge", 0.11655547837851123),
        ("log-RMSE held out, ridge", 0.14315163418047386),
        ("log-RMSE train, network without L2", 0.02858830185373636),
        ("log-RMSE held out, network without L2", 0.16379088199421996),
        ("log-RMSE train, network with L2", 0.06209080431135961),
        ("log-RMSE held out, network with L2", 0.11443433882017989),
    ):
        assert numbers[name] == pytest.approx(genuine, rel=0, abs=2e-12), name


def test_the_network_beats_ridge_with_l2_and_overfits_without(run_lesson):
    """So it does for each of the first ten seeds; here are two."""
    for flags in ([], ["--seed", "1"]):
        run = run_lesson(NAME, *flags)
        (plain_train, l2_train), (plain, l2) = run["end"]
        assert l2 < 0.85 * run["baseline"]["held out"] < run["baseline"]["held out"] < plain
        assert plain_train < l2_train / 2
        assert run["curves"].shape == (101, 2, 2)
        # best early, worse ever after: more training does not help the one without L2
        assert run["curves"][:, 1, 0].argmin() < 40 < 80 < run["curves"][:, 1, 1].argmin()


def test_scores_are_those_of_the_predictions(run_lesson):
    run = run_lesson(NAME)
    true = np.log(house_prices.generate()["SalePrice"].values[run["held_out"]])
    score = np.sqrt(np.mean((run["predicted"][:, 0] - true) ** 2))
    assert run.numbers["log-RMSE held out, network with L2"] == pytest.approx(score, rel=1e-12)
    largest = [run["features"][k] for k in run["largest"]]
    # what the formula of the prices has in it, and what goes along with that
    assert {"OverallQual", "GrLivArea", "Neighborhood", "MoSold"} <= set(largest)


def test_takes_kaggles_file_and_says_so(kaggle_file, run_lesson):
    run = run_lesson(NAME, "--data", str(kaggle_file), "--steps", "200")
    assert "700 houses, 36 numeric features, 43 categorical ones" in run.printed
    assert f"The table is {kaggle_file}." in run.printed
    assert "generated" not in run.printed.split("What the document")[0].replace(
        str(kaggle_file), ""
    )
    assert run["KIND"] == "table of --data" and run_lesson(NAME)["KIND"] == "generated table"
    assert "not compared" in run.printed


def test_restores_and_refuses_with_the_table_it_was_trained_on(kaggle_file, tmp_path, course_here):
    flags = ["--data", kaggle_file, "--steps", "72", "--output", tmp_path]
    assert course_here("run", "30", *flags)[0] == 0
    code, out, err = course_here("restore", "30", "--output", tmp_path)
    assert (code, err) == (0, "")
    assert "differs" not in out and str(kaggle_file) in out


def test_a_moved_table_is_found_when_told_and_another_one_refused(
    kaggle_file, tmp_path, course_here, monkeypatch
):
    first, moved, output = tmp_path / "first.csv", tmp_path / "moved.csv", tmp_path / "output"
    shutil.copy(str(kaggle_file), str(first))
    assert course_here("run", "30", "--data", first, "--steps", "72", "--output", output)[0] == 0
    first.rename(moved)
    words = ("--output", output)
    for command in (["restore", "30"], ["run", "30", "--resume"]):
        code, _, err = course_here(*command, *words)
        assert code == 1 and f"is not in {first} any more: say where it is now with --data" in err
    monkeypatch.chdir(tmp_path)
    code, out, err = course_here("restore", "30", "--data", "moved.csv", *words)
    assert (code, err) == (0, "") and "differs" not in out
    text = moved.read_text(encoding="utf-8")
    moved.write_text("\n".join(text.splitlines()[:-1]) + "\n", encoding="utf-8")
    before = contents(output / "checkpoints")
    for command in (["restore", "30"], ["run", "30", "--resume", "--steps", "90"]):
        for data in (moved, "generated"):
            code, _, err = course_here(*command, "--data", data, *words)
            assert code == 2 and f"--data {data} is not what the checkpoint in" in err
            assert contents(output / "checkpoints") == before
    moved.write_bytes(text.replace("\n", "\r\n").encode("utf-8"))  # as another editor saves it
    assert course_here("run", "30", "--resume", "--data", moved, *words)[0] == 0
    assert course_here("restore", "30", *words)[0] == 0  # the resume has noted where it is


def test_a_bad_file_is_one_sentence_before_anything_is_saved(tmp_path):
    (tmp_path / "bad.csv").write_text("Id,SalePrice\n1,100\n")
    for data, expected, why in (
        (tmp_path / "bad.csv", 1, "lacks the columns MSSubClass, MSZoning"),
        (tmp_path / "none.csv", 2, "is no file"),
    ):
        code, _, err = python(SCRIPT, "--data", data, "--output", tmp_path / "out")
        assert code == expected and why in err
        assert len(err.splitlines()) == 1
        left = [path.name for path in (tmp_path / "out").rglob("*") if path.is_file()]
        assert set(left) <= {".30_house_prices.lock"}


@pytest.mark.slow
def test_the_answers_of_the_exercises(run_lesson, tmp_path, course_here):
    seeds, penalties, rate, _ = answers(NAME)
    gains, above = [], 0
    for seed in range(10):
        run = run_lesson(NAME, *(["--seed", str(seed)] if seed else []))
        gains.append(run.numbers["held out, with L2 less than ridge by, %"])
        above += run["end"][1, 0] > run["baseline"]["held out"]
    assert_numbers(seeds, 0, 9, min(gains), max(gains), np.mean(gains))
    assert above == 9

    ends = [run_lesson(NAME, "--regularizer", each)["end"] for each in ("0.002", "0.02", "0.1")]
    usual = run_lesson(NAME)["end"][1, 1]
    assert_numbers(penalties, *(each[1, 1] for each in ends), usual, *(each[0, 1] for each in ends))

    question = " ".join(SCRIPT.read_text(encoding="utf-8").split("# 3. ")[1].split("\n")[:1])
    assert_numbers(question, 0.05, run_lesson(NAME, "--learning-rate", "0.05")["end"][1, 1])
    code, _, err = course_here("run", "30", "--learning-rate", "1", "--output", tmp_path)
    assert code == 1 and "at step 6 of 3600" in err
    assert_numbers(rate, 1, 6)


@pytest.mark.slow
def test_too_large_a_rate_ends_in_a_sentence_that_names_the_step(run_lesson):
    with pytest.raises(CourseError, match=r"is not finite any more at step \d of 80\. Run it with"):
        run_lesson(NAME, "--learning-rate", "5", "--steps", "80")
