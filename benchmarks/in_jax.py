"""The same training in JAX, jitted: `python benchmarks/in_jax.py PROBLEM [STEPS]`."""

import jax
import jax.numpy as jnp
import numpy as np
import problems

problem = problems.chosen()
X, Y = problem.X.astype(np.float32), problem.Y.astype(np.float32)
weights = [jnp.array(w) for w in problem.weights]
biases = [jnp.zeros(w.shape[1]) for w in weights] if problem.biased else []
parameters = (weights, biases)
moments = jax.tree.map(jnp.zeros_like, (parameters, parameters)), jnp.float32(0)


def loss_of(parameters, x, y_):
    weights, biases = parameters
    for k, w in enumerate(weights):
        x = (jax.nn.relu(x) if k else x) @ w
        if problem.biased:
            x = x + biases[k]
    if problem.loss == "mse":
        return jnp.mean((y_ - x) ** 2)
    return -jnp.mean(jnp.sum(y_ * jax.nn.log_softmax(x), axis=1))


def gradient_descent(parameters, moments, gradients):
    return jax.tree.map(lambda w, g: w - problem.rate * g, parameters, gradients), moments


def adam(parameters, moments, gradients):
    (m, v), t = moments
    t = t + 1
    m = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, m, gradients)
    v = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, v, gradients)
    rate = problem.rate * jnp.sqrt(1 - 0.999**t) / (1 - 0.9**t)
    parameters = jax.tree.map(lambda w, m, v: w - rate * m / (jnp.sqrt(v) + 1e-8), parameters, m, v)
    return parameters, ((m, v), t)


update = adam if problem.optimizer == "Adam" else gradient_descent


@jax.jit
def train_step(parameters, moments, x, y_):
    loss, gradients = jax.value_and_grad(loss_of)(parameters, x, y_)
    return (*update(parameters, moments, gradients), loss)


def step(i, fetched):
    global parameters, moments
    start = problem.start(i)
    end = start + problem.batch
    parameters, moments, loss = train_step(parameters, moments, X[start:end], Y[start:end])
    return float(loss) if fetched else None


def at_end():
    return float(loss_of(parameters, X[: problem.batch], Y[: problem.batch]))


problems.measure("JAX, jit", problem, step, at_end, lambda: jax.block_until_ready(parameters))
