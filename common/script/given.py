"""Which modules a script is given in another form than they have today, and by whom."""

import contextlib
import functools
import importlib

from common.script import python2

_HOMES = {  # by the first part of a module's name: the function that makes it, in a module here
    "keras": "tensorflow1:keras",
    "matplotlib": "figures:matplotlib",
    "numpy": "numpy1:numpy",
    "pylab": "figures:pylab",
    "scipy": "science:scipy",
    "six": "standard:six",
    "sklearn": "science:sklearn",
    "tensorflow": "tensorflow1:tensorflow",
    "tf_slim": "tensorflow1:slim",
    "urllib": "standard:urllib_",
}
_OF_PYTHON_2 = {"itertools", "os", "string", "sys", "types", "urllib", "urllib2", "cPickle"}

FIGURES = {}  # the arguments of figures.Kept, for the script that runs


class Given:
    """The modules that are given to one script.

    python: 2 or 3. before_1_0: whether it is older than TensorFlow 1.0.
    """

    def __init__(self, python=3, before_1_0=False):
        self.python = python
        self._before_1_0 = before_1_0
        self._made = {}
        self._ends = contextlib.ExitStack()

    def give(self, first, module):
        """Let `module` stand for the name `first`."""
        self._made[first] = module

    def top(self, name):
        """The module that the first part of `name` stands for, or None where that is today's."""
        first = name.partition(".")[0]
        if first not in self._made:
            self._made[first] = self._make(first)
        return self._made[first]

    def _make(self, first):
        if self.python == 2 and (first in _OF_PYTHON_2 or first in python2.MODULES):
            from common.script import standard

            own = standard.of_python_2(first)
            if own is not None:
                return own
            return importlib.import_module(python2.MODULES[first])
        if first not in _HOMES:
            return None
        module, function = _HOMES[first].split(":")
        if first in ("matplotlib", "pylab") and "matplotlib" not in self._made:
            self._begin_figures()
        make = getattr(importlib.import_module(f"common.script.{module}"), function)
        return make(self._before_1_0) if module == "tensorflow1" else make()

    def _begin_figures(self):
        from common.script import figures

        figures.kept = figures.Kept(**FIGURES)
        self._made["matplotlib"] = figures.matplotlib()
        self._ends.enter_context(figures.old_methods())

    def begin(self):
        """Have what a script's run changes in the process, until `end`."""
        from common.script import numpy1

        self._ends.enter_context(numpy1.printing())

    def end(self):
        """Put back what `begin` and the modules have changed."""
        self._ends.close()


@functools.lru_cache(maxsize=None)
def home(first):
    """The words `module:function` of the module whose name begins so, or None."""
    return _HOMES.get(first)
