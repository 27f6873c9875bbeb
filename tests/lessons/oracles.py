"""What the tests of the lessons compare with: figures that share no code with the lessons.

Oracles: NumPy twins, closed forms, and figures of the documents' own code under genuine TensorFlow
1.15.5 (Python 3.7.16, NumPy 1.18.5), written in the tests by hand. Where the complete traces of
that code lie beside the project (../shared/golden), they are compared row by row.
"""

import functools
import json
import os
import re
import shlex
import subprocess
import sys
import textwrap

import numpy as np
import pytest

from common.command import catalogue
from common.tf1 import tf
from conftest import ROOT

GOLDEN = ROOT.parent / "shared" / "golden"
INITIAL_W1 = np.array([[-0.8113182], [1.4845988]], np.float32)  # of random_normal, seed 1


def golden(name):
    """The trace of that name; the test is skipped where it is not there."""
    path = GOLDEN / f"{name}.json"
    if not path.exists():
        pytest.skip(f"{path} is not there")
    return json.loads(path.read_text(encoding="utf-8"))


def float32(rows):
    return np.array(rows, np.float32)


def yogurt_data():
    """The 32 days of yogurt sales: the noise is drawn day by day, after all factors."""
    drawn = np.random.RandomState(23455).rand(32 * 3)
    X = drawn[:64].reshape(32, 2)
    return X, X.sum(axis=1, keepdims=True) + drawn[64:, None] / 10 - 0.05


def yogurt_twin(gradient_of_output, steps):
    """Gradient descent on one layer, in float32: the weights after every step.

    gradient_of_output: the loss's gradient by the predictions, from predictions and sales.
    """
    X, Y_ = (part.astype(np.float32) for part in yogurt_data())
    w1, path = INITIAL_W1.copy(), []
    for i in range(steps):
        rows = slice(i * 8 % 32, i * 8 % 32 + 8)
        y = X[rows] @ w1
        w1 = w1 - np.float32(0.001) * (
            X[rows].T @ gradient_of_output(y, Y_[rows]).astype(np.float32)
        )
        path.append(w1[:, 0])
    return np.array(path)


def ancestors(operation):
    """All operations that must have run before `operation` does, and itself."""
    found, ahead = set(), [operation]
    while ahead:
        current = ahead.pop()
        if current not in found:
            found.add(current)
            ahead += current.control_inputs + [tensor.op for tensor in current.inputs]
    return found


# Image lessons --------------------------------------------------------------------------------

REAL_IMAGES = ROOT.parent / "shared" / "data"


def real_images(test):
    """Of a test that trains on the real sets, which lie beside the project on some machines."""
    missing = pytest.mark.skipif(not REAL_IMAGES.exists(), reason=f"{REAL_IMAGES} is not there")
    return pytest.mark.slow(missing(test))


def softmax(outputs):
    """Rows of probabilities from rows of outputs."""
    powers = np.exp(outputs - outputs.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


class ReluNetwork:
    """Layers of weights and biases with the mean cross entropy behind them, in NumPy.

    values: w and b of each layer, changed in place. relu: for each layer, whether ReLU follows.
    """

    def __init__(self, values, relu):
        self.values = [np.array(value, np.float64) for value in values]
        self.relu = relu

    def loss_and_gradients(self, x, labels):
        inputs, sums = [np.asarray(x, np.float64)], []
        for k, active in enumerate(self.relu):
            sums.append(inputs[-1] @ self.values[2 * k] + self.values[2 * k + 1])
            inputs.append(np.maximum(sums[-1], 0) if active else sums[-1])
        probabilities = softmax(inputs[-1])
        loss = -np.mean(np.sum(labels * np.log(probabilities), axis=1))
        gradients, back = [None] * len(self.values), (probabilities - labels) / len(x)
        for k in reversed(range(len(self.relu))):
            back = back * (sums[k] > 0) if self.relu[k] else back
            gradients[2 * k : 2 * k + 2] = inputs[k].T @ back, back.sum(axis=0)
            back = back @ self.values[2 * k].T
        return loss, gradients


class ColumnNetwork:
    """The network of lessons 17 and 28 in NumPy: pictures are columns, ReLU but for the outputs.

    values: W and b of each layer, changed in place. clip: how far the softmax, which goes along
    the batch, is kept away from 0 and 1 in the cost.
    """

    def __init__(self, values, clip=0):
        self.values = [np.array(value, np.float64) for value in values]
        self.clip = clip

    def layers(self, x):
        """What goes into each layer, and the outputs."""
        found = [np.asarray(x, np.float64)]
        for k in range(0, len(self.values), 2):
            z = self.values[k] @ found[-1] + self.values[k + 1]
            found.append(np.maximum(z, 0) if k < len(self.values) - 2 else z)
        return found

    def evaluate(self, x, labels):
        """The cost and the accuracy of pictures and labels, both columns."""
        z = self.layers(x)[-1]
        y = np.clip(along_the_batch(z), self.clip, 1 - self.clip)
        cost = -np.mean(labels * np.log(y) + (1 - labels) * np.log(1 - y))
        return cost, np.mean(along_the_batch(z).argmax(axis=0) == labels.argmax(axis=0))

    def gradients(self, x, labels):
        """The cost's gradient by each of the values."""
        found = self.layers(x)
        y = along_the_batch(found[-1])
        inside = (y >= self.clip) & (y <= 1 - self.clip)
        by_y = inside * ((1 - labels) / (1 - y) - labels / y) / labels.size
        back = y * (by_y - np.sum(by_y * y, axis=1, keepdims=True))
        gradients = []
        for k in reversed(range(0, len(self.values), 2)):
            gradients[:0] = [back @ found[k // 2].T, back.sum(axis=1, keepdims=True)]
            back = (self.values[k].T @ back) * (found[k // 2] > 0)
        return gradients


def along_the_batch(z):
    powers = np.exp(z - z.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def first_values(run):
    """The weights and biases of a lesson's graph before any training."""
    with run["cost"].graph.as_default(), tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        return sess.run(tf.trainable_variables())


def columns(part):
    return [each.T for each in part.examples()]


def batch(X, Y, i, size=50):
    """The i-th batch in sequence: the same ones in every epoch."""
    start = i * size % X.shape[1]
    return X[:, start : start + size], Y[:, start : start + size]


# Keras ------------------------------------------------------------------------------------------


def keras(program):
    """What a Python program prints as JSON; it runs eagerly, in a process without the course."""
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    run = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        stdout=subprocess.PIPE,
        env=environment,
        text=True,
        check=True,
    )
    return json.loads(run.stdout)


@functools.lru_cache(maxsize=None)
def keras_code():
    """{name: value} that lessons/keras_3.py leaves, and what it has printed: Keras 3, eagerly."""
    return keras(f"""
        import contextlib, io, json, runpy
        import numpy as np
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            names = runpy.run_path({str(ROOT / "lessons" / "keras_3.py")!r})
        kept = "paths pieces rates penalties data outputs epochs losses normalized".split()
        kept += ["gamma", "beta", "moving_mean", "moving_variance"]
        found = {{name: names[name] for name in kept}}
        found["printed"] = printed.getvalue()
        print(json.dumps(found, default=lambda value: np.asarray(value).tolist()))
    """)


# Exercises --------------------------------------------------------------------------------------


def _exercises(name):
    """The question and the answer of each exercise of a lesson, each one line of text."""
    text = catalogue.find(name).source.partition("\n# ## Exercises")[2]
    text = re.sub(r"^# ?", "", text, flags=re.MULTILINE)
    found = re.findall(r"^\d+\. (.+?)<details>.+?</summary>(.+?)</details>", text, re.DOTALL | re.M)
    assert len(found) == text.count("<details>"), name
    return [[" ".join(part.split()) for part in each] for each in found]


def exercises(name):
    """The flags of each command in the question of an exercise, and its answer, with ASCII -."""
    for question, answer in _exercises(name):
        flags = [shlex.split(each) for each in re.findall("`(--.+?)`", question)]
        yield flags, answer.replace("−", "-")


def answers(name):
    """The answers to the exercises of a lesson, in their order."""
    return [answer for _, answer in _exercises(name)]


def assert_says(text, *parts):
    """That a text has each of the parts, which are made of what came out."""
    for part in parts:
        assert part in text, f"{part!r} is not in: {text}"


def assert_numbers(text, *values):
    """That the text has numbers for the values, in this order, each right to its last place."""
    said = iter(re.findall(r"[-−]?\d+(?:,\d{3})*(?:\.\d+)?", text))
    for value in values:
        for number in said:
            digits = number.replace("−", "-").replace(",", "")
            half = 0.5 * 10.0 ** -len(digits.partition(".")[2])
            if abs(float(digits) - value) <= half * 1.001:
                break
        else:
            pytest.fail(f"{value} does not stand, or not in this order, in: {text}")


def assert_prints_losses(run, *expected):
    """That lesson 08 or 09 printed these (step, training loss, test loss), or nearly.

    ReLU layers make more and more of the last bit. On the digits four settings of
    ONEDNN_MAX_CPU_ISA differ by up to 1.2e-3 of a loss after 1,000 steps, by 6e-3 after 2,000.
    """
    rows = re.findall(r"STEP (\d+): train_loss: (\S+) .* test_loss: (\S+) test_acc", run.printed)
    found = [[float(number) for number in row] for row in rows]
    for ours, theirs, within in zip(found, expected, (3e-3, 2e-2)):
        assert ours == pytest.approx(theirs, rel=within)
    assert len(found) >= len(expected) == 2
