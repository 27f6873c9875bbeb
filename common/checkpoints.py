"""Saving and restoring with tf.train.Saver, so that a kill at any moment leaves what restores.

A training's folder holds `checkpoint` (which files are the newest, by relative paths), and for
each kept step model.ckpt-STEP.index, .data-00000-of-00001, .meta and .json. The .json has what the
variables do not: whose checkpoint it is, the history that the figures are drawn from, and checksums
of itself and of the .meta (TensorFlow checks the variables by its own). These two are written
before the others, and `checkpoint`, by a rename, after them.
"""

import re
import weakref
import zlib
from pathlib import Path

from common import files
from common.errors import CourseError
from common.tf1 import tf

PREFIX = "model.ckpt"
_OF_FILES = (
    tf.errors.FailedPreconditionError,
    tf.errors.NotFoundError,
    tf.errors.PermissionDeniedError,
    tf.errors.ResourceExhaustedError,
    tf.errors.UnknownError,
)
_SAVING = ("SaveV2", "MergeV2Checkpoints")
_SLOT = re.compile(r".+/(Adadelta|Adagrad|Adam|Momentum|RMSProp)(_\d+)?$")


class Checkpoints:
    """The checkpoints of one training in one folder.

    folder: where they lie. owner: what their records must say in "lesson" and "training".
    """

    def __init__(self, folder, owner):
        self.folder = Path(folder)
        self.owner = owner
        self._saver = None

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
        saver = self._get_saver()
        try:
            saver.export_meta_graph(f"{prefix}.meta")
            record["meta"] = checksum(f"{prefix}.meta")
            files.write_json(f"{prefix}.json", record, indent=None)
            path = str(self.folder / PREFIX)
            saver.save(sess, path, global_step=step, write_meta_graph=False)
        except (tf.errors.OpError, OSError) as error:
            raise self.unwritable(error) from error
        self._remove_leftovers()
        return prefix

    def restore(self, sess):
        """Restore the newest checkpoint into `sess`, to evaluate it; returns its record.

        The optimizers' slots, which checkpoints that ship do without, are initialized where it has
        none. Raises CourseError where it is damaged, another lesson's, not of this graph, or not
        saved by this course (without its .json the figures cannot be drawn).
        """
        return self._load(sess, lambda name: not is_slot(name))

    def resume(self, sess):
        """As `restore`, every slot with it; the next saves count this folder's among those kept."""
        record = self._load(sess, lambda name: True)
        kept = [str(prefix) for prefix in files.kept_checkpoints(self.folder)]
        self._get_saver().recover_last_checkpoints(kept)
        self._remove_leftovers()
        return record

    def damaged(self, error):
        """The CourseError for what TensorFlow says of a checkpoint in or below the folder."""
        where = f"A checkpoint in {files.shown(self.folder)}"
        return CourseError(f"{where} is damaged ({_reason(error)}): {self._cure}")

    def unwritable(self, error):
        """The CourseError for what TensorFlow or Python says when a file cannot be written."""
        return CourseError(
            f"Cannot save in {files.shown(self.folder)} ({_reason(error)}): make room or make it "
            "writable, or choose another folder with --output FOLDER."
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
        saver = tf.train.Saver(saved) if absent else self._get_saver()
        try:
            if absent:
                sess.run(tf.variables_initializer(absent))
            saver.restore(sess, str(prefix))
        except (tf.errors.OpError, ValueError) as error:
            raise _damaged(prefix, error, cure) from error
        return record

    def _get_saver(self):
        if self._saver is None:
            self._saver = tf.train.Saver(saver_def=_saver_def(), save_relative_paths=True)
        return self._saver

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


_saver_defs = weakref.WeakKeyDictionary()  # {graph: (its variables' names, what saves them)}


def _saver_def():
    """The ops that save and restore all variables: the same ones for all trainings of a graph."""
    graph, names = tf.get_default_graph(), [variable.name for variable in tf.global_variables()]
    known, saver_def = _saver_defs.get(graph, (None, None))
    if known != names:
        saver_def = tf.train.Saver().as_saver_def()
        _saver_defs[graph] = names, saver_def
    return saver_def


def checksum(path):
    """The CRC of the file `path`, as the record of a checkpoint has it of its .meta."""
    return zlib.crc32(Path(path).read_bytes())


def values(prefix):
    """{name: array} of the variables in the checkpoint `prefix`."""
    reader = tf.train.load_checkpoint(str(prefix))
    return {name: reader.get_tensor(name) for name in reader.get_variable_to_shape_map()}


def could_not_write(error):
    """Whether an error that came out of a session is one of writing files, or of finding them.

    Errors of the same kinds come from a graph's other operations: a variable without a value is a
    FailedPreconditionError.
    """
    if isinstance(error, ValueError):
        return "doesn't exist, can't save" in str(error)  # tf.train.Saver, without its folder
    if isinstance(error, OSError):
        return not isinstance(error, FileNotFoundError)  # what was to be read
    return isinstance(error, _OF_FILES) and (error.op is None or error.op.type in _SAVING)


def is_slot(name):
    """Whether a variable of this name is what an optimizer keeps beside a weight."""
    return bool(_SLOT.match(name))


def _step(prefix):
    return int(str(prefix).rsplit("-", 1)[-1])


def _reason(error):
    """What an error of TensorFlow's says, without where in the graph that was."""
    lines = str(getattr(error, "message", None) or error).split("\n")
    places = [k for k, line in enumerate(lines) if "[[" in line and k]
    return lines[places[0] - 1 if places else 0]


def _damaged(prefix, error, cure):
    return CourseError(
        f"The checkpoint {files.shown(prefix)} is damaged ({_reason(error)}): {cure}"
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
