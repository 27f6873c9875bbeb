"""What `import` gives a script: modules with the names that they had, to it and no one else.

The script's modules find this `__import__` among their builtins. A module that lies beside the
script is converted as the script is; all others import as ever.
"""

import builtins
import importlib
import importlib.abc
import importlib.machinery
import os
import sys
import sysconfig
import types

from common import files
from common.script import given, python2, sources
from common.tf1.names import Namespace

_NOT_ITS_OWN = {  # folders whose modules are nobody's script
    os.path.realpath(path)
    for path in (
        *(sysconfig.get_paths()[name] for name in ("stdlib", "platstdlib", "purelib", "platlib")),
        str(files.ROOT / "common"),
        str(files.ROOT / "tools"),
        str(files.ROOT / "lessons"),
    )
}


class Importer:
    """Imports for one script; see given.Given for what it takes."""

    def __init__(self, python=3, before_1_0=False):
        self._given = given.Given(python, before_1_0)
        self._finder = _Finder(self)

    def builtins(self, python, extra=()):
        """The builtins of a module of the script's, written in Python 2 or 3."""
        module = types.ModuleType("builtins", builtins.__doc__)
        module.__dict__.update(builtins.__dict__)
        module.__dict__.update(dict(extra), __import__=self.import_)
        if python == 2:
            module.__dict__.update(python2.names())
        return module

    def __enter__(self):
        sys.meta_path.insert(0, self._finder)
        self._given.begin()
        return self

    def __exit__(self, *_):
        sys.meta_path.remove(self._finder)
        self._given.end()

    def import_(self, name, globals=None, locals=None, fromlist=(), level=0):
        """As builtins.__import__."""
        top = None if level else self._given.top(name)
        if top is None:
            return builtins.__import__(name, globals, locals, fromlist, level)
        module = top
        for part in name.split(".")[1:]:
            module = _below(module, part)
        if not fromlist:
            return top
        for each in fromlist:
            if each != "*":
                _has(module, each)
        return module


def _below(module, part):
    """The module `part` of the module; ModuleNotFoundError where there is none."""
    own = module._given(part) if isinstance(module, Namespace) else None
    if own is not None:
        return own
    real = getattr(module, "_module", module)
    if real is not None:
        try:
            importlib.import_module(f"{real.__name__}.{part}")
        except ModuleNotFoundError:
            if not hasattr(module, part):
                raise
    if not hasattr(module, part):
        name = f"{module.__name__}.{part}"
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)
    return getattr(module, part)


def _has(module, name):
    """See that `from module import name` finds it, importing a module of that name if need be."""
    if isinstance(module, Namespace) and module._given(name) is not None:
        return
    if not hasattr(module, name):
        real = getattr(module, "_module", module)
        try:
            if real is not None:
                importlib.import_module(f"{real.__name__}.{name}")
        except ModuleNotFoundError:
            return  # which the import says itself


class _Finder(importlib.abc.MetaPathFinder):
    """Finds modules that are the script's own: those that lie in nobody's packages."""

    def __init__(self, importer):
        self._importer = importer

    def find_spec(self, name, path, target=None):
        """As importlib.abc.MetaPathFinder's."""
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        origin = spec and spec.has_location and spec.origin
        if not origin or not origin.endswith(".py") or not _is_its_own(origin):
            return None
        spec.loader = _Loader(name, origin, self._importer)
        spec.cached = None
        return spec


def _is_its_own(origin):
    origin = os.path.realpath(origin)
    folders = []
    while os.path.dirname(origin) != origin:
        origin = os.path.dirname(origin)
        folders.append(origin)
    names = {os.path.basename(folder) for folder in folders}
    return not (_NOT_ITS_OWN & set(folders)) and not names & {"site-packages", "dist-packages"}


class _Loader(importlib.machinery.SourceFileLoader):
    """Runs a module of the script's, converted as the script is; nothing is written to disk."""

    def __init__(self, name, path, importer):
        super().__init__(name, path)
        self._importer = importer

    def get_code(self, fullname):
        return sources.compiled_file(self.path)[0]

    def exec_module(self, module):
        code, python = sources.compiled_file(self.path)
        module.__builtins__ = self._importer.builtins(python)
        exec(code, module.__dict__)
