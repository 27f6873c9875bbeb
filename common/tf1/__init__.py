"""TensorFlow 1 as it was, on today's runtime: `from common.tf1 import tf`."""


def __getattr__(name):
    if name != "tf":
        raise AttributeError(f"module 'common.tf1' has no attribute {name!r}")
    from common.tf1.namespace import tf

    return tf
