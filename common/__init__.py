"""What every lesson needs and its reader does not: `from common import Lesson, np, tf`.

The names below load when they are asked for, so that listing the lessons, `--help` and errors
about flags answer before TensorFlow is imported.
"""

import importlib

from common import strays, supported_python

_HOMES = {
    "Lesson": ("common.lesson", "Lesson"),
    "Parameter": ("common.parameters", "Parameter"),
    "datasets": ("common.data.datasets", None),
    "house_prices": ("common.data.house_prices", None),
    "np": ("numpy", None),
    "plots": ("common.plots", None),
    "plt": ("common.plots", "plt"),
    "tf": ("common.tf1.namespace", "tf"),
}

supported_python.check()


def __getattr__(name):
    if name not in _HOMES:
        raise AttributeError("module 'common' has no attribute %r" % name)
    with strays.explained():
        from common.command import lesson_flags

        lesson_flags.answer_early()
        module, attribute = _HOMES[name]
        home = importlib.import_module(module)
        return getattr(home, attribute) if attribute else home
