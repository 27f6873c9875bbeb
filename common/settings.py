"""With which parameters a lesson runs, and from which saved run it goes on."""

import os

from common import files
from common.command import catalogue
from common.command.lesson_flags import flag
from common.errors import CourseError, UsageError


class Settings:
    """The parameters of one run and the saved run that it restores or resumes.

    name: which lesson it is, whose checkpoints ship and whose script has the document's settings.
    values: {name: value}. saved_folder: where the checkpoints of the saved run are, None for a run
    from the beginning. saved_numbers: what that run came to. Raises UsageError for values that do
    not fit and CourseError for a saved run that cannot be used.
    """

    def __init__(self, info, name, mode, own, declared, given):
        self._info, self._name, self._mode = info, name, mode
        documented = catalogue.named(name)
        known = documented and not documented.problem
        self._documented = documented.parameters if known else declared
        self.saved_folder = self._find_saved(own)
        self._declared, self._given = declared, given
        self._recorded, self.saved_numbers = self._read_run()
        self.set({})

    def set(self, given):
        """Have these values as well; UsageError for one that does not fit."""
        given = {**self._given, **given}
        self.values = {
            name: self._value(name, parameter, given, self._recorded)
            for name, parameter in self._declared.items()
        }

    def _find_saved(self, own):
        if self._mode == "run":
            return None
        shipped = files.for_tensorflow(files.PRETRAINED) / self._name
        resume = self._mode == "resume"
        if any(own.rglob("*.index")) or (resume and (own / "run.json").exists()):
            return own
        if resume:
            return None
        if any(shipped.rglob("*.index")):
            return shipped
        raise CourseError(
            f"Lesson {self._info.number} has no checkpoint to restore: train it first with "
            f"`python -m lessons run {self._info.word}`."
        )

    def _read_run(self):
        """The parameters in the saved run's run.json, and its numbers once it is finished."""
        if not self.saved_folder:
            return {}, {}
        path = self.saved_folder / "run.json"
        cure = f"remove the folder {files.shown(self.saved_folder)} and run the lesson again."
        run = files.read_json(path, cure)
        parts = run.get("parameters"), run.get("numbers")
        if run.get("lesson") != self._name or not all(isinstance(p, dict) for p in parts):
            raise CourseError(f"{files.shown(path)} is no record of lesson {self._name}: {cure}")
        return parts

    def _value(self, name, parameter, given, recorded):
        value = given.get(name, recorded.get(name, parameter.default))
        if name == "data":
            value = _absolute(value)
        longer = self._mode == "resume" and name in ("steps", "epochs")
        may_differ = self._mode == "run" or longer
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
            words.append(f"{images.title} in place of {images.usual}")
        return "run with " + ", ".join(words) if words else ""


def _absolute(word):
    """`word`, made absolute where it is a path: a restore may come from another folder."""
    is_path = isinstance(word, str) and (os.sep in word or os.path.isfile(word))
    return os.path.abspath(os.path.expanduser(word)) if is_path else word
