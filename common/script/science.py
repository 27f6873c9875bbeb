"""scikit-learn and SciPy with the names that they had, for a script alone."""

import functools
import importlib

import numpy as np

from common.script import mnist
from common.tf1.names import Namespace

_BOSTON = (
    "its maintainers withdrew the Boston table; sklearn.datasets.fetch_california_housing() is "
    "what they recommend, and a CSV of your own can be read with pandas."
)


def sklearn():
    """scikit-learn for a script."""
    real = importlib.import_module("sklearn")
    return Namespace(
        real,
        later={
            "cross_validation": _cross_validation,
            "datasets": _datasets,
            "externals": _externals,
            "grid_search": lambda: _selection("sklearn.grid_search"),
            "learning_curve": lambda: _selection("sklearn.learning_curve"),
            "manifold": _manifold,
            "preprocessing": _preprocessing,
        },
    )


def _selection(title):
    return Namespace(importlib.import_module("sklearn.model_selection"), title=title)


def _datasets():
    real = importlib.import_module("sklearn.datasets")
    names = {"fetch_mldata": mnist.fetch_mldata, "samples_generator": real, "base": real}
    return Namespace(real, names, gone={"load_boston": _BOSTON})


def _cross_validation():
    """train_test_split and its kin; KFold of so many rows is a list of pairs of indices."""
    real = importlib.import_module("sklearn.model_selection")

    def k_fold(n, n_folds=3, shuffle=False, random_state=None):
        folds = real.KFold(n_folds, shuffle=shuffle, random_state=random_state)
        return list(folds.split(np.zeros(n)))

    def stratified_k_fold(y, n_folds=3, shuffle=False, random_state=None):
        folds = real.StratifiedKFold(n_folds, shuffle=shuffle, random_state=random_state)
        return list(folds.split(np.zeros(len(y)), y))

    names = {"KFold": k_fold, "StratifiedKFold": stratified_k_fold}
    return Namespace(real, names, title="sklearn.cross_validation")


def _externals():
    return Namespace(
        None,
        later={
            "joblib": lambda: importlib.import_module("joblib"),
            "six": lambda: importlib.import_module("six"),
        },
        title="sklearn.externals",
    )


def _manifold():
    real = importlib.import_module("sklearn.manifold")

    @functools.wraps(real.TSNE)
    def tsne(n_components=2, *_, n_iter=None, **named):
        if n_iter is not None:
            named["max_iter"] = n_iter
        return real.TSNE(n_components, **named)

    return Namespace(real, {"TSNE": tsne})


def _preprocessing():
    real = importlib.import_module("sklearn.preprocessing")

    def imputer(missing_values="NaN", strategy="mean", axis=0, **named):
        missing = np.nan if missing_values == "NaN" else missing_values
        impute = importlib.import_module("sklearn.impute")
        return impute.SimpleImputer(missing_values=missing, strategy=strategy, **named)

    def one_hot(*arguments, sparse=None, **named):
        if sparse is not None:
            named["sparse_output"] = sparse
        return real.OneHotEncoder(*arguments, **named)

    return Namespace(real, {"Imputer": imputer, "OneHotEncoder": one_hot})


def scipy():
    """SciPy for a script."""
    real = importlib.import_module("scipy")
    names = {name: getattr(np, name) for name in ("array", "exp", "log", "mean", "pi", "sqrt")}
    return Namespace(real, names, {"misc": _misc, "ndimage": _ndimage})


def _image(array):
    from PIL import Image

    array = np.asarray(array)
    if array.dtype != np.uint8:  # spread over all shades, as SciPy's `bytescale` did
        low, high = float(array.min()), float(array.max())
        array = (array - low) * (255.0 / (high - low or 1.0)) + 0.5
        array = array.clip(0, 255).astype(np.uint8)
    return Image.fromarray(array)


def _imread(name, flatten=False, mode=None):
    from PIL import Image

    image = Image.open(name)
    if flatten:
        return np.asarray(image.convert("F"))
    return np.asarray(image.convert(mode) if mode else image)


def _imresize(arr, size, interp="bilinear", mode=None):
    from PIL import Image

    image = _image(arr) if mode is None else _image(arr).convert(mode)
    if isinstance(size, (int, np.integer)):
        size = size / 100.0
    if isinstance(size, float):
        size = [int(side * size) for side in image.size]
    else:
        size = size[1], size[0]
    kinds = {"bilinear": Image.BILINEAR, "nearest": Image.NEAREST}
    kinds.update(bicubic=Image.BICUBIC, cubic=Image.BICUBIC, lanczos=Image.LANCZOS)
    return np.asarray(image.resize(tuple(size), kinds[interp]))


def _misc():
    special = importlib.import_module("scipy.special")
    names = {name: getattr(special, name) for name in ("comb", "factorial", "logsumexp")}
    return Namespace(
        None,
        {
            **names,
            "imread": _imread,
            "imresize": _imresize,
            "imsave": lambda name, arr, format=None: _image(arr).save(name, format),
            "toimage": lambda arr, *_, **__: _image(arr),
        },
        {"face": lambda: importlib.import_module("scipy.datasets").face},
        title="scipy.misc",
    )


def _ndimage():
    return Namespace(importlib.import_module("scipy.ndimage"), {"imread": _imread})
