"""What of tf.contrib nobody can give: why, and the nearest thing that works."""

_LOOP = "write the loop with tf.Session, or use tf.keras's fit."
_COLUMNS = "tf.feature_column has today's columns."
_CELLS = "tf.contrib.rnn.LSTMCell and GRUCell are there."
_UNFUSED = "tf.contrib.rnn.BasicLSTMCell and GRUCell compute the same, unfused."
_BEAM = "BasicDecoder with GreedyEmbeddingHelper takes the likeliest symbol of each step."
_HELPER = "TrainingHelper and GreedyEmbeddingHelper are there."
_LEGACY = "embedding_rnn_decoder and embedding_rnn_seq2seq decode without attention."
_PIPELINE = "tf.data makes such batches."
_EVALUATION = "evaluate with tf.Session in a loop of one's own."
_NUMPY = "np.linalg and scipy.sparse.linalg have such solvers."
_AVERAGE = "tf.train's optimizers and tf.train.ExponentialMovingAverage are there."
_REMOVE = "remove it: the same network runs without it."

# {module of tf.contrib of which nothing is given: what to use}
MODULES = {
    "all_reduce": _REMOVE,
    "autograph": "use tf.autograph, or tf.while_loop and tf.cond.",
    "batching": "use tf.nondifferentiable_batch_function.",
    "bayesflow": "tf.distributions has the common distributions.",
    "bigtable": "read the table with its own client and feed it.",
    "boosted_trees": "sklearn.ensemble has boosted trees.",
    "checkpoint": "use tf.train.Checkpoint.",
    "cloud": "read the data with its own client and feed it.",
    "cluster_resolver": "use tf.distribute.cluster_resolver.",
    "compiler": _REMOVE,
    "constrained_optimization": "add the constraints to the loss as penalties.",
    "copy_graph": "use tf.import_graph_def.",
    "crf": "no other part of TensorFlow has a CRF; tf.nn.softmax_cross_entropy_with_logits trains "
    "each label for itself.",
    "cudnn_rnn": "tf.contrib.rnn's cells compute the same.",
    "data": "what was in it is in tf.data and tf.data.experimental.",
    "decision_trees": "sklearn.tree has decision trees.",
    "distribute": "one process without a strategy trains the same network.",
    "distributions": "tf.distributions has the common ones.",
    "eager": "this is TensorFlow 1's graph mode; tf.compat.v2 has today's way.",
    "estimator": _LOOP,
    "factorization": "sklearn.cluster.KMeans does what its KMeans did.",
    "feature_column": _COLUMNS,
    "ffmpeg": "tf.audio.decode_wav reads sound.",
    "fused_conv": "tf.nn.conv2d, tf.nn.bias_add and tf.nn.relu compute the same.",
    "gan": "write both losses with tf.losses and run both optimizers.",
    "graph_editor": "tf.graph_util and tf.import_graph_def's input_map change a graph.",
    "grid_rnn": _CELLS,
    "hadoop": "read the data with its own client and feed it.",
    "hooks": "tf.train has the common hooks.",
    "ignite": "read the data with its own client and feed it.",
    "image": "tf.image has the common operations, scipy.ndimage.rotate turns a picture.",
    "input_pipeline": _PIPELINE,
    "integrate": "scipy.integrate.odeint integrates, within tf.py_func.",
    "kafka": "read the data with its own client and feed it.",
    "keras": "use tf.keras.",
    "kernel_methods": "sklearn.kernel_approximation.RBFSampler maps the features.",
    "kinesis": "read the data with its own client and feed it.",
    "labeled_tensor": "use plain tensors.",
    "learn": _LOOP,
    "libsvm": "sklearn.datasets.load_svmlight_file reads such files.",
    "linear_optimizer": "use tf.train's optimizers.",
    "lookup": "use tf.lookup.",
    "memory_stats": "tf.config.experimental.get_memory_info says it of a GPU.",
    "meta_graph_transform": "use tf.graph_util.",
    "mixed_precision": "use tf.train.experimental.enable_mixed_precision_graph_rewrite.",
    "model_pruning": "multiply the weights by masks of one's own.",
    "mpi_collectives": _REMOVE,
    "nccl": _REMOVE,
    "nearest_neighbor": "sklearn.neighbors finds them.",
    "opt": _AVERAGE,
    "optimizer_v2": "use tf.train's optimizers.",
    "periodic_resample": "use tf.nn.depth_to_space.",
    "predictor": "use tf.saved_model.loader.load and tf.Session.",
    "proto": "use tf.io.decode_proto and tf.io.encode_proto.",
    "quantization": "use tf.quantization.",
    "quantize": "use tf.quantization.fake_quant_with_min_max_vars.",
    "rate": _REMOVE,
    "receptive_field": "count it by hand from kernels and strides.",
    "recurrent": "use tf.nn.dynamic_rnn.",
    "reduce_slice_ops": "use tf.math.segment_sum and its kin.",
    "remote_fused_graph": _REMOVE,
    "resampler": "use tf.gather_nd and weigh the neighbours.",
    "rpc": "call the service from Python.",
    "saved_model": "use tf.saved_model.",
    "session_bundle": "use tf.saved_model.",
    "solvers": _NUMPY,
    "sparsemax": "tf.nn.softmax is the common choice.",
    "specs": "write the layers with tf.layers.",
    "staging": "use tf.data's prefetch.",
    "stat_summarizer": "use tf.profiler.",
    "summary": "use tf.summary.",
    "tensor_forest": "sklearn.ensemble.RandomForestClassifier does what it did.",
    "tensorrt": "a plain tf.Session computes the same.",
    "testing": "use tf.train.summary_iterator.",
    "text": "use tf.strings.",
    "tfprof": "use tf.profiler.",
    "timeseries": "write the model with tf.contrib.rnn's cells.",
    "tpu": "remove it: the same network runs on any device.",
    "verbs": _REMOVE,
}

_OF_COLUMNS = """bow_encoder bucketized_column check_feature_columns create_feature_spec_for_parsing
crossed_column embedding_column feature_column infer_real_valued_columns input_from_feature_columns
joint_weighted_sum_from_feature_columns make_place_holder_tensors_for_base_features
multi_class_target one_hot_column parse_feature_columns_from_examples
parse_feature_columns_from_sequence_examples real_valued_column regression_target
scattered_embedding_column sequence_input_from_feature_columns shared_embedding_columns
sparse_column_with_hash_bucket sparse_column_with_integerized_feature sparse_column_with_keys
sparse_column_with_vocabulary_file transform_features weighted_sparse_column
weighted_sum_from_feature_columns SPARSE_FEATURE_CROSS_DEFAULT_HASH_KEY"""

# {module of which most is given: {what to use: names of 1.15.5's that are not}}
WITHOUT = {
    "framework": {
        "set devices with tf.device.": "VariableDeviceChooser",
        "tf.orthogonal_initializer is there.": "convolutional_delta_orthogonal "
        "convolutional_orthogonal_1d convolutional_orthogonal_2d convolutional_orthogonal_3d",
        "remove it: it only warned.": "deprecated deprecated_arg_values deprecated_args",
        "a plain tf.Session fuses nothing and computes the same.": "fuse_op",
        "use tf.get_default_graph().": "get_graph_from_inputs get_placeholders prepend_name_scope "
        "strip_name_scope",
        "use tf.train.load_variable and tf.constant_initializer.": "load_and_remap_matrix_"
        "initializer load_embedding_initializer load_linear_multiclass_bias_initializer "
        "load_variable_slot_initializer",
        "use tf.add_n.": "reduce_sum_n",
        "use tf.squeeze.": "remove_squeezable_dimensions",
        "use tf.cond and tf.case.": "smart_case smart_cond",
        "use tf.ensure_shape.": "with_same_shape with_shape",
        "use tf.data.": "RecordInput",
        "use tf.TensorSpec.": "BoundedTensorSpec",
        "use tf.convert_to_tensor.": "convert_to_tensor_or_sparse_tensor",
        "use tf.zeros_initializer.": "zero_initializer",
    },
    "layers": {
        _COLUMNS: _OF_COLUMNS,
        "use tf.nn.moments and write it, or batch_norm.": "GDN gdn",
        "write the layers one after the other: only memory differs.": "RevBlock recompute_grad "
        "rev_block",
        "use tf.nn.embedding_lookup.": "embedding_lookup_unique",
    },
    "legacy_seq2seq": {
        _LEGACY: "attention_decoder embedding_attention_decoder embedding_attention_seq2seq "
        "embedding_tied_rnn_seq2seq one2many_rnn_seq2seq",
    },
    "nn": {
        "use tf.nn.dropout.": "alpha_dropout",
        "use tf.nn.conv1d_transpose.": "conv1d_transpose",
        "use tf.nn's of that name, with labels and logits named.": "deprecated_flipped_sigmoid_"
        "cross_entropy_with_logits deprecated_flipped_softmax_cross_entropy_with_logits "
        "deprecated_flipped_sparse_softmax_cross_entropy_with_logits",
        "use tf.sort.": "nth_element",
        "use tf.nn.sampled_softmax_loss.": "rank_sampled_softmax_loss sampled_sparse_softmax_loss",
        "use tf.nn.softplus.": "scaled_softplus",
    },
    "rnn": {
        "tf.contrib.rnn.stack_bidirectional_dynamic_rnn is there.": "stack_bidirectional_rnn",
        "tf.contrib.seq2seq.AttentionWrapper attends to a memory.": "AttentionCellWrapper",
        _UNFUSED: "FusedRNNCell FusedRNNCellAdaptor GRUBlockCell GRUBlockCellV2 LSTMBlockCell "
        "LSTMBlockFusedCell LSTMBlockWrapper TimeReversedFusedRNN",
        "tf.keras.layers.ConvLSTM2D does what they did.": "Conv1DLSTMCell Conv2DLSTMCell "
        "Conv3DLSTMCell ConvLSTMCell",
        _CELLS: "BidirectionalGridLSTMCell CoupledInputForgetGateLSTMCell GLSTMCell GridLSTMCell "
        "HighwayWrapper IndRNNCell IndyGRUCell IndyLSTMCell IntersectionRNNCell "
        "LayerNormBasicLSTMCell NASCell PhasedLSTMCell SRUCell TimeFreqLSTMCell UGRNNCell",
        _REMOVE: "CompiledWrapper",
        "use tf.shape(inputs)[0].": "best_effort_input_batch_size",
    },
    "seq2seq": {
        "BahdanauAttention and LuongAttention are there.": "BahdanauMonotonicAttention "
        "LuongMonotonicAttention monotonic_attention safe_cumprod",
        _BEAM: "BeamSearchDecoder BeamSearchDecoderOutput BeamSearchDecoderState "
        "FinalBeamSearchDecoderOutput gather_tree",
        _HELPER: "CustomHelper Helper InferenceHelper SampleEmbeddingHelper "
        "ScheduledEmbeddingTrainingHelper ScheduledOutputTrainingHelper",
        "derive from BasicDecoder.": "Decoder",
    },
    "slim": {
        _COLUMNS: _OF_COLUMNS
        + """ DataFrameColumn InputLayer ProblemType binary_svm_target
        get_default_binary_metrics_for_eval make_all sparse_feature_cross""",
        "remove it: it only warned.": "deprecated deprecated_arg_values experimental",
        "use tf.nn.embedding_lookup_sparse.": "embedding_lookup_sparse_with_distributed_"
        "aggregation embedding_lookup_unique safe_embedding_lookup_sparse "
        "scattered_embedding_lookup scattered_embedding_lookup_sparse",
        "use tf.zeros_initializer.": "zero_initializer",
    },
    "training": {
        _PIPELINE: "FeedingQueueRunner GreedyLoadBalancingStrategy NextQueuedSequenceBatch "
        "RandomStrategy SequenceQueueingStateSaver batch_sequences_with_states bucket "
        "bucket_by_sequence_length byte_size_load_fn rejection_sample resample_at_rate "
        "stratified_sample weighted_resample",
        _EVALUATION: "StopAfterNEvalsHook SummaryAtEndHook evaluate_once evaluate_repeatedly "
        "get_or_create_eval_step wait_for_new_checkpoint",
        "set the values of HParams one by one.": "parse_values",
    },
    "util": {
        "use tf.load_op_library.": "loader",
        "use tf.graph_util.": "ops_used_by_graph_def stripped_op_list_for_graph",
    },
}


def of(module):
    """{name of the module's: why it cannot be had, and what to use}; "" for tf.contrib itself."""
    if module == "":
        return {name: _why(instead) for name, instead in MODULES.items()}
    words = WITHOUT.get(module, {})
    return {name: _why(instead) for instead, names in words.items() for name in names.split()}


def _why(instead):
    return "nobody has carried it over; " + instead
