"""Saving and restoring with tf.train.Saver, so that a kill at any moment leaves what restores.

A training's folder holds for each kept step model.ckpt-STEP.index, .data-00000-of-00001, .meta and
.json, and `checkpoint`, in which TensorFlow names the newest. The .json, the record, has what the
variables do not: whose checkpoint it is, with which settings, the history that the figures are
drawn from, and checksums of itself, of the .meta and, once that is there, of the .index, which has
those of the variables. The record is written before the others, so that whatever has none is not
the course's (see saved.py).
"""

import re
from pathlib import Path

from common import files, saved
from common.errors import CourseError
from common.language import joined, translate
from common.saved import Unfit
from common.tf1 import messages, tf

_SLOT = re.compile(r".+/(Adadelta|Adagrad|Adam|Momentum|RMSProp)(_\d+)?$")


class OfAnotherGraph(Unfit):
    """It is whole, but the lesson's graph has changed since."""

    hint = "undo that change, or train the lesson in another folder (--output FOLDER)."


class Checkpoints:
    """The checkpoints of one training in one folder.

    folder: where they lie. owner: what their records must say in "lesson" and "training". saver:
    the tf.train.Saver of all variables of the training's graph. command: trains the lesson anew.
    beside: the names of folders below, whose newest checkpoint until then each of these needs.
    last: the prefix of the checkpoint saved or restored last, as a Path, or None.
    passed_over: why newer ones were not restored, in sentences.
    """

    def __init__(self, folder, owner, saver, command="", beside=()):
        self.folder = Path(folder)
        self.owner = owner
        self.last = None
        self.passed_over = []
        self._command = command
        self._beside = beside
        self._saver = saver
        saver._save_relative_paths = True  # of folders that are moved
        saver.recover_last_checkpoints([])  # those it has saved for another training stay

    def clear(self):
        """Remove this training's checkpoints."""
        with files.writing(self.folder):
            for prefix in saved.prefixes(self.folder):
                self._remove(prefix)

    def save(self, sess, step, history, positions=(), summarized=-1, settings=()):
        """Save all variables of `sess` as those of `step`.

        history: columns for the figures, lists by name. positions: how far each data set has been
        handed out. summarized: the last step that TensorBoard was shown. settings: what run.json
        has, in case it is lost.
        """
        files.make_writable(self.folder)
        prefix = self.folder / f"{saved.PREFIX}-{step}"
        record = dict(self.owner, step=step, positions=list(positions), history=history)
        record.update(settings, summarized=summarized)
        try:
            self._spare_others(prefix)
            meta = self._saver.export_meta_graph().SerializeToString(deterministic=True)
            record["meta"] = saved.checksum(meta)
            files.write_json(f"{prefix}.json", record, indent=None)
            files.write_bytes(f"{prefix}.meta", meta)
            path = str(self.folder / saved.PREFIX)
            self._saver.save(sess, path, global_step=step, write_meta_graph=False)
            self._seal(prefix, record)
        except (tf.errors.OpError, ValueError, OSError) as error:
            sentence = self.explained(error, [self.folder])
            if sentence is None:
                raise
            raise sentence from error
        self.last = prefix
        self._remove_leftovers()

    def restore(self, sess):
        """Restore the newest whole checkpoint into `sess`, to evaluate it; returns its record.

        The optimizers' slots, which checkpoints that ship do without, keep their initial values
        where it has none. None where nothing was saved yet, or step 0 alone. Raises CourseError
        where there are checkpoints, and each is damaged, another's, or not of this graph.
        """
        return self._load(sess, lambda name: not is_slot(name))

    def resume(self, sess):
        """As `restore`, every slot with it, and also from step 0.

        The next saves count this folder's among those kept.
        """
        record = self._load(sess, lambda name: True, first=0)
        if record:
            self._seal(self.last, record)
            own = [each for each in saved.kept(self.folder) if saved.step(each) <= record["step"]]
            own = [str(each) for each in own if self._is_own(each)]
            most = self._saver.saver_def.max_to_keep  # 0 for all
            self._saver.recover_last_checkpoints(own[-most:])
            self._remove_leftovers()
        return record

    def explained(self, error, folders):
        """The CourseError for an error of a Saver's or a FileWriter's files, or None for others.

        folders: those that are the course's own to write in, or below. What goes wrong elsewhere is
        the learner's concern.
        """
        if messages.checkpoint_is_damaged(error):
            where = f"A checkpoint in {files.shown(self.folder)}"
            return CourseError(f"{where} is damaged ({messages.reason(error)}): {self._hint()}")
        own = [folder for folder in folders if str(folder) in str(error)]
        if not (own and messages.cannot_write(error)):
            return None
        return CourseError(
            f"Cannot save in {files.shown(own[0])} ({messages.reason(error)}): make room or make "
            "it writable, or choose another folder with --output FOLDER."
        )

    def _hint(self):
        return f"train it anew with `{self._command}`, {saved.KEEPS}."

    # Restoring -----------------------------------------------------------------------------

    def _load(self, sess, needed, first=1):
        """Restore the variables that the newest whole checkpoint has, all whose name is `needed`.

        first: the first step that will do.
        """
        self.passed_over, refused = [], []
        for prefix in reversed(saved.prefixes(self.folder)):
            if saved.step(prefix) < first or (saved.step(prefix) == 0 and _lie_there(refused)):
                break
            try:
                record = saved.record(prefix, self.owner)
                self._restore_values(sess, prefix, needed)
            except Unfit as error:
                refused.append((prefix, error))
            else:
                self.last = prefix
                self.passed_over = [f"{each.name} {translate(str(why))}" for each, why in refused]
                self._note_what_is_gone()
                return record
        self._refuse(refused)
        return None

    def _refuse(self, refused):
        """Raise CourseError where checkpoints lie in the folder, of which none will do."""
        if _lie_there(refused):
            prefix, why = refused[0]
            what = f"{files.shown(prefix)} {translate(str(why))}"
            if len(refused) > 1:
                what = f"{what}, and no older one is whole"
            hint = getattr(why, "hint", None) or self._hint()
            raise CourseError(joined(what, hint))
        others = sorted(path.name for path in self.folder.glob("*.index"))
        if others and not any(map(self._is_own, saved.prefixes(self.folder))):
            raise CourseError(
                f"{files.shown(self.folder)} has no checkpoint of this training's, but "
                f"{', '.join(others[:3])}: {self._hint()}"
            )

    def _note_what_is_gone(self):
        named = saved.named(self.folder)
        if named and saved.step(named) > saved.step(self.last) and not saved.parts(named):
            self.passed_over.insert(0, translate(f"{named.name} is gone"))

    def _restore_values(self, sess, prefix, needed):
        try:
            absent = _check_variables(prefix, needed)
            variables = [each for each in tf.global_variables() if each not in absent]
            saver = tf.train.Saver(variables) if absent else self._saver
            saver.restore(sess, str(prefix))
        except (tf.errors.OpError, ValueError, IndexError) as error:
            raise Unfit(f"is damaged ({messages.reason(error)})") from error
        found = [
            saved.newest_until(saved.step(prefix), self.folder / name) for name in self._beside
        ]
        for other in filter(None, found):
            try:
                values(other)
            except (tf.errors.OpError, ValueError, IndexError) as error:
                name = f"{other.parent.name}/{other.name}"
                why = f"needs {name}, which is damaged ({messages.reason(error)})"
                raise Unfit(why) from error

    # Whose files these are -----------------------------------------------------------------

    def _seal(self, prefix, record):
        """Note in the record which index it belongs to: another Saver may write over that."""
        if "index" not in record:
            record["index"] = saved.checksum(f"{prefix}.index")
            files.write_json(f"{prefix}.json", record, indent=None)

    def _is_own(self, prefix):
        return saved.has_values(saved.own_parts(Path(prefix), self.owner))

    def _spare_others(self, prefix):
        """See that a save at `prefix` neither writes over nor removes what is another Saver's."""
        own = [path for path in self._saver.last_checkpoints if self._is_own(path)]
        if len(own) < len(self._saver.last_checkpoints):
            self._saver.recover_last_checkpoints(own)
        saved.make_way(prefix, self.owner)

    def _remove_leftovers(self):
        """Remove what killed saves left, and the course's own checkpoints that are not kept."""
        kept = {Path(path).name for path in self._saver.last_checkpoints}
        for prefix in saved.prefixes(self.folder):
            older = saved.step(prefix) < saved.step(self.last)
            if older and kept and prefix.name not in kept:
                self._remove(prefix)
        for path in filter(files.is_unfinished, self.folder.iterdir()):
            files.remove(path)

    def _remove(self, prefix):
        """Remove the course's own of these files, the record last."""
        for path in sorted(saved.own_parts(prefix, self.owner), key=saved.is_record):
            files.remove(path)


def _lie_there(refused):
    """Whether these checkpoints are more than what one killed save leaves."""
    found = [prefix for prefix, _ in refused if saved.has_values(saved.parts(prefix))]
    return len(found) > 1 or any(prefix in saved.kept(prefix.parent) for prefix in found)


def values(prefix):
    """{name: array} of the variables in the checkpoint `prefix`."""
    reader = tf.train.load_checkpoint(str(prefix))
    return {name: reader.get_tensor(name) for name in reader.get_variable_to_shape_map()}


def is_slot(name):
    """Whether a variable of this name is what an optimizer keeps beside a weight."""
    return bool(_SLOT.match(name))


def _check_variables(prefix, needed):
    """See that the checkpoint has this graph's variables, of their shapes; Unfit where it has not.

    Returns those that it has not, of which none has a name that is `needed`.
    """
    absent = []
    shapes = dict(tf.train.list_variables(str(prefix)))
    for variable in tf.global_variables():
        shape = shapes.get(variable.op.name)
        if shape is None and not needed(variable.op.name):
            absent.append(variable)
        elif shape != variable.shape.as_list():
            found = "has none of that name" if shape is None else f"has it with shape {shape}"
            raise OfAnotherGraph(
                f"is of another graph: the lesson's variable {variable.op.name} has shape "
                f"{variable.shape.as_list()}, the checkpoint {found}"
            )
    return absent
