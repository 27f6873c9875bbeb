"""DeferredSession cannot be told from tf.Session, except by the clock."""

import os
import re
import signal
import threading
import time

import numpy as np
import pytest
from conftest import LESSONS, without_accidents
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from common import loops, session
from common.graph_mode import tf
from common.session import DeferredSession

CALLERS_THREAD = tf.ConfigProto(inter_op_parallelism_threads=-1)


QUEUE_SECONDS = session.QUEUE_SECONDS


@pytest.fixture(autouse=True)
def fresh_graph(monkeypatch):
    # how much is queued is not to depend on how busy the machine is
    monkeypatch.setattr(session, "QUEUE_SECONDS", 3600)
    tf.reset_default_graph()
    yield
    tf.reset_default_graph()


def deferred(mode="exact"):
    return DeferredSession(config=CALLERS_THREAD, mode=mode)


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


def train(sess, count=300):
    x, y_, w, train_step = line()
    sess.run(tf.global_variables_initializer())
    for a, b in batches(count):
        sess.run(train_step, feed_dict={x: a, y_: b})
    return w


# As if ----------------------------------------------------------------------------------------
#
# Random small graphs and random programs of calls, in both sessions: the same results, the same
# exceptions, the same final state. A program ends with its first exception, since a queued step's
# comes with a later call.


class Model:
    """A random graph: variables of several dtypes, and the operations that a program may run."""

    def __init__(self, draw):
        self.x = tf.placeholder(tf.float32, (None, 3), name="x")
        self.rate = tf.placeholder_with_default(0.05, (), name="rate")
        self.w = tf.Variable(tf.random_normal([3, 2], seed=3), name="w")
        self.b = tf.Variable([0.25, -0.5], name="b")
        self.c = tf.Variable(1.5, dtype=tf.float64, name="c")
        self.n = tf.Variable(0, trainable=False, dtype=tf.int64, name="n")
        hidden = tf.matmul(self.x, self.w) + self.b
        if draw(st.booleans(), label="tanh"):
            hidden = tf.tanh(hidden)
        if draw(st.sampled_from([False, False, False, True]), label="dropout"):
            hidden = tf.nn.dropout(hidden, rate=0.5, seed=7)
        if draw(st.booleans(), label="checked"):
            hidden = tf.check_numerics(hidden, "hidden is not finite")
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
        self.initializer = tf.global_variables_initializer()
        self.saver = tf.train.Saver()
        self.state = tf.global_variables()

    def _optimizer(self, draw):
        step = tf.Variable(0, trainable=False, name="step")
        rate = self.rate
        if draw(st.booleans(), label="decay"):
            rate = tf.train.exponential_decay(0.1, step, 3, 0.7, staircase=True)
        optimizer = {
            "gd": tf.train.GradientDescentOptimizer,
            "momentum": lambda rate: tf.train.MomentumOptimizer(rate, 0.9),
            "adam": tf.train.AdamOptimizer,
            "rmsprop": tf.train.RMSPropOptimizer,
            "adagrad": tf.train.AdagradOptimizer,
        }[
            draw(
                st.sampled_from(["gd", "momentum", "adam", "rmsprop", "adagrad"]), label="optimizer"
            )
        ]
        return optimizer(rate).minimize(self.loss, global_step=step)


STEPS = ["train", "train", "train", "count", "halve", "then", "average", "group", "noise"]


def steps(*times):
    """A call of the program: one of the operations, run so many times on changing batches."""
    return st.tuples(
        st.just("steps"),
        st.sampled_from([*STEPS, "rows"]),
        st.sampled_from(times),
        st.sampled_from([2, 2, 5]),  # rows of the batch
        st.sampled_from(["array", "list", "mutated", "float32", "with rate"]),
    )


CALLS = st.one_of(
    steps(1, 2, 9, 30),
    st.tuples(st.just("fetch"), st.sampled_from(["w", "loss", "list", "dict", "eval", "step too"])),
    # two at once, of which neither writes what the other uses: tf.Session has no order for them
    st.sampled_from(
        [("ops", "train", "count"), ("ops", "halve", "train"), ("ops", "noise", "halve")]
    ),
    st.tuples(st.just("initialize")),
    st.tuples(st.just("save")),
    st.tuples(st.just("restore")),
    st.tuples(st.just("add an op")),
    st.tuples(
        st.just("mistake"),
        st.sampled_from(["shape", "tensor", "dtype", "nothing fed", "nan", "int"]),
    ),
)


def batch(rows, k):
    return np.sin(np.arange(rows * 3).reshape(rows, 3) + k)


def execute(sess, model, call, folder):
    """Do one call of a program in `sess`; what it shows."""
    kind, *rest = call
    if kind == "steps":
        name, times, rows, how = rest
        array = batch(rows, 0)
        for k in range(times):
            value = batch(rows, k)
            if how == "mutated":
                array[:] = value
                value = array
            elif how == "list":
                value = value.tolist()
            elif how == "float32":
                value = value.astype(np.float32)
            feed = {model.x: value}
            if how == "with rate":
                feed[model.rate] = 0.01 * (k + 1)
            shown = sess.run(model.steps[name], feed_dict=feed)
            assert shown is None
            array[:] = np.nan  # nobody may look at it any more
        return None
    feed = {model.x: batch(3, 1)}
    if kind == "fetch":
        if rest[0] == "eval":
            return [model.w.eval(session=sess), model.loss.eval(feed, session=sess)]
        fetches = {
            "w": model.w,
            "loss": model.loss,
            "list": [model.b, [model.c, model.n]],
            "dict": {"a": model.w, "b": (model.loss, model.steps["count"])},
            "step too": [model.steps["train"], model.n],
        }[rest[0]]
        return sess.run(fetches, feed)
    if kind == "ops":
        return sess.run([model.steps[name] for name in rest], feed)
    if kind == "initialize":
        return sess.run(model.initializer)
    if kind == "save":
        return model.saver.save(sess, str(folder / "model")).rsplit("/", 1)[-1]
    if kind == "restore":
        if not (folder / "model.index").exists():
            return None
        return model.saver.restore(sess, str(folder / "model"))
    if kind == "add an op":
        with sess.graph.as_default():
            return sess.run(tf.reduce_sum(model.w) + 1)
    mistake = {
        "shape": {model.x: np.zeros((2, 4))},
        "tensor": {tf.Graph(): 1},
        "dtype": {model.x: [["a", "b", "c"]]},
        "nothing fed": {},
        "nan": {model.x: np.full((2, 3), np.nan)},
        "int": {model.x: 2**70},
    }[rest[0]]
    for _ in range(5):
        sess.run(model.steps["train"], mistake)
    return None


def follow(make_session, draw_again, program, folder):
    """Run a program in a new graph and session: what it showed, its exception, the final state."""
    folder.mkdir()
    shown, error = [], None
    with tf.Graph().as_default():
        model = Model(draw_again)
        with make_session() as sess:
            try:
                sess.run(model.initializer)
                for call in program:
                    shown.append(execute(sess, model, call, folder))
                getattr(sess, "flush", lambda: None)()
            except Exception as problem:
                error = type(problem), str(problem).split("\n")[0].split("(in queued")[0]
            state = sess.run(model.state)
    # a queued step shows nothing, so it may have shown it before its error comes
    return [each for each in shown if each is not None], error, state


def replayer(drawn):
    """A draw function that draws once and gives the same answers, by label, ever after."""
    answers = {}

    def draw(strategy, label):
        if label not in answers:
            answers[label] = drawn(strategy, label=label)
        return answers[label]

    return draw


def same(one, other):
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, (list, tuple)):
        return type(one) is type(other) and len(one) == len(other) and all(map(same, one, other))
    if one is None or isinstance(one, str):
        return one == other
    return (
        type(one) is type(other)
        and np.asarray(one).dtype == np.asarray(other).dtype
        and np.array_equal(one, other, equal_nan=True)
    )


@pytest.mark.parametrize("programs", [20, pytest.param(200, marks=pytest.mark.slow)])
def test_random_programs_on_random_graphs_show_no_difference(
    programs, tmp_path_factory, monkeypatch
):
    built, exact_loop = [], loops.exact_loop

    def count(*arguments):
        loop = exact_loop(*arguments)
        built.append(loop)
        return loop

    monkeypatch.setattr(loops, "exact_loop", count)
    monkeypatch.setattr(session, "WORTH_BUILDING", 5)  # short queues meet loops too
    monkeypatch.setattr(session, "WARM_UP", 1)

    @settings(
        max_examples=programs,
        derandomize="CI" in os.environ,  # new programs each time, the same ones in CI
        suppress_health_check=list(HealthCheck),
    )
    @given(data=st.data(), begin=steps(30), then=st.lists(CALLS, max_size=7))
    def no_difference(data, begin, then):
        program = [begin, *then]
        draw, folder = replayer(data.draw), tmp_path_factory.mktemp("program")
        plain = follow(lambda: tf.Session(config=CALLERS_THREAD), draw, program, folder / "plain")
        ours = follow(deferred, draw, program, folder / "deferred")
        assert ours[1] == plain[1]
        assert same(ours[0], plain[0])
        assert same(ours[2], plain[2])

    no_difference()
    assert len(built) > programs / 5


@pytest.mark.parametrize("mode, tolerance", [("exact", 0), ("xla", 1e-5)])
@pytest.mark.parametrize("optimizer", ["GradientDescent", "Adam", "RMSProp", "Adagrad"])
def test_long_trainings_come_out_the_same(mode, tolerance, optimizer):
    ends = []
    for make in (lambda: tf.Session(config=CALLERS_THREAD), lambda: deferred(mode)):
        tf.reset_default_graph()
        x, y_, w, train_step = line(0.01, getattr(tf.train, optimizer + "Optimizer"))
        with make() as sess:
            sess.run(tf.global_variables_initializer())
            for a, b in batches(700):
                sess.run(train_step, {x: a, y_: b})
            ends.append(sess.run(tf.global_variables()))
    for ours, plain in zip(*ends):
        np.testing.assert_allclose(ours, plain, rtol=tolerance, atol=tolerance)


@pytest.mark.slow
@pytest.mark.parametrize("name", LESSONS)
def test_every_lesson_ends_in_the_bits_of_a_plain_session(name, run_lesson):
    plain, exact = run_lesson(name, "--session", "plain", drawn=False), run_lesson(name)
    assert exact.numbers == plain.numbers
    printed = [without_accidents(run.printed).split("TensorBoard  ")[0] for run in (exact, plain)]
    assert printed[0] == printed[1]
    for state in plain.checkpoints.rglob("checkpoint"):
        folder = exact.checkpoints / state.parent.relative_to(plain.checkpoints)
        readers = [tf.train.load_checkpoint(str(each)) for each in (state.parent, folder)]
        names = [reader.get_variable_to_shape_map() for reader in readers]
        assert names[0] == names[1]
        for variable in names[0]:
            one, other = (reader.get_tensor(variable) for reader in readers)
            np.testing.assert_array_equal(one, other)


# which of a lesson's numbers may differ by more than a hundred-thousandth, by how much, and why
WIDER = {
    "08_deep_network": ("", 1e-2, "thousands of steps of ReLU layers; a picture is 1/297"),
    "09_tensorboard": ("", 1e-2, "thousands of steps of ReLU layers; a picture is 1/297"),
    "11_yogurt_custom_loss": ("COST 1, PROFIT 9", np.inf, "steps of fixed size around a corner"),
    "17_zalando_decay": ("", 1e-2, "thousands of steps of ReLU layers; a picture is 1/297"),
    "27_optimizers_on_mnist": ("RMSProp:", np.inf, "at its rate of 0.01 it jumps for ever"),
    "28_zalando_adam": ("", 1e-2, "thousands of steps of ReLU layers with Adam"),
    "29_own_optimizer": ("20 layers", np.inf, "so many make much of the last bit"),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", LESSONS)
def test_every_lesson_ends_within_a_hundred_thousandth_when_compiled(name, run_lesson):
    exact, fast = run_lesson(name), run_lesson(name, "--fast", drawn=False)
    part, tolerance, _ = WIDER.get(name, ("", 1e-5, ""))
    for number, value in exact.numbers.items():
        if isinstance(value, str):
            assert fast.numbers[number] == value
        else:
            within = tolerance if part in number else 1e-5
            difference = abs(fast.numbers[number] - value)
            assert within == np.inf or difference <= within * abs(value), number


# What runs in a loop, and what does not -----------------------------------------------------------


def test_a_training_does_run_in_a_loop():
    with deferred() as sess:
        train(sess)
        sess.flush()
        assert sess._kind.loop is not None


def reason(step, feeds=()):
    return loops.obstacle([step], feeds)


def test_what_cannot_be_repeated_says_why():
    v = tf.Variable(1.0)
    assert reason(tf.assign_add(v, 1.0).op) == ""
    assert "state of its own" in reason(tf.assign(v, tf.random_normal([], seed=1)).op)
    assert "control flow" in reason(tf.assign(v, tf.cond(v > 0, lambda: v + 1, lambda: v)).op)
    assert "state of its own" in reason(
        tf.assign(v, tf.py_func(lambda: np.float32(1), [], tf.float32)).op
    )
    assert "is not fed" in reason(tf.assign(v, tf.placeholder(tf.float32, ())).op)
    assert "reference variable" in reason(tf.assign(tf.Variable(1.0, use_resource=False), 2.0).op)
    assert "state of its own" in reason(tf.FIFOQueue(2, tf.float32).enqueue(v))
    assert "no fixed order" in reason(tf.group(tf.assign(v, 2.0), tf.assign_add(v, 1.0)))


def test_a_step_beside_its_average_has_no_fixed_order_one_after_the_other_has():
    w = tf.Variable(5.0)
    train_step = tf.train.GradientDescentOptimizer(0.1).minimize(tf.square(w + 1))
    average = tf.train.ExponentialMovingAverage(0.9)
    assert "no fixed order" in reason(tf.group(train_step, average.apply([w])))
    with tf.control_dependencies([train_step]):
        after = tf.train.ExponentialMovingAverage(0.9, name="After").apply([w])
    assert reason(after) == ""


def test_an_order_that_only_a_shape_keeps_is_kept():
    """u takes v's value before v changes, since v's new value needs the shape of the old one."""
    v, u = tf.Variable([1.0, 2.0]), tf.Variable([0.0, 0.0])
    old = v.read_value()
    shape = tf.raw_ops.Shape(input=old)
    step = tf.group(tf.assign(v, tf.fill(shape, 2.0)), tf.assign(u, old))
    assert reason(step) == ""
    ends = []
    for make in (lambda: tf.Session(config=CALLERS_THREAD), deferred):
        with make() as sess:
            sess.run(tf.global_variables_initializer())
            for _ in range(205):
                sess.run(step)
            sess.run(tf.no_op())
            ends.append(sess.run([u, v]))
            if make is deferred:
                assert sess._kind.loop is not None
    np.testing.assert_array_equal(*ends)


def test_random_steps_draw_the_same_sequence_however_they_are_run():
    v = tf.Variable(0.0)
    noise = tf.assign_add(v, tf.random_normal([], seed=9)).op
    seen = []
    for make in (lambda: tf.Session(config=CALLERS_THREAD), deferred):
        with make() as sess:
            sess.run(v.initializer)
            for _ in range(250):
                sess.run(noise)
            seen.append(sess.run(v))
    assert seen[0] == seen[1]


def test_checks_are_not_compiled_away():
    x = tf.placeholder(tf.float32, ())
    v = tf.Variable(0.0)
    step = tf.assign(v, tf.check_numerics(x, "not a number")).op
    with deferred("xla") as sess, pytest.raises(tf.errors.InvalidArgumentError):
        sess.run(v.initializer)
        for k in range(300):
            sess.run(step, {x: np.float32(np.nan if k == 250 else k)})
        sess.flush()


# Errors -----------------------------------------------------------------------------------------


def test_an_error_names_its_operation_and_which_queued_step_it_was():
    x = tf.placeholder(tf.float32, ())
    v = tf.Variable(0.0)
    step = tf.assign(v, tf.check_numerics(x, "not a number", name="the_check")).op
    with deferred() as sess:
        sess.run(v.initializer)
        for k in range(200):
            sess.run(step, {x: np.float32(np.nan if k == 150 else k)})
        with pytest.raises(tf.errors.InvalidArgumentError) as caught:
            sess.run(v)
        assert caught.value.op.name == "the_check"
        # the first two ran at once, to see how long they take
        assert re.search(r"in queued step 149 of \d+", str(caught.value))
        assert sess.run(v) == 149  # what came before it has happened, what came after has not


@pytest.mark.parametrize(
    "feed, error",
    [
        (lambda x: {x: np.zeros((4, 3))}, ValueError),
        (lambda x: {x: [["a", "b"]]}, ValueError),
        (lambda x: {"nowhere:0": 1}, TypeError),
        (lambda x: {x: tf.constant([[1.0, 2.0]])}, TypeError),
        (lambda x: {x: 2**70}, ValueError),
        (lambda x: {}, tf.errors.InvalidArgumentError),
    ],
)
def test_a_bad_feed_raises_at_the_call_what_tf_session_raises(feed, error):
    x, y_, w, train_step = line()
    good = {x: np.ones((4, 2)), y_: np.ones((4, 1))}
    raised = []
    for make in (tf.Session, deferred):
        with make() as sess:
            sess.run(tf.global_variables_initializer())
            for _ in range(150):
                sess.run(train_step, good)
            with pytest.raises(error) as caught:
                sess.run(train_step, {**feed(x), **({y_: good[y_]} if feed(x) else {})})
            raised.append((type(caught.value), str(caught.value).split("\n")[0][:60]))
    assert raised[0] == raised[1]


def test_a_closed_session_says_so():
    sess = deferred()
    train(sess, 5)
    sess.close()
    with pytest.raises(RuntimeError, match="closed Session"):
        sess.run(tf.no_op())


def test_uninitialized_variables_are_an_error():
    x, y_, w, train_step = line()
    with pytest.raises(tf.errors.FailedPreconditionError), deferred() as sess:
        for a, b in batches(200):
            sess.run(train_step, {x: a, y_: b})


def test_a_mode_that_does_not_exist():
    with pytest.raises(ValueError, match="exact, xla, plain"):
        DeferredSession(mode="eager")


# The learner's graph, and limits ------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["exact", "xla"])
def test_nothing_of_a_loop_shows_in_the_learners_graph(mode, tmp_path):
    x, y_, w, train_step = line()
    saver, init = tf.train.Saver(), tf.global_variables_initializer()
    graph = tf.get_default_graph()
    before = graph.as_graph_def().SerializeToString(deterministic=True)
    collections = {key: list(graph.get_collection(key)) for key in graph.get_all_collection_keys()}
    graph.finalize()
    with deferred(mode) as sess:
        sess.run(init)
        for a, b in batches(300):
            sess.run(train_step, {x: a, y_: b})
        saver.save(sess, str(tmp_path / "model"))
        assert sess.graph is graph
    assert graph.as_graph_def().SerializeToString(deterministic=True) == before
    assert collections == {
        key: list(graph.get_collection(key)) for key in graph.get_all_collection_keys()
    }
    meta = tf.MetaGraphDef.FromString((tmp_path / "model.meta").read_bytes())
    assert {node.name for node in meta.graph_def.node} == {op.name for op in graph.get_operations()}
    assert not tf.control_flow_v2_enabled()


def test_callables_and_partial_runs_see_what_is_queued():
    x, y_, w, train_step = line()
    with deferred() as sess:
        sess.run(tf.global_variables_initializer())
        call = sess.make_callable(w)
        before = call()
        for a, b in batches(120):
            sess.run(train_step, {x: a, y_: b})
        assert not np.array_equal(call(), before)


def test_memory_stays_bounded_over_200_000_queued_steps():
    psutil = pytest.importorskip("psutil")
    resident = []
    x, y_, w, train_step = line()
    (a, b), *_ = batches(1)
    with deferred() as sess:
        sess.run(tf.global_variables_initializer())
        for k in range(200_000):
            sess.run(train_step, {x: a, y_: b})
            if k % 2_000 == 1_999:
                resident.append(psutil.Process().memory_info().rss)
    assert max(resident) - resident[0] < 100 * 2**20


def test_large_feeds_are_queued_up_to_8_mib():
    x = tf.placeholder(tf.float32, (None, 1024))
    v = tf.Variable(tf.zeros([1024]))
    step = tf.assign_add(v, tf.reduce_sum(x, axis=0)).op
    with deferred() as sess:
        sess.run(v.initializer)
        array = np.ones((1024, 1024), np.float32)  # 4 MiB
        for _ in range(60):
            sess.run(step, {x: array})
            held = (
                sum(stack.nbytes for _, _, stack in sess._kind._slots or ()) if sess._count else 0
            )
            assert held <= session.QUEUE_BYTES
        assert sess.run(v)[0] == 60 * 1024


def test_a_threads_blocking_run_does_not_block_the_others():
    queue = tf.FIFOQueue(1, tf.float32, shapes=[()])
    enqueue, dequeue = queue.enqueue(1.0), queue.dequeue()
    with deferred() as sess:
        waiting = threading.Thread(target=sess.run, args=(dequeue,))
        waiting.start()
        time.sleep(0.2)
        sess.run(enqueue)
        waiting.join(timeout=600)
        assert not waiting.is_alive()


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="needs a timer signal")
def test_ctrl_c_interrupts_a_loop_of_queued_steps(monkeypatch):
    """Steps of about a millisecond: far less is queued of them than of short ones."""
    monkeypatch.setattr(session, "QUEUE_SECONDS", QUEUE_SECONDS)
    v = tf.Variable(tf.ones([400, 400]) / 400)
    step = tf.assign(v, tf.matmul(v, v) * 1.0).op

    def press(number, frame):
        raise KeyboardInterrupt

    with deferred() as sess:
        sess.run(v.initializer)
        for _ in range(1500):
            sess.run(step)
        assert sess._kind.limit < session.QUEUE_STEPS
        before = signal.signal(signal.SIGALRM, press)
        signal.setitimer(signal.ITIMER_REAL, 0.3)
        try:
            deadline = time.monotonic() + 600
            with pytest.raises(KeyboardInterrupt):
                while time.monotonic() < deadline:
                    sess.run(step)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)
