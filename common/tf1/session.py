"""tf.Session and tf.InteractiveSession, whose repeated runs are prepared.

tf.Session.run finds out each time anew what it is asked for: which tensors, in what structure, and
what may be fed. In a loop of small steps that takes longer than the steps. Here the second run of
the same fetches with the same tensors fed makes a callable of them; it and all later ones hand
their arrays to it: the same kernels in the same order, the same bits and, at the same call, the
same errors. What a callable cannot serve goes to tf.Session.run, as it always did.
"""

import logging
import threading
import weakref
from collections import OrderedDict

import numpy as np

from common.tf1 import signals
from common.tf1.denormals import FLUSHING, KNOWN, USUAL, put
from common.tf1.runtime import GENUINE, tf

LOG = logging.getLogger(__name__)

KEPT = 256  # prepared runs that a session keeps, and runs that it remembers having seen once

if not GENUINE:
    from tensorflow.core.protobuf import config_pb2
    from tensorflow.python.client import pywrap_tf_session, session

    _run_callable = pywrap_tf_session.TF_SessionRunCallable
    _FETCHED = (tf.Tensor, tf.Operation, tf.SparseTensor, tf.IndexedSlices, str)


class _Odd(Exception):
    """This run is left to tf.Session."""


class _Feed:
    """How one tensor is fed. dtype: NumPy's. shapes: some that it is known to take."""

    def __init__(self, tensor):
        self.dtype = np.dtype(tensor.dtype.as_numpy_dtype)
        self.shapes = set()
        self._takes = tensor.shape.is_compatible_with
        if self.dtype.kind not in "biuf" or tensor.dtype.is_quantized:
            raise _Odd

    def array(self, value):
        """The array that tf.Session feeds for `value`; an error where it may do something else."""
        array = np.asarray(value)
        if array.dtype.kind not in "biuf":
            raise _Odd
        array = array.astype(self.dtype, copy=False)
        if isinstance(value, int) and array != value:
            raise _Odd
        return array

    def learn(self, shape):
        """Remember that the tensor takes this shape; _Odd where it does not."""
        if not self._takes(shape):
            raise _Odd
        if len(self.shapes) >= KEPT:
            self.shapes.clear()
        self.shapes.add(shape)


class _Callable:
    """A callable in the runtime. handle: its number there, given up with this object.

    It does not keep its session alive, which keeps it.
    """

    def __init__(self, owner, options):
        self._owner = weakref.ref(owner)
        self._release = pywrap_tf_session.TF_SessionReleaseCallable
        owner._extend_graph()
        buffer = pywrap_tf_session.TF_NewBufferFromString(options.SerializeToString())
        try:
            self.handle = pywrap_tf_session.TF_SessionMakeCallable(owner._session, buffer)
        finally:
            pywrap_tf_session.TF_DeleteBuffer(buffer)

    def __del__(self):
        owner = self._owner()
        if owner is not None and not owner._closed and hasattr(self, "handle"):
            self._release(owner._session, self.handle)


class _Run:
    """A run that is repeated. handle: its callable's; None where tf.Session does it.

    parts: the tensors and operations that it is known by; kept, so that no others get their ids.
    """

    handle = None

    def __init__(self, parts=()):
        self._parts = parts

    def prepare(self, owner, fetches, fed):
        """Make its callable; an error where there can be none."""
        graph = owner.graph
        tensors = [graph.as_graph_element(each, allow_operation=False) for each in fed]
        self._feeds = [_Feed(each) for each in tensors]
        fetcher = session._FetchHandler(graph, fetches, {})
        names = [each.name for each in tensors]
        fetched = [each.name for each in fetcher.fetches()]
        # what is fed comes back as it is, and a handle of a tensor is more than its value
        if len({*names, *fetched}) < len(names) + len(fetched) or fetcher._fetch_handles:
            raise _Odd
        if not all(map(graph.is_feedable, tensors)):
            raise _Odd
        targets = [each.name for each in fetcher.targets()]
        options = config_pb2.CallableOptions(feed=names, fetch=fetched, target=targets)
        self._callable = _Callable(owner, options)
        self.result = _result(fetcher, len(fetched))
        self.handle = self._callable.handle

    def values(self, feed_dict):
        """The arrays to feed; an error where tf.Session is to say what is wrong with them."""
        arrays = []
        for feed, value in zip(self._feeds, feed_dict.values()):
            if type(value) is not np.ndarray or value.dtype is not feed.dtype:
                value = feed.array(value)
            if value.shape not in feed.shapes:
                feed.learn(value.shape)
            arrays.append(value)
        return arrays


def _own(value):
    """`value` in memory of its own: a callable's results may lie in that of a variable."""
    return value.copy() if type(value) is np.ndarray else value


def _result(fetcher, count):
    """A function from the `count` values that a callable gives to what was asked for."""
    places = fetcher.build_results(None, list(range(count)))
    if places is None:
        return lambda values: None
    if type(places) is int:
        return lambda values: _own(values[0])
    if type(places) is list and all(each is None or type(each) is int for each in places):
        if places == [None, 0]:
            return lambda values: [None, _own(values[0])]

        def listed(values):
            values = [*map(_own, values)]
            return [None if place is None else values[place] for place in places]

        return listed
    return lambda values: fetcher.build_results(None, [*map(_own, values)])


_LEFT = _Run()  # stands for what nothing is known of


def _key(fetches, parts):
    """What is the same for equal structures of the same tensors; collects these in `parts`."""
    kind = type(fetches)
    if isinstance(fetches, (list, tuple)):
        return (kind, *[_key(each, parts) for each in fetches])
    if kind is dict or kind is OrderedDict:
        names = [(type(name), name) for name in fetches]
        return (kind, *names, *[_key(each, parts) for each in fetches.values()])
    if not (isinstance(fetches, _FETCHED) or hasattr(fetches, "_as_graph_element")):
        raise _Odd  # the attribute is what tf.Session asks a variable for
    parts.append(fetches)
    return id(fetches)


def _keep(kept, key, value):
    """Put `value` into the dictionary `kept`, and the oldest out of it where it is full."""
    if len(kept) >= KEPT:
        del kept[next(iter(kept))]
    kept[key] = value


def _on_callers_thread(config):
    """`config`, with operations run on the thread that calls, unless it says where they run.

    A step of microseconds is over before another thread has begun with it.
    """
    ours = tf.ConfigProto()
    if config is not None:
        if not isinstance(config, tf.ConfigProto):
            return config  # which tf.Session refuses
        ours.CopyFrom(config)
    pools = ours.use_per_session_threads or ours.session_inter_op_thread_pool
    if not (pools or ours.inter_op_parallelism_threads):
        ours.inter_op_parallelism_threads = -1
    return ours


def _raise(error):
    raise error


class _Prepares:
    """What comes before tf.Session and tf.InteractiveSession to make them prepare their runs."""

    def __init__(self, target="", graph=None, config=None):
        self._runs = {}  # a _Run by key
        self._seen = {}  # the parts of what was run once, by key
        self._keeping = threading.Lock()
        self._local = not target  # only a runtime in this process makes callables
        if self._local and KNOWN:
            config = _on_callers_thread(config)
        with signals.none_for_new_threads():  # the first session begins the runtime's
            super().__init__(target, graph, config)

    def run(self, fetches, feed_dict=None, options=None, run_metadata=None):
        """As tf.Session.run."""
        if options is not None or run_metadata is not None:
            return super().run(fetches, feed_dict, options, run_metadata)
        kind = type(fetches)
        known = (kind, *map(id, fetches)) if kind is list or kind is tuple else id(fetches)
        fed = {} if feed_dict is None else feed_dict
        run = self._runs.get((known, *map(id, fed))) if isinstance(fed, dict) else _LEFT
        if run is None:
            run = self._asked_again(fetches, fed)
        if run.handle is None:
            return super().run(fetches, feed_dict)
        try:
            values = run.values(fed)
        except Exception:  # tf.Session says best what is wrong with them
            return super().run(fetches, feed_dict)
        try:
            put(FLUSHING)
            values = _run_callable(self._session, run.handle, values, None)
        except tf.errors.OpError as error:
            self._do_call(_raise, error)  # adds which operation it was
        finally:
            put(USUAL)
        return run.result(values)

    def _call_tf_sessionrun(self, *arguments):
        try:
            put(FLUSHING)
            return super()._call_tf_sessionrun(*arguments)
        finally:
            put(USUAL)

    def _call_tf_sessionprun(self, *arguments):
        try:
            put(FLUSHING)
            return super()._call_tf_sessionprun(*arguments)
        finally:
            put(USUAL)

    def _asked_again(self, fetches, fed):
        """The _Run of what is asked for; _LEFT where that is the first time or it can have none."""
        parts = list(fed)
        try:
            key = (_key(fetches, parts), *map(id, fed))
        except Exception:
            return _LEFT
        with self._keeping:
            if key in self._runs:
                return self._runs[key]
            if not self._local or self._seen.pop(key, None) is None:
                _keep(self._seen, key, parts)
                return _LEFT
            run = _Run(parts)
            _keep(self._runs, key, run)
        try:
            run.prepare(self, fetches, fed)
        except Exception as reason:
            LOG.debug("%s is left to tf.Session: %r", fetches, reason)
        return run

    def close(self):
        """As tf.Session.close."""
        self._runs, self._seen = {}, {}
        super().close()


if GENUINE:
    Session, InteractiveSession = tf.Session, tf.InteractiveSession
else:

    class Session(_Prepares, tf.Session):
        """tf.Session whose repeated runs are prepared."""

    class InteractiveSession(_Prepares, tf.InteractiveSession):
        """tf.InteractiveSession whose repeated runs are prepared."""
