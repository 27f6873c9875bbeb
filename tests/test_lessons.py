"""What the lessons print and reach, against oracles that share no code with them.

Oracles: NumPy twins in float32, closed forms, and figures of the documents' own code under genuine
TensorFlow 1.15.5 (Python 3.7.16, NumPy 1.18.5), written here by hand. Where the complete traces of
that code lie beside the project (../shared/golden), they are compared row by row.
"""

import json
import re

import numpy as np
import pytest
from conftest import LESSONS, ROOT

from common import datasets
from common.graph_mode import contrib, tf

GOLDEN = ROOT.parent / "shared" / "golden"
INITIAL_W1 = np.array([[-0.8113182], [1.4845988]], np.float32)  # of random_normal, seed 1


def golden(name):
    path = GOLDEN / f"{name}.json"
    if not path.exists():
        pytest.skip(f"{path} is not there")
    return json.loads(path.read_text(encoding="utf-8"))


def float32(rows):
    return np.array(rows, np.float32)


@pytest.mark.parametrize("name", LESSONS)
def test_every_number_agrees_or_says_why_not(name, run_lesson):
    run = run_lesson(name)
    results = json.loads((run.summaries / "results.json").read_text(encoding="utf-8"))
    assert results["mode"] == "run" and results["figures"]
    for each in results["numbers"]:
        assert each["agrees"] in ("yes", "") or (each["agrees"] == "no" and each["why"]), each


# 10 -------------------------------------------------------------------------------------------


def yogurt_twin(gradient_of_output, steps):
    """Gradient descent on one layer, in float32: the weights after every step.

    gradient_of_output: the loss's gradient by the predictions, from predictions and sales.
    """
    X, Y_ = (part.astype(np.float32) for part in datasets.yogurt_sales())
    w1, path = INITIAL_W1.copy(), []
    for i in range(steps):
        rows = slice(i * 8 % 32, i * 8 % 32 + 8)
        y = X[rows] @ w1
        w1 = w1 - np.float32(0.001) * (
            X[rows].T @ gradient_of_output(y, Y_[rows]).astype(np.float32)
        )
        path.append(w1[:, 0])
    return np.array(path)


def printed_weights(printed):
    rows = re.findall(r"After (\d+) training steps, w1 is\n\[\[(.+?)\]\n \[(.+?)\]\]", printed)
    return [int(row[0]) for row in rows], float32([row[1:] for row in rows])


def test_10_prints_the_weights_every_500_steps_as_the_numpy_twin_has_them(run_lesson):
    run = run_lesson("10_yogurt_mse")
    steps, weights = printed_weights(run.printed)
    assert steps == list(range(0, 20000, 500))
    twin = yogurt_twin(lambda y, y_: 2 * (y - y_) / 8, 20000)
    np.testing.assert_allclose(weights, twin[steps], rtol=2e-5, atol=1e-6)
    np.testing.assert_allclose(run["w1_value"][:, 0], twin[-1], rtol=2e-5)
    # genuine TensorFlow 1.15.5, all digits
    np.testing.assert_array_equal(run["w1_value"], float32([[0.98019385], [1.0159807]]))


def test_10_has_the_bits_of_the_genuine_trace(run_lesson):
    trace, run = golden("D1_mse"), run_lesson("10_yogurt_mse")
    expected = np.array([row["w1"] for row in trace["rows"]])[:, :, 0]
    np.testing.assert_array_equal(run["history"]["w1"], expected)
    np.testing.assert_array_equal(run["w1_value"], float32(trace["final"]["w1"]))


@pytest.mark.parametrize("optimizer", ["Momentum", "RMSProp", "Adam"])
def test_10_other_optimizers_reach_least_squares(optimizer, run_lesson):
    run = run_lesson("10_yogurt_mse", "--optimizer", optimizer)
    np.testing.assert_allclose(run["w1_value"], run["w1_exact"], atol=1e-3)


# 11 -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name, cost, profit", [("code", 9, 1), ("text", 1, 9)])
def test_11_both_losses_follow_the_numpy_twin(name, cost, profit, run_lesson):
    run = run_lesson("11_yogurt_custom_loss", "--steps", "500")
    twin = yogurt_twin(lambda y, y_: np.where(y > y_, cost, -profit), 500)
    np.testing.assert_allclose(run["w1_" + name], twin[-1], atol=1e-5)


def test_11_ends_where_genuine_tensorflow_ends(run_lesson):
    run = run_lesson("11_yogurt_custom_loss")
    np.testing.assert_array_equal(run["w1_code"], float32([0.9661967, 0.97694933]))
    np.testing.assert_array_equal(run["w1_text"], float32([1.020171, 1.0425103]))
    shorter = run_lesson("11_yogurt_custom_loss", "--steps", "3000")
    np.testing.assert_array_equal(shorter["w1_code"], float32([0.9600407, 0.97334176]))
    np.testing.assert_array_equal(shorter["w1_text"], float32([1.0296593, 1.0484432]))


def test_11_has_the_bits_of_the_genuine_trace(run_lesson):
    trace = golden("D1_custom_loss_cost9_profit1")
    run = run_lesson("11_yogurt_custom_loss")
    expected = np.array([row["w1"] for row in trace["rows"]])[:, :, 0]
    np.testing.assert_array_equal(run["history_code"]["w1"], expected)


def test_11_the_minima_it_names_are_the_exact_ones(run_lesson):
    """The loss is piecewise linear: its minimum lies where two days are predicted exactly."""
    X, Y_ = datasets.yogurt_sales()
    for cost, profit, named in ((9, 1, (0.9617, 0.9768)), (1, 9, (1.0178, 1.0448))):
        corners = [np.linalg.solve(X[[a, b]], Y_[[a, b], 0]) for a in range(32) for b in range(a)]
        error = [X @ w - Y_[:, 0] for w in corners]
        losses = [np.where(e > 0, cost * e, -profit * e).sum() for e in error]
        np.testing.assert_allclose(corners[int(np.argmin(losses))], named, atol=5e-5)


# 13, 14 ---------------------------------------------------------------------------------------


def test_13_follows_the_closed_form(run_lesson):
    run = run_lesson("13_learning_rate")
    for rate, history in zip((0.2, 1, 0.0001), run["histories"]):
        steps = np.arange(1, 41)
        np.testing.assert_allclose(history["w"] + 1, 6 * (1 - 2 * rate) ** steps, atol=1e-5)
        np.testing.assert_allclose(history["loss"], (history["w"] + 1) ** 2, atol=1e-5)


def test_13_prints_the_documents_lines(run_lesson):
    lines = run_lesson("13_learning_rate").printed.splitlines()
    # genuine TensorFlow 1.15.5
    assert lines[1] == "After 0 steps: w is 2.600000.   loss is 12.959999"
    assert lines[40] == "After 39 steps: w is -1.000000.   loss is 0.000000"
    assert len([line for line in lines if line.startswith("After")]) == 120


@pytest.mark.parametrize("trace, place", [("lr02", 0), ("lr1", 1), ("lr0001", 2)])
def test_13_has_the_bits_of_the_genuine_traces(trace, place, run_lesson):
    rows = golden("D1_learning_rate_" + trace)["rows"]
    history = run_lesson("13_learning_rate")["histories"][place]
    np.testing.assert_array_equal(history["w"][: len(rows)], [row["w"] for row in rows])
    np.testing.assert_array_equal(history["loss"][: len(rows)], [row["loss"] for row in rows])


def test_14_follows_its_formula(run_lesson):
    run = run_lesson("14_exponential_decay")
    w = 5.0
    for i in range(40):
        w -= 0.1 * 0.99**i * 2 * (w + 1)
        np.testing.assert_allclose(run["history"]["w"][i], w, atol=1e-5)
        np.testing.assert_allclose(run["history"]["learning_rate"][i], 0.1 * 0.99 ** (i + 1), 1e-5)


def test_14_stairs_and_glide(run_lesson):
    rates, k = np.array(run_lesson("14_exponential_decay")["rates"]), np.arange(40)
    np.testing.assert_allclose(rates[:, 0], 0.1 * 0.9 ** (k // 10), rtol=1e-6)
    np.testing.assert_allclose(rates[:, 1], 0.1 * 0.9 ** (k / 10), rtol=1e-6)


def test_14_prints_the_documents_lines(run_lesson):
    lines = run_lesson("14_exponential_decay").printed.splitlines()
    # genuine TensorFlow 1.15.5
    assert lines[0] == (
        "After 0 steps: global_step is 1.000000 , learning rate is 0.099000, w is 3.800000.   "
        "loss is 23.040001"
    )
    assert lines[39] == (
        "After 39 steps: global_step is 40.000000 , learning rate is 0.066897, w is -0.995731.   "
        "loss is 0.000018"
    )


def test_14_has_the_bits_of_the_genuine_trace(run_lesson):
    rows = golden("D1_expdecay")["rows"]
    history = run_lesson("14_exponential_decay")["history"]
    for name in ("w", "loss", "learning_rate"):
        np.testing.assert_array_equal(history[name], [row[name] for row in rows])


# 18 -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("decay, name", [(0.99, "shadow"), (0.1, "quick")])
def test_18_follows_the_recursion(decay, name, run_lesson):
    history = run_lesson("18_moving_average")["history"]
    shadow = 0.0
    for i in range(8):
        updates, w1 = (0, 1) if i == 0 else (100, 10)
        used = min(decay, (1 + updates) / (10 + updates))
        shadow = used * shadow + (1 - used) * w1
        np.testing.assert_allclose(history[name][i], shadow, rtol=1e-6)


def test_18_prints_the_documents_lines(run_lesson):
    lines = run_lesson("18_moving_average").printed.splitlines()
    # genuine TensorFlow 1.15.5; the document's text rounds them to .9, 1.644, 2.328, 2.956
    assert lines[:9] == [
        "[0.0, 0.0]",
        "[1.0, 0.9]",
        "[10.0, 1.6445453]",
        "[10.0, 2.3281732]",
        "[10.0, 2.955868]",
        "[10.0, 3.532206]",
        "[10.0, 4.061389]",
        "[10.0, 4.547275]",
        "[10.0, 4.9934072]",
    ]


def test_18_has_the_bits_and_the_names_of_the_genuine_trace(run_lesson):
    trace, run = golden("D1_ema099"), run_lesson("18_moving_average")
    expected = [row["shadow"] for row in trace["rows"]]
    np.testing.assert_array_equal(run["history"]["shadow"], expected[1:])
    shadow = run["ema"].average(run["w1"])
    assert shadow.name == trace["final"]["shadow_name"]


def test_18_the_shadow_that_waits_sees_the_step_and_the_weight_restored_is_the_shadow(run_lesson):
    run = run_lesson("18_moving_average")
    assert run["w_after"] == pytest.approx(3.8)
    assert run["shadow_after"] == pytest.approx(0.9 * 5 + 0.1 * 3.8)
    assert run["w_restored"] == run["shadow_end"] != 10


def test_18_together_has_no_path_from_the_step_to_the_average(run_lesson):
    """What the lesson says of control_dependencies, read off the graph itself."""
    with tf.Graph().as_default():
        w = tf.Variable(5.0)
        train_step = tf.train.GradientDescentOptimizer(0.1).minimize(tf.square(w + 1))
        together = tf.train.ExponentialMovingAverage(0.9).apply([w])
        with tf.control_dependencies([train_step]):
            after = tf.train.ExponentialMovingAverage(0.9, name="After").apply([w])
        assert train_step not in ancestors(together)
        assert train_step in ancestors(after)


def ancestors(operation):
    found, ahead = set(), [operation]
    while ahead:
        current = ahead.pop()
        if current not in found:
            found.add(current)
            ahead += current.control_inputs + [tensor.op for tensor in current.inputs]
    return found


# 19 -------------------------------------------------------------------------------------------


def circle_twin(weights, price, steps):
    """Adam on the 2-11-1 net, in NumPy: the four variables after `steps`, from `weights`.

    price: of L2 regularization, price · Σw²/2 on w1 and w2.
    """
    X, Y_ = (part.astype(np.float32) for part in datasets.circle())
    values = [weight.astype(np.float64) for weight in weights]
    m, v = ([np.zeros_like(value) for value in values] for _ in range(2))
    for i in range(steps):
        x, y_ = X[i * 30 % 300 :][:30], Y_[i * 30 % 300 :][:30]
        w1, b1, w2, b2 = values
        hidden = np.maximum(x @ w1 + b1, 0)
        error = 2 * (hidden @ w2 + b2 - y_) / len(x)
        back = (error @ w2.T) * (hidden > 0)
        gradients = [
            x.T @ back + price * w1,
            back.sum(0),
            hidden.T @ error + price * w2,
            error.sum(0),
        ]
        rate = 1e-4 * np.sqrt(1 - 0.999 ** (i + 1)) / (1 - 0.9 ** (i + 1))
        for k, gradient in enumerate(gradients):
            m[k] = 0.9 * m[k] + 0.1 * gradient
            v[k] = 0.999 * v[k] + 0.001 * gradient**2
            values[k] = values[k] - rate * m[k] / (np.sqrt(v[k]) + 1e-8)
    return values


@pytest.mark.parametrize("name, price", [("without", 0), ("regularized", 0.01)])
def test_19_follows_the_numpy_twin(name, price, run_lesson):
    run = run_lesson("19_l2_regularization", "--steps", "2000")
    with tf.Session(graph=run["y"].graph) as sess:
        sess.run([variable.initializer for variable in tf.trainable_variables()])
        initial = sess.run([run[part] for part in ("w1", "b1", "w2", "b2")])
    twin = circle_twin(initial, price, 2000)
    for ours, theirs in zip(run[name]["weights"], twin):
        np.testing.assert_allclose(ours, theirs, rtol=1e-3, atol=2e-5)


def test_19_ends_where_it_ends_under_genuine_tensorflow(run_lesson):
    """The lesson itself, run under TensorFlow 1.15.5: the document's weights have no seed."""
    numbers = run_lesson("19_l2_regularization").numbers
    for name, genuine in (
        ("loss_mse, without regularization", 0.07092568),
        ("loss_total, without regularization", 0.22538608),
        ("loss_mse, with regularization", 0.07200547),
        ("loss_total, with regularization", 0.12996815),
        ("Σw² of w1 and w2, without regularization", 30.892081),
        ("Σw² of w1 and w2, with regularization", 11.592535),
    ):
        assert numbers[name] == pytest.approx(genuine, rel=1e-5), name


def test_19_prints_the_losses_every_2000_steps(run_lesson):
    printed = run_lesson("19_l2_regularization").printed
    for pattern in (r"After (\d+) steps, loss is \d", r"After (\d+) steps, loss is: \d"):
        assert [int(i) for i in re.findall(pattern, printed)] == list(range(0, 40000, 2000))


def test_19_regularizers_are_those_of_tf_contrib():
    weights = np.array([[1.0, -2.0], [3.0, -4.0]], np.float32)
    with tf.Graph().as_default(), tf.Session() as sess:
        assert sess.run(contrib.layers.l1_regularizer(0.1)(weights)) == pytest.approx(1.0)
        assert sess.run(contrib.layers.l2_regularizer(0.1)(weights)) == pytest.approx(1.5)


def test_19_keras_penalties_are_those_the_lesson_names(run_lesson):
    """Keras has no half in L2: what the lesson prints beside its own is what Keras gives."""
    run = run_lesson("19_l2_regularization")
    np.testing.assert_allclose(run["penalties"], [0.08, 0.256, 0.256 + 1.28], rtol=1e-6)
    from conftest import python

    code, out, err = python(
        "-c",
        "import numpy as np\n"
        "from keras import regularizers as r\n"
        "one = lambda n: np.ones((n, 16), 'float32')\n"
        "print(float(r.L2(0.001)(one(10))), float(r.L1(0.001)(one(16))),"
        " float(r.L1L2(0.001, 0.01)(one(16))))",
    )
    assert code == 0, err
    np.testing.assert_allclose([float(word) for word in out.split()], [0.16, 0.256, 2.816], 1e-5)
