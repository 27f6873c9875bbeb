# %% [markdown]
# # 07 · Saving a model and restoring it · 保存模型与恢复
#
# ## What it rebuilds · 重建
#
# Rebuilds 《Tensorflow_神经网络》 保存模型与恢复.
#
# To load a model takes two stages: first its structure (恢复模型的结构), which is the graph, then
# the values of its variables (恢复模型的参数值). Here the network of lesson 06 is saved while it is
# trained, restored in a fresh graph, in a graph built again and in another process, and trained
# on. And what goes wrong is tried too.
#
# You will meet `tf.train.Saver`, `global_step`, `tf.train.import_meta_graph`,
# `get_tensor_by_name`, `get_operation_by_name` and `tf.get_collection`.

# %%
import re
import subprocess
import sys

from common import Lesson, Parameter, datasets, np, plt, tf

lesson = Lesson(
    "07_save_and_restore",
    steps=10000,
    learning_rate=1.0,
    save_every=Parameter(5000, "steps from one save into First_Save to the next"),
    max_to_keep=Parameter(5, "how many checkpoints the Saver keeps", at_most=1000000),
)

# %% [markdown]
# ## Data · 数据
#
# The flower of lesson 06, and a grid of points to draw the boundary.

# %%
X, Y_ = datasets.flower()
ONES = Y_[:, 0] == 1
side = np.linspace(-5, 5, 201)
xx, yy = np.meshgrid(side, side)
grid = np.c_[xx.ravel(), yy.ravel()]

# %% [markdown]
# ## Graph · 计算图
#
# What is to be found again gets a name: the inputs x and y, the output net, train_op. The
# weights are those of lesson 06: its seed for the graph, and for each layer what an initializer
# without a seed took there, the number of operations that the graph had so far.
# `tf.placeholder_with_default` gives the 400 points unless others are fed; as constants they become
# part of the graph, and are saved with it.


# %%
def layer(number, value, shape):
    normal = tf.random_normal_initializer(stddev=0.01, seed=5 + 13 * number)
    with tf.variable_scope("layer%d" % number):
        w = tf.get_variable(initializer=normal, shape=shape, name="weights%d" % number)
        zeros = tf.zeros_initializer()
        b = tf.get_variable(initializer=zeros, shape=shape[1:], name="bias%d" % number)
    return tf.matmul(value, w) + b


def two_network(units=4):
    tf.set_random_seed(89)
    x = tf.placeholder_with_default(X.astype(np.float32), shape=(None, 2), name="x")
    y = tf.placeholder_with_default(Y_.astype(np.float32), shape=(None, 1), name="y")
    net = tf.sigmoid(layer(2, tf.tanh(layer(1, x, (2, units))), (units, 1)), name="net")
    loss_two = tf.losses.log_loss(predictions=net, labels=y, scope="loss_two")
    optimizer = tf.train.GradientDescentOptimizer(learning_rate=lesson.learning_rate)
    train_op = optimizer.minimize(loss_two, name="train_op")
    tf.summary.scalar("loss_two", loss_two)
    tf.summary.histogram("net", net)
    return x, net, loss_two, train_op


x, net, loss_two, train_op = two_network()
merged = tf.summary.merge_all()

# %% [markdown]
# A Saver saves all variables, and keeps the newest five checkpoints unless `max_to_keep` says
# otherwise. The file `checkpoint` names them by absolute paths where `save_path` is absolute, as it
# is here, and a folder of such a file cannot be moved. This one can: `save_relative_paths=True` has
# them named by their file names, as the document's relative `save_path` does.

# %%
saver = tf.train.Saver(max_to_keep=lesson.max_to_keep, save_relative_paths=True)

# %% [markdown]
# ## Session · 会话
#
# The checkpoints are saved as First_Save/model.ckpt-5000 and so on, in the lesson's folder.
# `Saver.save` makes one missing folder and no more, so First_Save is made here. (A restore, which
# trains nothing and leaves the run's own files alone, saves once, beside its summaries.)

# %%
restored_only = lesson.mode == "restore"
FOLDER = lesson.summary_folder / "restored" if restored_only else lesson.checkpoint_folder
FIRST_SAVE = str(FOLDER / "First_Save")
SAVE_PATH = FIRST_SAVE + "/model.ckpt"

# %% [markdown]
# A Saver only knows, and only removes, what it has saved itself. One that goes on after a kill
# must be told what there is (`recover_last_checkpoints`). The step that it goes on from is saved
# anew, whatever the kill has left of it, and those after it will be.


# %%
PART_OF_A_SAVE = re.compile(r"model\.ckpt-\d+\.(index|meta|tf1\.meta|data-\d+-of-\d+)$")


def take_up(sess, step):
    """Make First_Save what it was at `step`, and let the Saver know."""
    tf.gfile.MakeDirs(FIRST_SAVE)
    names = [name for name in tf.gfile.ListDirectory(FIRST_SAVE) if PART_OF_A_SAVE.match(name)]
    saved = {step_of(name) for name in names if name.endswith(".index")}
    kept = sorted(each for each in saved if each < step)[-lesson.max_to_keep :]
    for name in names:
        if step_of(name) not in kept:
            tf.gfile.Remove(FIRST_SAVE + "/" + name)
    saver.recover_last_checkpoints(["%s-%d" % (SAVE_PATH, each) for each in kept])
    if is_saved(step):
        saver.save(sess, SAVE_PATH, global_step=step)


def is_saved(step):
    return (step > 0 and step % lesson.save_every == 0) or step == lesson.steps


def step_of(path):
    return int(re.findall(r"model\.ckpt-(\d+)", path)[-1])


# %%
with tf.Session() as sess:
    init_op = tf.global_variables_initializer()
    sess.run(init_op)
    training = lesson.training(sess, tf.train.Saver(), "two_network")
    writer = tf.summary.FileWriter(training.summaries, sess.graph)
    history = training.history
    step = training.step
    take_up(sess, step)
    for e in training.steps(lesson.steps):
        sess.run(train_op)
        if (e + 1) % 100 == 0 or e + 1 == lesson.steps:
            loss_value, summary = sess.run([loss_two, merged])
            writer.add_summary(summary, e + 1)
            history.append(step=e + 1, loss=loss_value)
        if is_saved(e + 1):
            saver.save(sess=sess, save_path=SAVE_PATH, global_step=(e + 1))
            print("step: %d, loss: %.4f, saved" % (e + 1, sess.run(loss_two)))
    if not saver.last_checkpoints:
        saver.save(sess, SAVE_PATH, global_step=step)
    net_before, loss_before = sess.run([net, loss_two])
    grid_before = sess.run(net, feed_dict={x: grid})

# %% [markdown]
# ### The files · 保存的文件
#
# `.meta` is the graph (结构), `.index` and `.data` are the values (参数值), `checkpoint` is a text
# that names the newest.

# %%
newest = saver.last_checkpoints[-1]
print("\n".join(sorted(tf.gfile.ListDirectory(FIRST_SAVE))))
print("\nThe values in %s:" % newest.rsplit("/", 1)[1])
for name, shape in tf.train.list_variables(newest):
    print("%-16s %s" % (name, shape))

# %% [markdown]
# ### A fresh graph · 恢复模型结构
#
# `import_meta_graph` builds the graph from the file and returns a Saver for it. The document
# imports into the graph at hand; into the one that made the file that doubles every variable,
# see below. So: a fresh graph.
#
# No Python name is left of the network. Its tensors are found by name ("net:0", output 0 of the
# operation net), its operations by theirs, and both by the collections that TensorFlow keeps.

# %%
graph = tf.Graph()
with graph.as_default():
    imported_saver = tf.train.import_meta_graph(newest + ".meta")
    x_again = graph.get_tensor_by_name("x:0")
    net_again = graph.get_tensor_by_name("net:0")
    train_again = graph.get_operation_by_name("train_op")
    (loss_again,) = tf.get_collection(tf.GraphKeys.LOSSES)
    w1_again = tf.trainable_variables()[0]
    merged_again = tf.summary.merge_all()

print("the loss in its collection: %s" % loss_again.name)
print("train_op in its collection: %s" % graph.get_collection(tf.GraphKeys.TRAIN_OP)[0].name)

# %% [markdown]
# A variable is found by its name as well: "layer1/weights1:0" is the variable, whose value a
# session gives, and "layer1/weights1/read:0" the read that operations take. (Resource variables, a
# later kind, have a handle under the first name, and their value under another.)

# %%
for name in ("layer1/weights1:0", "layer1/weights1/read:0"):
    tensor = graph.get_tensor_by_name(name)
    print("%-22s %s %s" % (name, tensor.dtype.name, tensor.shape))

# %% [markdown]
# ### Restore and train on · 恢复模型参数，继续训练
#
# `restore` gives the variables their values; nothing is to be initialized. Then training goes
# on in the imported graph, as many steps again.

# %%
with graph.as_default(), tf.Session() as sess:
    imported_saver.restore(sess, newest)
    net_restored, loss_restored, w1_restored = sess.run([net_again, loss_again, w1_again])
    grid_restored = sess.run(net_again, feed_dict={x_again: grid})
    print("step: %d, loss: %.4f, restored" % (step_of(newest), loss_restored))
    training = lesson.training(sess, imported_saver, "continued")
    writer = tf.summary.FileWriter(training.summaries, sess.graph)
    history_on = training.history
    if not len(history_on):
        history_on.append(step=step_of(newest), loss=loss_restored)
    begin = int(history_on["step"][0])
    for e in training.steps(lesson.steps):
        sess.run(train_again)
        if (e + 1) % 100 == 0 or e + 1 == lesson.steps:
            loss_value, summary = sess.run([loss_again, merged_again])
            writer.add_summary(summary, begin + e + 1)
            history_on.append(step=begin + e + 1, loss=loss_value)
        if (e + 1) % lesson.save_every == 0:
            print("step: %d, loss: %.4f" % (begin + e + 1, sess.run(loss_again)))
    loss_end = sess.run(loss_again)

# %% [markdown]
# ### The graph built again · 重建计算图再恢复
#
# Who has the code needs no `.meta`: the same function builds the graph, and a Saver of one's own
# finds each variable's values by its name. This way works between versions too. A meta graph of
# today's TensorFlow does not import into 1.15.5, since it has attributes (grad_a and grad_b of
# MatMul) that are not known there; `python -m lessons export-meta 7` writes
# two_network/model.ckpt-10000.tf1.meta without them, which does. One of 1.15.5 imports today as it
# is.

# %%
with tf.Graph().as_default(), tf.Session() as sess:
    _, net_rebuilt, loss_rebuilt, _ = two_network()
    tf.train.Saver().restore(sess, newest)
    net_rebuilt, loss_rebuilt = sess.run([net_rebuilt, loss_rebuilt])

# %% [markdown]
# ### Another process · 在新的进程中恢复
#
# The proof that nothing is left over in memory: a Python of its own, which knows no more than
# the path. It need not have the data either: they came with the graph.

# %%
PROGRAM = """
import sys
from common import tf
saver = tf.train.import_meta_graph(sys.argv[1] + ".meta")
with tf.Session() as sess:
    saver.restore(sess, sys.argv[1])
    net, loss, y = sess.run(["net:0", "loss_two/value:0", "y:0"])
right = ((net >= 0.5) == y).sum()
print("%.9g is the loss; %d of %d points are right" % (loss, right, len(y)))
"""
program = [sys.executable, "-c", PROGRAM, newest]
printed = subprocess.run(program, check=True, capture_output=True, text=True).stdout
print(printed)
loss_process = np.float32(printed.split()[0])

# %% [markdown]
# ### What goes wrong · 常见错误
#
# Each mistake is made on purpose, and the first line of what TensorFlow says is printed.

# %%
kinds = {}


def attempt(what, action, *arguments):
    try:
        action(*arguments)
        kinds[what] = "no error"
        print("%s: no error" % what)
    except (tf.errors.OpError, ValueError, LookupError, OSError) as error:
        kinds[what] = type(error).__name__
        message = getattr(error, "message", None) or str(error.args[0])
        print("%s: %s" % (what, kinds[what]))
        print("    " + message.split("\n")[0].replace(str(FOLDER), "…"))


# %% [markdown]
# **A variable that the file does not have.** The graph was changed after the save. Further down
# the error names it: "Key layer3/weights3 not found in checkpoint". `tf.train.list_variables` tells
# what there is; restore that with `tf.train.Saver(var_list=…)`, and initialize the rest.


# %%
def differing():
    """The variables of the graph that the checkpoint has not, or not in this shape."""
    saved = dict(tf.train.list_variables(newest))
    return [v for v in tf.global_variables() if saved.get(v.op.name) != v.shape.as_list()]


with tf.Graph().as_default(), tf.Session() as sess:
    two_network()
    tf.get_variable("layer3/weights3", shape=(1, 1), initializer=tf.zeros_initializer())
    attempt("variable missing", tf.train.Saver().restore, sess, newest)
    print("remedy: initialize %s" % [v.op.name for v in differing()])
    others = [v for v in tf.global_variables() if v not in differing()]
    tf.train.Saver(var_list=others).restore(sess, newest)
    sess.run(tf.variables_initializer(differing()))

# %% [markdown]
# **A shape that differs**, here five hidden units in place of four. The variables of the documents
# (reference variables) refuse. Resource variables, which a variable scope can ask for, do not: they
# take the values with their shape, and it is only luck if a later operation complains. Build the
# graph as it was saved, and compare the shapes before you restore; the course does so.

# %%
with tf.Graph().as_default(), tf.Session() as sess:
    two_network(units=5)
    attempt("another shape, reference variables", tf.train.Saver().restore, sess, newest)

with tf.Graph().as_default(), tf.Session() as sess:
    tf.get_variable_scope().set_use_resource(True)
    two_network(units=5)
    attempt("another shape, resource variables", tf.train.Saver().restore, sess, newest)
    w1 = tf.trainable_variables()[0]
    print("%s is declared %s and holds %s" % (w1.op.name, w1.shape, sess.run(w1).shape))
    print("remedy: see %s" % [v.op.name for v in differing()])

# %% [markdown]
# **A file that is not there.** The path is that of save: without `.meta`, `.index` or `.data`, and
# with the step. `tf.train.latest_checkpoint(folder)` knows the newest.
#
# **A name that is not there**, or an operation's in place of a tensor's, which ends in ":0".
# `graph.get_operations()` lists them all.

# %%
missing = "%s-%d" % (SAVE_PATH, lesson.steps + 1)
with graph.as_default(), tf.Session() as sess:
    attempt("no such checkpoint", imported_saver.restore, sess, missing)
    attempt("no such meta graph", tf.train.import_meta_graph, missing + ".meta")
attempt("no such tensor", graph.get_tensor_by_name, "output:0")
attempt("an operation, not a tensor", graph.get_tensor_by_name, "net")
found = tf.train.latest_checkpoint(FIRST_SAVE)
print("remedy: latest_checkpoint finds %s" % found.rsplit("/", 1)[1])

# %% [markdown]
# **Into the graph that made it.** Nobody complains: all operations are there twice, those imported
# under names with a number behind them, the first that is free (net becomes net_2: net_1 is its
# histogram), and the collections have each variable twice. Later a Saver does complain. Import
# into a fresh graph, or call `tf.reset_default_graph()` first.

# %%
with tf.Graph().as_default() as same_graph:
    two_network()
    variables_before = len(tf.global_variables())
    attempt("import into the same graph", tf.train.import_meta_graph, newest + ".meta")
    variables_doubled = len(tf.global_variables())
    attempt("a Saver of its variables", tf.train.Saver)
operations = same_graph.get_operations()
variable_ops = [op.name for op in operations if op.type == "VariableV2"]
outputs = [op.name for op in operations if op.type == "Sigmoid" and op.name.startswith("net")]
print("%d variables became %d" % (variables_before, variables_doubled))
print([name for name in variable_ops if "weights1" in name], outputs)

# %% [markdown]
# **Only the last ones are left.** With `max_to_keep=2` the third save removes the first
# checkpoint. `max_to_keep=None` keeps all; `keep_checkpoint_every_n_hours` keeps one now and then.

# %%
FEW = str(FOLDER / "Few_Saves")
tf.gfile.MakeDirs(FEW)
with tf.Graph().as_default(), tf.Session() as sess:
    two_network()
    sess.run(tf.global_variables_initializer())
    few = tf.train.Saver(max_to_keep=2)
    for k in range(1, 6):
        few.save(sess, FEW + "/model.ckpt", global_step=k)
    kept = [step_of(path) for path in few.last_checkpoints]
    print("saved 1, 2, 3, 4, 5, kept %s" % kept)
    attempt("removed by max_to_keep", few.restore, sess, FEW + "/model.ckpt-1")
tf.gfile.DeleteRecursively(FEW)

# %% [markdown]
# ## What to see · 看什么
#
# * The loss before the save, in the fresh graph, in the graph built again and in the other
#   process is the same number; in the two graphs all 400 outputs have the same bits.
# * The training goes on where it was: the loss falls from 0.2535 on to 0.2470, without the steep
#   way down that every new beginning has.
# * A Saver saves variables: weights, and with other optimizers their slots. The step in a file's
#   name is only a name. What else your loop needs to go on you must save yourself.
# * To restore takes 「包括两个阶段」, two stages, says the document: true only for who has not the
#   code. The graph built again by its function takes the second alone, to the same bits.

# %%
lesson.compare("newest checkpoint", newest.rsplit("/", 1)[1], document="model.ckpt-10000")
lesson.compare("loss before the save", loss_before, tensorflow_1=0.25345406)
lesson.record("loss in a fresh graph", loss_restored)
lesson.record("loss in the graph built again", loss_rebuilt)
lesson.record("loss in another process", loss_process)
lesson.record("outputs that differ, fresh graph", np.sum(net_restored != net_before))
lesson.record("outputs that differ, built again", np.sum(net_rebuilt != net_before))
lesson.compare("loss after as many steps again", loss_end, tensorflow_1=0.24699236)
for what, kind in kinds.items():
    lesson.record(what, kind)

# %%
plt.figure()
plt.plot(history["step"], history["loss"], "-", label="before the save")
plt.plot(history_on["step"], history_on["loss"], "--", label="restored and trained on")
plt.plot(begin, history_on["loss"][0], "ko", label="model.ckpt-%d" % begin)
plt.xlabel("step")
plt.ylabel("loss on the 400 points")
plt.legend()
caption = "The second part is trained in the imported graph, from the values restored."
lesson.figure("", "losses", "the loss goes on", caption)

# %%
restored, before = (outputs.reshape(xx.shape) for outputs in (grid_restored, grid_before))
plt.figure(figsize=(5.5, 5.8))
plt.contourf(xx, yy, restored, levels=[0, 0.5, 1], colors=["C3", "C2"], alpha=0.2)
plt.contour(xx, yy, before, levels=[0.5], colors="black", linestyles="--")
plt.plot(*X[ONES].T, "o", color="C2", markersize=4, label="label 1")
plt.plot(*X[~ONES].T, "^", color="C3", markersize=4, label="label 0")
plt.plot([], [], "k--", label="boundary before the save")
plt.xlabel("x1")
plt.ylabel("x2")
plt.legend(loc="upper center", bbox_to_anchor=(0.5, -0.1), ncol=3, fontsize=9)
caption = "Colours: what the restored network says; they meet at the boundary of before."
lesson.figure("", "boundary", "restored in a fresh graph", caption)

# %%
lesson.finish()

# %% [markdown]
# ## Exercises · 练习
#
# In the notebook, change the first cell in place of a flag: `save_every=Parameter(1000, …)`,
# `steps=20000`.
#
# 1. Save more often, `--save-every 1000`: which checkpoints are left? And with
#    `--max-to-keep 2`?
#
# <details><summary>Answer</summary>
#
# Of ten saves the last five, 6,000 … 10,000; with `--max-to-keep 2` 9,000 and 10,000.
# </details>
#
# 2. Is training 10,000 steps, restoring and training 10,000 more the same as 20,000 steps at one
#    go? `--steps 20000` prints the loss of the latter when it saves.
#
# <details><summary>Answer</summary>
#
# Yes, to the last bit; the loss is 0.2470 both times. Gradient descent knows nothing but the
# weights, and the weights were restored.
# </details>
#
# 3. Stop a run on its way, with Ctrl-C or a kill, and go on with `--resume`;
#    `--steps 100000 --save-every 10000` gives you the time. What is in First_Save at the end?
#
# <details><summary>Answer</summary>
#
# What is there without the stop: the last five saves, 60,000 … 100,000, with the same values in
# every bit. Without `take_up` the new Saver would not know the old ones, and leave more than
# five.
# </details>

# %% [markdown]
# Next in 《Tensorflow_神经网络》: lesson 08.
