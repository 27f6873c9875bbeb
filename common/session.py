"""The session that the lessons train in: the documents' own loops, in bulk."""

import logging
import threading
import time

import numpy as np

from common import loops
from common.graph_mode import tf

LOG = logging.getLogger(__name__)

MODES = ("exact", "xla", "plain")
QUEUE_BYTES = 8 * 2**20  # at most this much is queued (more would not stay in the caches),
QUEUE_SECONDS = 0.25  # about this much work,
QUEUE_STEPS = 4096  # and this many steps
COMPILED_STEPS = 2048  # the same for a compiled loop, which is fed all its places each time
WARM_UP = 2  # steps of a new kind that run at once, to see how long one takes
WORTH_A_LOOP = 4  # shorter queues run step by step
WORTH_BUILDING = 100  # queued steps of a kind that a loop is built for
KINDS = 64  # kinds of steps that are remembered


class DeferredSession(tf.Session):
    """A tf.Session that runs training steps in bulk, and cannot be told from one otherwise.

    `run(train_step, feed_dict=...)` returns None where it is asked for operations only: nobody can
    see whether it ran now or a little later. So such calls are queued, with copies of what is fed,
    and run inside the runtime, in one loop, as soon as anything else is asked of the session: a
    value, a save, a restore, its end. Results, exceptions and the order of effects are those of
    tf.Session; an error in a queued step is raised by the call that makes the queue run, and says
    which queued step it was.

    mode: "exact" (same kernels in the same order, the same bits), "xla" (compiled, equal to about
    1e-6, faster) or "plain" (tf.Session itself; always so on TensorFlow 1).

    Steps are run plainly, at once, where a loop could not keep the promise: control flow, function
    calls, random operations (their state counts their runs), queues, iterators, Python functions,
    reference variables, two uses of a variable without a fixed order, several devices, feeds that
    are no plain arrays, `options` or `run_metadata`. The logger common.session says at debug level
    which and why.
    """

    def __init__(self, target="", graph=None, config=None, mode="exact"):
        self._kinds = {}  # those that can be queued,
        self._plain_steps = set()  # and those that cannot, whatever they are fed
        self._kind = _NONE  # the kind that is queued now
        self._count = 0
        self._lock = threading.RLock()
        self._mode = "plain" if tf.__version__.startswith("1.") or target else mode
        self._config_of_loops = config or tf.ConfigProto()
        super().__init__(target, graph, config)
        if mode not in MODES:
            raise ValueError(f"mode must be one of {', '.join(MODES)}, not {mode!r}")

    def run(self, fetches, feed_dict=None, options=None, run_metadata=None):
        """As tf.Session.run; see the class for what is run later."""
        if self._mode != "plain":
            with self._lock:
                if options is None and run_metadata is None:
                    kind = self._kind
                    if (
                        fetches is kind.operation
                        and self._count < kind.limit
                        and kind.put(feed_dict, self._count)
                    ):
                        self._count += 1
                        return None
                    kind = self._kind_of(fetches, feed_dict)
                    if kind is not _NONE:
                        return self._queue(kind, fetches, feed_dict)
                self.flush()
        return super().run(fetches, feed_dict, options, run_metadata)

    def flush(self):
        """Run what is queued. Whatever looks at the session's state does this by itself."""
        with self._lock:
            count, self._count = self._count, 0
            if count:
                self._run_queued(self._kind, count)

    def partial_run_setup(self, fetches, feeds=None):
        """As tf.Session.partial_run_setup."""
        self.flush()
        return super().partial_run_setup(fetches, feeds)

    def partial_run(self, handle, fetches, feed_dict=None):
        """As tf.Session.partial_run."""
        self.flush()
        return super().partial_run(handle, fetches, feed_dict)

    def make_callable(self, fetches, feed_list=None, accept_options=False):
        """As tf.Session.make_callable."""
        call = super().make_callable(fetches, feed_list, accept_options)

        def flush_and_call(*args, **kwargs):
            self.flush()
            return call(*args, **kwargs)

        return flush_and_call

    def close(self):
        """Run what is queued and close the session."""
        try:
            self.flush()
        finally:
            self._mode = "plain"
            self._forget_kinds()
            super().close()

    # Queueing ------------------------------------------------------------------------------

    def _kind_of(self, fetches, feed_dict):
        """The _Kind of step that a call asks for; _NONE where it must run at once, plainly."""
        targets = tuple(fetches) if type(fetches) in (list, tuple) else (fetches,)
        if not targets or not all(isinstance(each, tf.Operation) for each in targets):
            return _NONE
        try:
            feeds = tuple(feed_dict or ())
            step = (targets, tuple(tensor.ref() for tensor in feeds))
            if step in self._plain_steps:
                return _NONE
            shapes = tuple(_as_fed(feed_dict[tensor], tensor).shape for tensor in feeds)
        except Exception:  # whatever is wrong with what is fed, tf.Session says it best
            return _NONE
        kind = self._kinds.get((step, shapes))
        return kind or self._new_kind(step, feeds, shapes)

    def _new_kind(self, step, feeds, shapes):
        targets, _ = step
        if not _feedable(self.graph, targets, feeds, shapes):
            return _NONE
        obstacle = loops.obstacle(targets, feeds)
        if obstacle:
            LOG.debug("%s runs plainly: %s", targets[0].name, obstacle)
            self._plain_steps.add(step)
            return _NONE
        if len(self._kinds) >= KINDS:
            self._forget_kinds()
        most = COMPILED_STEPS if self._mode == "xla" else QUEUE_STEPS
        kind = self._kinds[step, shapes] = _Kind(targets, feeds, shapes, most)
        return kind

    def _forget_kinds(self):
        self.flush()
        for kind in self._kinds.values():
            kind.drop_loop()
        self._kinds, self._kind = {}, _NONE

    def _queue(self, kind, fetches, feed_dict):
        if kind is not self._kind or self._count >= kind.limit:
            self.flush()
        if kind.warm_up:
            self.flush()
            kind.warm_up -= 1
            started = time.perf_counter()
            super().run(kind.targets, feed_dict)
            kind.set_limit(time.perf_counter() - started)
        else:
            if kind is not self._kind:
                self._kind.release()
                self._kind = kind
            arrays = {tensor: _as_fed(feed_dict[tensor], tensor) for tensor in kind.feeds}
            if not kind.put(arrays, self._count):
                self.flush()
                return super().run(fetches, feed_dict)
            self._count += 1
        if isinstance(fetches, tf.Operation):
            return None
        return type(fetches)([None] * len(fetches))

    # Running -------------------------------------------------------------------------------

    def _run_queued(self, kind, count):
        """Run the first `count` steps that `kind` holds; an error says which it came from."""
        kind.queued += count
        step = 0

        def run_step(options=None, run_metadata=None):
            super(DeferredSession, self).run(kind.targets, kind.feed(step), options, run_metadata)

        try:
            if not kind.loop and kind.loopable and kind.queued >= WORTH_BUILDING:
                self._build_loop(kind, run_step)
                step = 1
            failed = False
            if kind.loop and count - step >= WORTH_A_LOOP:
                if self._run_loop(kind, step, count):
                    return
                failed = True
            while step < count:
                run_step()
                step += 1
            if failed:  # nothing is wrong with the steps: it is the loop that does not work
                kind.drop_loop()
        except tf.errors.OpError as error:
            error._message = f"{error.message}\n(in queued step {step + 1} of {count})"
            raise

    def _build_loop(self, kind, run_step):
        """Make the loop of a kind of step, on the way running the first queued one plainly."""
        ran = []

        def run_first(options=None, run_metadata=None):
            run_step(options, run_metadata)
            ran.append(True)

        step = (kind.targets, kind.feeds, kind.shapes)
        try:
            if self._mode == "xla" and kind.compilable:
                run_first()
                kind.compiled = True
                kind.loop = loops.compiled_loop(*step, kind.capacity, self._config_of_loops)
            else:
                kind.loop = loops.exact_loop(run_first, *step, self._config_of_loops)
        except Exception as reason:
            if isinstance(reason, tf.errors.OpError) and not ran:
                raise  # the step's own
            LOG.debug("%s runs plainly: %s", kind, reason)
            kind.drop_loop()
        if not ran:
            run_first()

    def _run_loop(self, kind, first, count):
        """Run the queued steps from `first` on in the loop; whether that went well.

        Where a step fails the session's variables are as before, so that the steps can be run one
        by one: the error, and what the failing step leaves, are then those of tf.Session itself.
        """
        started = time.perf_counter()
        try:
            kind.loop.run(super().run, kind.stacks(first, count), count - first)
        except tf.errors.OpError as error:
            LOG.debug("%s is run again, step by step: %s", kind, error)
            return False
        if kind.loop_is_warm:
            kind.set_limit((time.perf_counter() - started) / (count - first))
        kind.loop_is_warm = True
        return True


class _Kind:
    """A kind of step: what to run, what is fed and in which shapes; and the values queued for it.

    most: steps to have room for. operation: to be run, where it is one. loopable, compilable:
    whether a loop, or one that XLA compiles, is worth trying. compiled: whether the loop is one.
    limit: how many steps may be queued. warm_up: how many are still to be run at once. queued: how
    many have been queued so far.
    """

    def __init__(self, targets, feeds, shapes, most):
        self.targets, self.feeds, self.shapes = targets, feeds, shapes
        self.operation = targets[0] if len(targets) == 1 else None
        self.loop, self.loop_is_warm, self.compiled = None, False, False
        self.loopable, self.compilable = True, loops.compilable(targets, feeds)
        self.warm_up, self.queued = WARM_UP, 0
        size = sum(
            int(np.prod(shape)) * np.dtype(tensor.dtype.as_numpy_dtype).itemsize
            for tensor, shape in zip(feeds, shapes)
        )
        self.capacity = max(1, min(most, QUEUE_BYTES // max(size, 1)))
        self.release()

    def __str__(self):
        return " and ".join(target.name for target in self.targets)

    def set_limit(self, seconds):
        """Queue no more work than QUEUE_SECONDS, a step taking `seconds`."""
        self.limit = max(1, min(self.capacity, int(QUEUE_SECONDS / max(seconds, 1e-7))))

    def put(self, feed_dict, k):
        """Copy the fed values to place `k`; False where they are not of this kind."""
        slots = self._slots
        if slots is None:
            slots = self._allocate()
        if not feed_dict:
            return not slots
        if len(feed_dict) != len(slots):
            return False
        try:
            for tensor, shape, stack in slots:
                value = feed_dict[tensor]
                if value.shape != shape:
                    return False
                stack[k] = value
        except Exception:  # no array, or not to be converted: tf.Session says it best
            return False
        return True

    def feed(self, k):
        """The feed_dict of the step queued at place `k`."""
        return {tensor: stack[k] for tensor, _, stack in self._slots}

    def stacks(self, first, count):
        """The values queued from place `first` on, stacked, for each feed."""
        stacks = [stack[first:count] for _, _, stack in self._slots]
        if not self.compiled:
            return stacks
        # a compiled loop wants all its capacity; what lies behind the queued steps is not used
        return [
            np.resize(stack[first:], (self.capacity, *stack.shape[1:])) if first else stack
            for _, _, stack in self._slots
        ]

    def _allocate(self):
        self._slots = [
            (tensor, shape, _aligned_zeros((self.capacity, *shape), tensor.dtype.as_numpy_dtype))
            for tensor, shape in zip(self.feeds, self.shapes)
        ]
        return self._slots

    def release(self):
        """Give up the memory for queued values."""
        self._slots = None

    def drop_loop(self):
        """Close the loop, and make none like it again: XLA's gives way to the exact one."""
        if self.loop:
            self.loop.close()
        self.loop, self.loop_is_warm = None, False
        self.loopable, self.compilable, self.compiled = self.compiled, False, False


def _feedable(graph, targets, feeds, shapes):
    """Whether tf.Session would take the step, and what is fed are arrays of numbers."""
    if any(each.graph is not graph for each in (*targets, *feeds)):
        return False
    for tensor, shape in zip(feeds, shapes):
        kind = tensor.dtype
        numbers = kind.is_bool or kind.is_integer or kind.is_floating or kind.is_complex
        if not numbers or kind.is_quantized or not graph.is_feedable(tensor):
            return False
        if not tensor.shape.is_compatible_with(shape):
            return False
    return True


def _aligned_zeros(shape, dtype):
    """Zeros in memory that TensorFlow takes as it is: it copies what does not lie at 64 bytes."""
    dtype = np.dtype(dtype)
    size = int(np.prod(shape)) * dtype.itemsize
    memory = np.zeros(size + 64, np.uint8)
    start = -memory.ctypes.data % 64
    return memory[start : start + size].view(dtype).reshape(shape)


class _NoKind:
    """Stands for no kind of step: nothing is queued for it."""

    operation, limit = object(), 0

    def release(self):
        pass


_NONE = _NoKind()


def _as_fed(value, tensor):
    """The array that tf.Session feeds for `value`; TypeError or ValueError where it refuses to."""
    dtype = tensor.dtype.as_numpy_dtype
    array = np.asarray(value, dtype)
    if isinstance(value, tf.Tensor) or (isinstance(value, int) and array != value):
        raise TypeError(f"{value!r} cannot be fed to {tensor.name}")
    return array


def open_session(mode="exact"):
    """A DeferredSession on the default graph, set for the lessons' small steps.

    Operations run on the caller's thread (inter_op_parallelism_threads=-1): the lessons' steps
    take microseconds each, and handing them to a thread pool takes longer than they do.
    """
    return DeferredSession(config=tf.ConfigProto(inter_op_parallelism_threads=-1), mode=mode)
