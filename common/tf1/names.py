"""Modules that have names which others took away; it needs no TensorFlow."""

import types


class Gone:
    """What an old program asks for and nobody can give; the error's words say why, and what to use.

    It is an AttributeError or an ImportError as well, whichever a program expects there.
    """


class GoneName(Gone, AttributeError):
    """An attribute that is gone."""


class GoneModule(Gone, ImportError):
    """A module, or what was to be imported from one, that is gone."""


class Namespace(types.ModuleType):
    """A module, some of whose names are others'.

    names: {name: object}. later: {name: function that makes it at its first use}. gone: {name: why
    it cannot be had, and what to use}. title: what the module is called, where that is not its own
    name. module: None where nothing but the names is there.
    """

    def __init__(self, module, names=(), later=(), gone=(), title=None):
        super().__init__(title or module.__name__, getattr(module, "__doc__", None))
        self._module, self._later, self._gone = module, dict(later), dict(gone)
        self.__dict__.update(names)
        self.__path__ = []  # a package: modules may be asked for below it

    def _given(self, name):
        """What it has of its own by that name, not its module's; None where that is nothing.

        GoneModule where it is gone.
        """
        if name in self._gone:
            raise GoneModule(f"{self.__name__}.{name} cannot be had: {self._gone[name]}")
        return getattr(self, name) if name in self._later else self.__dict__.get(name)

    def __getattr__(self, name):
        if name in self._later:
            value = self._later[name]()
        elif name in self._gone:
            raise GoneName(f"{self.__name__}.{name} cannot be had: {self._gone[name]}")
        elif self._module is None:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        else:
            value = getattr(self._module, name)
        setattr(self, name, value)
        return value

    def __dir__(self):
        own = [name for name in self.__dict__ if name not in ("_module", "_later", "_gone")]
        return sorted({*dir(self._module), *self._later, *own})

    @property
    def __all__(self):
        listed = getattr(self._module, "__all__", None) or dir(self._module)
        names = {*listed, *self._later, *self.__dict__}
        return sorted(name for name in names if not name.startswith("_"))
