"""Modules that have names which others took away; it needs no TensorFlow."""

import types

OWN = ("_module", "_later", "_gone", "_others")  # attributes of a Namespace, not of its module


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
    name. module: None where nothing but the names is there. others: why all others cannot be had.
    """

    def __init__(self, module, names=(), later=(), gone=(), title=None, others=None):
        super().__init__(title or module.__name__, getattr(module, "__doc__", None))
        self._module, self._later, self._gone = module, dict(later), dict(gone)
        self._others = others
        self.__dict__.update(names)
        self.__path__ = []  # a package: modules may be asked for below it

    def _given(self, name):
        """What it has of its own by that name, not its module's; None where that is nothing.

        GoneModule where it is gone.
        """
        if name in self._later:
            return getattr(self, name)
        if name in self.__dict__:
            return self.__dict__[name]
        if name in self._gone or self._why(name) and not hasattr(self._module, name):
            raise GoneModule(self._cannot(name))
        return self._module._given(name) if isinstance(self._module, Namespace) else None

    def _why(self, name):
        """Why what it has not cannot be had, or None."""
        return self._gone.get(name) or (None if name.startswith("_") else self._others)

    def _cannot(self, name):
        return f"{self.__name__}.{name} cannot be had: {self._why(name)}"

    def __getattr__(self, name):
        if name in self._later:
            value = self._later[name]()
        elif name in self._gone:
            raise GoneName(self._cannot(name))
        elif hasattr(self._module, name):
            value = getattr(self._module, name)
        elif self._why(name):
            raise GoneName(self._cannot(name))
        elif self._module is None:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        else:
            value = getattr(self._module, name)
        setattr(self, name, value)
        return value

    def __dir__(self):
        own = [name for name in self.__dict__ if name not in OWN]
        return sorted({*dir(self._module), *self._later, *own})

    @property
    def __all__(self):
        listed = getattr(self._module, "__all__", None) or dir(self._module)
        names = {*listed, *self._later, *self.__dict__}
        return sorted(name for name in names if not name.startswith("_"))
