"""The same training in Keras 3: `python benchmarks/in_keras.py PROBLEM [STEPS]`."""

import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"

import keras
import numpy as np
import problems

problem = problems.chosen()
X, Y = problem.X.astype(np.float32), problem.Y.astype(np.float32)
last = len(problem.weights) - 1
net = keras.Sequential(
    [
        keras.layers.Dense(w.shape[1], "relu" if k < last else None, use_bias=problem.biased)
        for k, w in enumerate(problem.weights)
    ]
)
net.build((None, problem.sizes[0]))
for layer, w in zip(net.layers, problem.weights):
    layer.set_weights([w, np.zeros(w.shape[1])] if problem.biased else [w])
loss_of = keras.losses.MeanSquaredError()
if problem.loss != "mse":
    loss_of = keras.losses.CategoricalCrossentropy(from_logits=True)
optimizer = keras.optimizers.Adam if problem.optimizer == "Adam" else keras.optimizers.SGD
net.compile(optimizer(problem.rate), loss_of)


def step(i, fetched):
    start = problem.start(i)
    end = start + problem.batch
    return net.train_on_batch(X[start:end], Y[start:end])


def at_end():
    return float(loss_of(Y[: problem.batch], net(X[: problem.batch])))


problems.measure("Keras 3", problem, step, at_end)
