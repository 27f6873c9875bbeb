# %% [markdown]
# # 21 · Early stopping · 提前停止
#
# ## What it rebuilds · 重建
#
# Rebuilds 《深度神经网络-中》 二.3 提前停止.
#
# A network that is trained for too long learns the noise of its examples: the loss on new data
# falls at first, and rises again. Early stopping ends the training when that loss has not fallen
# for `patience` epochs, and goes back to the best epoch.
#
# The document gives the work to `tf.keras.callbacks.EarlyStopping(monitor='loss', patience=3)`.
# Its example stops after four epochs, but not because it has learned enough: it explodes. Here the
# callback is a few lines in a session loop, for that example and for a sound one.
#
# You will meet `tf.train.Saver` with `global_step`, `tf.glorot_uniform_initializer` and
# `tf.train.GradientDescentOptimizer`.

# %%
from common import Lesson, Parameter, np, plt, tf

lesson = Lesson(
    "21_early_stopping",
    epochs=Parameter(10, "epochs of the document's example, at most"),
    sound_epochs=Parameter(200, "epochs of the sound example, at most", at_least=2),
    patience=Parameter(3, "epochs without a better loss that end a training"),
    learning_rate=Parameter(0.01, "step size in the document's example"),
    examples=Parameter(30, "training examples of the sound example", at_least=2, at_most=100000),
    seed=Parameter(0, "of the graph and of the data", at_least=0, at_most=1000000),
)

# %% [markdown]
# ## Data · 数据
#
# The document's five examples are the numbers 0 to 99, twenty in a row, with the labels 0, 1, 2, 1
# and 2.

# %%
X = np.arange(100).reshape(5, 20)
Y_ = np.array([0, 1, 2, 1, 2]).reshape(5, 1)

# %% [markdown]
# The sound example has as many features, 20, and a target of its own for each of the layer's 10
# outputs: a linear map of the features, and a noise of nearly the same size. 30 examples to train
# on, 30 to validate with, and 5,000 that nobody looks at before the end.

# %%
rdm = np.random.RandomState(lesson.seed)
TRUE_MAP = rdm.randn(20, 10) / 2


def draw(count):
    features = rdm.randn(count, 20)
    return features, features.dot(TRUE_MAP) + 2 * rdm.randn(count, 10)


X_train, Y_train = draw(lesson.examples)
X_val, Y_val = draw(30)
X_test, Y_test = draw(5000)
SETS = {"train": (X_train, Y_train), "val": (X_val, Y_val), "test": (X_test, Y_test)}
SETS["document"] = X, Y_

# %% [markdown]
# ## Graph · 计算图
#
# Both examples have the document's network: one layer of ten outputs, `Dense(10)`, which begins
# with Glorot's weights, drawn with the graph's seed. The document's label is one number for all ten
# outputs; `y - y_` broadcasts it, as Keras does.

# %%
x = tf.placeholder(tf.float32, shape=(None, 20), name="x")
y_ = tf.placeholder(tf.float32, shape=(None, None), name="y_")

tf.set_random_seed(lesson.seed)
w = tf.get_variable("kernel", shape=(20, 10), initializer=tf.glorot_uniform_initializer())
b = tf.get_variable("bias", shape=(10,), initializer=tf.zeros_initializer())
y = tf.matmul(x, w) + b
loss = tf.reduce_mean(tf.square(y - y_))

# %% [markdown]
# `tf.keras.optimizers.SGD()` is gradient descent with the rate 0.01. The sound example keeps it.

# %%
train_op = tf.train.GradientDescentOptimizer(lesson.learning_rate).minimize(loss)
sound_op = tf.train.GradientDescentOptimizer(0.01).minimize(loss)

tf.summary.scalar("loss", loss)
tf.summary.histogram("kernel", w)
merged = tf.summary.merge_all()

# %% [markdown]
# A second Saver keeps the best epochs. None of them is thrown away, since a run that goes on
# after a kill may go back behind the last one.

# %%
saver = tf.train.Saver()
best_saver = tf.train.Saver(max_to_keep=None, save_relative_paths=True)

# %% [markdown]
# ## Session · 会话
#
# How long the best loss has not been beaten (Keras calls it wait) follows from the losses so far,
# so nothing else need be remembered. A loss that is equal, infinite or NaN is no better one.


# %%
def best_epoch(losses):
    """The epoch of the lowest loss, from 1; 0 before the first."""
    losses = np.where(np.isnan(losses), np.inf, losses)
    return int(np.argmin(losses)) + 1 if len(losses) else 0


def wait(losses):
    """How many epochs ago that was."""
    return len(losses) - best_epoch(losses)


# %% [markdown]
# The loop. An epoch that beats all before it is saved into `best/`. After `patience` others
# `break` leaves the loop; the short loop behind it counts and saves the epoch that was left. At
# the end the second Saver brings the best epoch back from the disk.
#
# `len(history)` is the number of epochs done. A run that goes on after its training has stopped
# asks for no more than that.


# %%
def train(name, epochs, patience, monitor, one_epoch, examples):
    with tf.Session() as sess:
        init_op = tf.global_variables_initializer()
        sess.run(init_op)
        training = lesson.training(sess, saver, name, may_diverge=True)
        writer = tf.summary.FileWriter(training.summaries, sess.graph)
        history = training.history
        best_path = training.folder + "/best/model.ckpt"
        going_on = wait(history[monitor]) < patience
        for epoch in training.steps(epochs if going_on else len(history)):
            watch(sess, writer, epoch, examples)
            history.append(epoch=epoch + 1, **one_epoch(sess, epoch))
            if wait(history[monitor]) == 0:
                best_saver.save(sess, best_path, global_step=epoch + 1, write_meta_graph=False)
            if wait(history[monitor]) >= patience:
                break
        for epoch in training.steps(len(history)):
            pass
        last = look_at(sess)
        best = best_epoch(history[monitor])
        best_saver.restore(sess, "%s-%d" % (best_path, best))
        restored = look_at(sess)
    print("%s: %d epochs, epoch %d restored" % (name, len(history), best))
    return {"history": history, "best_epoch": best, "last": last, "restored": restored}


# %% [markdown]
# Before each epoch TensorBoard gets the loss and the weights, as long as they are finite.


# %%
def watch(sess, writer, epoch, examples):
    feed = dict(zip((x, y_), examples))
    if np.isfinite(sess.run(loss, feed_dict=feed)):
        writer.add_summary(sess.run(merged, feed_dict=feed), epoch)


def look_at(sess):
    seen = dict(zip(("kernel", "bias"), sess.run([w, b])))
    for name, (features, targets) in SETS.items():
        seen[name] = sess.run(loss, feed_dict={x: features, y_: targets})
    return seen


# %% [markdown]
# ### The document's example · 文中的例子
#
# A batch is one example. The loss of an epoch is the mean of what its five batches have before
# their steps: so does Keras's `fit`. (It also shuffles them. Here they come as they are written.)


# %%
def document_epoch(sess, epoch):
    values = []
    for k in range(len(X)):
        feed = {x: X[k : k + 1], y_: Y_[k : k + 1]}
        values.append(sess.run([loss, train_op], feed_dict=feed)[0])
    mean = np.mean(values, dtype=np.float64)
    print("Epoch %d/%d - loss: %.4e" % (epoch + 1, lesson.epochs, mean))
    return {"loss": mean}


# %%
document = train("document", lesson.epochs, lesson.patience, "loss", document_epoch, (X, Y_))
print(len(document["history"]["loss"]))

# %% [markdown]
# ### A sound example · 一个正常的例子
#
# What is watched is the loss on the examples to validate with, `val_loss`: the training loss would
# go on falling. Each epoch draws as many examples as there are, with repetitions (有放回抽样), by a
# seed that is its number, so the curve is a little rough.


# %%
def sound_epoch(sess, epoch):
    for k in np.random.RandomState(epoch).randint(0, len(X_train), len(X_train)):
        sess.run(sound_op, feed_dict={x: X_train[k : k + 1], y_: Y_train[k : k + 1]})
    row = {}
    for name, part in (("loss", "train"), ("val_loss", "val"), ("test_loss", "test")):
        features, targets = SETS[part]
        row[name] = sess.run(loss, feed_dict={x: features, y_: targets})
    if (epoch + 1) % 10 == 0:
        print("Epoch %d - loss: %.4f - val_loss: %.4f" % (epoch + 1, row["loss"], row["val_loss"]))
    return row


# %%
train_set = SETS["train"]
sound = train("sound", lesson.sound_epochs, lesson.patience, "val_loss", sound_epoch, train_set)

# %% [markdown]
# The same training once more, with all the patience in the world:

# %%
without = train("without", lesson.sound_epochs, np.inf, "val_loss", sound_epoch, train_set)

# %% [markdown]
# Its losses also tell where other patience would have stopped, since up to there the trainings are
# the same.


# %%
def stopped(losses, patience):
    """The epoch to restore and the last one trained, for that patience."""
    for epochs in range(1, len(losses) + 1):
        if wait(losses[:epochs]) >= patience:
            break
    return best_epoch(losses[:epochs]), epochs


curve, test_curve = without["history"]["val_loss"], without["history"]["test_loss"]
others = {patience: stopped(curve, patience) for patience in (1, 3, 10, 30)}
for patience, (best, epochs) in others.items():
    stops = "stops" if epochs - best >= patience else "has not stopped"
    line = "patience %2d: %s after epoch %d, restores epoch %d, test loss %.4f"
    print(line % (patience, stops, epochs, best, test_curve[best - 1]))

# %% [markdown]
# ## What to see · 看什么
#
# ### The document's four epochs · 文中例子的四个周期
#
# The document's example prints 4: nothing beats the loss of epoch 1, and three epochs later
# patience is at an end. One step on an example multiplies its error by
# 1 − 0.01 · 2/10 · (Σx² + 1), which lies between −3.9 and −320.7: every step makes it worse, until
# the loss leaves the numbers that float32 has.
#
# Early stopping is no cure for that. Epoch 1 is the best of those that were watched, and worse by
# far than the weights before any step. The cure is a smaller rate: exercise 1.
#
# The document says that three epochs without a falling loss end the training
# (loss不下降则停止训练): true only if that means three that do not beat the best. In the sound
# example below the loss of the last epoch is less than that of the epoch before it, and the
# training ends.

# %%
factors = 1 - lesson.learning_rate * 2 / 10 * (np.sum(X**2, axis=1) + 1)
print("one step multiplies the error by " + ", ".join("%.1f" % factor for factor in factors))
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    first_loss = sess.run(loss, feed_dict={x: X, y_: Y_})
ends = (first_loss, document["restored"]["document"], document["last"]["document"])
print("loss of all five: %.4g at first, %.4g restored, %.4g at the end" % ends)

# %% [markdown]
# Keras 3 beside it:
#
# | | losses | epochs |
# |---|---|---|
# | the same first weights, `shuffle=False` | 9.5027e+15, 4.2325e+33, inf, inf | 4 |
# | as the document calls it, for example | 7.5642e+17, 3.5573e+35, inf, inf | 4 |
#
# The second, `lessons/keras_3.py`, draws its weights and shuffles anew each time, so its losses are
# others; of eight seeds each stopped after four epochs. There is one more difference: the callback
# keeps the last weights, of the size 10³⁴, unless it is told `restore_best_weights=True`.

# %%
losses, epochs = document["history"]["loss"], document["history"]["epoch"]
finite = np.isfinite(losses)
figure, axis = plt.subplots()
axis.semilogy(np.append(0, epochs[finite]), np.append(first_loss, losses[finite]), "o-")
best = document["best_epoch"]
axis.plot(best, losses[best - 1], "k*", markersize=12, label="restored")
ended = {True: "stopped", False: "the last that was asked for"}
label = ended[wait(losses) >= lesson.patience]
axis.axvline(len(losses), color="C1", linestyle="--", label=label)
axis.set(xlabel="epoch", ylabel="loss", xlim=(-0.2, len(losses) + 0.3))
axis.xaxis.get_major_locator().set_params(integer=True)
if not finite.all():
    axis.set_ylim(1, 1e45)
    label = "not a number" if np.isnan(losses).any() else "infinite"
    axis.plot(epochs[~finite], np.full(np.sum(~finite), 1e42), "^", color="C0", label=label)
    axis.axhline(3.4e38, color="black", linestyle=":", linewidth=1, label="largest float32")
axis.legend(loc="upper left", bbox_to_anchor=(0.02, 0.8))
caption = "At epoch 0: the loss of the first weights. Rate %g." % lesson.learning_rate
lesson.figure("", "exploding", "how the document's example ends", caption)

# %% [markdown]
# ### Overfitting, stopped · 过拟合之前停止
#
# * The validation loss is least at epoch 19. Epochs 20, 21 and 22 do not beat it, so the training
#   ends, and epoch 19 is restored. Its test loss is 6.52; at epoch 22 it is 6.48, and after 200
#   epochs 8.70, while the training loss falls on from 2.53 to 1.18.
# * Patience is a matter of the curve's roughness. One epoch of it falls for a bump at epoch 18; ten
#   get over another one, to epoch 25, for 13 more epochs of training.
# * The seed 0 was chosen because it shows that. With the seeds 0 to 7 the mean test loss is 6.82
#   with patience 1, 6.79 with 3, 6.77 with 10, and 9.27 after 200 epochs: that one stops matters,
#   with which patience hardly does.
# * `monitor='loss'` would be of little use here: the training loss falls to the end, but for bumps.
#   With patience 3 one of them stops it after epoch 87; epoch 84 has a test loss of 7.01.

# %%
figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.3))
best, last = sound["best_epoch"], len(sound["history"])
lowest = sound["history"]["val_loss"][best - 1]
when = "stopped" if last - best >= lesson.patience else "ended"
curves = [("loss", "training", "C2:"), ("val_loss", "validation", "C0-")]
for axis in (left, right):
    for name, label, style in curves + [("test_loss", "test", "C1--")]:
        axis.plot(without["history"]["epoch"], without["history"][name], style, label=label)
    label = "%s after epoch %d" % (when, last)
    axis.axvline(last, color="black", linewidth=1, label=label)
    axis.plot(best, lowest, "k*", markersize=12, label="restored: epoch %d" % best)
    axis.set(xlabel="epoch", ylabel="loss")
left.legend(loc="center right")

handles = []
for (patience, (epoch, _)), marker, size in zip(others.items(), "v^sD", (8, 10, 8, 13)):
    look = {"markersize": size, "fillstyle": "none", "color": "C4", "markeredgewidth": 2}
    label = "patience %d: epoch %d" % (patience, epoch)
    handles += right.plot(epoch, curve[epoch - 1], marker, label=label, **look)
right.set(xlim=(max(best - 16, 0), last + 22), ylim=(lowest - 0.3, lowest + 1.2))
right.legend(handles=handles, loc="upper right")
caption = "Right: near the minimum. Behind the line: the training that nobody stops."
lesson.figure("", "stopped", "a sound example", caption)

# %%
lesson.compare("epochs of the document's example", len(document["history"]), tensorflow_1=4)
for k, (value, genuine) in enumerate(zip(losses, (9.5026612e15, 4.2325091e33)), 1):
    lesson.compare("its loss in epoch %d" % k, value, tensorflow_1=genuine)
for k, value in enumerate(losses[2:4], 3):
    name = "its loss in epoch %d" % k
    lesson.compare(name, "%g" % value, tensorflow_1="inf", within=1)
lesson.compare("its loss with the first weights", first_loss, tensorflow_1=3087.7217)
lesson.compare("its epoch restored", document["best_epoch"], tensorflow_1=1)

# %%
lesson.compare("sound: epochs", len(sound["history"]), tensorflow_1=22)
lesson.compare("sound: epoch restored", sound["best_epoch"], tensorflow_1=19)
for name, end, genuine in (
    ("val_loss of the epoch restored", sound["restored"]["val"], 6.2809405),
    ("test loss restored", sound["restored"]["test"], 6.5166898),
    ("test loss when %s" % when, sound["last"]["test"], 6.4782071),
    ("training loss, never stopped", without["last"]["train"], 1.1800264),
    ("test loss, never stopped", without["last"]["test"], 8.7048035),
):
    lesson.compare("sound: " + name, end, tensorflow_1=genuine)
last_two = sound["history"]["val_loss"][-2:]
falls = "yes" if last_two[-1] < last_two[0] else "no"
lesson.record("sound: val_loss falls in the last epoch", falls)
for patience, genuine in ((1, 17), (3, 19), (10, 25)):
    name = "sound: epoch restored with patience %d" % patience
    lesson.compare(name, others[patience][0], tensorflow_1=genuine)

# %%
lesson.finish()

# %% [markdown]
# ## Exercises · 练习
#
# In the notebook, change the parameter of the same name in the first cell in place of a flag:
# `learning_rate=Parameter(0.0001, …)`.
#
# 1. Mend the document's example: `--learning-rate 0.0001`, then 0.00001. After how many epochs
#    does it end, and why?
#
# <details><summary>Answer</summary>
#
# After ten with both: nothing stops them. With 0.0001 the losses are 369, 8.61, 8.68, 8.60 and so
# on, down to 8.13: epoch 3 does not beat epoch 2, but epoch 4 does, and `wait` is 0 again. Only the
# last row's error still grows in a step, by a factor of −2.2. With 0.00001 none grows, and every
# epoch beats the one before: from 2,041 to 6.34. (The limit for the last row is
# 2 / (0.2 · 160,871) = 0.000062.)
# </details>
#
# 2. How much patience is best for the sound example? `--patience 1`, then 10.
#
# <details><summary>Answer</summary>
#
# With 1 it ends after epoch 18 and restores epoch 17 (test loss 6.55), with 10 after epoch 35 and
# epoch 25 (6.41), as the lines of the training without a stop have foretold. The document's
# example needs 2 and 10 epochs then; its best epoch is the first in any case.
# </details>

# %% [markdown]
# 3. Is there anything to stop with more examples: `--examples 300`?
#
# <details><summary>Answer</summary>
#
# Hardly. The test loss is 4.35 after 200 epochs: with ten times the examples the noise of each is
# no longer learned by heart. Patience 3 stops too early, after 6 epochs, and restores epoch 3 with
# 4.48; with patience 10 it is 4.33. No map gets below 4, the variance of the noise.
# </details>
#
# 4. Stop a run on its way with Ctrl-C, and go on with `--resume`; `--sound-epochs 2000` gives you
#    the time. What does the training know of the epochs before?
#
# <details><summary>Answer</summary>
#
# All that it needs: the losses so far are saved with each checkpoint, and `wait` is computed from
# them. It ends in the same epoch, with the same weights in every bit.
# </details>

# %% [markdown]
# Next in 《深度神经网络-中》: lesson 22.
