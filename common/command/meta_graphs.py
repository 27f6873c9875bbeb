"""Meta graphs that TensorFlow 1.15.5 can import: `python -m lessons export-meta`.

A .meta file of today's TensorFlow names attributes that 1.15.5 does not know, and is refused there.
None of them changes what an operation computes.

`python -m common.command.meta_graphs OUT.npz META ...` imports, restores and goes on, by either
TensorFlow, for `make parity`, which compares what comes out.
"""

import re
import sys
from pathlib import Path

import numpy as np

from common import files, saved
from common.errors import CourseError
from common.tf1 import tf

SUFFIX = ".tf1.meta"
UNKNOWN = "unknown op"  # what `main` writes of a graph with an op that its TensorFlow has not
# Attributes that 1.15.5 does not know and that TensorFlow writes even with another value than their
# default: names for debuggers, and marks for the gradient of a product.
_YOUNGER = {"debug_name", "validate_shape", "grad_a", "grad_b", "grad_x", "grad_y"}
# What each import finds out anew, and where ops are to be placed together, which is on the one CPU.
_IDLE = {"_output_shapes", "_has_manual_control_dependencies", "_class"}


def checkpoint_of(path):
    """The prefix of the checkpoint beside a .meta file of either kind."""
    return path.with_name(re.sub(r"(\.tf1)?\.meta$", "", path.name))


def newest(folder):
    """The .meta files of the newest checkpoints in and below `folder`.

    But for those that a lesson saves with a Saver of its own: no record tells whether these are
    damaged.
    """
    prefixes = [own[-1] for own in saved.own_checkpoints(folder, folder.name).values()]
    return [prefix.with_name(f"{prefix.name}.meta") for prefix in sorted(prefixes)]


def export(path):
    """Write PREFIX.tf1.meta beside the file `path`, PREFIX.meta; returns its path.

    Raises CourseError where `path` cannot be read.
    """
    exported = path.with_suffix(SUFFIX)
    files.write_bytes(exported, for_tensorflow_1(read(path)).SerializeToString(deterministic=True))
    return exported


def read(path):
    """The MetaGraphDef in the file `path`, PREFIX.meta.

    Raises CourseError where it is missing or damaged: not what PREFIX.json says.
    """
    hint = "run the lesson again."
    record = files.read_json(path.with_suffix(".json"), hint)
    try:
        if record.get("meta") == saved.checksum(path):
            return tf.MetaGraphDef.FromString(path.read_bytes())
    except OSError as error:
        raise CourseError(f"{files.shown(path)} cannot be read ({error}): {hint}") from error
    raise CourseError(f"{files.shown(path)} is damaged (its checksum differs): {hint}")


def for_tensorflow_1(meta):
    """A copy of a MetaGraphDef without the attributes that 1.15.5 does not know.

    What has its default is left out as well: 1.15.5 fills in the defaults that it knows.
    """
    exported = tf.MetaGraphDef()
    exported.CopyFrom(meta)
    exported.ClearField("object_graph_def")
    exported.meta_info_def.ClearField("stripped_op_list")
    defaults = {
        op.name: {attribute.name: attribute.default_value for attribute in op.attr}
        for op in meta.meta_info_def.stripped_op_list.op
    }
    functions = exported.graph_def.library.function
    for part in [exported.graph_def.node, *(function.node_def for function in functions)]:
        for node in part:
            for name in list(node.attr):
                usual = defaults.get(node.op, {}).get(name)
                if name in _YOUNGER | _IDLE or (usual and usual == node.attr[name]):
                    del node.attr[name]
    return exported


def values(path):
    """Import the .meta file, restore its checkpoint, go on: a dictionary of arrays by name.

    What its variables hold; its merged summaries, and the variables after one run of its train op,
    where it has these in their collections and they run without being fed.
    """
    with tf.Graph().as_default(), tf.Session() as sess:
        saver = tf.train.import_meta_graph(str(path))
        saver.restore(sess, str(checkpoint_of(path)))
        variables = {variable.op.name: variable for variable in tf.global_variables()}
        found = {f"variable {name}": value for name, value in sess.run(variables).items()}
        try:
            summaries = sess.run(tf.get_collection(tf.GraphKeys.SUMMARIES))
            sess.run(tf.get_collection(tf.GraphKeys.TRAIN_OP)[:1])
        except tf.errors.InvalidArgumentError:  # a placeholder wants to be fed
            return found
        for summary in map(tf.Summary.FromString, summaries):
            found.update((f"summary {v.tag}", v.simple_value) for v in summary.value)
        found.update((f"then {name}", value) for name, value in sess.run(variables).items())
    return found


def main(argv):
    out, *metas = argv
    found = {}
    for k, meta in enumerate(metas):
        try:
            found.update((f"{k} {name}", value) for name, value in values(Path(meta)).items())
        except tf.errors.NotFoundError as error:
            found[f"{k} {UNKNOWN}"] = re.findall("Op type not registered '(.+?)'", error.message)
    np.savez(out, **found)


if __name__ == "__main__":
    main(sys.argv[1:])
