"""One look for all figures: drawn off screen, in colours that the colour-blind can tell apart."""

import io
import struct

import matplotlib

matplotlib.use("Agg")  # figures become files; no window, whatever the machine's own backend is

import matplotlib.pyplot as plt

# Okabe and Ito's palette (https://jfly.uni-koeln.de/color/)
BLUE, VERMILLION, GREEN = "#0072B2", "#D55E00", "#009E73"
ORANGE, PURPLE, SKY, BLACK = "#E69F00", "#CC79A7", "#56B4E9", "#000000"

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
