"""Cells of a notebook that are run twice or out of order.

A graph only grows: a cell that has added to it would add the same once more. It is refused, in one
sentence, before it runs. What TensorFlow says of parts of different graphs is put into one, too.
"""

import ast

from common.tf1 import messages, tf

FROM_THE_TOP = "run the notebook from its first cell (in JupyterLab: Run > Run All Cells)."
TWICE = f"This cell has added to the graph already and would do so again: {FROM_THE_TOP}"
_PARTS = ("VarHandleOp", "VariableV2", "Placeholder", "PlaceholderWithDefault", "ScalarSummary")


def watch():
    """Look at each cell that the notebook runs from now on; what failed before counts no more."""
    from IPython import get_ipython  # genuine TensorFlow's environment has no notebooks

    shell = get_ipython()
    _cells.forget_failures()
    if _cells not in shell.ast_transformers:
        shell.ast_transformers.append(_cells)
        shell.events.register("pre_run_cell", _cells.before)
        shell.events.register("post_run_cell", _cells.after)


def explained(error):
    """A sentence for an error of cells out of order, or None where it is none."""
    if isinstance(error, (NameError, KeyError)):
        missing = f"{error} is missing" if isinstance(error, KeyError) else error
        return f"{missing}: run the cells above this one first, or correct the name."
    if messages.graphs_are_mixed(error):
        return f"This cell belongs to a graph or session that has been replaced: {FROM_THE_TOP}"
    if _cells.failed_before():
        return (
            f"{type(error).__name__}: {error}. A cell before this one did not come to its end: run "
            f"that one again first, or {FROM_THE_TOP}"
        )
    return None


class _Cells:
    """Knows of each cell, by its id or else its text, which graph it has added to, if it failed."""

    def __init__(self):
        self._built = {}  # {cell: the graph that it has added to}
        self._failed = set()
        self._cell = self._graph = self._count = None

    def before(self, info):
        self._cell = getattr(info, "cell_id", None) or info.raw_cell
        self._graph = tf.get_default_graph()
        self._count = _parts(self._graph)

    def visit(self, tree):
        """As IPython's ast_transformers do: what is run in place of the cell's `tree`."""
        return _REFUSAL if self._is_refused() else tree

    def after(self, result):
        self._failed.discard(self._cell)
        if self._cell and not result.success and not self._is_refused():
            self._failed.add(self._cell)
        if self._graph is tf.get_default_graph() and _parts(self._graph) > self._count:
            self._built[self._cell] = self._graph

    def _is_refused(self):
        """Whether the cell has added to the graph that there is."""
        return self._graph is not None and self._built.get(self._cell) is self._graph

    def forget_failures(self):
        self._failed.clear()

    def failed_before(self):
        """Whether another cell than the one that runs has failed and not been run well since."""
        return bool(self._failed - {self._cell})


def _parts(graph):
    """How many variables, placeholders and summaries `graph` has, but for those of Savers."""
    return sum(
        op.type in _PARTS and not op.name.startswith("save") for op in graph.get_operations()
    )


_cells = _Cells()
_REFUSAL = ast.parse(f"from common.errors import CourseError\nraise CourseError({TWICE!r})")
