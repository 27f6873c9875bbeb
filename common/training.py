"""One training in one session: its steps, its checkpoints, its history, where it diverges."""

from pathlib import Path

import numpy as np

from common import divergence, files, progress, saved
from common.checkpoints import Checkpoints
from common.command import lesson_flags
from common.errors import CourseError, UsageError
from common.language import say, translate
from common.tf1 import events, messages, tf

SAVES_IN_A_TRAINING = 10


class History:
    """Numbers kept along a training, saved with each checkpoint: what the curves are drawn from.

    `history.append(step=i, w1=value)` keeps a row; `history["w1"]` is the column, a float64 array
    whose first dimension is the rows.
    """

    def __init__(self):
        self.rows = []

    @property
    def columns(self):
        """Lists by name, which are shorter to save."""
        names = self.rows[0] if self.rows else ()
        return {name: [row[name] for row in self.rows] for name in names}

    @columns.setter
    def columns(self, columns):
        self.rows = [dict(zip(columns, row)) for row in zip(*columns.values())]

    def append(self, **values):
        self.rows.append({name: np.asarray(value).tolist() for name, value in values.items()})

    def __getitem__(self, name):
        return np.array([row[name] for row in self.rows], dtype=np.float64)

    def __len__(self):
        return len(self.rows)


class Training:
    """What `Lesson.training` returns: the training in one session, and what is kept of it.

    folder: that of its checkpoints. summaries: that of its event files, for tf.summary.FileWriter;
    both are str. history: its
    History; after a restore it has what was saved with the checkpoint. step, stop: how many steps
    are done, and are to be.
    """

    def __init__(self, lesson, sess, saver, name, may_diverge, data):
        self.name = name
        self.summaries = f"{lesson.summaries}/{name or 'train'}"
        self.history = History()
        self.step = self.stop = 0
        root = lesson.saved_folder if lesson.mode == "restore" else lesson.checkpoint_folder
        owner = {"lesson": root.name, "training": name}
        self.folder = str(root / name)
        beside = saved.plain_folders(root, root.name)
        self.checkpoints = Checkpoints(root / name, owner, saver, lesson.command_to_train, beside)
        self.graph = sess.graph
        self._lesson, self._sess, self._data = lesson, sess, data
        self._may_diverge = may_diverge
        self._finite_at = {"history": 0, "variables": 0}
        self._rows_seen = 0
        self._summarized = -1  # the last step that its writers were given before this session
        for each in data:
            each.position = 0

    # Beginning and saving ------------------------------------------------------------------

    @property
    def unfinished(self):
        """Where it was stopped before its end, in words, or ""."""
        step = self.step
        return f"at step {step} of {self.stop}" if step < self.stop else ""

    def begin(self):
        """Leave the variables as they are, and save them, or give them the values saved last."""
        events.close_writers(self._summary_folder)  # of a cell that has run before, in a notebook
        if self._lesson.mode == "run":
            self.checkpoints.clear()
            for path in self._events():
                files.remove(path)
        elif self._restored():
            return
        self._forget_later_summaries()
        self._save()

    def _restored(self):
        """Whether there was a checkpoint to give the variables their values."""
        if self._lesson.mode == "restore":
            record = self.checkpoints.restore(self._sess)
            if record is None:
                raise CourseError(self._nothing_saved())
        else:
            record = self.checkpoints.resume(self._sess)
            if record is None:
                return False
        self._load(record)
        if self._lesson.mode == "resume":
            self._forget_later_summaries()
        why = "; ".join(self.checkpoints.passed_over)
        restored = files.shown(self.checkpoints.last)
        if why:
            say(f"Restored {restored}, the newest that is whole: {why}")
        else:
            say(f"Restored {restored}")
        return True

    def _nothing_saved(self):
        kept = self._lesson.folders.before
        kept = f" ({files.shown(kept)} holds the training before)" if kept else ""
        return (
            f"{self._title} was stopped before it saved a step: finish it with "
            f"`{self._lesson.command_to_go_on}`{kept}."
        )

    def _load(self, record):
        self.step = record["step"]
        self._finite_at = dict.fromkeys(self._finite_at, self.step)
        self._summarized = record["summarized"]
        self.history.columns = record["history"]
        for each, position in zip(self._data, record["positions"]):
            each.position = position

    def _save(self):
        writers = events.writers(self._summary_folder)
        for writer in writers:
            writer.flush()  # TensorBoard must not know less than the checkpoint
        summarized = max([self._summarized, *[each.last_step for each in writers]])
        positions = [each.position for each in self._data]
        columns = self.history.columns
        settings = self._lesson.settings
        self.checkpoints.save(self._sess, self.step, columns, positions, summarized, settings)

    @property
    def _summary_folder(self):
        """Where all writers of this training write."""
        return self.summaries if self.name else self._lesson.summaries

    def _events(self):
        """The event files of this training, in folders which TensorBoard takes for runs."""
        found = saved.own_events(Path(self._summary_folder))
        return [path for path in found if path.parent.name != "figures"]

    def _forget_later_summaries(self):
        """Have TensorBoard forget what a killed run showed after its last checkpoint."""
        for run in sorted({path.parent for path in self._events()}):
            writer = tf.summary.FileWriter(str(run))
            start = tf.SessionLog(status=tf.SessionLog.START)
            for _ in range(2):  # TensorBoard takes the first of all for the beginning
                writer.add_session_log(start, self._summarized + 1)
            writer.close()

    # Steps ---------------------------------------------------------------------------------

    def steps(self, stop):
        """The steps that are left: from where the checkpoint stands to `stop`, saving on the way.

        Yields i as `range(stop)` does; nothing after a restore. Ctrl-C ends it after the step at
        hand, saved (Stopped). Raises UsageError where the checkpoint is further than that, and
        CourseError where a number of the training is not finite any more.
        """
        self.stop = stop
        if self._lesson.mode == "restore":
            return
        if self.step > stop:
            raise UsageError(self._is_further())
        if self.step < stop:
            self._lesson.write_run(numbers={})  # those of a run that went less far are others
        every = max(1, stop // SAVES_IN_A_TRAINING)
        title = " ".join([self._lesson.info.number, self.name or self._lesson.name[3:]])
        with progress.interrupts() as pressed, progress.bar(title, self.step, stop) as move:
            for i in range(self.step, stop):
                yield i
                self.step = i + 1
                due = self.step % every == 0 or self.step == stop or pressed
                lost = self._lost(due or divergence.looked_at_each_step())
                if lost:
                    raise self._diverged(self.step, *lost)
                if due:
                    self._save()
                    if pressed:
                        raise progress.Stopped(self._stopped())
                move()

    def _is_further(self):
        asked = f"--steps {self.step} or more"
        asked = asked if "steps" in self._lesson.parameters else "more --epochs"
        return (
            f"The checkpoint {files.shown(self.checkpoints.last)} is already at step "
            f"{self.step}: give {asked}, or run without --resume."
        )

    def _stopped(self):
        last = files.shown(self.checkpoints.last)
        return (
            f"Stopped after step {self.step} of {self.stop}, saved as {last}; go on with "
            f"`{self._lesson.command_to_go_on}`."
        )

    @property
    def _title(self):
        number = self._lesson.info.number
        return translate(f"Lesson {number}, {self.name}," if self.name else f"Lesson {number}")

    # What goes wrong -----------------------------------------------------------------------

    def _lost(self, with_variables):
        """What is not finite any more, in words, and the last step it was known to be; or None."""
        new, self._rows_seen = self.history.rows[self._rows_seen :], len(self.history)
        if self._may_diverge:
            return None
        looked_at = {}
        if new:
            looked_at["history"] = [word for row in new for word in divergence.in_row(row)]
        if with_variables:
            looked_at["variables"] = divergence.in_variables(self._sess)
        for kind, found in looked_at.items():
            if found:
                return found[0], self._finite_at[kind]
            self._finite_at[kind] = self.step
        return None

    def _diverged(self, step, what, finite_at):
        """The CourseError for a training in which `what` is not finite any more at that step."""
        exact = step == finite_at + 1
        lesson = self._lesson
        if not exact and lesson.script and not divergence.looked_at_each_step():
            said = divergence.sentence_of_rerun(lesson.script, lesson.checkpoint_folder)
            if said:
                return CourseError(said)
        when = f"at step {step} of {self.stop}"
        if not exact:
            when = f"at step {step} of {self.stop} (at step {finite_at} it was)"
        rates = [
            translate(f"a smaller {lesson_flags.flag(name)}, ")
            for name in lesson.parameters
            if name.endswith(("_rate", "_rate_base")) and name != "decay_rate"
        ]
        return CourseError(
            f"{self._title} diverged: {what} is not finite any more {when}. Run it with "
            f"{''.join(rates)}or with the document's settings."
        )

    def explained(self, error):
        """The CourseError for an error that ended the lesson, or None where it is not of these.

        They come out of the lesson's own calls: a summary of what is not finite, a Saver or a
        FileWriter that cannot read or write a file of the course's.
        """
        histogram = messages.histogram_not_finite(error)
        if histogram:
            shown = f"what its histogram {histogram} shows"
            return self._diverged(self.step + 1, shown, self._finite_at["history"])
        folders = [self._lesson.summary_folder, self._lesson.checkpoint_folder]
        return self.checkpoints.explained(error, folders)
