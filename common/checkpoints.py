"""Saving and restoring with tf.train.Saver, so that a kill at any moment leaves what restores.

A training's folder holds `checkpoint` (which files are the newest, by relative paths), and for
each kept step model.ckpt-STEP.index, .data-00000-of-00001, .meta and .json. The .json has what the
variables do not: whose checkpoint it is, the history that the figures are drawn from, and checksums
of itself and of the .meta (TensorFlow checks the variables by its own). These two are written
before the others, and `checkpoint`, by a rename, after them.
"""

import re
import zlib
from pathlib import Path

from common import files
from common.errors import CourseError
from common.tf1 import messages, tf

PREFIX = "model.ckpt"
_SLOT = re.compile(r".+/(Adadelta|Adagrad|Adam|Momentum|RMSProp)(_\d+)?$")


class Checkpoints:
    """The checkpoints of one training in one folder.

    folder: where they lie. owner: what their records must say in "lesson" and "training". saver:
    the tf.train.Saver of all variables of the training's graph.
    """

    def __init__(self, folder, owner, saver):
        self.folder = Path(folder)
        self.owner = owner
        self._saver = saver
        saver._save_relative_paths = True  # of folders that are moved
        saver.recover_last_checkpoints([])  # those it has saved for another training stay

    def newest(self):
        """The prefix of the newest checkpoint, as a Path, or None where there is none."""
        return files.newest_checkpoint(self.folder)

    def clear(self):
        """Remove this training's checkpoints, first the file that names them."""
        if self.folder.exists():
            with files.writing(self.folder):
                for path in [*self.folder.glob("checkpoint"), *self.folder.glob(PREFIX + "-*")]:
                    path.unlink()

    def save(self, sess, step, history, positions=(), summarized=-1):
        """Save all variables of `sess` as those of `step`; returns the prefix.

        history: columns for the figures, lists by name. positions: how far each data set has been
        handed out. summarized: the last step that TensorBoard was shown.
        """
        files.make_writable(self.folder)
        prefix = self.folder / f"{PREFIX}-{step}"
        record = dict(self.owner, step=step, positions=list(positions), history=history)
        record["summarized"] = summarized
        try:
            self._saver.export_meta_graph(f"{prefix}.meta")
            record["meta"] = checksum(f"{prefix}.meta")
            files.write_json(f"{prefix}.json", record, indent=None)
            path = str(self.folder / PREFIX)
            self._saver.save(sess, path, global_step=step, write_meta_graph=False)
        except (tf.errors.OpError, ValueError, OSError) as error:
            sentence = self.explained(error, [self.folder])
            if sentence is None:
                raise
            raise sentence from error
        self._remove_leftovers()
        return prefix

    def restore(self, sess):
        """Restore the newest checkpoint into `sess`, to evaluate it; returns its record.

        The optimizers' slots, which checkpoints that ship do without, keep their initial values
        where it has none. Raises CourseError where it is damaged, another lesson's, not of this
        graph, or not saved by this course (without its .json the figures cannot be drawn).
        """
        return self._load(sess, lambda name: not is_slot(name))

    def resume(self, sess):
        """As `restore`, every slot with it; the next saves count this folder's among those kept."""
        record = self._load(sess, lambda name: True)
        kept = [str(prefix) for prefix in files.kept_checkpoints(self.folder)]
        self._saver.recover_last_checkpoints(kept)
        self._remove_leftovers()
        return record

    def explained(self, error, folders):
        """The CourseError for an error of a Saver's or a FileWriter's files, or None for others.

        folders: those that are the course's own to write in, or below. What goes wrong elsewhere is
        the learner's concern.
        """
        if messages.checkpoint_is_damaged(error):
            where = f"A checkpoint in {files.shown(self.folder)}"
            return CourseError(f"{where} is damaged ({messages.reason(error)}): {self._cure}")
        own = [folder for folder in folders if str(folder) in str(error)]
        if not (own and messages.cannot_write(error)):
            return None
        return CourseError(
            f"Cannot save in {files.shown(own[0])} ({messages.reason(error)}): make room or make "
            "it writable, or choose another folder with --output FOLDER."
        )

    @property
    def _cure(self):
        return f"remove the folder {files.shown(self.folder)} and run the lesson again."

    def _load(self, sess, needed):
        """Restore the variables that the newest checkpoint has, all whose name is `needed`."""
        prefix, cure = self.newest(), self._cure
        absent = _check_variables(prefix, cure, needed)
        record = files.read_json(f"{prefix}.json", cure)
        self._check_owner(prefix, record, cure)
        saved = [variable for variable in tf.global_variables() if variable not in absent]
        saver = tf.train.Saver(saved) if absent else self._saver
        try:
            saver.restore(sess, str(prefix))
        except (tf.errors.OpError, ValueError) as error:
            raise _damaged(prefix, error, cure) from error
        return record

    def _check_owner(self, prefix, record, cure):
        for key, value in self.owner.items():
            if record.get(key) != value:
                raise CourseError(
                    f"{files.shown(prefix)} belongs to {record.get('lesson')} "
                    f"{record.get('training')}, not to {self.owner['lesson']} "
                    f"{self.owner['training']}: {cure}"
                )
        parts = [record.setdefault("positions", []), record.get("history")]
        parts.append(record.setdefault("summarized", -1))
        fits = [type(part) for part in parts] == [list, dict, int]
        if record.get("step") != _step(prefix) or not fits:
            raise CourseError(f"{files.shown(prefix)}.json is not this checkpoint's record: {cure}")

    def _remove_leftovers(self):
        """Remove what killed saves left, and all of the checkpoints that are no longer kept."""
        kept = {prefix.name for prefix in files.kept_checkpoints(self.folder)}
        for path in self.folder.iterdir():
            prefix = re.match(rf"{PREFIX}-\d+(?=\.)", path.name)
            if (prefix and prefix[0] not in kept) or files.is_unfinished(path):
                files.remove(path)


def checksum(path):
    """The CRC of the file `path`, as the record of a checkpoint has it of its .meta."""
    return zlib.crc32(Path(path).read_bytes())


def values(prefix):
    """{name: array} of the variables in the checkpoint `prefix`."""
    reader = tf.train.load_checkpoint(str(prefix))
    return {name: reader.get_tensor(name) for name in reader.get_variable_to_shape_map()}


def is_slot(name):
    """Whether a variable of this name is what an optimizer keeps beside a weight."""
    return bool(_SLOT.match(name))


def _step(prefix):
    return int(str(prefix).rsplit("-", 1)[-1])


def _damaged(prefix, error, cure):
    return CourseError(
        f"The checkpoint {files.shown(prefix)} is damaged ({messages.reason(error)}): {cure}"
    )


def _check_variables(prefix, cure, needed):
    """See that the checkpoint has this graph's variables, of their shapes; CourseError if not.

    Returns those that it has not, of which none has a name that is `needed`.
    """
    absent = []
    try:
        saved = dict(tf.train.list_variables(str(prefix)))
    except (tf.errors.OpError, ValueError, IndexError) as error:
        raise _damaged(prefix, error, cure) from error
    for variable in tf.global_variables():
        shape = saved.get(variable.op.name)
        if shape is None and not needed(variable.op.name):
            absent.append(variable)
        elif shape != variable.shape.as_list():
            found = "has none of that name" if shape is None else f"has it with shape {shape}"
            raise CourseError(
                f"The checkpoint {files.shown(prefix)} is of another graph: the lesson's variable "
                f"{variable.op.name} has shape {variable.shape.as_list()}, the checkpoint {found}: "
                f"{cure}"
            )
    return absent
