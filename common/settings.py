"""With which parameters a lesson runs, and from which saved run it goes on."""

import contextlib
import os

from common import files, saved
from common.command import catalogue
from common.command.lesson_flags import flag
from common.data import house_prices
from common.errors import CourseError, UsageError
from common.language import joined, say


class Settings:
    """The parameters of one run and the saved run that it restores or resumes.

    name: which lesson it is, whose checkpoints ship and whose script has the document's settings.
    values: {name: value}, once they are `set`. saved_folder: where the checkpoints of the saved run
    are, None for a run from the beginning. saved_numbers: what that run came to. command: trains
    the lesson anew.
    Raises UsageError for values that do not fit and CourseError for a saved run that cannot be
    used.
    """

    def __init__(self, info, name, mode, own, declared, given, command):
        self._info, self._name, self._mode, self._command = info, name, mode, command
        documented = catalogue.named(name)
        known = documented and not documented.problem
        self._documented = documented.parameters if known else declared
        self.saved_folder = self._find_saved(own)
        self._declared, self._given = declared, given
        run = self._read_run()
        self._recorded, self.saved_numbers = run["parameters"], run["numbers"]
        self._known_data = _known_data(run) if "data" in declared else None
        self._default_numbers = None

    def set(self, given):
        """Have these values as well; UsageError for one that does not fit."""
        given = {**self._given, **given}
        self.values = {
            name: self._value(name, parameter, given, self._recorded)
            for name, parameter in self._declared.items()
        }
        self._data = None
        if "data" in self._declared:
            default = self._declared["data"].default
            self._find_data(default, given.get("data"), self._recorded.get("data"))

    def _find_saved(self, own):
        if self._mode == "run":
            return None
        name = self._info.name
        if saved.put_back(own, name):
            say(f"Put {files.shown(saved.before(own))} back: nothing was saved after it")
        begun, others = saved.has_begun(own, name), sorted(own.rglob("*.index"))
        if self._mode == "resume":
            if others and not begun:
                raise CourseError(
                    f"{files.shown(others[0])} is no checkpoint that lesson {self._info.number} "
                    f"could go on from: begin with `{self._command}`, which leaves it alone."
                )
            return own if begun else None
        shipped = files.for_tensorflow(files.PRETRAINED) / self._name
        if begun and (others or saved.own_checkpoints(own, name)):
            return own
        if any(shipped.rglob("*.index")):
            if others:
                say(f"Passed over {files.shown(others[0])}: this course has not saved it")
            return shipped
        raise CourseError(
            f"Lesson {self._info.number} has no checkpoint to restore: train it first with "
            f"`{self._command}`."
        )

    def _read_run(self):
        """What run.json says of the saved run; where that is lost, what its newest record says."""
        if not self.saved_folder:
            return {"parameters": {}, "numbers": {}}
        path = self.saved_folder / "run.json"
        lesson = self.saved_folder.name
        hint = f"train it anew with `{self._command}`, {saved.KEEPS}."
        try:
            run = files.read_json(path, hint)
            parts = run.get("parameters"), run.get("numbers")
            if run.get("lesson") != lesson or not all(isinstance(p, dict) for p in parts):
                raise CourseError(f"{files.shown(path)} is no record of lesson {lesson}: {hint}")
        except CourseError as error:
            run = saved.newest_settings(self.saved_folder, lesson)
            if run is None:
                raise
            what = str(error).partition(joined("", hint))[0]
            say(f"{what}: the newest checkpoint has its settings")
        return run

    def _value(self, name, parameter, given, recorded):
        value = given.get(name, recorded.get(name, parameter.default))
        if name == "data":
            value = _absolute(value)
        longer = self._mode == "resume" and name in ("steps", "epochs")
        may_differ = self._mode == "run" or longer or name == "data"  # known by its checksum
        if name in recorded and value != recorded[name] and not may_differ:
            raise UsageError(
                f"The checkpoint in {files.shown(self.saved_folder)} was trained with "
                f"{flag(name)} {recorded[name]}: leave the flag out, or begin again with `run` "
                "and without --resume."
            )
        try:
            return parameter.check(value)
        except (TypeError, ValueError, OverflowError):
            raise UsageError(f"{name} must be {parameter.kind}, not {value!r}.") from None

    # Data ----------------------------------------------------------------------------------

    def _find_data(self, default, given, recorded):
        """See that the data of a saved run is there, and of a table that it is the same."""
        value = self.values["data"]
        if given is None and recorded and os.path.isabs(recorded) and not os.path.exists(recorded):
            raise CourseError(
                f"The data that the checkpoint in {files.shown(self.saved_folder)} was trained on "
                f"is not in {recorded} any more: say where it is now with --data PATH."
            )
        if self.saved_folder and not self._known_data and value != recorded:
            say(f"No checksum was saved with the checkpoint: {value} is taken for its data")
        if default == house_prices.GENERATED:
            self.check_data(house_prices.checksum(value))

    def check_data(self, identity):
        """Keep what the data is, a set's name or a checksum; UsageError where it was another."""
        self._data = identity
        if self._known_data not in (None, identity):
            raise UsageError(
                f"--data {self.values['data']} is not what the checkpoint in "
                f"{files.shown(self.saved_folder)} was trained on ({_in_words(identity)}, not "
                f"{_in_words(self._known_data)}): give that with --data, or begin again with "
                f"`{self._command}`."
            )

    @property
    def record(self):
        """What a restore must know, plain values."""
        record = {"parameters": self.values}
        return {**record, "data": self._data} if self._data else record

    def has_stated(self, name):
        """Whether a number of that name is one of the default settings, as far as is known."""
        if self._default_numbers is None:
            self._default_numbers = {}
            with contextlib.suppress(OSError, ValueError):
                run = files.load_json(files.PRETRAINED / self._name / "run.json")
                self._default_numbers = run["numbers"]
        known = self._default_numbers
        return not (known and self.changed(None)) or name in known

    def changed(self, images):
        """The parameters and the ImageSets that are not the document's, in words."""
        defaults = self._documented
        words = [
            f"{name}={value}"
            for name, value in self.values.items()
            if name not in defaults or value != defaults[name].default
            if not (name == "data" and images)
        ]
        if images and not images.as_usual:
            if words:
                return f"run with {', '.join(words)}, {images.title} in place of {images.usual}"
            return f"run with {images.title} in place of {images.usual}"
        return f"run with {', '.join(words)}" if words else ""


def _known_data(run):
    """What the data of a saved run is; None where an earlier version kept no checksum of it."""
    value = run["parameters"].get("data")
    is_name = isinstance(value, str) and not os.path.isabs(value)
    return run.get("data") or (value if is_name else None)


def _in_words(identity):
    return f"SHA-256 {identity[:12]}…" if len(identity) == 64 else identity


def _absolute(word):
    """`word`, made absolute where it is a path: a restore may come from another folder."""
    if not isinstance(word, str):
        return word
    is_path = os.sep in word or word.startswith("~") or os.path.isfile(word)
    return os.path.abspath(os.path.expanduser(word)) if is_path else word
