# %% [markdown]
# # 09 · Watching a training in TensorBoard · Tensorboard 与 tf.summary
#
# ## What it rebuilds · 重建
#
# Rebuilds 《Tensorflow_神经网络》 4、Tensorboard & tf.summary, 记录损失函数准确率, 打开Tensorboard.
#
# `tf.summary` writes down what happens inside a graph while it trains; TensorBoard draws it.
# The document has four kinds: a scalar becomes a curve, a tensor of any shape a histogram, and
# images and sounds can be looked at and listened to. The network is that of lesson 08.
#
# You will meet `tf.summary.scalar`, `histogram`, `image`, `audio`, `merge`, `merge_all`,
# `tf.summary.FileWriter` and `add_summary`.

# %%
from common import Lesson, Parameter, np, plt, tf

lesson = Lesson(
    "09_tensorboard",
    steps=20000,
    learning_rate=0.01,
    batch_size=Parameter(64, at_most=60000),
    data="auto",
)

# %% [markdown]
# ## Data · 数据
#
# MNIST where it is on disk, else the embedded digits.

# %%
sets = lesson.images("mnist")
train_set, test_set = sets.train, sets.test

# %% [markdown]
# ## Graph · 计算图
#
# ### Scalars and histograms of every layer · 标量与直方图
#
# Four scalars and a histogram for each weight and bias, made in the layer's own scope: the scope
# is the first part of their tags, and TensorBoard puts them together under it.


# %%
def variable_summaries(name, variable):
    with tf.name_scope(name + "_summaries"):
        mean = tf.reduce_mean(variable, name="average")
        variance = tf.reduce_mean(tf.square(variable - mean), name="variance")
        tf.summary.scalar("mean", mean)
        tf.summary.scalar("stddev", tf.sqrt(variance))
        tf.summary.scalar("max", tf.reduce_max(variable, name="largest"))
        tf.summary.scalar("min", tf.reduce_min(variable, name="smallest"))
        tf.summary.histogram("histogram", variable)


# %%
tf.set_random_seed(2017)


def hidden_layer(layer_input, output_depth, scope="hidden_layer"):
    input_depth = layer_input.shape.as_list()[-1]
    truncated_normal = tf.truncated_normal_initializer(stddev=0.1)
    with tf.variable_scope(scope):
        w = tf.get_variable("weights", [input_depth, output_depth], initializer=truncated_normal)
        b = tf.get_variable("bias", [output_depth], initializer=tf.constant_initializer(0.1))
        variable_summaries("weights", w)
        variable_summaries("bias", b)
        return tf.matmul(layer_input, w) + b


def DNN(x, output_depths):
    net = x
    for i, output_depth in enumerate(output_depths):
        net = tf.nn.relu(hidden_layer(net, output_depth, scope="layer%d" % i))
    return hidden_layer(net, 10, scope="classification")


# %%
input_ph = tf.placeholder(tf.float32, shape=(None, 784), name="input_ph")
label_ph = tf.placeholder(tf.float32, shape=(None, 10), name="label_ph")
dnn = DNN(input_ph, [400, 200, 100])

loss = tf.losses.softmax_cross_entropy(logits=dnn, onehot_labels=label_ph)
right = tf.equal(tf.argmax(dnn, axis=-1), tf.argmax(label_ph, axis=-1))
acc = tf.reduce_mean(tf.cast(right, dtype=tf.float32))
train_op = tf.train.GradientDescentOptimizer(lesson.learning_rate).minimize(loss)

# %% [markdown]
# ### One summary of each kind · 构造summary
#
# Each call returns a tensor: run it, and it gives the summary as bytes.

# %%
loss_sum = tf.summary.scalar("loss", loss)
acc_sum = tf.summary.scalar("acc", acc)

with tf.variable_scope("layer0", reuse=True):
    w = tf.get_variable("weights")  # of shape (784, 400)
w_hist = tf.summary.histogram("w_hist", w)

# %% [markdown]
# An image is a tensor of 4 dimensions: which one, height, width, and 1, 3 or 4 channels. At most
# three of a batch are kept.

# %%
image = tf.reshape(input_ph, [-1, 28, 28, 1])
image_sum = tf.summary.image("image", image)

# %% [markdown]
# A sound has 3 dimensions (which one, frame, channel) or 2, and values from −1 to 1. The document
# leaves out the `sample_rate`, the frames in a second, without which the call fails. Here half a
# second of a tone lets you hear the loss: 440 Hz where it is 0, an octave higher where it is 1.

# %%
SAMPLE_RATE = 8000
seconds = tf.range(SAMPLE_RATE // 2, dtype=tf.float32) / SAMPLE_RATE
tone = tf.sin(2 * np.pi * 440 * (1 + loss) * seconds)
audio = tf.reshape(tone, [1, SAMPLE_RATE // 2, 1])
audio_sum = tf.summary.audio("audio", audio, sample_rate=SAMPLE_RATE)

# %% [markdown]
# ### Merging · 融合summary
#
# Run one by one they would take many calls. `merge_all` makes one summary of all in the graph so
# far; it looks into the collection 'summaries'. `merge` takes those that it is given.

# %%
merged = tf.summary.merge_all()
glance = tf.summary.merge([loss_sum, image_sum])

print("merge_all: %d summaries" % len(tf.get_collection(tf.GraphKeys.SUMMARIES)))

# %% [markdown]
# ## Session · 会话
#
# One `FileWriter` for training and one for testing, each in a folder of its own; `sess.graph` in
# the first call gives TensorBoard the graph to draw.
#
# Every 1,000 steps all summaries are written for the batch just trained on, and for one of test
# images: `feed_dict={...}` in the document stands for these. The step that `add_summary` is given
# is e, one less than the step printed.


# %%
saver = tf.train.Saver()
LOGS = lesson.summaries  # summaries/09_tensorboard


def quantiles(values):
    return np.percentile(values, [0, 7, 16, 31, 50, 69, 84, 93, 100])  # TensorBoard's own


# %%
with tf.Session() as sess:
    init_op = tf.global_variables_initializer()
    sess.run(init_op)
    training = lesson.training(sess, saver, data=[train_set, test_set])
    train_writer = tf.summary.FileWriter(LOGS + "/train", sess.graph)
    test_writer = tf.summary.FileWriter(LOGS + "/test")
    history = training.history
    for e in training.steps(lesson.steps):
        images, labels = train_set.next_batch(lesson.batch_size)
        if e == 0:
            feed = {input_ph: images, label_ph: labels}
            train_writer.add_summary(sess.run(glance, feed_dict=feed), e)
        sess.run(train_op, feed_dict={input_ph: images, label_ph: labels})
        if e % 1000 == 999 or e + 1 == lesson.steps:
            test_imgs, test_labels = test_set.next_batch(lesson.batch_size)
            sum_train, loss_train, acc_train = sess.run(
                [merged, loss, acc], feed_dict={input_ph: images, label_ph: labels}
            )
            train_writer.add_summary(sum_train, e)
            sum_test, loss_test, acc_test = sess.run(
                [merged, loss, acc], feed_dict={input_ph: test_imgs, label_ph: test_labels}
            )
            test_writer.add_summary(sum_test, e)
            history.append(step=e, loss=[loss_train, loss_test], w=quantiles(sess.run(w)))
            line = "STEP %d: train_loss: %.6f train_acc: %.6f test_loss: %.6f test_acc: %.6f"
            print(line % (e + 1, loss_train, acc_train, loss_test, acc_test))
    test_images, test_labels = test_set.examples()
    loss_value, acc_value, w_value = sess.run(
        [loss, acc, w], feed_dict={input_ph: test_images, label_ph: test_labels}
    )
train_writer.close()
test_writer.close()

# %% [markdown]
# ### What an event file holds · 事件文件
#
# An event file is a row of events, each with its step and the values written then. TensorFlow
# reads it back. (After a restore, which trains nothing, it holds the graph only.)

# %%
written = {}
for path in sorted(tf.gfile.Glob(train_writer.get_logdir() + "/*")):
    for event in tf.train.summary_iterator(path):
        for value in event.summary.value:
            kind = value.WhichOneof("value")
            written.setdefault(kind, {}).setdefault(value.tag, []).append(event.step)

for kind, tags in sorted(written.items()):
    print("%-12s %2d tags, for example %s" % (kind, len(tags), sorted(tags)[-1]))
print("loss at the steps", written.get("simple_value", {}).get("loss", [])[:4], "...")

# %% [markdown]
# ## What to see · 看什么
#
# ### Opening it · 打开Tensorboard
#
# ```
# python -m lessons tensorboard 09
# ```
#
# is `tensorboard --logdir summaries/09_tensorboard`: one parent folder, whose sub-folders train
# and test become the two runs, in two colours in each chart; a third, figures, has the pictures of
# this lesson. The document's spellings are of another time: today its one dash, `-logdir=.` or
# `-logdir=train:train/,test:test/`, is refused, and with two the second shows nothing (names for
# folders are given by `--logdir_spec` now).
#
# * Scalars: `loss` and `acc` of both runs; the mean, stddev, max and min of each layer. The loss of
#   the first batch, at step 0, is in the run train, not in the figure below.
# * Histograms and distributions: 313,600 weights share the work, so each moves little.
# * Images and audio: what the network last saw, and how far its loss was from 0, by ear.
# * Graphs: open `layer0` and the others by a double click.
#
# ![TensorBoard: acc and loss of both runs, w_hist of each](../docs/tensorboard-lesson-09.png)
#
# TensorBoard on this lesson's event files. On the left the runs; then acc and loss, smoothed in
# the strong colours and as written in the pale ones, the test run in light blue, the training run
# in dark blue; then `w_hist` of each run, the newest histogram in front.

# %% [markdown]
# ### Claims · 文档的论断
#
# | 《Tensorflow_神经网络》 | | here |
# |---|---|---|
# | a summary is for 「供Tensorboard读取」 | true | what was written is read back above |
# | a scalar can 「显示误差的变化」 | true | the chart `loss` |
# | a histogram's tensor 「可以是任意形状」 | true | w (784, 400), biases (10,) |
# | an image is 「4维的1-通道」, 3 or 4 channels | true | (64, 28, 28, 1) |
# | a sound is 3 or 「2维(batch, frame)」 | only with a sample_rate | (1, 4000, 1) |
# | merge_all takes 「前面定义的所有summary」 | true | 45 of them |
# | merge can 「只是融合某些」 | true | 2 |
# | FileWriter is a 「文件读写器」, reader and writer | false | it writes only; `tf.train` reads |
# | the step may be 「其他你想要用的数值」 | true | here e, one less than printed |
# | folders beside each other are 「方便我们对比不同模型」 | true | train and test; exercise 1 |

# %%
lesson.record("summaries that merge_all took", len(merged.op.inputs))
lesson.record("summaries that merge took", len(glance.op.inputs))
lesson.record("loss on the whole test set", loss_value)
lesson.compare("accuracy on the whole test set", acc_value, tensorflow_1=0.9714, within=0.003)
lesson.record("standard deviation of layer0's weights", w_value.std())

# %%
losses = history["loss"].reshape(-1, 2)
for k, (run, style) in enumerate((("train", "o-"), ("test", "s--"))):
    label = "%s: a batch of %d" % (run, lesson.batch_size)
    plt.semilogy(history["step"], losses[:, k], style, markersize=4, label=label)
plt.xlabel("step, as given to add_summary")
plt.ylabel("loss (cross entropy)")
plt.legend()
caption = "What TensorBoard shows as the chart `loss`, unsmoothed."
lesson.figure("", "loss", "the two writers: %s" % sets.title, caption)

# %%
bands = history["w"].reshape(-1, 9)
shades = plt.get_cmap("Blues")([0.2, 0.4, 0.6, 0.8])
for k, share in enumerate(("100 %", "86 %", "68 %", "38 %")):
    low, high = bands[:, k], bands[:, -1 - k]
    plt.fill_between(history["step"], low, high, color=shades[k], label="%s of them" % share)
plt.plot(history["step"], bands[:, 4], color="black", label="median")
plt.xlabel("step, as given to add_summary")
plt.ylabel("weights of layer0")
plt.legend(loc="center left", bbox_to_anchor=(1, 0.5))
caption = "What TensorBoard shows as the distribution `w_hist`."
lesson.figure("", "distribution", "a histogram over time: %s" % sets.title, caption)

# %%
lesson.finish()

# %% [markdown]
# ## Exercises · 练习
#
# In the notebook, change the first cell in place of a flag: `steps=60000`, `learning_rate=0.1`.
#
# 1. Compare two rates in one chart: run with `--steps 3000 --output slow`, then with `--steps 3000
#    --learning-rate 0.1 --output fast`, and open the folder that holds both:
#    `tensorboard --logdir .`
#
# <details><summary>Answer</summary>
#
# Each folder below `--logdir` that has an event file is a run, named by its path: slow/…/train,
# fast/…/train and so on. At step 3,000 of the digits the loss is 0.017 at the rate 0.01 and 0.0006
# at 0.1: the curve of ten times the rate lies far below.
# </details>
#
# 2. Train three times as far: `--steps 60000`. What does the histogram of `layer0` do?
#
# <details><summary>Answer</summary>
#
# Next to nothing: its standard deviation is 0.0881 after 20,000 steps and 0.0882 after 60,000, and
# began at 0.088, as the truncated normal of 0.1 has it. Once the training images are known by
# heart, the loss, and with it the gradient, is nearly 0.
# </details>

# %% [markdown]
# Next in 《Tensorflow_神经网络》: lesson 02.
