"""TensorFlow 1 as it was, on today's runtime: `from common.tf1 import tf`."""

import importlib


def __getattr__(name):
    if name != "tf":
        raise AttributeError(f"module 'common.tf1' has no attribute {name!r}")
    from common.tf1.namespace import tf

    return tf


def load_ipython_extension(shell):
    """`%load_ext common.tf1`: cells that follow import TensorFlow 1, as old scripts do."""
    importlib.import_module("common.script.notebooks").load_into(shell)
