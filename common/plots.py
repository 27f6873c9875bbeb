"""One look for all figures: drawn off screen, in colours that the colour-blind can tell apart."""

import contextlib
import functools
import importlib.util
import io
import logging
import os
import struct
import sys
import warnings
from pathlib import Path
from unittest import mock

from common import language, progress


@contextlib.contextmanager
def _quiet():
    """Where matplotlib keeps its fonts is no news, nor what it cannot read of a matplotlibrc."""
    log = logging.getLogger("matplotlib")
    level = log.level
    log.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        log.setLevel(level)


@contextlib.contextmanager
def _without_settings_of_this_machine():
    """Hide matplotlibrc and style files, which matplotlib may not be able to read."""
    package = Path(importlib.util.find_spec("matplotlib").origin).parent
    folder = os.getcwd()
    with contextlib.suppress(FileNotFoundError):  # of another module of that name
        os.chdir(str(package / "mpl-data"))  # it takes the matplotlibrc here before any other
    try:
        import matplotlib

        with mock.patch.object(matplotlib, "get_configdir", lambda: os.devnull):
            yield
    finally:
        os.chdir(folder)


def _import(own_settings, backend):
    """matplotlib's pyplot, which begins with that backend."""
    if "matplotlib" not in sys.modules:  # nor is to be what is left of an import that failed
        for name in [each for each in sys.modules if each.startswith("matplotlib.")]:
            del sys.modules[name]
    surroundings = contextlib.nullcontext if own_settings else _without_settings_of_this_machine
    with _quiet(), mock.patch.dict(os.environ, {"MPLBACKEND": backend}), surroundings():
        from matplotlib import pyplot

        pyplot.get_backend()
    return pyplot


def _imported():
    """matplotlib's pyplot: a script's figures become files, a notebook has a backend of its own.

    What matplotlib cannot use of this machine, a file of settings or a backend, is left out.
    """
    backends = ["Agg"]
    if progress.in_notebook():
        backends = [os.environ.get("MPLBACKEND", INLINE), INLINE]
    for own_settings in (True, False):
        for backend in backends:
            with contextlib.suppress(Exception):  # each file of settings has errors of its own
                return _import(own_settings, backend)
    return _import(False, "Agg")


INLINE = "module://matplotlib_inline.backend_inline"
plt = _imported()

import matplotlib
import numpy as np
from matplotlib import font_manager, patheffects
from PIL import Image

# Okabe and Ito's palette (https://jfly.uni-koeln.de/color/)
BLUE, VERMILLION, GREEN = "#0072B2", "#D55E00", "#009E73"
ORANGE, PURPLE, SKY, BLACK = "#E69F00", "#CC79A7", "#56B4E9", "#000000"

MOST_FRAMES = 101  # of an animation; they make a GIF of some hundred kilobytes
FRAME_MS, LAST_FRAME_MS = 100, 2000  # how long a frame is shown
GIF_COLOURS = 64

NUMBER_SIZE, NUMBER_AWAY, NUMBERS_APART = 8, 9, 11  # of the numbers along a path, in points

# where a notebook's cells are run out of order, a figure may have no curve yet
warnings.filterwarnings("ignore", "No artists with labels found")
# where all outputs lie on one side of a boundary, that is not in the picture
warnings.filterwarnings("ignore", "No contour levels were found")

if not progress.in_notebook():
    plt.switch_backend("Agg")  # where another was chosen before
plt.style.use("default")  # not as the machine's matplotlibrc would have it
plt.rcParams.update(
    {
        "axes.grid": True,
        "axes.prop_cycle": matplotlib.cycler(
            color=[BLUE, VERMILLION, GREEN, ORANGE, PURPLE, SKY, BLACK]
        ),
        "axes.spines.right": False,
        "axes.spines.top": False,
        "figure.constrained_layout.use": True,
        "figure.dpi": 110,
        "figure.figsize": (7.2, 4.2),
        "font.size": 10,
        "grid.alpha": 0.3,
        "legend.frameon": False,
        "lines.linewidth": 1.8,
    }
)


def finished_png(figure, title, caption):
    """The PNG of `figure` under its title and above its caption; the figure is closed."""
    for axis in figure.axes:
        _make_readable(axis)
    figure.suptitle(title, x=0.01, ha="left", fontweight="bold")
    figure.text(0.01, -0.02, caption, ha="left", va="top", fontsize=9, color="#444444")
    _translate(figure)
    png = io.BytesIO()
    # without a Software entry the same figure is the same bytes under another matplotlib patch
    figure.savefig(png, format="png", bbox_inches="tight", metadata={"Software": None})
    plt.close(figure)
    return png.getvalue()


def _translate(figure):
    """Put the words of `figure` into the language of this program."""
    if language.current() == "en":
        return
    plt.rcParams["font.family"] = _fonts()
    for text in figure.findobj(matplotlib.text.Text):
        text.set_text(language.translate(text.get_text()))
        text.set_fontfamily(_fonts())
        text.set_fontweight("normal")  # the font of 中文 has no other
    for axis in figure.axes:
        for labels in (axis.xaxis, axis.yaxis):
            if not isinstance(labels.get_major_locator(), matplotlib.ticker.FixedLocator):
                continue
            written = [each.get_text() for each in labels.get_ticklabels()]
            words = list(map(language.translate, written))
            if words != written:  # words, and not numbers
                labels.set_major_formatter(matplotlib.ticker.FixedFormatter(words))


@functools.lru_cache(maxsize=None)
def _fonts():
    """The families of a text with 中文 in it; figures and minus signs are of the first one."""
    found = importlib.util.find_spec("zhplot")  # its import would change settings
    if found is None:  # as where nothing is translated: see language._translated
        return ["DejaVu Sans"]
    package = Path(found.origin).parent
    path = str(package / "fonts" / "NotoSansSC-Regular.ttf")
    font_manager.fontManager.addfont(path)
    return ["DejaVu Sans", font_manager.FontProperties(fname=path).get_name()]


def _make_readable(axis):
    """Let a panel be read whatever its curves came to: one point, nothing finite, nothing above 0.

    A curve of one point gets a mark, since a line of no length is not seen.
    """
    curves = [each for each in axis.lines if is_curve(axis, each)]
    points = [np.asarray(each.get_data()[:2], dtype=float) for each in curves]
    points = [each[:, np.isfinite(each).all(axis=0)] for each in points]
    for curve, finite in zip(curves, points):
        if finite.shape[1] == 1 and curve.get_marker() == "None":
            curve.set_marker(".")
    if not curves or hasattr(axis, "get_zlim"):
        return
    x, y = np.concatenate(points, axis=1)
    if axis.get_xscale() == "log" and not np.any(x > 0):
        axis.set_xscale("linear")
    if axis.get_yscale() == "log" and not np.any(y > 0):
        axis.set_yscale("linear")
    (left, right), (low, high) = sorted(axis.get_xlim()), sorted(axis.get_ylim())
    longer = [each for each in points if each.shape[1] > 1] or points  # not the mark of a minimum
    x, y = np.concatenate(longer, axis=1)
    if not np.any((x >= left) & (x <= right) & (y >= low) & (y <= high)):
        said = "outside this view" if len(x) else "nothing finite"
        axis.text(0.5, 0.5, said, transform=axis.transAxes, ha="center")


def is_curve(axis, line):
    """Whether a line is drawn by data in both directions, unlike axhline's and axvline's."""
    return all(line.get_transform().contains_branch_seperately(axis.transData))


def size_of_png(png):
    """Width and height in pixels, from the header of a PNG file's bytes."""
    return struct.unpack(">II", png[16:24])


def finished_gif(figure, title, caption, draw, frames, drawn=lambda: None):
    """The GIF, playing for ever, of `figure` as `draw(frame)` draws it; the figure is closed.

    Where axes and labels stand is settled by the first frame. drawn: called after each frame.
    Equal figures are equal bytes, under the same matplotlib and Pillow.
    """
    figure.suptitle(title, x=0.01, ha="left", fontweight="bold")
    figure.supxlabel(caption, x=0.01, ha="left", fontsize=9, color="#444444")
    pictures = []
    for frame in frames:
        draw(frame)
        _translate(figure)
        figure.canvas.draw()
        if not pictures:
            _keep_layout(figure)
        size = figure.canvas.get_width_height()
        rgba = Image.frombytes("RGBA", size, bytes(figure.canvas.buffer_rgba()))
        pictures.append(rgba.convert("RGB"))
        drawn()
    plt.close(figure)
    return _gif_of(pictures)


def _keep_layout(figure):
    """Do not lay the figure out anew each time it is drawn: nothing trembles, and it is quicker."""
    if hasattr(figure, "set_layout_engine"):
        figure.set_layout_engine("none")
    else:  # matplotlib 3.5, on Python 3.7
        figure.set_constrained_layout(False)


def _gif_of(pictures):
    """The bytes of a GIF; all its pictures share the colours of the first and the last."""
    width, height = pictures[0].size
    both = Image.new("RGB", (width, 2 * height))
    both.paste(pictures[0], (0, 0))
    both.paste(pictures[-1], (0, height))
    palette = both.quantize(GIF_COLOURS, method=1)  # 1: maximum coverage, keeps thin lines' colours
    first, *others = [picture.quantize(palette=palette, dither=0) for picture in pictures]
    durations = [FRAME_MS] * len(others) + [LAST_FRAME_MS]
    gif = io.BytesIO()
    first.save(gif, "GIF", save_all=True, append_images=others, duration=durations, loop=0)
    return gif.getvalue()


def thinned(frames):
    """Of more than MOST_FRAMES frames so many, evenly spaced, with the first and the last."""
    frames = list(frames)
    last = len(frames) - 1
    if last < MOST_FRAMES:
        return frames
    return [frames[k * last // (MOST_FRAMES - 1)] for k in range(MOST_FRAMES)]


# Paths of two parameters -----------------------------------------------------------------------


def contours(axis, x_range, y_range, cost, levels=12):
    """Draw the contours of `cost` over two parameters and end the axis at both ranges.

    cost: takes two arrays of one shape. levels: the costs to draw at, or how many; so many lie at
    equal distances from the minimum of a parabola.
    """
    x, y = np.meshgrid(np.linspace(*x_range, 120), np.linspace(*y_range, 120))
    values = cost(x, y)
    if np.ndim(levels) == 0:
        outwards = np.linspace(0, 1, levels + 1)[1:-1] ** 2
        levels = values.min() + outwards * (values.max() - values.min())
    lines = axis.contour(x, y, values, levels, linewidths=0.8, colors="0.75")
    axis.clabel(lines, lines.levels[::2], fontsize=7, fmt="%.2g", colors="0.6")
    axis.set(xlim=x_range, ylim=y_range)


def path(axis, x, y, style="o-", numbered=True, **look):
    """Draw the path of two parameters, its points with the numbers of the updates that led there.

    x, y: at the beginning, which has no number, and after each update. The axis has its limits
    already. Points that lie together share a label: 3, or 5–29. One that finds no room beside its
    points is left out. style, look: as of axis.plot.
    """
    (line,) = axis.plot(x, y, style, **{"markersize": 4, "linewidth": 1.2, **look})
    if not numbered:
        return
    box = _on_paper(axis, axis.get_xlim(), axis.get_ylim())
    lines = [_on_paper(axis, *each.get_data()) for each in axis.lines]
    taken = [spot for each in axis.texts for spot in _spots(_place(axis, each), each.get_text())]
    taken += [each[0] for each in lines if len(each) == 1]  # the mark of a minimum
    points = _on_paper(axis, x, y)
    for numbers in _clusters(points, box):
        label = _ranges(numbers)
        tried = {numbers[0], numbers[len(numbers) // 2], numbers[-1]}
        places = [(k, *_place_beside(points[k], label, box, lines, taken)) for k in sorted(tried)]
        number, place, room = max(places, key=lambda each: each[2])
        if room >= NUMBER_AWAY / 2:
            taken.extend(_spots(place, label))
            beside = place - points[number]
            _write(axis, label, (x[number], y[number]), beside, line.get_color())


def _clusters(points, box):
    """The numbers of the points in `box` but the first, those that lie together in one list."""
    clusters = []
    for number, point in enumerate(points[1:], 1):
        if _inside(point, box):
            near = [each for each in clusters if _distance(point, points[each[:1]]) < NUMBER_AWAY]
            if near:
                near[0].append(number)
            else:
                clusters.append([number])
    return clusters


def _ranges(numbers):
    """[1, 4, 5, 6] as "1, 4–6"; of more than three parts the first and the last."""
    parts = []
    for number in numbers:
        if parts and parts[-1][-1] == number - 1:
            parts[-1].append(number)
        else:
            parts.append([number])
    words = ["%d–%d" % (each[0], each[-1]) if each[1:] else str(each[0]) for each in parts]
    return ", ".join(words) if len(words) <= 3 else "%s … %s" % (words[0], words[-1])


def _place_beside(point, label, box, lines, taken):
    """The place for a label that is farthest from what is drawn, and how far that is."""
    best, most_room = point, 0
    wider = 9 * (len(_spots(point, label)) - 1) / 2
    for angle in np.arange(0, 2 * np.pi, np.pi / 8):
        place = point + np.array([NUMBER_AWAY + wider, NUMBER_AWAY]) * [
            np.cos(angle),
            np.sin(angle),
        ]
        spots = _spots(place, label)
        room = min(_distance(spot, each[:-1], each[1:]) for each in lines for spot in spots)
        free = all(
            _inside(spot, box, 5) and _distance(spot, taken) >= NUMBERS_APART for spot in spots
        )
        if free and room > most_room:
            best, most_room = place, room
    return best, most_room


def _place(axis, text):
    """Where the number of a path, or the label of a contour, is centred."""
    if isinstance(text, plt.Annotation):
        return _on_paper(axis, *text.xy) + text.xyann
    return _on_paper(axis, *text.get_position())


def _spots(place, label):
    """Points along a label that is centred at `place`, one for two characters."""
    count = (len(label) + 1) // 2
    return [place + [9 * (k - (count - 1) / 2), 0] for k in range(count)]


def _write(axis, label, xy, beside, color):
    look = {"color": color, "fontsize": NUMBER_SIZE, "ha": "center", "va": "center"}
    text = axis.annotate(label, xy, beside, textcoords="offset points", **look)
    text.set_path_effects([patheffects.withStroke(linewidth=2, foreground="white")])


def _on_paper(axis, x, y):
    """Where (x, y) are drawn, in points from the lower left corner of the axis."""
    places = axis.transLimits.transform(axis.transScale.transform(np.transpose([x, y])))
    return places * axis.get_window_extent().size * 72 / axis.figure.dpi


def _distance(point, starts, stops=None):
    """From `point` to the nearest of `starts`, or of the lines from `starts` to `stops`."""
    if not len(starts):
        return np.inf
    ways = np.zeros_like(starts) if stops is None else stops - starts
    beside = point - np.asarray(starts)
    lengths = np.maximum((ways**2).sum(axis=1), 1e-9)
    parts = np.clip((beside * ways).sum(axis=1) / lengths, 0, 1)
    return np.hypot(*(beside - parts[:, None] * ways).T).min()


def _inside(point, box, margin=0):
    return np.all(point >= box[0] + margin) and np.all(point <= box[1] - margin)
