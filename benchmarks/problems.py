"""The trainings that are measured: data, first weights and settings, the same for every library.

Runs wherever one of the libraries does, on Python 3.7 as well.
"""

import json
import sys
import time

import numpy as np

WARM_UP = 50  # steps before the clock starts: what is compiled or prepared is not measured


class Problem:
    """A network and how it is trained.

    sizes: of its layers; hidden ones are ReLU layers with biases, a single one has no bias. loss:
    "mse" or "cross entropy". optimizer: "gradient descent" or "Adam". steps: to be measured.
    """

    def __init__(self, name, sizes, rows, batch, loss, optimizer, rate, stddev, steps):
        self.name, self.sizes, self.batch, self.steps = name, sizes, batch, steps
        self.loss, self.optimizer, self.rate = loss, optimizer, rate
        draw = np.random.RandomState(2)
        self.X = draw.rand(rows, sizes[0])
        if loss == "mse":
            self.Y = self.X.sum(axis=1, keepdims=True)
        else:
            self.Y = np.eye(sizes[-1])[draw.randint(sizes[-1], size=rows)]
        shapes = list(zip(sizes, sizes[1:]))
        self.weights = [(draw.randn(*shape) * stddev).astype(np.float32) for shape in shapes]
        self.biased = len(shapes) > 1

    def start(self, step):
        """The first row of the batch of this step."""
        return step * self.batch % (len(self.X) - self.batch + 1)


GD, CE = "gradient descent", "cross entropy"
PROBLEMS = {
    problem.name: problem
    for problem in (
        Problem("yogurt", (2, 1), 32, 8, "mse", GD, 0.001, 1, 10000),
        Problem("circle", (2, 11, 1), 300, 30, "mse", "Adam", 0.0001, 1, 10000),
        Problem("784-20×4-10", (784, *[20] * 4, 10), 2000, 50, CE, GD, 0.01, 0.1, 3000),
        Problem("784-400-200-100-10", (784, 400, 200, 100, 10), 2000, 64, CE, GD, 0.01, 0.1, 800),
    )
}


def measure(column, problem, step, loss, wait=lambda: None):
    """Print, as a line of JSON, how long a step takes, and the loss on the first batch at the end.

    step(i, fetched): one step; returns its loss as a float where `fetched`. loss(): as a float.
    wait(): until all that was begun is done.
    """
    microseconds = {}
    for kind, fetched in (("step", False), ("step, loss", True)):
        for i in range(WARM_UP):
            step(i, fetched)
        wait()
        started = time.perf_counter()
        for i in range(problem.steps):
            step(i, fetched)
        wait()
        microseconds[kind] = (time.perf_counter() - started) / problem.steps * 1e6
    print(json.dumps({"column": column, "microseconds": microseconds, "loss": loss()}), flush=True)


def chosen():
    """The problem that the command line names, with another number of steps where it gives one."""
    problem = PROBLEMS[sys.argv[1]]
    problem.steps = int(sys.argv[2]) if len(sys.argv) > 2 else problem.steps
    return problem
