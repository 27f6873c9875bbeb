"""matplotlib for a script: as it was, and without a screen its figures kept as files.

This module is a backend of matplotlib too ("module://common.script.figures"): where a window would
be shown, the figure is written to the folder that the reader named, or only counted.
"""

import contextlib
import importlib
import os
import sys
from pathlib import Path

import matplotlib as real
from matplotlib import _pylab_helpers
from matplotlib import figure as figure_module
from matplotlib.backend_bases import FigureManagerBase
from matplotlib.backends.backend_agg import FigureCanvasAgg

from common.tf1.names import Namespace

BACKEND = "module://common.script.figures"
_STYLES = "seaborn"
_COLOUR_MAPS = {"spectral": "nipy_spectral", "Vega10": "tab10", "Vega20": "tab20"}


class Kept:
    """The figures of one script. folder: where they go, None for nowhere. name: how they begin."""

    def __init__(self, folder=None, name="figure"):
        self.folder = folder and Path(folder)
        self.name = name
        self.written = []
        self.count = 0

    def keep(self, figure):
        """Write the figure, the next in order, where there is a folder."""
        self.count += 1
        if self.folder is None:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"{self.name}-{self.count}.png"
        figure.savefig(path)
        self.written.append(path)


kept = Kept()


def has_screen():
    """Whether a window can be shown here."""
    if os.environ.get("MPLBACKEND", "").lower() == "agg":
        return False
    if sys.platform.startswith("linux"):
        return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    return True


class FigureCanvas(FigureCanvasAgg):
    """A canvas without a window; to wait for one takes no time."""

    required_interactive_framework = None

    def start_event_loop(self, timeout=0):
        """As FigureCanvasBase's, without the wait of `plt.pause`."""


class FigureManager(FigureManagerBase):
    """Keeps a figure where a window would show it."""

    shown = False

    @classmethod
    def pyplot_show(cls, *, block=None):
        """`plt.show()`: keep the open figures and close them, as a reader closes their windows.

        Where the script does not wait for them they stay open: kept when they are closed.
        """
        managers = _pylab_helpers.Gcf.get_all_fig_managers()
        for manager in managers:
            manager.shown = True
        if block is False or (block is None and real.is_interactive()):
            return
        for manager in managers:
            _pylab_helpers.Gcf.destroy(manager)

    def show(self):
        """As FigureManagerBase's."""
        self.shown = True

    def destroy(self):
        """Keep the figure, if it was shown."""
        if self.shown:
            self.shown = False
            kept.keep(self.canvas.figure)


FigureCanvas.manager_class = FigureManager


def finish():
    """Keep what was shown and is open still, at the script's end."""
    if real.is_interactive():
        for manager in _pylab_helpers.Gcf.get_all_fig_managers():
            manager.shown = True
    _pylab_helpers.Gcf.destroy_all()


# As it was ----------------------------------------------------------------------------------------


def _use(backend=None, *_, **__):
    """matplotlib.use: without a screen nothing but files is to be had."""
    if backend and str(backend).lower() in ("agg", "pdf", "svg", "ps", "cairo"):
        return
    if has_screen() and kept.folder is None:
        real.use(backend)


def matplotlib():
    """matplotlib for a script, with its figures kept where `running` says."""
    if kept.folder is not None or not has_screen():
        real.use(BACKEND)
    return Namespace(real, {"use": _use, "style": _style()}, {"pylab": pylab, "pyplot": _pyplot})


def _pyplot():
    plt = importlib.import_module("matplotlib.pyplot")

    def gca(projection=None, **named):
        return plt.gcf().gca(projection=projection, **named) if projection else plt.gca(**named)

    def hist(x, *arguments, normed=None, **named):
        if normed is not None:
            named.setdefault("density", normed)
        return plt.hist(x, *arguments, **named)

    return Namespace(
        plt,
        {
            "gca": gca,
            "get_cmap": lambda name=None, *more: plt.get_cmap(_COLOUR_MAPS.get(name, name), *more),
            "hist": hist,
            "hold": lambda *_: None,
            "ishold": lambda: True,
            "style": _style(),
            "switch_backend": _use,
            "subplot": lambda *place, **named: plt.subplot(*place, **_faces(named)),
            "axes": lambda *place, **named: plt.axes(*place, **_faces(named)),
        },
    )


def _faces(named):
    """Arguments of axes; what was `axisbg` is their face's colour."""
    if "axisbg" in named:
        named["facecolor"] = named.pop("axisbg")
    return named


def _style():
    style = importlib.import_module("matplotlib.style")

    def use(name):
        if isinstance(name, str) and name.startswith(_STYLES) and name not in style.available:
            name = name.replace(_STYLES, "seaborn-v0_8", 1)
        return style.use(name)

    return Namespace(style, {"use": use})


def pylab():
    """pylab for a script: NumPy's and pyplot's names."""
    matplotlib()
    return Namespace(importlib.import_module("pylab"), dict(_pyplot().__dict__))


@contextlib.contextmanager
def old_methods():
    """Give matplotlib's own objects the methods that version 3.5 took away, meanwhile.

    They are only added: nothing that is there changes for anybody.
    """
    lists = importlib.import_module("matplotlib.axes")._base._AxesBase.ArtistList
    own = figure_module.Figure.gca

    def remove(self, line):
        line.remove()

    def pop(self, place=-1):
        line = self[place]
        line.remove()
        return line

    def gca(self, projection=None, **named):
        if projection is None:
            return own(self, **named)
        if self.axes and getattr(self.axes[-1], "name", None) == projection:
            return self.axes[-1]
        return self.add_subplot(projection=projection, **named)

    lists.remove, lists.pop, figure_module.Figure.gca = remove, pop, gca
    try:
        yield
    finally:
        del lists.remove, lists.pop
        figure_module.Figure.gca = own
