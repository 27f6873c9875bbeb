"""tf.contrib.rnn: recurrent cells and what unrolls them."""

from common.tf1 import tf

_CELLS = """BasicLSTMCell BasicRNNCell DeviceWrapper DropoutWrapper GRUCell LSTMCell LSTMStateTuple
MultiRNNCell RNNCell ResidualWrapper"""
globals().update({name: getattr(tf.nn.rnn_cell, name) for name in _CELLS.split()})

static_rnn = tf.nn.static_rnn
static_bidirectional_rnn = tf.nn.static_bidirectional_rnn
static_state_saving_rnn = tf.nn.static_state_saving_rnn
LayerRNNCell = tf.nn.rnn_cell.RNNCell


class _Wrapper(tf.nn.rnn_cell.RNNCell):
    """A cell around another, whose sizes are its own."""

    def __init__(self, cell, reuse=None):
        super().__init__(_reuse=reuse)
        self._cell = cell

    @property
    def state_size(self):
        return self._cell.state_size

    @property
    def output_size(self):
        return self._cell.output_size

    def zero_state(self, batch_size, dtype):
        """The cell's own."""
        return self._cell.zero_state(batch_size, dtype)


class OutputProjectionWrapper(_Wrapper):
    """A cell whose outputs go through a dense layer, kernel and bias in its scope."""

    def __init__(self, cell, output_size, activation=None, reuse=None):
        super().__init__(cell, reuse)
        self._size, self._activation = output_size, activation

    @property
    def output_size(self):
        return self._size

    def call(self, inputs, state):
        """(outputs of [batch, output_size], new state)."""
        output, state = self._cell(inputs, state)
        projected = _linear(output, self._size)
        return (self._activation(projected) if self._activation else projected), state


class InputProjectionWrapper(_Wrapper):
    """A cell whose inputs go through a dense layer first."""

    def __init__(self, cell, num_proj, activation=None, input_size=None, reuse=None):
        super().__init__(cell, reuse)
        self._size, self._activation = num_proj, activation

    def call(self, inputs, state):
        """(the cell's outputs, new state)."""
        projected = _linear(inputs, self._size)
        if self._activation:
            projected = self._activation(projected)
        return self._cell(projected, state)


class EmbeddingWrapper(_Wrapper):
    """A cell whose inputs are numbers of symbols, of shape [batch] or [batch, 1]."""

    def __init__(self, cell, embedding_classes, embedding_size, initializer=None, reuse=None):
        super().__init__(cell, reuse)
        self._shape, self._initializer = [embedding_classes, embedding_size], initializer

    def call(self, inputs, state):
        """(the cell's outputs, new state)."""
        with tf.device("/cpu:0"):
            initializer = self._initializer or tf.get_variable_scope().initializer
            kind = state[0].dtype if isinstance(state, tuple) else state.dtype
            embedding = tf.get_variable(
                "embedding",
                self._shape,
                kind,
                initializer or tf.random_uniform_initializer(-(3**0.5), 3**0.5),
            )
            embedded = tf.nn.embedding_lookup(embedding, tf.reshape(inputs, [-1]))
        return self._cell(embedded, state)


def _linear(inputs, size):
    """inputs · kernel + bias, variables of these names in the scope that is open."""
    kernel = tf.get_variable("kernel", [inputs.shape[-1], size], inputs.dtype)
    bias = tf.get_variable("bias", [size], inputs.dtype, tf.zeros_initializer())
    return tf.nn.bias_add(tf.matmul(inputs, kernel), bias)


def stack_bidirectional_dynamic_rnn(
    cells_fw,
    cells_bw,
    inputs,
    initial_states_fw=None,
    initial_states_bw=None,
    dtype=None,
    sequence_length=None,
    parallel_iterations=None,
    time_major=False,
    scope=None,
    swap_memory=False,
):
    """Bidirectional layers, one on the outputs of the other: (outputs, states fw, states bw)."""
    states_fw, states_bw = [], []
    with tf.variable_scope(scope or "stack_bidirectional_rnn"):
        for k, (cell_fw, cell_bw) in enumerate(zip(cells_fw, cells_bw)):
            with tf.variable_scope("cell_%d" % k):
                outputs, (state_fw, state_bw) = tf.nn.bidirectional_dynamic_rnn(
                    cell_fw,
                    cell_bw,
                    inputs,
                    initial_state_fw=initial_states_fw and initial_states_fw[k],
                    initial_state_bw=initial_states_bw and initial_states_bw[k],
                    sequence_length=sequence_length,
                    parallel_iterations=parallel_iterations,
                    dtype=dtype,
                    swap_memory=swap_memory,
                    time_major=time_major,
                )
                inputs = tf.concat(outputs, 2)
            states_fw.append(state_fw)
            states_bw.append(state_bw)
    return inputs, tuple(states_fw), tuple(states_bw)


def transpose_batch_time(x):
    """`x` with its first two axes exchanged."""
    return tf.transpose(x, [1, 0, *range(2, x.shape.ndims)])
