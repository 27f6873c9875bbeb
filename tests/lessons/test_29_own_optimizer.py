"""Lesson 29 against NumPy twins, the document's rows on MNIST, and genuine TensorFlow 1.15.5."""

import numpy as np
import pytest
from oracles import REAL_IMAGES, ancestors, real_images

from common.data import images
from common.tf1 import tf

NAME = "29_own_optimizer"


def twin(steps, axis):
    """The document's optimizer in NumPy, on the digits: W and b after `steps`.

    axis: what softmax adds up to 1 along: 1 the images (the document's), 0 the digits.
    """
    train_set = images.images("digits").train.after(1500 // 12)
    W, b = np.zeros((10, 784)), np.zeros((10, 1))
    for _ in range(steps):
        x, y = (part.T.astype(np.float64) for part in train_set.next_batch(100))
        powers = np.exp(W @ x + b)
        p = powers / powers.sum(axis=axis, keepdims=True)
        by_p = (-y / p + (1 - y) / (1 - p)) / y.size
        by_logits = p * (by_p - (by_p * p).sum(axis=axis, keepdims=True))
        W -= 0.01 * by_logits @ x.T
        b -= 0.01 * by_logits.sum(axis=1, keepdims=True)
    return W, b


@pytest.mark.parametrize("step, axis", [("updates", 1), ("updates_mended", 0)])
def test_the_optimizer_is_the_numpy_twin(step, axis, run_lesson):
    run = run_lesson(NAME)
    train_set = run["sets"].train.after(125)
    with tf.Session(graph=run["cost"].graph) as sess:
        sess.run([run["W"].initializer, run["b"].initializer])
        for _ in range(50):
            x, y = train_set.next_batch(100)
            sess.run(run[step], {run["X"]: x.T, run["Y"]: y.T, run["learning_rate_"]: 0.01})
        for ours, theirs in zip(sess.run([run["W"], run["b"]]), twin(50, axis)):
            np.testing.assert_allclose(ours, theirs, rtol=1e-3, atol=1e-7)


def test_it_trains_on_what_read_data_sets_left_and_evaluates_on_all(run_lesson):
    run = run_lesson(NAME)
    np.testing.assert_array_equal(run["mnist_train"].pictures, run["sets"].train.pictures[125:])
    assert run["features"].shape == (784, 1797) and run["classes"].shape == (10, 1797)
    assert (run["total_batch"], len(run["wrong_axis"]["history"])) == (13, 51)


def test_at_the_beginning_the_cost_says_along_what_softmax_goes(run_lesson):
    """With W = 0 all outputs are equal: 1/1,797 along the images, 1/10 along the digits."""
    run = run_lesson(NAME)
    feed = {run["X"]: run["features"], run["Y"]: run["classes"]}
    with tf.Session(graph=run["cost"].graph) as sess:
        sess.run([run["W"].initializer, run["b"].initializer])
        costs = sess.run([run["cost"], run["cost_mended"]], feed)
    for cost, share in zip(costs, (1 / 1797, 1 / 10)):
        assert cost == pytest.approx(-0.1 * np.log(share) - 0.9 * np.log(1 - share), rel=1e-5)


def test_the_noise_has_the_papers_variance(run_lesson):
    run = run_lesson(NAME)
    with tf.Graph().as_default(), tf.Session() as sess:
        param = tf.Variable(tf.zeros([10, 100, 1000]))
        step = run["noisy_descent"](0 * tf.reduce_sum(param), [param], lr=1.0)
        sess.run(tf.global_variables_initializer())
        before, variances = sess.run(param), []
        for _ in range(3):
            sess.run(step)
            after = sess.run(param)
            variances.append((after - before).reshape(2, -1).var(axis=1))
            before = after
    expected = [[0, 0.3 / (1 + t) ** 0.55] for t in range(3)]
    np.testing.assert_allclose(variances, expected, rtol=0.01)


def test_no_weight_is_changed_before_all_gradients_are_there(run_lesson):
    run = run_lesson(NAME)
    with tf.Graph().as_default() as graph:
        weights = [tf.Variable(tf.ones([10, 3, 3])) for _ in range(2)]
        hidden = tf.nn.relu(tf.matmul(tf.ones([10, 5, 3]), weights[0]))
        loss = tf.reduce_sum(tf.matmul(hidden, weights[1]))
        before = set(graph.get_operations())
        run["noisy_descent"](loss, weights)
        made = set(graph.get_operations()) - before
    products = {each for each in made if each.type == "BatchMatMulV2"}
    one, other = (products & ancestors(each) for each in made if each.type == "AssignSub")
    assert one == other and len(one) == 3


def test_noise_can_be_added_between_compute_gradients_and_apply_gradients(run_lesson):
    run, ends = run_lesson(NAME), []
    for ready_made in (False, True):
        with tf.Graph().as_default(), tf.Session() as sess:
            weight = tf.Variable(tf.ones([10, 2, 3]))
            loss = tf.reduce_sum(tf.square(weight))
            if ready_made:
                optimizer = tf.train.GradientDescentOptimizer(0.1)
                ((gradient, _),) = optimizer.compute_gradients(loss, [weight])
                sigma = tf.sqrt(tf.constant(0.3))
                noise = sigma * tf.random.stateless_normal([10, 2, 3], seed=[0, 0])
                pairs = [(gradient + run["noisy"] * noise, weight)]
                step = optimizer.apply_gradients(pairs)
            else:
                step = run["noisy_descent"](loss, [weight])
            sess.run(tf.global_variables_initializer())
            sess.run(step)
            ends.append(sess.run(weight))
    np.testing.assert_allclose(*ends, rtol=1e-6)


def test_three_ways_are_one_to_the_last_bit(run_lesson):
    run = run_lesson(NAME)
    assert run["apart"] == dict.fromkeys(run["WAYS"], 0)
    moved, _ = run["ends"]["by hand"]
    assert np.abs(moved).max() > 0.1


@pytest.mark.same_bits
def test_five_networks_with_noise_begin_where_the_five_without_begin(run_lesson):
    run = run_lesson(NAME)
    with tf.Graph().as_default(), tf.Session() as sess:
        _, params = run["deep_networks"](tf.placeholder(tf.float32, [None, 784]), 0.1)
        sess.run(tf.global_variables_initializer())
        first, *_ = sess.run(params)
        assert len(params) == 2 * 21
    np.testing.assert_array_equal(first[:5], first[5:])
    assert len({each.tobytes() for each in first[:5]}) == 5
    assert first.std() == pytest.approx(0.1, rel=0.02)


def test_noise_leaves_a_bad_beginning_and_spoils_a_better_one(run_lesson):
    """After 900 steps, by the checkpoint that ships."""
    run = run_lesson(NAME, "--restore")
    deep = {stddev: accuracies for stddev, (_, accuracies) in run["deep"].items()}
    assert set(deep[0.1][:5]) == {deep[0.1][0]} and deep[0.1][0] < 0.12
    assert deep[0.1][5:].max() > 0.2
    assert deep[0.3][:5].mean() > 0.2 > 0.12 > deep[0.3][5:].max()


@real_images
def test_on_mnist_it_gives_the_documents_first_row(run_lesson):
    flags = ["--epochs", "1", "--noise-steps", "1", "--data", str(REAL_IMAGES / "mnist")]
    run = run_lesson(NAME, *flags)
    assert (run["total_batch"], run["features"].shape[1]) == (550, 70000)
    history = run["wrong_axis"]["history"]
    assert history["cost"][0] == pytest.approx(1.06549, abs=0.0005)  # 《四、训练神经网络》
    assert history["accuracy"][0] == pytest.approx(0.773786, abs=0.003)


@pytest.mark.slow
def test_the_answers_of_the_exercises(run_lesson):
    run = run_lesson(NAME, "--noise", "0.01", "--epochs", "1", "--noise-steps", "900")
    (_, bad), (_, better) = (run["deep"][stddev] for stddev in (0.1, 0.3))
    assert bad.mean() == pytest.approx(0.09, abs=0.02)
    assert 0.2 < better[5:].mean() < 0.5 and 0.2 < better[:5].mean() < 0.5
    run = run_lesson(NAME, "--noise", "1", "--epochs", "1", "--noise-steps", "900")
    for _, accuracies in run["deep"].values():
        assert accuracies[5:].max() < 0.2 and accuracies[5:].mean() == pytest.approx(0.1, abs=0.03)
    run = run_lesson(NAME, "--learning-rate", "0.1", "--noise-steps", "1", "--epochs", "50")
    axes = [
        run.numbers["accuracy at the end, the %s axis" % each] for each in ("document's", "right")
    ]
    assert axes == pytest.approx([0.925, 0.927], abs=0.005)
    run = run_lesson(NAME, "--noise-steps", "1", "--epochs", "50")
    axes = [
        run.numbers["accuracy at the end, the %s axis" % each] for each in ("document's", "right")
    ]
    assert axes == pytest.approx([0.873, 0.825], abs=0.005)
    assert 51 * run["total_batch"] == 663
