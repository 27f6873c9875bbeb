"""What the tests of the lessons compare with: figures that share no code with the lessons.

Oracles: NumPy twins, closed forms, and figures of the documents' own code under genuine TensorFlow
1.15.5 (Python 3.7.16, NumPy 1.18.5), written in the tests by hand. Where the complete traces of
that code lie beside the project (../shared/golden), they are compared row by row.
"""

import json

import numpy as np
import pytest
from conftest import ROOT

from common import datasets

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
real_images = pytest.mark.skipif(not REAL_IMAGES.exists(), reason=f"{REAL_IMAGES} is not there")


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
