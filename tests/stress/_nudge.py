"""Initial weights one unit in their last place beside those that were drawn: `pytest --nudge 1`.

Another processor moves the last bits of a training, and where a training is chaotic they decide its
numbers. A nudge shows the same on any machine: what it moves by more than a test allows, some other
processor moves too. Each trainable variable is nudged where it is initialized, each of its elements
up or down as the seed and the variable's name draw it; a restored value and a zero stay.

What the tests start is nudged as well, where the variable below is set: forks by the process that
they come from, notebooks' kernels by Python's own PYTHONSTARTUP, which names this file.
"""

import os
import sys
import zlib
from pathlib import Path

import numpy as np

VARIABLE = "COURSE_TEST_NUDGE"


def nudged(value, name, seed):
    """`value`, an array of floats, with each element that is not 0 one unit up or down."""
    draw = np.random.RandomState([seed, zlib.crc32(name.encode("utf-8"))])
    towards = np.where(draw.randint(2, size=np.shape(value)), np.inf, -np.inf)
    return np.where(value == 0, value, np.nextafter(value, towards.astype(value.dtype)))


def install():
    """Nudge from now on, in this process, if the variable gives a seed."""
    if os.environ.get(VARIABLE):
        _patch(int(os.environ[VARIABLE]))


def _patch(seed):
    from common.tf1 import session as prepared
    from common.tf1.runtime import tf

    session = tf.Session.__mro__[1]  # BaseSession: what is not prepared ends in its `run`
    run = session.run

    def run_and_nudge(self, fetches, feed_dict=None, options=None, run_metadata=None):
        result = run(self, fetches, feed_dict, options, run_metadata)
        fed = {id(each) for each in feed_dict or ()}
        for variable in _initialized(self.graph, tf.nest.flatten(fetches)):
            initial = variable.initializer.inputs[1]
            if id(initial) not in fed:  # else somebody loads a value
                value = nudged(run(self, variable), variable.op.name, seed)
                run(self, variable.initializer, {initial: value})
        return result

    session.run = run_and_nudge
    asked_again = prepared._Prepares._asked_again

    def asked_again_unless_it_initializes(self, fetches, fed):
        if _initialized(self.graph, tf.nest.flatten(fetches)):
            return prepared._LEFT
        return asked_again(self, fetches, fed)

    prepared._Prepares._asked_again = asked_again_unless_it_initializes


def _initialized(graph, fetches):
    """The trainable variables of floats that a run of `fetches` gives their initial values."""
    ran = {id(each) for each in fetches}
    for each in fetches:
        if getattr(each, "type", "") == "NoOp":  # global_variables_initializer() is such a group
            ran.update(map(id, each.control_inputs))
    found = graph.get_collection("trainable_variables")
    return [each for each in found if each.dtype.is_floating and id(each.initializer) in ran]


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    install()
