"""Errors of TensorFlow's, told apart by their kind, the operation they come from and their words.

All that depends on how TensorFlow words an error stands here. It needs no TensorFlow.
"""

import re

_GONE = (
    "No such file or directory",
    "does not exist",
    "is not a valid checkpoint",
    "Couldn't find",
    "Failed to find any matching files",
)
_MIXED = (
    "same graph",
    "not an element of this graph",
    "closed Session",
    "already exists",
    "No variables to save",
)
_OF_FILES = (
    "FailedPreconditionError",
    "NotFoundError",
    "PermissionDeniedError",
    "ResourceExhaustedError",
    "UnknownError",
)
_OF_DAMAGE = ("DataLossError", "OutOfRangeError")
_SAVING = (None, "SaveV2", "MergeV2Checkpoints")
_HISTOGRAM = re.compile(r"istogram for: (\S+)")


def reason(error):
    """What an error says, without where in the graph that was."""
    said = getattr(error, "message", None) or getattr(error, "strerror", None) or error
    lines = str(said).split("\n")
    places = [k for k, line in enumerate(lines) if "[[" in line and k]
    return lines[places[0] - 1 if places else 0]


def file_is_gone(said):
    """Whether the words `said` are of a file that cannot be found."""
    return any(words in said for words in _GONE)


def graphs_are_mixed(error):
    """Whether parts of two graphs, or of none that there is any more, were to work together."""
    return any(words in str(error) for words in _MIXED)


def histogram_not_finite(error):
    """The name of the summary that cannot be made of what is not finite, or None."""
    found = _kind(error) == "InvalidArgumentError" and _HISTOGRAM.search(str(error))
    return found[1] if found else None


def checkpoint_is_damaged(error):
    """Whether a Saver that restores found other bytes than were saved."""
    return _operation(error) == "RestoreV2" and _kind(error) in _OF_DAMAGE


def cannot_write(error):
    """Whether a Saver or a FileWriter could not write its files.

    A variable without a value is no error of a file, though TensorFlow calls it by the same name.
    """
    if "uninitialized" in str(error):
        return False
    if isinstance(error, ValueError):
        return "doesn't exist, can't save" in str(error)  # a Saver, without its folder
    if isinstance(error, OSError):
        return not isinstance(error, FileNotFoundError)
    return _kind(error) in _OF_FILES and _operation(error) in _SAVING


def _kind(error):
    return type(error).__name__


def _operation(error):
    return getattr(getattr(error, "op", None), "type", None)
