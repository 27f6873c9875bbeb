"""What `import` gives a script: modules with the names that they had, to it and no one else.

The script's modules find this `__import__` among their builtins. A module that lies beside the
script is converted as the script is; all others import as ever.
"""

import builtins
import contextlib
import importlib
import importlib.abc
import importlib.machinery
import importlib.util
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
    """Imports for one script that lies in `folder`; see given.Given for what else it takes."""

    def __init__(self, folder, python=3, before_1_0=False):
        self._given = given.Given(python, before_1_0)
        self._given.give("importlib", Namespace(importlib, self._by_name()))
        self._finder = _Finder(self)
        self._beside = _Beside(folder, self)

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
        name, level = self._beside.absolute(name, level, globals)
        if not level and self._beside.has(name):
            return self._beside.import_(name, fromlist)
        top = None if level else self._given.top(name)
        if top is None:
            return builtins.__import__(name, globals, locals, fromlist, level)
        module = _walked(top, name)
        if not fromlist:
            return top
        for each in fromlist:
            if each != "*":
                _has(module, each)
        return module

    def _by_name(self):
        """What of importlib is this importer's."""

        def reload(module):
            return module if isinstance(module, Namespace) else importlib.reload(module)

        return {"import_module": self.import_module, "reload": reload}

    def import_module(self, name, package=None):
        """As importlib.import_module."""
        top = None if name.startswith(".") else self._given.top(name)
        if top is not None:
            return _walked(top, name)
        if self._beside.has(name):
            return self._beside.load(name)
        return importlib.import_module(name, package)


def _walked(top, name):
    """The module `name`, which begins with the module `top`."""
    for part in name.split(".")[1:]:
        top = _below(top, part)
    return top


def _below(module, part):
    """The module `part` of the module; ModuleNotFoundError where there is none."""
    own = module._given(part) if isinstance(module, Namespace) else None
    if own is not None:
        return own
    real = getattr(module, "_module", module)
    if real is not None:
        asked = f"{real.__name__}.{part}"
        try:
            importlib.import_module(asked)
        except ModuleNotFoundError as error:
            if not asked.startswith(error.name or "?") and not hasattr(module, part):
                raise  # of what that module imports
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


class _Beside:
    """The script's own modules whose names others have taken in this process: `common`, say."""

    def __init__(self, folder, importer):
        self._folder, self._importer = folder, importer
        self._taken = set(sys.modules) - set(sys.stdlib_module_names)
        self._loaded = {}

    def has(self, name):
        """Whether `name` is one of them, or below one."""
        first = name.partition(".")[0]
        if first not in self._taken:
            return False
        spec = importlib.machinery.PathFinder.find_spec(first, [self._folder])
        return bool(spec and spec.has_location and _is_its_own(spec.origin))

    def absolute(self, name, level, names):
        """The name and level of an import; of one that is relative within them, without level."""
        package = level and (names or {}).get("__package__")
        if package and package.partition(".")[0] in self._loaded:
            return importlib.util.resolve_name("." * level + name, package), 0
        return name, level

    def load(self, name):
        """The module `name`, which is in sys.modules under no name."""
        if name in self._loaded:
            return self._loaded[name]
        parent, _, last = name.rpartition(".")
        place = self.load(parent).__path__ if parent else [self._folder]
        spec = importlib.machinery.PathFinder.find_spec(name, place)
        if spec is None or not spec.has_location:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        spec.loader = _Loader(name, spec.origin, self._importer)
        module = self._loaded[name] = importlib.util.module_from_spec(spec)
        try:
            spec.loader.exec_module(module)
        except BaseException:
            del self._loaded[name]
            raise
        if parent:
            setattr(self.load(parent), last, module)
        return module

    def import_(self, name, fromlist):
        """What `__import__` gives for one of them."""
        module = self.load(name)
        for each in fromlist or ():
            if hasattr(module, "__path__") and not hasattr(module, each) and each != "*":
                with contextlib.suppress(ModuleNotFoundError):
                    self.load(f"{name}.{each}")
        return module if fromlist else self.load(name.partition(".")[0])


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
