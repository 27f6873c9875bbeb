"""What a lesson can be asked to vary: a default, what it means, and which values make sense."""

import math

from common.errors import UsageError
from common.language import translate

STANDARD_HELP = {
    "steps": "training steps",
    "epochs": "times through the training set",
    "learning_rate": "step size of the optimizer",
    "batch_size": "examples in a batch",
    "data": "images: digits, mnist, fashion_mnist, the folder of four idx files, or auto, "
    "which is the document's set where it is on disk and else the digits",
}


LARGEST = {int: 10**18, float: 1e38}  # the powers of ten that TensorFlow's int64 and float32 hold


class Parameter:
    """One parameter of a lesson; it becomes the flag --name-with-dashes.

    default: the document's value; its type (int, float or str) is the parameter's.
    help: what it is, with its unit; the standard names have theirs in STANDARD_HELP.
    at_least, at_most: bounds, themselves allowed. Without them an int is 1 or more and a float
        above 0, and none is beyond TensorFlow's int64 and float32.
    choices: the words allowed, for a str; without them any word is.
    """

    def __init__(self, default, help=None, at_least=None, at_most=None, choices=None):
        self.default = default
        self.help = help
        self.at_least = at_least
        self.at_most = LARGEST.get(type(default)) if at_most is None else at_most
        self.choices = choices

    @property
    def kind(self):
        """What a value must be, in words: "a whole number, 1 or more"."""
        if isinstance(self.default, str):
            return "one of " + ", ".join(self.choices) if self.choices else translate("a word")
        noun = translate("a whole number" if isinstance(self.default, int) else "a number")
        if self.at_least is None:
            least = translate("1 or more" if isinstance(self.default, int) else "above 0")
        else:
            least = f"{self.at_least:,g} or more"
        written = "g" if self.at_most == LARGEST[type(self.default)] else ",.12g"
        return f"{noun}, {least} and at most {self.at_most:{written}}"

    def parse(self, text):
        """The value that the word `text` stands for; ValueError where it does not fit."""
        return self.check(text if isinstance(self.default, str) else type(self.default)(text))

    def check(self, value):
        """`value`, of this parameter's type; ValueError where it does not fit."""
        if isinstance(self.default, str):
            allowed = value in self.choices if self.choices else isinstance(value, str) and value
            if not allowed:
                raise ValueError(self.kind)
            return value
        if isinstance(value, (bool, str)) or value != type(self.default)(value):
            raise ValueError(self.kind)
        value = type(self.default)(value)
        if not math.isfinite(value) or not self._within_bounds(value):
            raise ValueError(self.kind)
        return value

    def _within_bounds(self, value):
        if self.at_least is not None:
            above = value >= self.at_least
        else:
            above = value >= 1 if isinstance(value, int) else value > 0
        return above and (self.at_most is None or value <= self.at_most)


def declared(values):
    """The Parameters that a lesson declares, plain defaults wrapped.

    Raises UsageError for a default that is not allowed, or bounds that are none.
    """
    parameters = {}
    for name, value in values.items():
        parameter = value if isinstance(value, Parameter) else Parameter(value)
        parameter.help = parameter.help or STANDARD_HELP.get(name, "")
        parameters[name] = parameter
        if type(parameter.default) not in (int, float, str):
            raise UsageError(f"{name} must be a number or a word, not {parameter.default!r}.")
        try:
            parameter.check(parameter.default)
        except (TypeError, ValueError, OverflowError):
            raise UsageError(
                f"{name} must be {parameter.kind}, not {parameter.default!r}."
            ) from None
    return parameters
