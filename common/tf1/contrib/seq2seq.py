"""tf.contrib.seq2seq: losses of sequences, helpers, and a decoder that is run in a loop."""

import collections

from common.tf1 import tf
from common.tf1.contrib import attention

# isort: split
from tensorflow.python.ops import rnn
from tf_keras.src.layers.rnn import legacy_cells

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


class TrainingHelper:
    """Feeds a decoder with what is known: inputs [batch, time, …] of lengths [batch]."""

    def __init__(self, inputs, sequence_length, time_major=False, name=None):
        with tf.name_scope(name, "TrainingHelper", [inputs, sequence_length]):
            inputs = tf.convert_to_tensor(inputs, name="inputs")
            self.inputs = inputs
            if not time_major:
                inputs = rnn._transpose_batch_time(inputs)
            steps, shape = tf.shape(inputs)[0], inputs.shape[1:]
            self._steps = tf.TensorArray(inputs.dtype, steps, element_shape=shape).unstack(inputs)
            self.sequence_length = tf.convert_to_tensor(sequence_length, name="sequence_length")
            self._zeros = tf.zeros_like(inputs[0, :])
            self.batch_size = tf.size(sequence_length)

    def initialize(self, name=None):
        """(finished, the first inputs)."""
        with tf.name_scope(name, "TrainingHelperInitialize"):
            finished = tf.equal(0, self.sequence_length)
            return finished, self._at(0, finished)

    def sample(self, time, outputs, name=None, **_):
        """The likeliest symbols."""
        with tf.name_scope(name, "TrainingHelperSample", [time, outputs]):
            return tf.cast(tf.argmax(outputs, axis=-1), tf.int32)

    def next_inputs(self, time, outputs, state, name=None, **_):
        """(finished, next inputs, state)."""
        with tf.name_scope(name, "TrainingHelperNextInputs", [time, outputs]):
            time = time + 1
            finished = time >= self.sequence_length
            return finished, self._at(time, finished), state

    def _at(self, time, finished):
        return tf.cond(tf.reduce_all(finished), lambda: self._zeros, lambda: self._steps.read(time))


class GreedyEmbeddingHelper:
    """Feeds a decoder with its own likeliest symbols, embedded, until the end token."""

    def __init__(self, embedding, start_tokens, end_token):
        self._embed = (
            embedding
            if callable(embedding)
            else lambda numbers: tf.nn.embedding_lookup(embedding, numbers)
        )
        self._start = tf.convert_to_tensor(start_tokens, tf.int32, name="start_tokens")
        self._end = tf.convert_to_tensor(end_token, tf.int32, name="end_token")
        self.batch_size = tf.size(start_tokens)
        self._start_inputs = self._embed(self._start)

    def initialize(self, name=None):
        """(finished, the first inputs)."""
        return tf.tile([False], [self.batch_size]), self._start_inputs

    def sample(self, time, outputs, state, name=None):
        """The likeliest symbols."""
        return tf.argmax(outputs, axis=-1, output_type=tf.int32)

    def next_inputs(self, time, outputs, state, sample_ids, name=None):
        """(finished, next inputs, state)."""
        finished = tf.equal(sample_ids, self._end)
        inputs = tf.cond(
            tf.reduce_all(finished), lambda: self._start_inputs, lambda: self._embed(sample_ids)
        )
        return finished, inputs, state


class BasicDecoder:
    """A cell, fed by a helper, whose outputs go through a layer where there is one."""

    def __init__(self, cell, helper, initial_state, output_layer=None):
        self._cell, self._helper = cell, helper
        self._state, self._layer = initial_state, output_layer

    @property
    def batch_size(self):
        return self._helper.batch_size

    @property
    def output_size(self):
        """Of a step's outputs, without the batch."""
        size = self._cell.output_size
        if self._layer is not None:
            shape = tf.TensorShape([None]).concatenate(size)
            size = self._layer.compute_output_shape(shape)[1:]
        return BasicDecoderOutput(size, tf.TensorShape([]))

    @property
    def output_dtype(self):
        return BasicDecoderOutput(tf.nest.flatten(self._state)[0].dtype, tf.int32)

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


def _kept(finished):
    """A function (old, new) that keeps the old where a sequence is finished.

    A scalar and a TensorArray are of the whole batch, and always new.
    """

    def kept(old, new):
        if not isinstance(new, tf.Tensor):
            return new
        new.set_shape(old.shape)
        return tf.where(finished, old, new) if new.shape.ndims else new

    return kept


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
    with tf.variable_scope(scope, "decoder") as scope:
        if scope.caching_device is None:
            scope.set_caching_device(lambda op: op.device)
        if maximum_iterations is not None:
            maximum_iterations = tf.convert_to_tensor(
                maximum_iterations, tf.int32, name="maximum_iterations"
            )
        finished, inputs, state = decoder.initialize()
        sizes, kinds = decoder.output_size, decoder.output_dtype
        zeros = tf.nest.map_structure(
            lambda size, kind: legacy_cells._zero_state_tensors(size, decoder.batch_size, kind),
            sizes,
            kinds,
        )
        if maximum_iterations is not None:
            finished = tf.logical_or(finished, maximum_iterations <= 0)
        lengths = tf.zeros_like(finished, dtype=tf.int32)
        start = tf.constant(0)
        arrays = tf.nest.map_structure(
            lambda kind: tf.TensorArray(kind, 0, dynamic_size=True), kinds
        )

        def body(time, arrays, state, inputs, finished, lengths):
            outputs, new, next_inputs, now = decoder.step(time, inputs, state)
            now = tf.logical_or(now, finished)
            lengths = tf.where(
                tf.logical_not(finished), tf.fill(tf.shape(lengths), time + 1), lengths
            )
            if impute_finished:
                outputs = tf.nest.map_structure(
                    lambda zero, each: tf.where(finished, zero, each), zeros, outputs
                )
                new = tf.nest.map_structure(_kept(finished), state, new)
            arrays = tf.nest.map_structure(
                lambda array, each: array.write(time, each), arrays, outputs
            )
            return time + 1, arrays, new, next_inputs, now, lengths

        _, arrays, state, _, _, lengths = tf.while_loop(
            lambda time, a, s, i, finished, n: tf.logical_not(tf.reduce_all(finished)),
            body,
            (start, arrays, state, inputs, finished, lengths),
            parallel_iterations=parallel_iterations,
            maximum_iterations=maximum_iterations,
            swap_memory=swap_memory,
        )
        outputs = tf.nest.map_structure(lambda array: array.stack(), arrays)
        if not output_time_major:
            outputs = tf.nest.map_structure(rnn._transpose_batch_time, outputs)
    return outputs, state, lengths


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
