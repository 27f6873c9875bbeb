# %% [markdown]
# # 08 · A deep network for handwritten digits · 深层神经网络
#
# ## What it rebuilds · 重建
#
# Rebuilds 《Tensorflow_神经网络》 深层神经网络 1-3.
#
# Ten classes (多分类) need ten outputs: softmax turns them into probabilities, and the cross
# entropy (交叉熵) says how far these are from the right answer. The network has three hidden
# layers, 784-400-200-100-10, each built by the same function.
#
# You will meet `tf.variable_scope` with `reuse`, `tf.truncated_normal_initializer`,
# `tf.losses.softmax_cross_entropy`, `tf.argmax` and `next_batch`.

# %%
from common import Lesson, Parameter, np, plt, tf

lesson = Lesson(
    "08_deep_network",
    steps=20000,
    learning_rate=0.01,
    batch_size=Parameter(64, at_most=60000),
    relu=Parameter("every", "which hidden layers have ReLU", choices=["every", "last"]),
    data="auto",
)

# %% [markdown]
# ## Data · 数据
#
# Pictures of 28 × 28 = 784 pixels, from 0 to 1, and labels as rows of ten: 1 at the digit's
# place, 0 elsewhere (one-hot). The document leaves its data out; the book behind it,
# 《深度学习理论与实战（基于TensorFlow实现）》, trains on MNIST. That is taken where it is on disk
# (`python -m lessons data fetch mnist` fetches it); the embedded digits stand in for it otherwise.

# %%
sets = lesson.images("mnist")
train_set, test_set = sets.train, sets.test

figure, axes = plt.subplots(2, 8, figsize=(8, 2.4))
for k, axis in enumerate(axes.flat):
    axis.imshow(train_set.pictures[k], cmap="gray_r")
    axis.set_title(sets.names[train_set.classes[k]], fontsize=9)
    axis.set_axis_off()
lesson.figure("", "data", "training images: %s" % sets.title, "The first 16 and their labels.")

# %% [markdown]
# ## Graph · 计算图
#
# ### Softmax · softmax 函数
#
# Softmax takes e to the power of each output and divides by their sum, so that all are positive
# and add up to 1.

# %%
z = tf.constant([[1.0, 2.0, 3.0]])
softmax = tf.exp(z) / tf.reduce_sum(tf.exp(z), axis=-1, keepdims=True)
softmax_tf = tf.nn.softmax(z)

# %% [markdown]
# ### Cross entropy · 交叉熵
#
# p is the right answer, q what the network says: −Σ p(x) log q(x), averaged over the examples.
# `tf.losses.softmax_cross_entropy` takes the outputs before softmax, which it applies itself, in
# such a way that log never meets a 0. What that does to the gradient, and what the document says of
# it, is the subject of lesson 12.

# %%
p = tf.constant([[0.0, 0.0, 1.0]])
cross_entropy = -tf.reduce_mean(tf.reduce_sum(p * tf.log(softmax), axis=-1))
cross_entropy_tf = tf.losses.softmax_cross_entropy(logits=z, onehot_labels=p, loss_collection=None)

with tf.Session() as sess:
    hand, ready = sess.run([[softmax, cross_entropy], [softmax_tf, cross_entropy_tf]])
steps_of_softmax = [[1, 2, 3], np.exp([1, 2, 3]), hand[0][0]]
print("softmax by hand        %s, cross entropy %.6f" % (hand[0][0], hand[1]))
print("softmax of TensorFlow  %s, cross entropy %.6f" % (ready[0][0], ready[1]))

# %%
figure, axes = plt.subplots(1, 3, figsize=(9, 2.8))
for axis, heights, title in zip(axes, steps_of_softmax, ("z", "e to the power of z", "softmax")):
    bars = axis.bar(["z1", "z2", "z3"], heights)
    for bar, height in zip(bars, heights):
        place = bar.get_x() + bar.get_width() / 2
        axis.text(place, height, "%.3g" % height, ha="center", va="bottom")
    axis.set(title=title, ylim=(0, 1.18 * max(heights)))
caption = "From outputs to probabilities: the powers are divided by their sum, %.4g." % (
    np.exp([1, 2, 3]).sum()
)
lesson.figure("", "softmax", "softmax, step by step", caption)

# %% [markdown]
# ### The network · 定义网络框架
#
# `hidden_layer` makes one layer in a scope of its own. Weights begin as a truncated normal: what
# lies beyond two standard deviations is drawn anew; with `tf.set_random_seed` they begin the same
# each time. Biases begin at 0.1. With `reuse=True` a scope makes no variables but takes those that
# it has. The document's `get_shape()[-1]` is a Dimension in TensorFlow 1 and here, a plain number
# in today's `tf.compat.v1` as it comes; `as_list()` gives a number everywhere.

# %%
tf.set_random_seed(2017)


def hidden_layer(layer_input, output_depth, scope="hidden_layer", reuse=None):
    input_depth = layer_input.shape.as_list()[-1]
    truncated_normal = tf.truncated_normal_initializer(stddev=0.1)
    with tf.variable_scope(scope, reuse=reuse):
        w = tf.get_variable("weights", [input_depth, output_depth], initializer=truncated_normal)
        b = tf.get_variable("bias", [output_depth], initializer=tf.constant_initializer(0.1))
        return tf.matmul(layer_input, w) + b


# %% [markdown]
# In the document's `DNN` the ReLU stands outside of the loop, so only the last hidden layer has
# one, and the first three layers are one linear map. Here it stands inside; `--relu last` is the
# document's. Its `scope` is used here as well: all layers lie in the scope DNN.


# %%
def DNN(x, output_depths, scope="DNN", reuse=None):
    net = x
    with tf.variable_scope(scope, reuse=reuse):
        for i, output_depth in enumerate(output_depths):
            net = hidden_layer(net, output_depth, scope="layer%d" % i, reuse=reuse)
            if lesson.relu == "every" or i == len(output_depths) - 1:
                net = tf.nn.relu(net)
        return hidden_layer(net, 10, scope="classification", reuse=reuse)


# %%
input_ph = tf.placeholder(tf.float32, shape=(None, 784))
label_ph = tf.placeholder(tf.float32, shape=(None, 10))

dnn = DNN(input_ph, [400, 200, 100])
again = DNN(input_ph, [400, 200, 100], reuse=True)

for variable in tf.trainable_variables():
    print("%-28s %s" % (variable.op.name, variable.shape))

# %% [markdown]
# The second call made no variable: `again` is the same network. Next the loss, and the accuracy
# (正确率): the largest output is the network's answer, and the mean of right (1) and wrong (0)
# answers is the share of right ones. The document's `label_ph` and `labels_ph` are one and the
# same placeholder.

# %%
loss = tf.losses.softmax_cross_entropy(logits=dnn, onehot_labels=label_ph)
right = tf.equal(tf.argmax(dnn, axis=-1), tf.argmax(label_ph, axis=-1))
acc = tf.reduce_mean(tf.cast(right, dtype=tf.float32))

optimizer = tf.train.GradientDescentOptimizer(learning_rate=lesson.learning_rate)
train_op = optimizer.minimize(loss)

# %%
tf.summary.scalar("loss", loss)
tf.summary.scalar("acc", acc)
tf.summary.histogram("layer0", tf.global_variables("DNN/layer0/weights")[0])
merged = tf.summary.merge_all()

# %% [markdown]
# ## Session · 会话
#
# Batches of 64. Every 1,000 steps the loss and the accuracy are printed, as in the document: on
# the batch just trained on, and on one of 64 test images. That is a glance, no measurement, so at
# the end both sets are evaluated whole.


# %%
def evaluate(image_set):
    """Mean loss and accuracy on a whole set, 10,000 images at a time."""
    sums = np.zeros(2)
    for start in range(0, len(image_set), 10000):
        images, labels = image_set.examples(start, start + 10000)
        values = sess.run([loss, acc], feed_dict={input_ph: images, label_ph: labels})
        sums += len(images) * np.array(values, np.float64)
    return sums / len(image_set)


# %%
saver = tf.train.Saver()
with tf.Session() as sess:
    init_op = tf.global_variables_initializer()
    sess.run(init_op)
    training = lesson.training(sess, saver, data=[train_set, test_set])
    writer = tf.summary.FileWriter(training.summaries, sess.graph)
    history = training.history
    for e in training.steps(lesson.steps):
        images, labels = train_set.next_batch(lesson.batch_size)
        sess.run(train_op, feed_dict={input_ph: images, label_ph: labels})
        if e % 1000 == 999 or e + 1 == lesson.steps:
            test_imgs, test_labels = test_set.next_batch(lesson.batch_size)
            loss_train, acc_train, summary = sess.run(
                [loss, acc, merged], feed_dict={input_ph: images, label_ph: labels}
            )
            loss_test, acc_test = sess.run(
                [loss, acc], feed_dict={input_ph: test_imgs, label_ph: test_labels}
            )
            writer.add_summary(summary, e + 1)
            history.append(step=e + 1, loss=[loss_train, loss_test], acc=[acc_train, acc_test])
            print(
                "STEP %d: train_loss: %.6f train_acc: %.6f test_loss: %.6f test_acc: %.6f"
                % (e + 1, loss_train, acc_train, loss_test, acc_test)
            )
    (train_loss, train_acc), (test_loss, test_acc) = map(evaluate, (train_set, test_set))
    answers = sess.run(dnn, feed_dict={input_ph: test_set.examples()[0]}).argmax(axis=-1)
    one, other = sess.run([dnn, again], feed_dict={input_ph: test_set.examples(0, 64)[0]})

# %% [markdown]
# ## What to see · 看什么
#
# * On MNIST it is right on 97 % of the test images after 20,000 steps. The embedded digits are few
#   (1,500) and easy: at the end the network has all training images right. The batches that are
#   printed are all right from step 1,000 on: what it still learns shows in their loss only.
# * A batch of 64 knows accuracies 1/64 = 1.6 points apart: the curve of the small test batches
#   jumps. The dotted line is the whole test set.
#
# ### Claims · 文档的论断
#
# | 《Tensorflow_神经网络》 | | here |
# |---|---|---|
# | descent is 「非常简单，但是却非常强大」 | true | 98.7 % of the digits, 97 % of MNIST right |
# | 「所有项求和就等于 1」: softmax adds up to 1 | true | 1, of the outputs 1, 2, 3 |
#
# How much descent is used in deep learning (大量使用) no run can tell.

# %%
lesson.compare("softmax of 1, 2, 3 adds up to", float(hand[0].sum()), document=1, within=1e-6)
lesson.record("cross entropy by hand less TensorFlow's", abs(hand[1] - ready[1]))
lesson.record("largest difference of the reused network", np.abs(one - other).max())
lesson.record("loss on the whole training set", train_loss)
lesson.record("accuracy on the whole training set", train_acc)
lesson.record("loss on the whole test set", test_loss)
lesson.compare("accuracy on the whole test set", test_acc, tensorflow_1=0.9723, within=0.003)

# %%
losses, accs = (history[name].reshape(-1, 2) for name in ("loss", "acc"))
figure, (left, right) = plt.subplots(1, 2, figsize=(12, 4))
for k, (kind, style) in enumerate((("training", "o-"), ("test", "s--"))):
    label = "%s batch of %d" % (kind, lesson.batch_size)
    left.semilogy(history["step"], losses[:, k], style, markersize=4, label=label)
    right.plot(history["step"], accs[:, k], style, markersize=4, label=label)
left.axhline(test_loss, color="black", linestyle=":", label="whole test set, at the end")
right.axhline(test_acc, color="black", linestyle=":", label="whole test set, at the end")
left.set(xlabel="training step", ylabel="cross entropy")
right.set(xlabel="training step", ylabel="accuracy")
right.legend(loc="center left", bbox_to_anchor=(1, 0.5))
caption = "Every 1,000 steps and at the last, as they are printed."
lesson.figure("", "curves", "loss and accuracy: %s" % sets.title, caption)

# %%
wrong = np.flatnonzero(answers != test_set.classes)
rows = 2 if len(wrong) > 8 else 1
figure, axes = plt.subplots(rows, 8, figsize=(8, 0.4 + 1.2 * rows), squeeze=False)
for axis in axes.flat:
    axis.set_axis_off()
for k, axis in zip(wrong, axes.flat):
    axis.imshow(test_set.pictures[k], cmap="gray_r")
    labels = sets.names[test_set.classes[k]], sets.names[answers[k]]
    axis.set_title("%s, not %s" % labels, fontsize=9)
if not wrong.size:
    figure.text(0.5, 0.6, "none", ha="center")
caption = "The label and the network's answer; %d of %d are wrong." % (len(wrong), len(answers))
lesson.figure("", "wrong", "test images taken for another: %s" % sets.title, caption)

# %%
lesson.finish()

# %% [markdown]
# ## Exercises · 练习
#
# In the notebook, change the first cell in place of a flag: `relu=Parameter("last", …)`,
# `learning_rate=0.1`, `steps=2000`.
#
# 1. Give only the last hidden layer its ReLU, as the document's code does: `--relu last`.
#
# <details><summary>Answer</summary>
#
# 98.3 % of the digits' test images (98.7 % with ReLU in every layer), and 97 % of MNIST's with
# either: hardly worse. The first layers are one linear map then, but one ReLU is enough for these
# pictures.
# </details>
#
# 2. Ten times the rate: `--learning-rate 0.1 --steps 2000`.
#
# <details><summary>Answer</summary>
#
# After 2,000 steps the loss of the training batch is 0.0011; at 0.01 no batch that is printed in
# the first 10,000 steps has less. The accuracy on the test set is 98.7 %: gradient descent can
# afford such a rate here.
# </details>

# %% [markdown]
# Next in 《Tensorflow_神经网络》: lesson 09.
