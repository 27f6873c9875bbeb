"""Modules of Python's own, and six, as scripts know them: downloads of MNIST, Python 2's names."""

import builtins
import functools
import importlib
import itertools
import os
import string
import sys
import types
import urllib.error
import urllib.parse
import urllib.request
import urllib.response

from common.script import mnist, python2
from common.tf1.names import OWN, Namespace


@functools.lru_cache(maxsize=None)
def _request():
    served = {"urlopen": mnist.urlopen, "urlretrieve": mnist.urlretrieve}
    return Namespace(urllib.request, served)


@functools.lru_cache(maxsize=None)
def urllib_():
    """urllib of Python 3."""
    return Namespace(urllib, {"request": _request()})


def six():
    """six, whose moved urllib is this one."""
    real = importlib.import_module("six")
    from six import moves

    moved = Namespace(moves, {"urllib": urllib_()}, title="six.moves")
    return Namespace(real, {"moves": moved})


def _urllib_of_python_2():
    old = """quote quote_plus unquote unquote_plus urlencode pathname2url url2pathname"""
    names = {
        name: getattr(urllib.parse, name, None) or getattr(urllib.request, name)
        for name in old.split()
    }
    names.update(request=_request(), urlopen=mnist.urlopen, urlretrieve=mnist.urlretrieve)
    names["URLopener"] = names["FancyURLopener"] = urllib.request.OpenerDirector
    return Namespace(urllib, names)


def _urllib2():
    names = {name: getattr(urllib.error, name) for name in ("HTTPError", "URLError")}
    return Namespace(urllib.request, {**names, "urlopen": mnist.urlopen}, title="urllib2")


def _pickle():
    """The script's own pickle, which reads what Python 2 has written: its texts byte by byte."""
    pickle = importlib.import_module("pickle")
    return Namespace(
        pickle,
        {
            "load": lambda file, **named: pickle.load(file, **{"encoding": "latin1", **named}),
            "loads": lambda text, **named: pickle.loads(text, **{"encoding": "latin1", **named}),
        },
        title="cPickle",
    )


def _string():
    letters = {"letters": "ascii_letters", "lowercase": "ascii_lowercase"}
    letters["uppercase"] = "ascii_uppercase"
    names = {old: getattr(string, new) for old, new in letters.items()}
    methods = "atof atoi find join lower lstrip replace rstrip split strip upper"
    for name in methods.split():
        names[name] = getattr(str, name, None)
    names.update(
        atof=float,
        atoi=int,
        join=lambda words, sep=" ": sep.join(words),
        maketrans=str.maketrans,
    )
    return Namespace(string, names)


def _types():
    kinds = {"StringType": str, "UnicodeType": str, "IntType": int, "LongType": int}
    kinds.update(FloatType=float, ListType=list, TupleType=tuple, DictType=dict)
    kinds.update(BooleanType=bool, NoneType=type(None), StringTypes=(str,), FileType=object)
    return Namespace(types, kinds)


def of_python_2(name):
    """The module of that name as Python 2 had it; None where today's serves."""
    if name == "itertools":
        renamed = {"ifilter": filter, "imap": map, "izip": zip}
        renamed["izip_longest"] = itertools.zip_longest
        return Namespace(itertools, renamed)
    if name == "sys":
        return _System(sys, {"maxint": sys.maxsize, "setdefaultencoding": lambda name: None})
    if name == "os":
        return Namespace(os, {"getcwdu": os.getcwd})
    if name == "__builtin__":
        return Namespace(builtins, python2.names())
    makers = {
        "cPickle": _pickle,
        "string": _string,
        "types": _types,
        "urllib": _urllib_of_python_2,
        "urllib2": _urllib2,
    }
    return makers[name]() if name in makers else None


class _System(Namespace):
    """sys, whose attributes change: none is kept, and what a script sets is set in sys."""

    def __getattr__(self, name):
        return getattr(sys, name)

    def __setattr__(self, name, value):
        if name in (*OWN, "__path__"):
            object.__setattr__(self, name, value)
        else:
            setattr(sys, name, value)
