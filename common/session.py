"""The session that the lessons train in."""

from common.graph_mode import tf


def open_session():
    """A tf.Session on the default graph, set for the lessons' small steps.

    Operations run on the caller's thread (inter_op_parallelism_threads=-1): the lessons' steps
    take microseconds each, and handing them to a thread pool takes longer than they do.
    """
    return tf.Session(config=tf.ConfigProto(inter_op_parallelism_threads=-1))
