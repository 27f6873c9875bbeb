"""NumPy with the names and habits of version 1, for a script alone."""

import contextlib
import functools
import importlib

from common.tf1.names import Namespace

# {name that NumPy has lost: what stands for it, in Python's builtins or in NumPy}
BUILTINS = {
    "bool": bool,
    "complex": complex,
    "float": float,
    "int": int,
    "long": int,
    "object": object,
    "str": str,
    "unicode": str,
}
RENAMED = {
    "Inf": "inf",
    "Infinity": "inf",
    "NaN": "nan",
    "alltrue": "all",
    "asfarray": None,
    "asscalar": None,
    "cfloat": "complex128",
    "clongfloat": "clongdouble",
    "complex_": "complex128",
    "cumproduct": "cumprod",
    "find_common_type": None,
    "float_": "float64",
    "in1d": "isin",
    "infty": "inf",
    "int0": "intp",
    "longcomplex": "clongdouble",
    "longfloat": "longdouble",
    "mat": "asmatrix",
    "msort": None,
    "product": "prod",
    "rank": "ndim",
    "round_": "round",
    "row_stack": "vstack",
    "singlecomplex": "complex64",
    "sometrue": "any",
    "string_": "bytes_",
    "trapz": "trapezoid",
    "uint0": "uintp",
    "unicode_": "str_",
}


def _asfarray(a, dtype=float):
    np = importlib.import_module("numpy")
    return np.asarray(a, dtype if np.issubdtype(dtype, np.inexact) else float)


def _array_of(np, make):
    """np.array or np.asarray, which make objects of rows that differ in length."""

    @functools.wraps(make)
    def call(*arguments, **named):
        if named.get("copy") is False:
            named["copy"] = None  # copied where that cannot be avoided
        try:
            return make(*arguments, **named)
        except ValueError as error:
            if "inhomogeneous" not in str(error) or "dtype" in named or len(arguments) > 1:
                raise
            return make(*arguments, dtype=object, **named)

    return call


def numpy():
    """NumPy for a script."""
    np = importlib.import_module("numpy")
    if np.__version__.startswith("1."):
        names = {name: kind for name, kind in BUILTINS.items() if name not in np.__dict__}
        return Namespace(np, names)
    names = dict(BUILTINS)
    names.update(
        {old: getattr(np, new) for old, new in RENAMED.items() if new and hasattr(np, new)}
    )
    names.update(
        NINF=-np.inf,
        NZERO=-0.0,
        PINF=np.inf,
        PZERO=0.0,
        array=_array_of(np, np.array),
        asarray=_array_of(np, np.asarray),
        asfarray=_asfarray,
        asscalar=lambda a: a.item(),
        find_common_type=lambda arrays, scalars: np.result_type(*arrays, *scalars),
        msort=lambda a: np.sort(a, axis=0),
    )
    return Namespace(np, names)


@contextlib.contextmanager
def printing():
    """Have NumPy print as version 1 did, lists of its scalars without their types."""
    import numpy as np

    if np.__version__.startswith("1."):
        yield
        return
    kept = np.get_printoptions()
    np.set_printoptions(legacy="1.25")
    try:
        yield
    finally:
        np.set_printoptions(**kept)
