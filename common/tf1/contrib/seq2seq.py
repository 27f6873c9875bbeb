"""tf.contrib.seq2seq: losses of sequences, helpers, and a decoder that is run in a loop."""

import collections

from common.tf1 import tf
from common.tf1.contrib import attention

AttentionMechanism = attention.AttentionMechanism
AttentionWrapper = attention.AttentionWrapper
AttentionWrapperState = attention.AttentionWrapperState
BahdanauAttention = attention.BahdanauAttention
LuongAttention = attention.LuongAttention

BasicDecoderOutput = collections.namedtuple("BasicDecoderOutput", ["rnn_output", "sample_id"])


def sequence_loss(
    logits,
    targets,
    weights,
    average_across_timesteps=True,
    average_across_batch=True,
    sum_over_timesteps=False,
    sum_over_batch=False,
    softmax_loss_function=None,
    name=None,
):
    """The weighted cross entropy: a scalar where both averages, or both sums, are taken.

    logits: [batch, time, symbols]. targets: int [batch, time]. weights: float [batch, time]. A sum
    is divided by the number of weights that are not 0, an average by their sum; 0 where that is 0.
    """
    for tensor, rank, what in ((logits, 3, "Logits"), (targets, 2, "Targets")):
        if len(tensor.shape) != rank:
            raise ValueError(f"{what} must be a tensor of rank {rank}")
    for sums, averages in (
        (sum_over_timesteps, average_across_timesteps),
        (sum_over_batch, average_across_batch),
    ):
        if sums and averages:
            raise ValueError("Over timesteps, and over the batch, take a sum or an average.")
    with tf.name_scope(name, "sequence_loss", [logits, targets, weights]):
        symbols = tf.shape(logits)[2]
        flat = tf.reshape(logits, [-1, symbols])
        labels = tf.reshape(targets, [-1])
        cross = softmax_loss_function or tf.nn.sparse_softmax_cross_entropy_with_logits
        loss = cross(labels=labels, logits=flat) * tf.reshape(weights, [-1])
        averages = average_across_timesteps, average_across_batch
        sums = sum_over_timesteps, sum_over_batch
        if all(averages) or all(sums):
            axis = None
        else:
            loss = tf.reshape(loss, tf.shape(logits)[0:2])
            axis = [0] if (averages if any(averages) else sums)[1] else [1]
        if any(averages) and not all(sums) or all(averages):
            return tf.div_no_nan(tf.reduce_sum(loss, axis), tf.reduce_sum(weights, axis))
        if any(sums):
            number = tf.cast(tf.count_nonzero(weights, axis), loss.dtype)
            return tf.div_no_nan(tf.reduce_sum(loss, axis), number)
        return loss


def _turned(tensor):
    """`tensor` with batch and time exchanged."""
    rank = tensor.shape.ndims
    return tf.transpose(tensor, [1, 0, *range(2, rank)])


class TrainingHelper:
    """Feeds a decoder with what is known: inputs [batch, time, …] of lengths [batch]."""

    def __init__(self, inputs, sequence_length, time_major=False, name=None):
        with tf.name_scope(name, "TrainingHelper", [inputs, sequence_length]):
            inputs = tf.convert_to_tensor(inputs, name="inputs")
            self._inputs = inputs if time_major else _turned(inputs)
            self.sequence_length = tf.convert_to_tensor(sequence_length, name="sequence_length")
            self.batch_size = tf.size(self.sequence_length)
            self._zeros = tf.zeros_like(self._inputs[0])

    def initialize(self):
        """(finished, the first inputs)."""
        return self._at(0)

    def sample(self, time, outputs, state):
        """The likeliest symbols."""
        return tf.argmax(outputs, axis=-1, output_type=tf.int32)

    def next_inputs(self, time, outputs, state, sample_ids):
        """(finished, next inputs, state)."""
        return (*self._at(time + 1), state)

    def _at(self, time):
        finished = time >= self.sequence_length
        last = tf.shape(self._inputs)[0] - 1
        given = self._inputs[tf.minimum(time, last)]
        return finished, tf.cond(tf.reduce_all(finished), lambda: self._zeros, lambda: given)


class GreedyEmbeddingHelper:
    """Feeds a decoder with its own likeliest symbols, embedded, until the end token."""

    def __init__(self, embedding, start_tokens, end_token):
        self._embed = (
            embedding
            if callable(embedding)
            else lambda numbers: tf.nn.embedding_lookup(embedding, numbers)
        )
        self._start = tf.convert_to_tensor(start_tokens, tf.int32)
        self._end = tf.convert_to_tensor(end_token, tf.int32)
        self.batch_size = tf.size(self._start)
        self._start_inputs = self._embed(self._start)

    def initialize(self):
        """(finished, the first inputs)."""
        return tf.zeros([self.batch_size], tf.bool), self._start_inputs

    def sample(self, time, outputs, state):
        """The likeliest symbols."""
        return tf.argmax(outputs, axis=-1, output_type=tf.int32)

    def next_inputs(self, time, outputs, state, sample_ids):
        """(finished, next inputs, state)."""
        finished = tf.equal(sample_ids, self._end)
        return finished, self._embed(sample_ids), state


class BasicDecoder:
    """A cell, fed by a helper, whose outputs go through a layer where there is one."""

    def __init__(self, cell, helper, initial_state, output_layer=None):
        self._cell, self._helper = cell, helper
        self._state, self._layer = initial_state, output_layer

    @property
    def batch_size(self):
        return self._helper.batch_size

    def initialize(self, name=None):
        """(finished, first inputs, first state)."""
        return (*self._helper.initialize(), self._state)

    def step(self, time, inputs, state, name=None):
        """(BasicDecoderOutput, state, next inputs, finished) of one step."""
        with tf.name_scope(name, "BasicDecoderStep", [time]):
            outputs, state = self._cell(inputs, state)
            if self._layer is not None:
                outputs = self._layer(outputs)
            numbers = self._helper.sample(time=time, outputs=outputs, state=state)
            finished, inputs, state = self._helper.next_inputs(
                time=time, outputs=outputs, state=state, sample_ids=numbers
            )
        return BasicDecoderOutput(outputs, numbers), state, inputs, finished


def _is_batch(tensor):
    """Whether it is of the batch; a scalar and a TensorArray are of all."""
    return isinstance(tensor, tf.Tensor) and tensor.shape.ndims != 0


def dynamic_decode(
    decoder,
    output_time_major=False,
    impute_finished=False,
    maximum_iterations=None,
    parallel_iterations=32,
    swap_memory=False,
    scope=None,
):
    """Run a decoder until all is finished: (outputs, last state, lengths).

    outputs: a BasicDecoderOutput of [batch, time, …]. lengths: int32 [batch].
    """
    with tf.variable_scope(scope, "decoder"):
        finished, inputs, state = decoder.initialize()
        batch = decoder.batch_size
        lengths = tf.zeros([batch], tf.int32)
        if maximum_iterations is not None:
            finished = tf.logical_or(finished, tf.equal(maximum_iterations, 0))
        kinds = (tf.nest.flatten(state)[0].dtype, tf.int32)  # of logits, of symbols
        arrays = tuple(
            tf.TensorArray(kind, 0, dynamic_size=True, clear_after_read=False) for kind in kinds
        )

        def body(time, arrays, state, inputs, finished, lengths):
            outputs, new, next_inputs, now = decoder.step(time, inputs, state)
            now = tf.logical_or(now, finished)
            if maximum_iterations is not None:
                now = tf.logical_or(now, time + 1 >= maximum_iterations)
            lengths = tf.where(finished, lengths, tf.fill([batch], time + 1))
            if impute_finished:
                outputs = BasicDecoderOutput(
                    *[tf.where(finished, tf.zeros_like(each), each) for each in outputs]
                )
                new = tf.nest.map_structure(
                    lambda a, b: tf.where(finished, a, b) if _is_batch(b) else b, state, new
                )
            written = tuple(array.write(time, each) for array, each in zip(arrays, outputs))
            return time + 1, written, new, next_inputs, now, lengths

        _, arrays, state, _, _, lengths = tf.while_loop(
            lambda time, a, s, i, finished, n: tf.logical_not(tf.reduce_all(finished)),
            body,
            (tf.constant(0), arrays, state, inputs, finished, lengths),
            parallel_iterations=parallel_iterations,
            swap_memory=swap_memory,
        )
        stacked = [array.stack() for array in arrays]
        if not output_time_major:
            stacked = [_turned(each) for each in stacked]
    return BasicDecoderOutput(*stacked), state, lengths


def tile_batch(t, multiplier, name=None):
    """Each example of the nested tensors `t` so many times, one after the other."""

    def tiled(tensor):
        tensor = tf.convert_to_tensor(tensor, name="t")
        shape = tf.shape(tensor)
        rows = tf.tile(tf.expand_dims(tensor, 1), [1, multiplier] + [1] * (len(tensor.shape) - 1))
        return tf.reshape(rows, tf.concat([[shape[0] * multiplier], shape[1:]], 0))

    with tf.name_scope(name, "tile_batch"):
        return tf.nest.map_structure(tiled, t)


def hardmax(logits, name=None):
    """One-hot rows of what is largest along the last axis, of the dtype of `logits`."""
    with tf.name_scope(name, "Hardmax", [logits]):
        return tf.one_hot(tf.argmax(logits, -1), tf.shape(logits)[-1], dtype=logits.dtype)
