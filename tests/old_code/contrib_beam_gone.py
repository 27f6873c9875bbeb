import tensorflow as tf
from tensorflow.contrib.seq2seq.python.ops.beam_search_decoder import BeamSearchDecoder

print("never")
