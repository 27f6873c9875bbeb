"""Settings that a learner may draw: what a lesson then prints, names and draws is true of them.

Nothing is warned of, no panel is empty, no curve bears another's name, no label is written over
another, no folder has two trainings, and no reason is given that belongs to the default settings.
"""

import contextlib
import itertools
import random
import unittest.mock
import warnings

import numpy as np

from common import plots
from common.command import catalogue, commands
from common.lesson import Lesson
from stress import Attempt
from stress.words import SHORT, flags, worker

TITLE = "settings and their words"
TRIES = 120
STEPS = [1, 2, 3, 7, 21, 60]
LESSONS = catalogue.lessons()


def attempts(count, seed, folder):
    """Run the lessons in turn, each at settings drawn within their bounds."""
    draw = random.Random(seed)
    with worker(folder) as course:
        for k, lesson in zip(range(count), itertools.cycle(LESSONS)):
            settings = drawn(lesson, draw)
            words = ["run", lesson.number, *flags(settings)]
            answer = course.answer(*words, f"--output={folder / str(k)}", module=__name__)
            diverged = " diverged: " in answer.err
            yield Attempt(f"lesson {lesson.number}", said(words, answer, diverged))


def said(words, answer, diverged):
    """What is wrong with an Answer, in words, or ""."""
    problem = answer.problem or ("" if diverged else answer.failure)
    return f"{' '.join(words)}: {problem}" if problem else ""


# Settings -----------------------------------------------------------------------------------------


def drawn(lesson, draw):
    """Settings for a short run: a few steps, and up to two other parameters."""
    settings = {
        name: draw.choice(STEPS) if name == "steps" else value
        for name, value in SHORT.items()
        if name in lesson.parameters
    }
    free = [name for name in lesson.parameters if name not in settings and name != "data"]
    for name in draw.sample(free, min(len(free), draw.randint(0, 2))):
        settings[name] = draw.choice(values(lesson, lesson.parameters[name], draw))
    return settings


def values(lesson, parameter, draw):
    """Values to draw from: at the bounds, beside the default, equal to another number there."""
    if parameter.choices:
        return parameter.choices
    default = parameter.default
    others = [
        each.default
        for each in lesson.parameters.values()
        if type(each.default) is type(default) and each is not parameter
    ]
    if isinstance(default, int):
        near = [default + 1, max(1, default // 2), 2 * default, 1, 2, 3, 4, 10, 50]
        near = [min(each, 10**4) for each in near]
    else:
        near = [default / 10, default / 2, 2 * default, 10 * default, 0.0, 0.1, 0.3, 0.5, 1.0]
        near += [draw.uniform(0, 3 * default), 0.0001, 0.02, 0.8, 1.1]
    bounds = [each for each in (parameter.at_least, parameter.at_most) if each is not None]
    near += others + [type(default)(each) for each in bounds if abs(each) <= 10**4]
    return [each for each in near if _fits(parameter, each)]


def _fits(parameter, value):
    try:
        parameter.check(value)
    except ValueError:
        return False
    return True


# Runs that are looked at --------------------------------------------------------------------------


def main(words):
    """What the Worker calls: the command, whose run is looked at."""
    with looked_at():
        return commands.main(words) or 0


@contextlib.contextmanager
def looked_at():
    """Within this, AssertionError for a run of a lesson that has one of the faults."""
    trainings = Lesson.training
    finish = Lesson.finish
    finish_png = plots.finished_png
    named = []

    def training(lesson, sess, saver, name="", *more, **options):
        assert name not in named, f"two trainings in the folder {name!r}"
        named.append(name)
        return trainings(lesson, sess, saver, name, *more, **options)

    def finished_png(figure, title, caption):
        finish_png(figure, title, caption)
        wrong = list(faults(figure))
        assert not wrong, f"figure {title!r}: {'; '.join(wrong)}"
        return b""

    def finishing(lesson):
        changed = lesson.changed()
        for each in lesson._comparisons if changed else ():
            assert each.why in ("", changed), f"{each.name}: {each.why!r} though {changed}"
        names = [(each.name, each.source) for each in lesson._comparisons]
        twice = [name for name in names if names.count(name) > 1]
        assert not twice, f"two numbers are called {twice[0]}"
        finish(lesson)

    def size(_):
        return 1, 1

    with contextlib.ExitStack() as stack:
        patch = unittest.mock.patch.object
        stack.enter_context(patch(Lesson, "training", training))
        stack.enter_context(patch(Lesson, "finish", finishing))
        stack.enter_context(patch(plots, "finished_png", finished_png))
        stack.enter_context(patch(plots, "size_of_png", size))
        stack.enter_context(warnings.catch_warnings())
        warnings.simplefilter("error", append=True)  # those that nobody has silenced
        plots.plt.close("all")
        yield


# Figures ------------------------------------------------------------------------------------------


def faults(figure):
    """What is wrong with a figure that has been drawn, in words."""
    for place, axis in enumerate(figure.axes, 1):
        where = f"panel {place}"
        artists = [*axis.lines, *axis.collections, *axis.patches, *axis.images, *axis.texts]
        if not axis.axison and not artists:
            continue
        if not any(_seen(axis, each) for each in artists):
            yield f"{where} is empty"
        names = [each.get_text() for each in getattr(axis.get_legend(), "texts", ())]
        twice = {each for each in names if names.count(each) > 1}
        if twice:
            yield f"{where} has two of {min(twice)!r}"
        yield from (f"{where}: {each}" for each in _crowded(figure, axis))
    titles = [axis.title for axis in figure.axes if axis.title.get_text()]
    pairs = _overlapping(figure, titles)
    if pairs:
        yield f"titles over each other: {pairs[0]}"


def _seen(axis, artist):
    """Whether any of the artist lies within the axis."""
    if hasattr(axis, "get_zlim"):
        return True
    if hasattr(artist, "get_xydata"):
        if not plots.is_curve(axis, artist):
            return False
        places = artist.get_xydata()
    elif hasattr(artist, "get_offsets") and len(artist.get_offsets()) and artist.get_paths():
        offsets = np.ma.filled(np.ma.asarray(artist.get_offsets(), float), np.nan)
        paths = [each.vertices for each in artist.get_paths() if len(each.vertices)]
        places = np.concatenate([offsets, *paths]) if paths else offsets
    elif hasattr(artist, "get_bbox"):
        return True
    else:
        return True
    with np.errstate(all="ignore"):
        pixels = axis.transData.transform(np.asarray(places, float).reshape(-1, 2))
    box = axis.bbox
    inside = (pixels[:, 0] >= box.x0 - 1) & (pixels[:, 0] <= box.x1 + 1)
    inside &= (pixels[:, 1] >= box.y0 - 1) & (pixels[:, 1] <= box.y1 + 1)
    length = hasattr(artist, "get_marker") and artist.get_marker() == "None"
    return inside.sum() > length  # a line needs two points, a mark one


def _crowded(figure, axis):
    """Words within an axis, or along it, that are written over each other."""
    texts = [each for each in axis.texts if each.get_text() and each.get_visible()]
    labels = {"texts": texts}
    if axis.axison and not hasattr(axis, "get_zlim"):
        for way in (axis.xaxis, axis.yaxis):
            low, high = sorted(way.get_view_interval())
            labels[f"labels along {way.axis_name}"] = [
                tick.label1
                for tick in way.get_major_ticks()
                if tick.label1.get_visible()
                and tick.label1.get_text()
                and low <= tick.get_loc() <= high
            ]
    for what, each in labels.items():
        pairs = _overlapping(figure, each)
        if len(pairs) > len(each) / 8:
            yield f"{what} over each other, {len(pairs)} of {len(each)}: {pairs[0]}"


def _overlapping(figure, texts):
    """The pairs of neighbours among the texts that are written over each other."""
    renderer = figure.canvas.get_renderer()
    boxes = [each.get_window_extent(renderer).padded(-1.5) for each in texts]
    pairs = []
    for (k, one), (m, other) in itertools.combinations(enumerate(boxes), 2):
        if one.overlaps(other):
            pairs.append((texts[k].get_text(), texts[m].get_text()))
    return pairs
