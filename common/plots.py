"""One look for all figures: drawn off screen, in colours that the colour-blind can tell apart."""

import io
import struct

import matplotlib

matplotlib.use("Agg")  # figures become files; no window, whatever the machine's own backend is

import matplotlib.pyplot as plt
from PIL import Image

# Okabe and Ito's palette (https://jfly.uni-koeln.de/color/)
BLUE, VERMILLION, GREEN = "#0072B2", "#D55E00", "#009E73"
ORANGE, PURPLE, SKY, BLACK = "#E69F00", "#CC79A7", "#56B4E9", "#000000"

MOST_FRAMES = 101  # of an animation; they make a GIF of some hundred kilobytes
FRAME_MS, LAST_FRAME_MS = 100, 2000  # how long a frame is shown
GIF_COLOURS = 64

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
    figure.suptitle(title, x=0.01, ha="left", fontweight="bold")
    figure.text(0.01, -0.02, caption, ha="left", va="top", fontsize=9, color="#444444")
    png = io.BytesIO()
    # without a Software entry the same figure is the same bytes under another matplotlib patch
    figure.savefig(png, format="png", bbox_inches="tight", metadata={"Software": None})
    plt.close(figure)
    return png.getvalue()


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
