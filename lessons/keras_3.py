# %% [markdown]
# # The Keras code of 《深度神经网络-中》 · 文中的 Keras 代码
#
# That document writes eager Keras, where the lessons build graphs. Here is its code, section by
# section, mended for Keras 3, which belongs to today's TensorFlow: `python lessons/keras_3.py`.
# What had to be mended stands above each part, with the lesson that does the same in a graph.

# %%
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # else it begins with a page of remarks

import numpy as np
import tensorflow as tf
from tensorflow import keras

# %% [markdown]
# ## 一.1.2 方法实现, 3.1-3.4: optimizers (lesson 26)
#
# The optimizers of Keras 3 have no `minimize`. What it did is two lines: a tape records the loss,
# `apply_gradients` makes the update. What `.numpy()` then read is the number of updates so far.


# %%
def minimize(opt, loss, var_list):
    with tf.GradientTape() as tape:
        value = loss()
    opt.apply_gradients(zip(tape.gradient(value, var_list), var_list))
    return opt.iterations


# %%
opt = tf.keras.optimizers.SGD(learning_rate=0.1)
var = tf.Variable(1.0)


def loss():
    return (var**2) / 2.0


print("updates: %d, var: %s" % (minimize(opt, loss, [var]).numpy(), var.numpy()))
print("learning_rate of SGD(): %g" % tf.keras.optimizers.SGD().learning_rate.numpy())

# %% [markdown]
# Momentum, and the two steps that the document prints:

# %%
opt = tf.keras.optimizers.SGD(learning_rate=0.1, momentum=0.9)
var = tf.Variable(1.0)
val0 = var.value()
minimize(opt, loss, [var])
val1 = var.value()
minimize(opt, loss, [var])
val2 = var.value()
print(f"第一次更新步长={(val0 - val1).numpy()}")
print(f"第二次更新步长={(val1 - val2).numpy()}")

# %% [markdown]
# All of them, 50 updates each. The numbers are lesson 26's, but for RMSprop: its average starts at
# 0 in Keras and at 1 in `tf.train`.

# %%
OPTIMIZERS = {
    "SGD": tf.keras.optimizers.SGD(learning_rate=0.1),
    "momentum": tf.keras.optimizers.SGD(learning_rate=0.1, momentum=0.9),
    "nesterov": tf.keras.optimizers.SGD(learning_rate=0.1, momentum=0.9, nesterov=True),
    "Adagrad": tf.keras.optimizers.Adagrad(
        learning_rate=0.1, initial_accumulator_value=0.1, epsilon=1e-07
    ),
    "RMSprop": tf.keras.optimizers.RMSprop(learning_rate=0.1),
    "Adam": tf.keras.optimizers.Adam(learning_rate=0.1),
}
paths = {}
for name, opt in OPTIMIZERS.items():
    var, paths[name] = tf.Variable(1.0), []
    for _ in range(50):
        minimize(opt, loss, [var])
        paths[name].append(var.numpy())
    print("%-9s %s" % (name, " ".join("%.7f" % value for value in paths[name][:3])))

# %% [markdown]
# ## 一.4 学习率退火: schedules (lesson 16)
#
# `keras` needs its import. And `^` is no power in Python: `**` is.

# %%
boundaries = [100000, 110000]
values = [1.0, 0.5, 0.1]
learning_rate_fn = keras.optimizers.schedules.PiecewiseConstantDecay(boundaries, values)
pieces = {step: float(learning_rate_fn(step)) for step in (100000, 100001, 110000, 110001)}
print("piecewise: %s" % pieces)

# %%
initial_learning_rate, decay_rate, decay_steps = 0.5, 0.5, 20


def exponential_decay(step):
    return initial_learning_rate * decay_rate ** (step / decay_steps)


def inverse_time_decay(step):
    return initial_learning_rate / (1 + decay_rate * step / decay_steps)


# %%
schedules = keras.optimizers.schedules
in_keras = {
    exponential_decay: schedules.ExponentialDecay(initial_learning_rate, decay_steps, decay_rate),
    inverse_time_decay: schedules.InverseTimeDecay(initial_learning_rate, decay_steps, decay_rate),
}
rates = {}
for formula, schedule in in_keras.items():
    rates[formula.__name__] = [float(schedule(step)) for step in range(201)]
    apart = max(abs(rate - formula(k)) for k, rate in enumerate(rates[formula.__name__]))
    print(
        "%s: at step 199 %.6f, differs from its formula by %.0e at most"
        % (formula.__name__, formula(199), apart)
    )

# %% [markdown]
# ## 二.1 L1、L2正则化 (lesson 19)
#
# The shape of the input is a layer of its own, `Input`: Keras 3 warns of `input_shape`. The
# penalties are looked at with all weights 1. Keras's L2 is λ·Σw², that of `tf.contrib.layers` half
# of it.

# %%
regularizers = keras.regularizers
model = tf.keras.models.Sequential([tf.keras.Input((10,))])
for regularizer in (
    regularizers.l2(0.001),
    regularizers.l1(0.001),
    regularizers.L1L2(0.001, 0.01),
):
    model.add(tf.keras.layers.Dense(16, kernel_regularizer=regularizer, activation="relu"))
model.set_weights([np.ones_like(weight) for weight in model.get_weights()])
penalties = [float(penalty) for penalty in model.losses]
print("penalties: %s" % np.round(penalties, 4))

# %% [markdown]
# ## 二.2 Dropout (lesson 20)
#
# The layer draws anew each time, so the mask is another one in every run.

# %%
layer = tf.keras.layers.Dropout(0.2)
data = np.arange(1, 11).reshape(5, 2).astype(np.float32)
print(data)
outputs = layer(data, training=True)
print(outputs.numpy())
print("unchanged at inference: %s" % np.array_equal(layer(data), data))

# %% [markdown]
# ## 二.3 提前停止 (lesson 21)
#
# The code runs as it is, but stops after four epochs because the loss explodes: SGD's default rate
# of 0.01 is too large for these examples. At 0.00001 the loss falls.

# %%
X, Y_ = np.arange(100).reshape(5, 20), np.array([0, 1, 2, 1, 2])


def fit(model, optimizer, **options):
    callback = tf.keras.callbacks.EarlyStopping(monitor="loss", patience=3)
    model.compile(optimizer, loss="mse")
    history = model.fit(X, Y_, epochs=10, batch_size=1, callbacks=[callback], verbose=0, **options)
    return history.history["loss"]


# %%
epochs = {}
for optimizer in (tf.keras.optimizers.SGD(), tf.keras.optimizers.SGD(1e-5)):
    model = tf.keras.models.Sequential([tf.keras.layers.Dense(10)])
    losses = fit(model, optimizer)
    rate = "%g" % optimizer.learning_rate.numpy()
    epochs[rate] = len(losses)
    print(
        "rate %s: %d epochs, losses %s"
        % (rate, len(losses), ", ".join(map("{:.4g}".format, losses)))
    )

# %% [markdown]
# ## 二.4 批量标准化 (lesson 22)
#
# Nothing to mend. In training it takes the rows' mean and variance, and moves its averages by a
# hundredth of the way, from 0 and 1.

# %%
layer = tf.keras.layers.BatchNormalization(
    epsilon=0.001,
    center=True,
    scale=True,
    beta_initializer="zeros",
    gamma_initializer="ones",
)
normalized = layer(data, training=True).numpy()
gamma, beta, moving_mean, moving_variance = layer.get_weights()
print(normalized)
print("moving_mean %s, moving_variance %s" % (moving_mean, moving_variance))
