"""Lesson 04 against a NumPy twin, a closed form and genuine TensorFlow 1.15.5; its animation."""

import base64
import io
import json
import re

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient
from oracles import answers, assert_says, float32
from PIL import Image

from common import plots
from common.command import catalogue

NAME = "04_polynomial_regression"
# w as random_normal begins in 1.15.5, with seed 3 for the graph, and b
BEGIN = np.array([-1.1347394, 0.7460806, -1.9681302, 0.0])
TARGET = [2.4, 3, 0.5, 0.9]  # from x³ down, as np.polyval has them
X = np.arange(-3, 3.1, 0.1)


def twin(learning_rate, epochs=100):
    """(w[0], w[1], w[2], b) and the loss, at the beginning and after each update, in float64."""
    weights, rows = BEGIN, []
    for _ in range(epochs + 1):
        error = weights[0] * X + weights[1] * X**2 + weights[2] * X**3 + weights[3]
        error = error - np.polyval(TARGET, X)
        rows.append([*weights, np.mean(error**2)])
        gradient = [2 * np.mean(error * X**k) for k in (1, 2, 3, 0)]
        weights = weights - learning_rate * np.array(gradient)
    return np.array(rows)


def test_the_target_is_the_documents(run_lesson):
    run = run_lesson(NAME)
    assert run["f_des"] == "y = 0.90 + 0.50 * x + 3.00 * x^2 + 2.40 * x^3"
    assert len(run["x_sample"]) == 61
    np.testing.assert_allclose(run["y_sample"], np.polyval(TARGET, X))
    np.testing.assert_allclose(run["exact"], [0.5, 3, 2.4, 0.9])
    assert run["x_train"].shape == (61, 3)
    assert run["y_"].shape == run["y_train"].shape == (61,)


def test_follows_the_twin(run_lesson):
    history = run_lesson(NAME)["history"]
    ours = np.column_stack([history["w"], history["b"], history["loss"]])
    np.testing.assert_allclose(ours, twin(0.001), rtol=2e-5, atol=2e-6)


@pytest.mark.same_bits
def test_prints_the_losses_of_genuine_tensorflow(run_lesson):
    """The lesson itself, run under TensorFlow 1.15.5: all digits."""
    run = run_lesson(NAME)
    assert re.findall(r"^epoch: (\d+), loss: (\S+)$", run.printed, re.MULTILINE) == [
        ("20", "24.184046"),
        ("40", "6.0153346"),
        ("60", "1.7736139"),
        ("80", "0.7699121"),
        ("100", "0.5224108"),
    ]
    np.testing.assert_array_equal(
        [*run["w_value"][:, 0], run["b_value"]],
        float32([-0.36423033, 3.0176625, 2.5307438, 0.45766702]),
    )
    assert run["loss_below"] == np.float32(1055.8994)
    assert run["loss_above"] == np.float32(111644.21)


def test_a_loss_before_initialization_is_an_error(run_lesson):
    assert run_lesson(NAME)["before_initialization"] == "FailedPreconditionError"


def test_rates_below_the_limit_descend_and_rates_above_it_climb(run_lesson):
    run = run_lesson(NAME)
    below, above = run["history_below"]["loss"], run["history_above"]["loss"]
    np.testing.assert_allclose(below, twin(0.0085)[1:, 4], rtol=1e-4)
    np.testing.assert_allclose(above, twin(0.0086)[1:, 4], rtol=1e-4)
    assert (np.diff(below) < 0).all() and (np.diff(above)[5:] > 0).all()
    # the curvature along any direction is at most λ: a power iteration finds it
    columns, direction = np.vander(X, 4), np.ones(4)
    for _ in range(100):
        direction = columns.T @ (columns @ direction) * 2 / 61
        largest = np.linalg.norm(direction)
        direction /= largest
    limit = run.numbers["largest rate that does not diverge"]
    assert limit == pytest.approx(2 / largest, rel=1e-9)
    assert 0.0085 < limit < 0.0086


def test_predictions_fetched_are_those_drawn(run_lesson):
    run = run_lesson(NAME)
    np.testing.assert_allclose(run["y_pred_value"], run["fits"][-1], rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(run["x_train_value"][:, 0], X, rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(run["y_train_value"], np.polyval(TARGET, X), rtol=1e-6)


@pytest.mark.slow
def test_the_answers_of_the_exercises(run_lesson):
    def numbers(*flags):
        return run_lesson(NAME, *flags).numbers

    found, crossed, half = answers("04")
    run = numbers("--learning-rate", "0.008", "--steps", "2000")
    ends = [run["w[0]"], run["w[1]"], run["w[2]"], run["b"]]
    np.testing.assert_allclose(ends, [0.5, 3, 2.4, 0.9], rtol=0, atol=1e-5)
    run = numbers("--steps", "2000")
    assert_says(found, "w[0] is %.3f and b %.3f" % (run["w[0]"], run["b"]))
    np.testing.assert_allclose(twin(0.001, 16000)[-1, :4], twin(0.008, 2000)[-1, :4], atol=1e-5)

    swinging = run_lesson(NAME, "--learning-rate", "0.009")
    ends = (swinging["fits"] - swinging["y_sample"])[:, [0, -1]]
    assert (ends[1:] * ends[:-1] < 0).all() and (np.diff(np.abs(ends), axis=0)[2:] > 0).all()
    run, below = numbers("--learning-rate", "0.009"), numbers("--learning-rate", "0.0085")
    assert_says(crossed, "the loss is %.1f · 10¹² after 100" % (run["loss at the end"] / 1e12))
    assert run["w[2]"] == pytest.approx(-205200, abs=100)
    assert run["w[0]"] == pytest.approx(-31000, abs=100)
    assert_says(crossed, "w[2] ends at −205,200, w[0] at −31,000")
    for each in (run, below):
        assert_says(crossed, "w[1] and b are at %.1f and %.1f" % (each["w[1]"], each["b"]))

    run, usual = numbers("--learning-rate", "0.0043"), numbers()
    assert_says(half, "The loss is %.3f after 100" % run["loss at the end"])
    assert_says(half, "the %.3f that 0.001" % usual["loss at the end"])


# The animation ------------------------------------------------------------------------------------


def gif_of(run):
    return (run.summaries / "figures" / "live-fit.gif").read_bytes()


def frame(gif, k):
    """Frame k in RGB: an array of (height, width, 3)."""
    with Image.open(io.BytesIO(gif)) as image:
        image.seek(k)
        return np.array(image.convert("RGB"), int)


def drawn_at(run, picture, x, y, colour):
    """For each point of data coordinates, whether `colour` is within two pixels of it."""
    wanted = [int(colour[k : k + 2], 16) for k in (1, 3, 5)]
    like = np.abs(picture - wanted).max(axis=2) < 60
    columns, rows = run["ax"].transData.transform(np.column_stack([x, y])).T
    rows = len(picture) - rows
    return np.array(
        [
            like[int(r) - 2 : int(r) + 3, int(c) - 2 : int(c) + 3].any()
            for c, r in zip(columns, rows)
        ]
    )


@pytest.mark.slow
def test_has_a_frame_for_every_epoch_plays_for_ever_and_is_small(run_lesson):
    gif = gif_of(run_lesson(NAME, drawn=True))
    assert len(gif) < 2 * 2**20
    with Image.open(io.BytesIO(gif)) as image:
        assert image.n_frames == 101
        assert image.info["loop"] == 0
        assert image.width > 700 and image.height > 400
        shown = []
        for k in range(image.n_frames):
            image.seek(k)
            shown.append(image.info["duration"])
    assert shown == [100] * 100 + [2000]


@pytest.mark.slow
@pytest.mark.parametrize("k", [0, 3, 20, 60, 100])
def test_a_frame_shows_the_curve_of_its_epoch(k, run_lesson):
    run = run_lesson(NAME, drawn=True)
    picture = frame(gif_of(run), k)
    w, b = run["history"]["w"][k], run["history"]["b"][k]
    fit, real = np.polyval([*w[::-1], b], X), np.polyval(TARGET, X)
    apart = np.abs(fit - real) > 4  # elsewhere the real curve's dashes lie on top
    assert drawn_at(run, picture, X[apart], fit[apart], plots.VERMILLION).all()
    assert drawn_at(run, picture, X, fit, plots.VERMILLION).sum() > 30
    assert drawn_at(run, picture, X, real, plots.BLUE).sum() > 30
    if k in (0, 100):  # and nothing is left of another epoch's
        other = np.polyval([*run["history"]["w"][100 - k][::-1], run["history"]["b"][100 - k]], X)
        far = np.abs(other - fit) > 8
        assert far.sum() > 10
        assert not drawn_at(run, picture, X[far], other[far], plots.VERMILLION).any()


def test_is_listed_beside_the_figures(run_lesson):
    run = run_lesson(NAME)
    results = json.loads((run.summaries / "results.json").read_text("utf-8"))
    assert results["figures"] == ["data.png", "fit.png", "rates.png", "live-fit.gif"]


def test_a_figure_shows_in_a_notebook_without_plt_show():
    lines = "%matplotlib inline", "import matplotlib.pyplot as plt", "plt.plot([1, 2])"
    cell = nbformat.v4.new_code_cell("\n".join(lines))
    NotebookClient(nbformat.v4.new_notebook(cells=[cell])).execute()
    assert "image/png" in cell.outputs[-1]["data"]


def test_plays_in_the_notebook():
    notebook = nbformat.read(catalogue.find(NAME).notebook, as_version=4)
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    (data,) = [each.data["image/gif"] for each in outputs if "image/gif" in each.get("data", {})]
    with Image.open(io.BytesIO(base64.b64decode(data))) as image:
        assert image.n_frames == 101 and image.info["loop"] == 0


def test_a_restore_draws_it_again_from_the_history(tmp_path, course_here):
    assert course_here("run", "04", "--steps", "5", "--output", tmp_path, drawn=True)[0] == 0
    path = tmp_path / "summaries" / NAME / "figures" / "live-fit.gif"
    before = path.read_bytes()
    path.unlink()
    assert course_here("restore", "04", "--output", tmp_path, drawn=True)[0] == 0
    assert path.read_bytes() == before
    with Image.open(path) as image:
        assert image.n_frames == 6


def test_a_resumed_run_ends_in_the_same_bits(tmp_path, course_here, run_lesson):
    assert course_here("run", "04", "--steps", "30", "--output", tmp_path)[0] == 0
    code, _, err = course_here("run", "04", "--resume", "--steps", "100", "--output", tmp_path)
    assert code == 0, err
    undisturbed = run_lesson(NAME)
    for training in ("fit", "rate_0.0085", "rate_0.0086"):
        ours, theirs = (
            json.loads((folder / training / "model.ckpt-100.json").read_text("utf-8"))
            for folder in (tmp_path / "checkpoints" / NAME, undisturbed.checkpoints)
        )
        assert ours["history"] == theirs["history"]
    figures = tmp_path / "summaries" / NAME / "figures"
    assert (figures / "live-fit.gif").read_bytes() == gif_of(undisturbed)


def test_a_rate_that_overflows_still_ends(run_lesson):
    run = run_lesson(NAME, "--learning-rate", "0.1", "--steps", "20", drawn=True)
    assert not np.isfinite(run["loss_numpy"])
    with Image.open(io.BytesIO(gif_of(run))) as image:
        assert image.n_frames == 21


@pytest.mark.parametrize("count", [1, 2, 101, 102, 250, 10001])
def test_of_very_many_frames_evenly_spaced_ones_are_taken(count):
    taken = plots.thinned(range(count))
    assert len(taken) == min(count, 101) == len(set(taken))
    assert (taken[0], taken[-1]) == (0, count - 1)
    gaps = np.diff(taken)
    assert not len(gaps) or gaps.max() - gaps.min() <= 1
