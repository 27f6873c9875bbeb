"""Cells of a notebook that are run twice or out of order.

A graph only grows: a cell that has added to it would add the same once more. It is refused, in one
sentence, before it runs. An error keeps its traceback; where the order of the cells may be its
cause, a sentence below says so.
"""

import ast
import os
from pathlib import Path

from common.tf1 import messages, tf

FROM_THE_TOP = "run the notebook from its first cell (in JupyterLab: Run > Run All Cells)."
TWICE = f"This cell has added to the graph already and would do so again: {FROM_THE_TOP}"
INJECTED = "# Parameters\n"  # as papermill begins the cell that it puts behind the tagged one
_PARTS = ("VarHandleOp", "VariableV2", "Placeholder", "PlaceholderWithDefault", "ScalarSummary")


def watch(lesson):
    """Look at each cell that the notebook runs from now on; what failed before counts no more."""
    from IPython import get_ipython  # genuine TensorFlow's environment has no notebooks

    shell = get_ipython()
    _cells.begin(lesson)
    if _cells not in shell.ast_transformers:
        shell.ast_transformers.append(_cells)
        shell.events.register("pre_run_cell", _cells.before)
        shell.events.register("post_run_cell", _cells.after)


def notebook_file(names):
    """The Path of the notebook that runs, as Jupyter or VS Code tells; None where neither does.

    names: the notebook's own.
    """
    told = names.get("__vsc_ipynb_file__") or os.environ.get("JPY_SESSION_NAME") or ""
    return Path(told) if told.endswith(".ipynb") and os.path.isfile(told) else None


def hint(error):
    """What to say below the traceback of an error that cells out of order may have; or None."""
    if messages.graphs_are_mixed(error) and _raised_by_tensorflow(error):
        return f"This cell belongs to a graph or session that has been replaced: {FROM_THE_TOP}"
    if _cells.failed_before():
        return (
            "A cell before this one did not come to its end: run that one again first, or "
            f"{FROM_THE_TOP}"
        )
    return None


def _raised_by_tensorflow(error):
    place = error.__traceback__
    while place.tb_next:
        place = place.tb_next
    return place.tb_frame.f_globals.get("__name__", "").split(".")[0] == "tensorflow"


def inject(names):
    """Give the lesson those of its parameters that papermill's cell has set among the `names`."""
    _cells.inject(names)


class _Cells:
    """Knows of each cell, by its id or else its text, which graph it has added to, if it failed."""

    def __init__(self):
        self._lesson = None  # the one made last, whose parameters papermill may set
        self._built = {}  # {cell: the graph that it has added to}
        self._failed = set()
        self._cell = self._graph = self._count = None
        self._text, self._injected = "", []

    def before(self, info):
        self._cell = getattr(info, "cell_id", None) or info.raw_cell
        self._text = info.raw_cell
        self._graph = tf.get_default_graph()
        self._count = _parts(self._graph)

    def visit(self, tree):
        """As IPython's ast_transformers do: what is run in place of the cell's `tree`."""
        if self._is_refused():
            return _REFUSAL
        if self._lesson and self._text.startswith(INJECTED):
            targets = [each for node in tree.body for each in getattr(node, "targets", [])]
            names = [getattr(each, "id", None) for each in targets]
            self._injected = [name for name in names if name in self._lesson.parameters]
            tree.body += ast.parse("__import__('common.cells').cells.inject(globals())").body
        return tree

    def after(self, result):
        self._failed.discard(self._cell)
        if self._cell and not result.success and not self._is_refused():
            self._failed.add(self._cell)
        if self._graph is tf.get_default_graph() and _parts(self._graph) > self._count:
            self._built[self._cell] = self._graph

    def _is_refused(self):
        """Whether the cell has added to the graph that there is."""
        return self._graph is not None and self._built.get(self._cell) is self._graph

    def begin(self, lesson):
        self._lesson = lesson
        self._failed.clear()

    def inject(self, names):
        self._lesson.set_parameters({name: names[name] for name in self._injected})

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
