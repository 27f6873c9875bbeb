"""Prepared sessions cannot be told from tf.Session, except by the clock."""

import collections
import contextlib
import gc
import os
import threading
import time
import weakref

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import conftest
from common.tf1 import session
from common.tf1.runtime import tf
from common.tf1.session import InteractiveSession, Session
from conftest import LESSONS, SHORTER, python, without_accidents
from stress import _undrawn

CALLERS_THREAD = tf.ConfigProto(inter_op_parallelism_threads=-1)


def plain():
    """tf.Session, with its operations on the caller's thread: their order is then always one."""
    return tf.Session(config=CALLERS_THREAD)


BOTH = pytest.mark.parametrize("make", [plain, Session])
Pair = collections.namedtuple("Pair", "first second")


@pytest.fixture(autouse=True)
def fresh_graph():
    tf.reset_default_graph()
    yield
    tf.reset_default_graph()


def line(rate=0.1, optimizer=tf.train.GradientDescentOptimizer):
    """A small training: its placeholders, variable and train step."""
    x = tf.placeholder(tf.float32, (None, 2), name="x")
    y_ = tf.placeholder(tf.float32, (None, 1), name="y_")
    w = tf.Variable([[0.5], [-0.25]], name="w")
    loss = tf.reduce_mean(tf.square(y_ - tf.matmul(x, w)))
    return x, y_, w, optimizer(rate).minimize(loss)


def batches(count, rows=4):
    rdm = np.random.RandomState(0)
    return [(rdm.rand(rows, 2), rdm.rand(rows, 1)) for _ in range(count)]


def prepared(sess):
    """The runs that `sess` has made callables for."""
    return [run for run in sess._runs.values() if run.handle is not None]


# As if ----------------------------------------------------------------------------------------
#
# Random small graphs and random programs of calls, in both sessions: at each call the same result
# or the same exception, and the same state at the end.


class Model:
    """A random graph: variables of several dtypes and both kinds, and what a program may run."""

    def __init__(self, draw):
        resource = draw(st.booleans(), label="resource variables")

        def variable(value, name, **options):
            return tf.Variable(value, name=name, use_resource=resource, **options)

        self.x = tf.placeholder(tf.float32, (None, 3), name="x")
        self.rate = tf.placeholder_with_default(0.05, (), name="rate")
        self.large = tf.placeholder(tf.uint8, None, name="large")
        self.flag = tf.placeholder_with_default(True, (), name="flag")
        self.words = tf.placeholder(tf.string, None, name="words")
        self.w = variable(tf.random_normal([3, 2], seed=3), "w")
        self.b = variable([0.25, -0.5], "b")
        self.c = variable(1.5, "c", dtype=tf.float64)
        self.n = variable(0, "n", trainable=False, dtype=tf.int64)
        hidden = tf.matmul(self.x, self.w) + self.b
        if draw(st.booleans(), label="tanh"):
            hidden = tf.tanh(hidden)
        if draw(st.sampled_from([False, False, True]), label="dropout"):
            hidden = tf.nn.dropout(hidden, rate=0.5, seed=7)
        if draw(st.booleans(), label="checked"):
            hidden = tf.check_numerics(hidden, "hidden is not finite")
        if draw(st.sampled_from([False, False, True]), label="cond"):
            hidden = tf.cond(self.flag, lambda: hidden * 2, lambda: hidden + 1)
        if draw(st.sampled_from([False, False, True]), label="while"):
            hidden = tf.while_loop(lambda i, _: i < 3, lambda i, h: (i + 1, h * 0.9), (0, hidden))[
                1
            ]
        self.loss = tf.reduce_mean(tf.square(hidden - 1.0)) * draw(
            st.sampled_from([1.0, 0.3]), label="scale"
        )
        self.steps = {"train": self._optimizer(draw)}
        self.steps["count"] = tf.assign_add(self.n, 1).op
        self.steps["halve"] = tf.assign(self.c, self.c / 2).op
        with tf.control_dependencies([self.steps["train"]]):
            self.steps["then"] = tf.assign_sub(self.c, tf.cast(self.b[0], tf.float64)).op
            self.steps["average"] = tf.train.ExponentialMovingAverage(0.9, self.n).apply([self.w])
        self.steps["group"] = tf.group(self.steps["halve"], self.steps["count"])
        self.steps["noise"] = tf.assign_add(self.b, tf.random_normal([2], seed=5)).op
        self.steps["rows"] = tf.assign_add(self.n, tf.cast(tf.shape(self.x)[0], tf.int64)).op
        self.steps["load"] = tf.assign(self.b, self.x[0, :2]).op
        self.row = tf.data.make_one_shot_iterator(tf.data.Dataset.range(9)).get_next()
        queue = tf.FIFOQueue(4, tf.float32)
        self.steps["enqueue"] = queue.enqueue(self.loss)
        self.size = queue.size()
        slices = tf.IndexedSlices(hidden, tf.range(tf.shape(hidden)[0]))
        sparse = tf.SparseTensor([[0, 1]], self.b[:1], [2, 2])
        self.fetches = {
            "w": self.w,
            "read": tf.identity(self.w, name="read_w"),
            "loss": self.loss,
            "half": tf.cast(self.loss, tf.float16),
            "hidden": hidden,
            "flag": self.flag,
            "words": self.words,
            "large": self.large,
            "reshaped": tf.reshape(self.x, [-1, 1]),
            "constant": tf.constant([[1.0, 2.0], [3.0, 4.0]], name="constant"),
            "text": tf.constant(["a", "b"]),
            "next": self.row,
            "size": self.size,
            "draw": tf.random_uniform([], seed=2),
            "name": "read_w:0",
            "list": [self.b, [self.c, self.n]],
            "tuple": (self.loss, self.w),
            "empty": [],
            "twice": [self.w, self.loss, self.w],
            "pair": Pair(self.loss, [self.c]),
            "dict": {"a": self.w, "b": (self.loss, self.steps["count"])},
            "ordered": collections.OrderedDict([("n", self.n), ("w", self.w)]),
            "sparse": sparse,
            "slices": [slices, self.c],
            "step too": [self.steps["train"], self.loss],
            "steps and values": (self.steps["count"], self.n, self.steps["halve"], self.b),
        }
        # first the weights, then their averages, which begin at them: at once, their order is open
        averages = [each for each in tf.global_variables() if "Average" in each.name]
        others = [each for each in tf.global_variables() if "Average" not in each.name]
        self.initializers = [tf.variables_initializer(each) for each in (others, averages)]
        self.saver = tf.train.Saver()
        self.state = tf.global_variables()

    def _optimizer(self, draw):
        step = tf.train.get_or_create_global_step()
        rate = self.rate
        if draw(st.booleans(), label="decay"):
            rate = tf.train.exponential_decay(0.1, step, 3, 0.7, staircase=True)
        optimizers = {
            "gd": tf.train.GradientDescentOptimizer,
            "momentum": lambda rate: tf.train.MomentumOptimizer(rate, 0.9),
            "adam": tf.train.AdamOptimizer,
            "rmsprop": tf.train.RMSPropOptimizer,
            "adagrad": tf.train.AdagradOptimizer,
        }
        name = draw(st.sampled_from(sorted(optimizers)), label="optimizer")
        return optimizers[name](rate).minimize(self.loss, global_step=step)


STEPS = ["train", "train", "count", "halve", "then", "average", "group", "noise", "rows", "load"]
TIMES = st.sampled_from([1, 2, 3, 6])
FED = st.sampled_from(["array", "list", "mutated", "float32", "fortran", "strided", "swapped"])
FETCHED = "w read loss half hidden flag words large reshaped constant text next size draw name list"
FETCHED += " tuple empty twice pair dict ordered sparse slices"
MISTAKES = ["shape", "tensor", "dtype", "nothing fed", "nan", "int", "fed a tensor", "unknown"]
CALLS = st.one_of(
    st.tuples(
        st.just("run"),
        st.sampled_from(["train", "step too", "steps and values", *STEPS, *FETCHED.split()]),
        TIMES,
        st.sampled_from([2, 2, 5]),  # rows of the batch
        FED,
        st.sampled_from([[], [], ["rate"], ["flag"], ["rate", "flag", "words"], ["w"], ["large"]]),
        st.sampled_from(["run", "run", "run", "options", "method", "keyword"]),
    ),
    # two at once, of which neither writes what the other uses: tf.Session has no order for them
    st.tuples(
        st.just("ops"), st.sampled_from(["train count", "halve train", "noise halve"]), TIMES
    ),
    st.tuples(st.just("initialize")),
    st.tuples(st.just("save")),
    st.tuples(st.just("restore")),
    st.tuples(st.just("add an op"), TIMES),
    st.tuples(st.just("mistake"), st.sampled_from(MISTAKES), TIMES),
    st.tuples(st.just("callable"), TIMES),
    st.tuples(st.just("partial run")),
)


def batch(rows, k, how="array"):
    value = np.sin(np.arange(rows * 3).reshape(rows, 3) + k)
    return {
        "list": value.tolist,
        "float32": lambda: value.astype(np.float32),
        "fortran": lambda: np.asfortranarray(value.astype(np.float32)),
        "strided": lambda: np.repeat(value.astype(np.float32), 2, axis=1)[::-1, ::2],
        "swapped": lambda: value.astype(">f4"),
    }.get(how, lambda: value)()


def execute(sess, model, call, folder):
    """Do one call of a program in `sess`: what it shows."""
    kind, *rest = call
    if kind == "run":
        return [one_run(sess, model, k, *rest) for k in range(rest[1])]
    if kind == "ops":
        targets = [model.steps[name] for name in rest[0].split()]
        return [sess.run(targets, {model.x: batch(3, 1)}) for _ in range(rest[1])]
    if kind == "initialize":
        return [sess.run(each) for each in model.initializers]
    if kind == "save":
        return model.saver.save(sess, str(folder / "model")).rsplit("/", 1)[-1]
    if kind == "restore":
        if not (folder / "model.index").exists():
            return None
        return model.saver.restore(sess, str(folder / "model"))
    if kind == "add an op":
        with sess.graph.as_default():
            return [sess.run(tf.reduce_sum(model.w) + k) for k in range(rest[0])]
    if kind == "callable":
        call = sess.make_callable([model.loss, model.w], [model.x])
        return [call(batch(2, k)) for k in range(rest[0])]
    if kind == "partial run":
        handle = sess.partial_run_setup([model.loss, model.c], [model.x])
        return [
            sess.partial_run(handle, model.c),
            sess.partial_run(handle, model.loss, {model.x: batch(2, 0)}),
        ]
    return [mistake(sess, model, rest[0]) for _ in range(rest[1])]


def one_run(sess, model, k, name, times, rows, how, more, way):
    """Run it in one of the ways there are; whoever then writes into the arrays changes nothing."""
    value = batch(rows, k, how)
    feed = {model.x: value}
    if "rate" in more:
        feed[model.rate] = 0.01 * (k + 1)
    if "flag" in more:
        feed[model.flag] = bool(k % 2)
    if "words" in more:
        feed[model.words] = ["a", "bc"]
    if "w" in more:
        feed["read_w:0"] = np.full((3, 2), k, np.int32)
    if "large" in more:
        feed[model.large] = np.arange(k + 2, dtype=np.int64) * 100
    fetches = model.steps.get(name)
    if fetches is None:
        fetches = model.fetches[name]
    if way == "method" and isinstance(fetches, tf.Operation):
        with sess.as_default():
            return fetches.run(feed)
    if way == "method" and isinstance(fetches, tf.Tensor):
        return fetches.eval(feed, session=sess)
    if way == "options":
        options, metadata = tf.RunOptions(), tf.RunMetadata()
        shown = sess.run(fetches, feed, options=options, run_metadata=metadata)
    elif way == "keyword":
        shown = sess.run(feed_dict=feed, fetches=fetches)
    else:
        shown = sess.run(fetches, feed)
    kept = copied(shown)
    for array in [*tf.nest.flatten(shown), value if how != "list" else None]:
        if isinstance(array, np.ndarray) and array.flags.writeable and array.dtype.kind == "f":
            array[...] = np.nan
    return kept


def copied(shown):
    """`shown`, with arrays of its own."""
    return tf.nest.map_structure(lambda x: x.copy() if isinstance(x, np.ndarray) else x, shown)


def mistake(sess, model, kind):
    feed = {
        "shape": {model.x: np.zeros((2, 4))},
        "tensor": {tf.Graph(): 1},
        "dtype": {model.x: [["a", "b", "c"]]},
        "nothing fed": {},
        "nan": {model.x: np.full((2, 3), np.nan)},
        "int": {model.x: 2**70},
        "fed a tensor": {model.x: model.w},
        "unknown": {"nowhere:0": 1},
    }[kind]
    try:
        return sess.run([model.steps["train"], model.loss], feed)
    except Exception as problem:
        return seen(problem)


def seen(problem):
    """Of an exception, what does not name an address."""
    operation = getattr(problem, "op", None)
    return type(problem), str(problem).split("\n")[0][:120], operation and operation.name


def follow(make_session, draw_again, program, folder):
    """Run a program in a new graph and session: what each call showed, and the state at the end."""
    folder.mkdir()
    shown = []
    with tf.Graph().as_default():
        tf.set_random_seed(4)
        model = Model(draw_again)
        sess = make_session()
        execute(sess, model, ("initialize",), folder)
        for call in program:
            try:
                shown.append(execute(sess, model, call, folder))
            except Exception as problem:
                shown.append(seen(problem))
        state = sess.run(model.state)
        counts = len(prepared(sess)) if hasattr(sess, "_runs") else 0
        sess.close()
    return shown, state, counts


def replayer(drawn):
    """A draw function that draws once and gives the same answers, by label, ever after."""
    answers = {}

    def draw(strategy, label):
        if label not in answers:
            answers[label] = drawn(strategy, label=label)
        return answers[label]

    return draw


def same(one, other):
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return list(one) == list(other) and all(same(one[key], other[key]) for key in one)
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, (np.ndarray, np.generic)):
        numbers = one.dtype.kind == "f"
        return one.dtype == other.dtype and np.array_equal(one, other, equal_nan=numbers)
    return one == other


@pytest.mark.parametrize("programs", [6, pytest.param(300, marks=pytest.mark.slow)])
def test_random_programs_on_random_graphs_show_no_difference(programs, tmp_path_factory):
    callables = []

    @settings(
        max_examples=programs,
        derandomize="CI" in os.environ,  # new programs each time, the same ones in CI
        suppress_health_check=list(HealthCheck),
        deadline=None,
    )
    @given(data=st.data(), program=st.lists(CALLS, min_size=2, max_size=12))
    def no_difference(data, program):
        draw, folder = replayer(data.draw), tmp_path_factory.mktemp("program")
        as_always = follow(plain, draw, program, folder / "plain")
        here = follow(Session, draw, program, folder / "prepared")
        for call, one, other in zip(program, as_always[0], here[0]):
            assert same(one, other), call
        assert same(as_always[1], here[1])
        callables.append(here[2])

    no_difference()
    assert np.mean(callables) > (1 if programs > 50 else 0)  # a few may prepare little


@pytest.mark.parametrize("resource", [True, False])
@pytest.mark.parametrize("optimizer", ["GradientDescent", "Adam", "RMSProp", "Adagrad"])
def test_long_trainings_come_out_the_same(resource, optimizer):
    ends = []
    for make in (tf.Session, Session):
        with tf.Graph().as_default(), tf.variable_scope("", use_resource=resource):
            x, y_, w, train_step = line(0.01, getattr(tf.train, optimizer + "Optimizer"))
            with make() as sess:
                sess.run(tf.global_variables_initializer())
                for a, b in batches(700):
                    sess.run(train_step, {x: a, y_: b})
                ends.append(sess.run(tf.global_variables()))
    assert same(*ends)


@pytest.mark.slow
@pytest.mark.parametrize("name", LESSONS)
def test_every_lesson_ends_in_the_bits_of_a_plain_session(name, run_lesson, tmp_path, monkeypatch):
    ours = run_lesson(name)
    monkeypatch.setattr(session._Prepares, "_asked_again", lambda *asked: session._LEFT)
    with _undrawn.figures():
        theirs = conftest.run_afresh(name, tmp_path, SHORTER.get(name, ()))
    assert ours.numbers == theirs.numbers
    printed = [without_accidents(run.printed).split("TensorBoard  ")[0] for run in (ours, theirs)]
    assert printed[0] == printed[1]
    for state in theirs.checkpoints.rglob("checkpoint"):
        folder = ours.checkpoints / state.parent.relative_to(theirs.checkpoints)
        readers = [tf.train.load_checkpoint(str(each)) for each in (state.parent, folder)]
        names = [reader.get_variable_to_shape_map() for reader in readers]
        assert names[0] == names[1]
        for variable in names[0]:
            one, other = (reader.get_tensor(variable) for reader in readers)
            np.testing.assert_array_equal(one, other)


# What a session that runs later, or elsewhere, would get wrong ----------------------------------


@pytest.mark.parametrize("make", [tf.Session, Session, InteractiveSession])
def test_numbers_too_small_for_a_normal_one_are_zero(make):
    """As in 1.15.5: half of the smallest normal float32, and half of that, are 0."""
    v = tf.Variable(np.float32(2.0**-126))
    half = tf.assign(v, v * 0.5)
    sess = make()
    sess.run(v.initializer)
    assert [sess.run(half) for _ in range(3)] == [0, 0, 0]
    call = sess.make_callable(half)
    sess.run(v.initializer)
    assert [call() for _ in range(3)] == [0, 0, 0]
    sess.close()
    assert np.float32(2.0**-126) / 2 > 0  # NumPy's are as ever


@BOTH
def test_no_step_is_lost_where_a_variable_grows(make):
    start = tf.placeholder_with_default([0.0], [None])
    v = tf.Variable(start, validate_shape=False)
    grow = tf.assign(v, tf.concat([v, [1.0]], 0), validate_shape=False).op
    with make() as sess:
        sess.run(v.initializer)
        for _ in range(150):
            sess.run(grow)
        assert len(sess.run(v)) == 151


@BOTH
def test_no_step_is_lost_behind_an_error_that_is_caught(make):
    x = tf.placeholder(tf.float32, ())
    v = tf.Variable(0.0)
    step = tf.assign_add(v, tf.check_numerics(x, "not a number", name="the_check")).op
    caught = []
    with make() as sess:
        sess.run(v.initializer)
        for k in range(20):
            try:
                sess.run(step, {x: np.float32(np.nan if k % 5 == 4 else 1)})
            except tf.errors.InvalidArgumentError as error:
                caught.append((k, error.op.name))
        assert caught == [(k, "the_check") for k in (4, 9, 14, 19)]
        assert sess.run(v) == 16


@conftest.forks
def test_no_step_is_lost_at_ctrl_c():
    """Interrupted again and again, in a process of its own, and going on each time.

    tf.Session itself dies of it: an interrupt in its own C++ code is an exception nobody expects.
    """
    program = """
import signal
import numpy as np
from common.tf1.runtime import tf
from common.tf1.session import Session
x = tf.placeholder(tf.float32, (None, 50))
w, n = tf.Variable(tf.ones([50, 50])), tf.Variable(0)
loss = tf.reduce_mean(tf.square(tf.matmul(x, w)))
with tf.control_dependencies([tf.train.AdamOptimizer(0.001).minimize(loss)]):
    step = tf.assign_add(n, 1).op
def press(number, frame):
    raise KeyboardInterrupt
rows = np.ones((20, 50))
done = interrupted = 0
with Session() as sess:
    sess.run(tf.global_variables_initializer())
    for fetches in [step, [step, loss]]:
        for k in range(3):
            sess.run(fetches, {x: rows})
            done += 1
        signal.signal(signal.SIGALRM, press)
        for k in range(200):
            try:
                signal.setitimer(signal.ITIMER_REAL, 0.0003 + 0.00001 * (k % 100))
                for _ in range(100):
                    sess.run(fetches, {x: rows})
                    done += 1
                signal.setitimer(signal.ITIMER_REAL, 0)
            except KeyboardInterrupt:
                interrupted += 1
        signal.signal(signal.SIGALRM, signal.SIG_IGN)
    print(done <= sess.run(n) <= done + interrupted, interrupted > 0)
    print(np.float32(2.0 ** -126) / 2 > 0)
"""
    code, out, err = python("-c", program, env={"PYTHONPATH": str(conftest.ROOT)})
    assert (code, out) == (0, "True True\nTrue\n"), err


@conftest.forks
@pytest.mark.parametrize("kernels", conftest.first(1, ["AVX2", "AVX512_CORE"]))
def test_signals_do_not_write_over_the_heap_while_matrices_are_multiplied(kernels):
    """Ten thousand a second, for threads of both kinds; plain TensorFlow dies of a few."""
    program = """
import signal
import numpy as np
from common.tf1.runtime import tf
from common.tf1.session import Session
x, w = tf.placeholder(tf.float32, (300, 1000)), tf.placeholder(tf.float32, (1000, 300))
products = [tf.matmul(x, w), tf.matmul(x, x, transpose_b=True), tf.matmul(w, w, transpose_a=True)]
came = []
signal.signal(signal.SIGALRM, lambda *_: came.append(None))
fed = {x: np.ones((300, 1000)), w: np.ones((1000, 300))}
for threads in (0, 2):
    with Session(config=tf.ConfigProto(inter_op_parallelism_threads=threads)) as sess:
        signal.setitimer(signal.ITIMER_REAL, 1e-4, 1e-4)
        for _ in range(200):
            assert [each.mean() for each in sess.run(products, fed)] == [1000] * 3
        signal.setitimer(signal.ITIMER_REAL, 0)
print(len(came) > 100)
"""
    env = {"PYTHONPATH": str(conftest.ROOT), "ONEDNN_MAX_CPU_ISA": kernels}
    code, out, err = python("-c", program, env=env, fresh=True)
    assert (code, out) == (0, "True\n"), err


def test_an_error_in_the_last_step_of_a_session_that_is_never_closed_is_raised():
    program = """
from common.tf1.runtime import tf
from common.tf1.session import Session
x = tf.placeholder(tf.float32, ())
step = tf.check_numerics(x, "not a number").op
sess = Session()
for k in range(10):
    sess.run(step, {x: 1.0 if k < 9 else float("nan")})
"""
    code, _, err = python("-c", program, env={"PYTHONPATH": str(conftest.ROOT)})
    assert code == 1 and "InvalidArgumentError: not a number" in err


@BOTH
def test_what_was_asked_for_has_happened_when_the_call_returns(make):
    seen = []
    step = tf.py_func(lambda: seen.append(None), [], [])
    with make() as sess:
        for k in range(5):
            sess.run(step)
            assert len(seen) == k + 1


# What is prepared, and what is not --------------------------------------------------------------


def test_the_second_run_of_a_kind_is_prepared():
    x, y_, w, train_step = line()
    (a, b), *_ = batches(1)
    with Session() as sess:
        sess.run(tf.global_variables_initializer())
        assert not prepared(sess)
        for _ in range(3):
            sess.run(train_step, {x: a, y_: b})
        assert len(prepared(sess)) == 1
        for _ in range(3):
            sess.run([train_step, {"w": w}], {y_: b, x: a})
            sess.run([train_step, {"w": w}], {x: a, y_: b})
        assert len(prepared(sess)) == 3
        sess.run([train_step, {"v": w}], {x: a, y_: b})
        assert len(prepared(sess)) == 3


def test_a_list_that_is_changed_is_another():
    a, b = tf.constant(1), tf.constant(2)
    inner = [a]
    with Session() as sess:
        for _ in range(3):
            assert sess.run([a, inner]) == [1, [1]]
        inner[0] = b
        assert sess.run([a, inner]) == [1, [2]]
        inner.append(a)
        assert sess.run([a, inner]) == [1, [2, 1]]


@pytest.mark.parametrize(
    "feed, error",
    [
        (lambda x: {x: np.zeros((4, 3))}, ValueError),
        (lambda x: {x: [["a", "b"]]}, ValueError),
        (lambda x: {"nowhere:0": 1}, TypeError),
        (lambda x: {x: tf.constant([[1.0, 2.0]])}, TypeError),
        (lambda x: {x: 2**70}, ValueError),
        (lambda x: {}, tf.errors.InvalidArgumentError),
        (lambda x: [x], Exception),
    ],
)
def test_a_bad_feed_raises_what_tf_session_raises(feed, error):
    x, y_, w, train_step = line()
    good = {x: np.ones((4, 2)), y_: np.ones((4, 1))}
    bad = feed(x)
    if isinstance(bad, dict):
        bad[y_] = good[y_]
    raised = []
    for make in (plain, Session):
        with make() as sess:
            sess.run(tf.global_variables_initializer())
            for _ in range(5):
                sess.run(train_step, good)
            for _ in range(3):
                with pytest.raises(error) as caught:
                    sess.run(train_step, bad)
            raised.append(seen(caught.value))
    assert raised[0] == raised[1]


def test_a_closed_session_says_so():
    x, y_, w, train_step = line()
    (a, b), *_ = batches(1)
    sess = Session()
    sess.run(tf.global_variables_initializer())
    for _ in range(5):
        sess.run(train_step, {x: a, y_: b})
    sess.close()
    for _ in range(3):
        with pytest.raises(RuntimeError, match="closed Session"):
            sess.run(train_step, {x: a, y_: b})


def test_uninitialized_variables_are_an_error_each_time():
    x, y_, w, train_step = line()
    (a, b), *_ = batches(1)
    with Session() as sess:
        for _ in range(4):
            with pytest.raises(tf.errors.FailedPreconditionError) as caught:
                sess.run([train_step, w], {x: a, y_: b})
            assert caught.value.op is not None


def test_nothing_shows_in_the_learners_graph(tmp_path):
    x, y_, w, train_step = line()
    saver, init = tf.train.Saver(), tf.global_variables_initializer()
    graph = tf.get_default_graph()
    before = graph.as_graph_def().SerializeToString(deterministic=True)
    graph.finalize()
    with Session() as sess:
        sess.run(init)
        for a, b in batches(30):
            sess.run([train_step, {"w": w}], {x: a, y_: b})
        saver.save(sess, str(tmp_path / "model"))
        assert sess.graph is graph and prepared(sess)
    assert graph.as_graph_def().SerializeToString(deterministic=True) == before
    assert not tf.control_flow_v2_enabled()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # __del__
def test_operations_run_on_the_callers_thread_unless_something_else_is_asked_for():
    asked = tf.ConfigProto(allow_soft_placement=True)
    assert session._on_callers_thread(None).inter_op_parallelism_threads == -1
    ours = session._on_callers_thread(asked)
    assert ours.inter_op_parallelism_threads == -1 and ours.allow_soft_placement
    assert not asked.inter_op_parallelism_threads
    for config in (
        tf.ConfigProto(inter_op_parallelism_threads=2),
        tf.ConfigProto(use_per_session_threads=True),
    ):
        assert session._on_callers_thread(config) == config
    with pytest.raises(TypeError, match="tf.ConfigProto"):
        Session(config="fast")


@pytest.mark.same_bits
def test_interactive_sessions_are_the_default_until_they_are_closed():
    v = tf.Variable(1.0)
    sess = InteractiveSession()
    v.initializer.run()
    double = tf.assign(v, v * 2)
    assert [double.eval() for _ in range(4)] == [2, 4, 8, 16] and len(prepared(sess)) == 1
    sess.close()
    assert tf.get_default_session() is None


# Memory and threads -----------------------------------------------------------------------------


@pytest.mark.same_bits
def test_a_new_operation_in_each_step_does_not_make_it_keep_more(monkeypatch):
    made, given_up = [], []
    callable_of = session._Callable

    class Counted(callable_of):
        def __init__(self, *arguments):
            super().__init__(*arguments)
            made.append(self.handle)
            release = self._release
            self._release = lambda *handle: given_up.append(handle[1]) or release(*handle)

    monkeypatch.setattr(session, "_Callable", Counted)
    monkeypatch.setattr(session, "KEPT", 16)
    v = tf.Variable(1.0)
    with Session() as sess:
        sess.run(v.initializer)
        for k in range(60):
            for _ in range(2 + k % 2):
                assert sess.run(v + float(k)) == k + 1
            step = tf.multiply(v, float(k))
            for _ in range(3):
                assert sess.run([step]) == [k]
        assert len(sess._runs) == 16 >= len(sess._seen)
        gc.collect()
        assert len(made) == 60 and given_up == made[:-16]


def test_a_session_that_nobody_has_any_more_is_gone():
    x, y_, w, train_step = line()
    (a, b), *_ = batches(1)
    sess = Session()
    sess.run(tf.global_variables_initializer())
    for _ in range(3):
        sess.run([train_step, {"w": w}], {x: a, y_: b})
    there = weakref.ref(sess)
    assert prepared(sess)
    gc.disable()
    try:
        del sess
        assert there() is None
    finally:
        gc.enable()


def test_a_result_is_the_callers_own():
    v = tf.Variable(np.zeros(3, np.float32), use_resource=False)
    step = tf.assign_add(v, [1.0, 1.0, 1.0])
    with Session() as sess:
        sess.run(v.initializer)
        kept = [sess.run([v, step])[1] for _ in range(5)]
        assert [list(each) for each in kept] == [[k + 1] * 3 for k in range(5)]
        kept[-1][:] = 99
        assert list(sess.run(v)) == [5, 5, 5]


@BOTH
@pytest.mark.parametrize("resource, seen", [(False, [0, 1, 2, 3]), (True, [-1] * 4)])
def test_what_was_fed_may_be_changed_afterwards(make, resource, seen):
    """A resource variable that it is assigned to unchanged shares its memory, as in 1.15.5."""
    x = tf.placeholder(tf.float32, (64,))
    v = tf.Variable(tf.zeros([64]), use_resource=resource)
    load, found = tf.assign(v, x).op, []
    memory = np.zeros(64 + 16, np.float32)
    first = -memory.ctypes.data % 64 // 4  # TensorFlow takes what lies at 64 bytes as it is
    array = memory[first : first + 64]
    with make() as sess:
        for k in range(4):
            array[:] = k
            sess.run(load, {x: array})
            array[:] = -1
            found += set(sess.run(v))
    assert found == seen


def test_memory_stays_bounded_over_100_000_runs():
    psutil = pytest.importorskip("psutil")
    resident = []
    x, y_, w, train_step = line()
    (a, b), *_ = batches(1)
    with Session() as sess:
        sess.run(tf.global_variables_initializer())
        for k in range(100_000):
            sess.run([train_step, w], {x: a[: k % 4 + 1], y_: b[: k % 4 + 1]})
            if k % 2_000 == 1_999:
                resident.append(psutil.Process().memory_info().rss)
    assert max(resident) - resident[0] < 20 * 2**20


def test_a_threads_blocking_run_does_not_block_the_others():
    queue = tf.FIFOQueue(1, tf.float32, shapes=[()])
    enqueue, dequeue = queue.enqueue(1.0), queue.dequeue()
    with Session() as sess:
        for _ in range(4):
            waiting = threading.Thread(target=sess.run, args=(dequeue,))
            waiting.start()
            time.sleep(0.05)
            sess.run(enqueue)
            waiting.join(timeout=600)
            assert not waiting.is_alive()
        assert len(prepared(sess)) == 2


def test_many_threads_run_at_once():
    x = tf.placeholder(tf.float32, (None,))
    n = tf.Variable(0, use_resource=True)
    count, doubled = tf.assign_add(n, 1).op, [x * 2, {"sum": tf.reduce_sum(x)}]
    wrong = []
    with Session() as sess:
        sess.run(n.initializer)

        def work(me):
            for k in range(200):
                sess.run(count)
                value = np.full(me + 1, k, np.float32)
                twice, total = sess.run(doubled, {x: value})
                if list(twice) != [2 * k] * (me + 1) or total["sum"] != k * (me + 1):
                    wrong.append((me, k))

        threads = [threading.Thread(target=work, args=(me,)) for me in range(6)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        assert sess.run(n) == 1200 and wrong == []


def test_a_run_that_another_thread_closes_the_session_under_is_cancelled():
    queue = tf.FIFOQueue(1, tf.float32, shapes=[()])
    enqueue, dequeue = queue.enqueue(1.0), queue.dequeue()
    sess = Session()
    for _ in range(3):
        sess.run(enqueue)
        sess.run(dequeue)
    raised = []

    def wait():
        try:
            sess.run(dequeue)
        except tf.errors.CancelledError as error:
            raised.append(error)

    waiting = threading.Thread(target=wait)
    waiting.start()
    time.sleep(0.2)
    with contextlib.suppress(tf.errors.CancelledError):
        sess.close()
    waiting.join(timeout=600)
    assert len(raised) == 1
