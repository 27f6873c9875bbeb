"""tf.contrib.seq2seq's attention: mechanisms that look up a memory, and a cell that asks them."""

import collections
import math

from common.tf1 import tf

# isort: split
from tf_keras.src.layers.rnn import legacy_cells


def _size(tensor, axis):
    """How long an axis is: a number where it is known, else a tensor."""
    return tensor.shape.as_list()[axis] or tf.shape(tensor)[axis]


class AttentionMechanism:
    """What is asked with a query, and says how much each time of its memory matters."""


class _Mechanism(AttentionMechanism):
    """A mechanism whose keys are its memory, [batch, time, units], through a dense layer."""

    def __init__(
        self,
        query_layer,
        num_units,
        memory,
        memory_sequence_length,
        probability_fn,
        score_mask_value,
        dtype,
        custom_key_value_fn,
        name,
    ):
        self.dtype = dtype = tf.as_dtype(dtype or tf.float32).name
        dense = tf.layers.Dense
        self.query_layer = query_layer and dense(
            num_units, name="query_layer", use_bias=False, dtype=dtype
        )
        self.memory_layer = dense(num_units, name="memory_layer", use_bias=False, dtype=dtype)
        self._num_units, self._name = num_units, name
        self._probability = probability_fn or tf.nn.softmax
        self._masked = -math.inf if score_mask_value is None else score_mask_value
        with tf.name_scope(name, "BaseAttentionMechanismInit", tf.nest.flatten(memory)):
            memory = tf.convert_to_tensor(memory, name="memory")
            if not memory.shape[2:].is_fully_defined():
                raise ValueError(
                    f"Expected memory {memory.name} to have fully defined inner dims, but saw "
                    f"shape: {memory.shape}"
                )
            self._lengths = memory_sequence_length
            if memory_sequence_length is not None:
                lengths = tf.convert_to_tensor(memory_sequence_length, name="sequence_length")
                mask = tf.sequence_mask(lengths, tf.shape(memory)[1], memory.dtype)
                ones = tf.ones(len(memory.shape) - 2, tf.int32)
                memory *= tf.reshape(mask, tf.concat([tf.shape(mask), ones], 0))
            self.values, self.keys = memory, self.memory_layer(memory)
            if custom_key_value_fn is not None:
                self.keys, self.values = custom_key_value_fn(self.keys, self.values)
            self.batch_size, self.alignments_size = _size(self.keys, 0), _size(self.keys, 1)

    @property
    def state_size(self):
        return self.alignments_size

    def initial_alignments(self, batch_size, dtype):
        """Zeros [batch, time]."""
        return legacy_cells._zero_state_tensors(self.alignments_size, batch_size, dtype)

    initial_state = initial_alignments

    def __call__(self, query, state):
        """(alignments, next state), both [batch, time], of a query [batch, units]."""
        with tf.variable_scope(None, self._scope, [query]):
            score = self._score(query)
        if self._lengths is not None:
            message = "All values in memory_sequence_length must be greater than zero."
            with tf.control_dependencies([tf.assert_positive(self._lengths, message=message)]):
                mask = tf.sequence_mask(self._lengths, tf.shape(score)[1])
            score = tf.where(mask, score, self._masked * tf.ones_like(score))
        alignments = self._probability(score)
        return alignments, alignments


class LuongAttention(_Mechanism):
    """Scores by products of query and keys, times a learnt number where scale is True."""

    _scope = "luong_attention"

    def __init__(
        self,
        num_units,
        memory,
        memory_sequence_length=None,
        scale=False,
        probability_fn=None,
        score_mask_value=None,
        dtype=None,
        custom_key_value_fn=None,
        name="LuongAttention",
    ):
        others = probability_fn, score_mask_value, dtype, custom_key_value_fn, name
        super().__init__(None, num_units, memory, memory_sequence_length, *others)
        self._scale = scale

    def _score(self, query):
        scale = 1
        if self._scale:
            scale = tf.get_variable("attention_g", (), query.dtype, tf.ones_initializer())
        depth, units = query.shape[-1], self.keys.shape[-1]
        if depth != units:
            raise ValueError(
                f"Incompatible or unknown inner dimensions: the query has {depth} units, the keys "
                f"have {units}. Perhaps you need to set num_units to {depth}?"
            )
        score = tf.matmul(tf.expand_dims(query, 1), self.keys, transpose_b=True)
        score = tf.squeeze(score, [1])
        return scale * score if self._scale else score


class BahdanauAttention(_Mechanism):
    """Scores by a learnt vector times tanh of keys plus query; normalize: of learnt length."""

    _scope = "bahdanau_attention"

    def __init__(
        self,
        num_units,
        memory,
        memory_sequence_length=None,
        normalize=False,
        probability_fn=None,
        score_mask_value=None,
        dtype=None,
        custom_key_value_fn=None,
        name="BahdanauAttention",
    ):
        others = probability_fn, score_mask_value, dtype, custom_key_value_fn, name
        super().__init__(True, num_units, memory, memory_sequence_length, *others)
        self._normalize = normalize

    def _score(self, query):
        query, kind = self.query_layer(query), query.dtype
        v = tf.get_variable("attention_v", [self._num_units], kind)
        if self._normalize:
            length = tf.constant_initializer(math.sqrt(1 / self._num_units))
            g = tf.get_variable("attention_g", (), kind, length)
            b = tf.get_variable("attention_b", [self._num_units], kind, tf.zeros_initializer())
        total = self.keys + tf.expand_dims(query, 1)
        if self._normalize:
            v = g * v * tf.rsqrt(tf.reduce_sum(tf.square(v)))
            total += b
        return tf.reduce_sum(v * tf.tanh(total), [2])


class AttentionWrapperState(
    collections.namedtuple(
        "AttentionWrapperState",
        "cell_state attention time alignments alignment_history attention_state",
    )
):
    """The state of an AttentionWrapper."""

    def clone(self, **named):
        """A copy in which what is named is replaced, by what has the same shapes."""

        def checked(old, new):
            if isinstance(old, tf.Tensor) and isinstance(new, tf.Tensor):
                new.set_shape(old.shape)
            return new

        return tf.nest.map_structure(checked, self, self._replace(**named))


def _attend(mechanism, cell_output, state, layer):
    """(attention, alignments, next state) of one mechanism: what its memory says at the query."""
    alignments, state = mechanism(cell_output, state=state)
    context = tf.squeeze(tf.matmul(tf.expand_dims(alignments, 1), mechanism.values), [1])
    if layer is not None:
        context = layer(tf.concat([cell_output, context], 1))
    return context, alignments, state


def _listed(given):
    return list(given) if isinstance(given, (list, tuple)) else [given]


class AttentionWrapper(tf.nn.rnn_cell.RNNCell):
    """A cell whose inputs have the last attention behind them.

    Its outputs are the attention, [batch, attention_layer_size] or the memory's units where that is
    None, or the cell's own where output_attention is False. attention_mechanism,
    attention_layer_size and attention_layer: one, or a list of as many as there are mechanisms.
    """

    def __init__(
        self,
        cell,
        attention_mechanism,
        attention_layer_size=None,
        alignment_history=False,
        cell_input_fn=None,
        output_attention=True,
        initial_cell_state=None,
        name=None,
        attention_layer=None,
        attention_fn=None,
        dtype=None,
    ):
        super().__init__(name=name, dtype=dtype)
        self._is_multi = isinstance(attention_mechanism, (list, tuple))
        self._mechanisms = _listed(attention_mechanism)
        for each in self._mechanisms:
            if not isinstance(each, AttentionMechanism):
                raise TypeError(
                    "attention_mechanism must be an AttentionMechanism or a list of them, saw "
                    f"type: {type(each).__name__}"
                )
        if attention_layer_size is not None and attention_layer is not None:
            raise ValueError("Only one of attention_layer_size and attention_layer should be set")
        self._layers = [None] * len(self._mechanisms)
        sizes = [each.values.shape.as_list()[-1] for each in self._mechanisms]
        if attention_layer_size is not None:
            sizes = _listed(attention_layer_size)
            self._layers = [
                tf.layers.Dense(size, name="attention_layer", use_bias=False, dtype=each.dtype)
                for size, each in zip(sizes, self._mechanisms)
            ]
        elif attention_layer is not None:
            self._layers = _listed(attention_layer)
            sizes = [
                layer.compute_output_shape([None, cell.output_size + size]).as_list()[-1]
                for layer, size in zip(self._layers, sizes)
            ]
        if not len(self._layers) == len(sizes) == len(self._mechanisms):
            raise ValueError("There must be one attention layer for each attention_mechanism")
        self._size = sum(sizes)
        self._cell, self._attend = cell, attention_fn or _attend
        self._cell_inputs = cell_input_fn or (lambda *both: tf.concat(both, -1))
        self._output_attention, self._has_history = output_attention, alignment_history
        self._initial = initial_cell_state
        if initial_cell_state is not None:
            with tf.name_scope(name, "AttentionWrapperInit"):
                batch = _size(tf.nest.flatten(initial_cell_state)[-1], 0)
                self._initial = self._checked(batch, initial_cell_state, "initial_cell_state")

    def _checked(self, batch, tensors, name):
        """`tensors`, once their batch is found to be the memories'."""
        message = (
            f"{self.name}: the batch is not that of the memory. With BeamSearchDecoder, tile what "
            "the encoder gives by tf.contrib.seq2seq.tile_batch."
        )
        checks = [
            tf.assert_equal(batch, each.batch_size, message=message) for each in self._mechanisms
        ]
        with tf.control_dependencies(checks):
            return tf.nest.map_structure(lambda each: tf.identity(each, name=name), tensors)

    def _one_or_all(self, each):
        each = tuple(each)
        return each if self._is_multi else each[0]

    @property
    def output_size(self):
        return self._size if self._output_attention else self._cell.output_size

    @property
    def state_size(self):
        sizes = self._one_or_all(each.alignments_size for each in self._mechanisms)
        return AttentionWrapperState(
            cell_state=self._cell.state_size,
            attention=self._size,
            time=tf.TensorShape([]),
            alignments=sizes,
            alignment_history=sizes if self._has_history else (),
            attention_state=self._one_or_all(each.state_size for each in self._mechanisms),
        )

    def zero_state(self, batch_size, dtype):
        """The AttentionWrapperState to begin with."""
        with tf.name_scope(type(self).__name__ + "ZeroState", values=[batch_size]):
            state = self._initial
            if state is None:
                state = self._cell.zero_state(batch_size, dtype)
            state = self._checked(batch_size, state, "checked_cell_state")
            alignments = [each.initial_alignments(batch_size, dtype) for each in self._mechanisms]
            return AttentionWrapperState(
                cell_state=state,
                time=tf.zeros([], tf.int32),
                attention=legacy_cells._zero_state_tensors(self._size, batch_size, dtype),
                alignments=self._one_or_all(alignments),
                attention_state=self._one_or_all(
                    each.initial_state(batch_size, dtype) for each in self._mechanisms
                ),
                alignment_history=self._one_or_all(
                    tf.TensorArray(dtype, 0, dynamic_size=True, element_shape=each.shape)
                    if self._has_history
                    else ()
                    for each in alignments
                ),
            )

    def call(self, inputs, state):
        """(output, AttentionWrapperState) of one step."""
        if not isinstance(state, AttentionWrapperState):
            raise TypeError(
                "Expected state to be instance of AttentionWrapperState. Received type "
                f"{type(state)} instead."
            )
        output, cell_state = self._cell(
            self._cell_inputs(inputs, state.attention), state.cell_state
        )
        output = self._checked(_size(output, 0), output, "checked_cell_output")
        states, histories = (
            each if self._is_multi else [each]
            for each in (state.attention_state, state.alignment_history)
        )
        attended = [
            self._attend(mechanism, output, before, layer)
            for mechanism, before, layer in zip(self._mechanisms, states, self._layers)
        ]
        attentions, alignments, states = zip(*attended)
        if self._has_history:
            histories = [
                history.write(state.time, each) for history, each in zip(histories, alignments)
            ]
        attention = tf.concat(attentions, 1)
        state = AttentionWrapperState(
            time=state.time + 1,
            cell_state=cell_state,
            attention=attention,
            attention_state=self._one_or_all(states),
            alignments=self._one_or_all(alignments),
            alignment_history=self._one_or_all(histories),
        )
        return attention if self._output_attention else output, state
