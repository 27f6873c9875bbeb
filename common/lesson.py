"""One run of one lesson: its parameters, folders, sessions, checkpoints, figures and results."""

import contextlib
import os
import platform
import threading
import time

import numpy as np

from common import (
    catalogue,
    cells,
    command_line,
    divergence,
    files,
    images,
    locks,
    plots,
    progress,
    results,
)
from common.checkpoints import Checkpoints, could_not_write
from common.errors import CourseError, UsageError
from common.parameters import declared
from common.tf1 import tf

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

    def after(self, count, name):
        """That column's value after so many rows; the last there is, in a shorter run."""
        if not self.rows:
            raise CourseError("There is no history yet: first run the cell that trains to its end.")
        return self[name][:count][-1]

    def __len__(self):
        return len(self.rows)


class _Training:
    """The training in one session: how far it is, and is to get, its history, its checkpoints.

    name: "" where a lesson has one training only. may_diverge: whether it goes on, and is saved,
    when its numbers are no longer finite. summarized: the last step that its writers were given.
    """

    def __init__(self, name, checkpoints, may_diverge):
        self.name = name
        self.checkpoints = checkpoints
        self.may_diverge = may_diverge
        self.step = 0
        self.steps = 0
        self.finite_at = {"history": 0, "variables": 0}
        self.rows_seen = 0
        self.history = History()
        self.data = ()
        self.writers = []
        self.summarized = -1

    def save(self, sess):
        for writer in self.writers:
            writer.flush()  # TensorBoard must not know less than the checkpoint
        positions = [each.position for each in self.data]
        self.checkpoints.save(sess, self.step, self.history.columns, positions, self.summarized)

    def lost(self, sess, variables):
        """What is not finite any more, in words, and the last step it was known to be; or None.

        Looks at the new rows of history and, if asked to, at the `variables`.
        """
        new, self.rows_seen = self.history.rows[self.rows_seen :], len(self.history)
        if self.may_diverge:
            return None
        looked_at = (
            {"history": [word for row in new for word in divergence.in_row(row)]} if new else {}
        )
        if variables:
            looked_at["variables"] = divergence.in_variables(sess)
        for kind, found in looked_at.items():
            if found:
                return found[0], self.finite_at[kind]
            self.finite_at[kind] = self.step
        return None

    def load(self, record):
        self.step = record["step"]
        self.finite_at = dict.fromkeys(self.finite_at, self.step)
        self.summarized = record["summarized"]
        self.history.columns = record["history"]
        for each, position in zip(self.data, record["positions"]):
            each.position = position


class _Writer(tf.summary.FileWriter):
    """A FileWriter of one training, which knows how far it has been shown."""

    def __init__(self, training, folder, graph):
        self._folder = folder
        with files.writing(folder):
            # named by the step too: TensorFlow's name is the second it is opened in
            super().__init__(folder, filename_suffix=f".step-{training.step:09d}")
            self._training = training
            training.writers.append(self)
            # has TensorBoard forget what a killed run showed after its last checkpoint
            start = tf.SessionLog(status=tf.SessionLog.START)
            self.add_session_log(start, training.summarized + 1)
            self.add_graph(graph)

    def add_summary(self, summary, global_step=None):
        """As tf.summary.FileWriter.add_summary."""
        with files.writing(self._folder):
            super().add_summary(summary, global_step)
        if global_step is not None:
            self._training.summarized = int(global_step)

    def flush(self):
        """As tf.summary.FileWriter.flush."""
        with files.writing(self._folder):
            super().flush()


_print_error_of_thread = getattr(threading, "excepthook", None)  # Python 3.7 has none


def _print_error_of_other_thread(arguments):
    """Do, but for those of a FileWriter's thread, which come out of its `flush` and `close`."""
    if arguments.thread.name != "EventLoggerThread":
        _print_error_of_thread(arguments)


threading.excepthook = _print_error_of_other_thread


class Lesson:
    """What a lesson script holds beside its document's subject.

    name: the script's, "10_yogurt_mse". Every keyword is a parameter of the lesson: a default (the
    document's value), or a Parameter; it becomes an attribute here and a flag of the command line.
    resume, restore: in a notebook, what the flags of these names are on the command line.

    Making one begins afresh: an empty default graph. Raises UsageError for values that do not fit
    and CourseError for a checkpoint folder that cannot be used, or that another program is using.
    """

    def __init__(self, name, resume=False, restore=False, **parameters):
        self._started = time.time()
        request = command_line.script_request()
        self.info = catalogue.find(name)
        self.name = name
        self.mode = "restore" if restore else "resume" if resume else request.mode
        self._output = files.for_tensorflow(files.output_folder(request.output))
        self._output_flag = command_line.output_flag(request.output)
        self._comparisons, self._writers, self._parity = [], [], []
        self._figures, self._animations = [], []
        self._trainings = {}
        self._images = None
        self._seeds = 0
        self._folders_ready = False
        divergence.end_with_caller()
        locks.take(self.info, self._output)
        self._saved = self._find_saved()
        self._run_record = self._read_run()
        self._set_parameters(declared(parameters), request.given)
        # as TensorFlow, NumPy says nothing where other settings lead beyond what a number can hold
        beyond = "ignore" if self._other_settings() else "warn"
        np.seterr(over=beyond, invalid=beyond, divide=beyond)
        if progress.in_notebook():
            cells.watch()
        progress.tell_when_interrupted(self._interrupted)
        tf.reset_default_graph()

    # Settings ------------------------------------------------------------------------------

    @property
    def checkpoint_folder(self):
        """checkpoints/NN_name, where this lesson saves."""
        return self._output / "checkpoints" / self.name

    @property
    def summary_folder(self):
        """summaries/NN_name, where event files, figures/ and results.json go."""
        return self._output / "summaries" / self.name

    def _find_saved(self):
        """The folder to restore or resume from, or None to begin at the beginning."""
        if self.mode == "run":
            return None
        own, shipped = self.checkpoint_folder, files.for_tensorflow(files.PRETRAINED) / self.name
        if any(own.rglob("*.index")) or (self.mode == "resume" and (own / "run.json").exists()):
            return own
        if self.mode == "resume":
            return None
        if any(shipped.rglob("*.index")):
            return shipped
        raise CourseError(
            f"Lesson {self.info.number} has no checkpoint to restore: train it first with "
            f"`python -m lessons run {self.info.number}`."
        )

    def _read_run(self):
        """The run.json of the folder restored from: parameters, and numbers once finished."""
        if not self._saved:
            return {"parameters": {}, "numbers": {}}
        path = self._saved / "run.json"
        cure = f"remove the folder {files.shown(self._saved)} and run the lesson again."
        run = files.read_json(path, cure)
        if run.get("lesson") != self.name or not all(
            isinstance(run.get(part), dict) for part in ("parameters", "numbers")
        ):
            raise CourseError(f"{files.shown(path)} is no record of lesson {self.name}: {cure}")
        return run

    def _set_parameters(self, parameters, given):
        recorded = self._run_record["parameters"]
        self.parameters = {}
        for name, parameter in parameters.items():
            value = given.get(name, recorded.get(name, parameter.default))
            if name == "data":
                value = _absolute(value)
            longer = self.mode == "resume" and name in ("steps", "epochs")
            may_differ = self.mode == "run" or longer
            if name in recorded and value != recorded[name] and not may_differ:
                raise UsageError(
                    f"The checkpoint in {files.shown(self._saved)} was trained with "
                    f"{command_line.flag(name)} {recorded[name]}: leave the flag out, or begin "
                    "again with `run` and without --resume."
                )
            try:
                self.parameters[name] = parameter.check(value)
            except (TypeError, ValueError, OverflowError):
                raise UsageError(f"{name} must be {parameter.kind}, not {value!r}.") from None
            setattr(self, name, self.parameters[name])

    def changed(self):
        """What is not the document's, in words: "run with steps=2000"."""
        words = self._other_settings()
        return "run with " + ", ".join(words) if words else ""

    def _other_settings(self):
        """The parameters and the images that are not the document's, in words."""
        defaults = self.info.parameters
        words = [
            f"{name}={value}"
            for name, value in self.parameters.items()
            if name not in defaults or value != defaults[name].default
            if not (name == "data" and self._images)
        ]
        if self._images and not self._images.as_usual:
            words.append(f"{self._images.title} in place of {self._images.usual}")
        return words

    def images(self, usual="mnist", **options):
        """The image set to train on, by the parameter `data`; says which one it is.

        usual: the document's set, taken where it is on disk and nothing else is asked for; with
        other images the document's numbers are not compared. options and result: see
        common.images.images. The choice is kept with the checkpoints.
        """
        self._images = images.images(self.data, usual, **options)
        self.data = self.parameters["data"] = self._images.name
        print(f"Images: {self._images}")
        return self._images

    def op_seed(self):
        """A seed for the next random operation or initializer.

        What is drawn with a seed of its own does not depend on what else is in the graph.
        """
        self._seeds += 1
        return self._seeds

    # Training ------------------------------------------------------------------------------

    def _make_folders(self):
        """Make the folders, once, and see that they are this program's own."""
        locks.take(self.info, self._output)  # `finish` lets go; in a notebook this may come later
        if self._folders_ready:
            return
        if self.mode == "restore":
            files.remove_folder(self.summary_folder / "restored")
        else:
            files.make_writable(self.checkpoint_folder.parent)
        files.make_writable(self.summary_folder / "figures")
        files.remove_unfinished(self.summary_folder)
        self._folders_ready = True

    def _clear(self):
        """Remove what the last run left but for the figures that this one has drawn already.

        The checkpoints go first: without them a run that is killed here begins at the beginning.
        """
        files.remove_folder(self.checkpoint_folder)
        files.remove_folder(self.summary_folder)
        files.make_writable(self.summary_folder / "figures")
        for path, png in self._figures:
            files.write_bytes(path, png)

    @contextlib.contextmanager
    def session(self, name="", may_diverge=False):
        """A session for one training, on the default graph.

        name: of the training, where the lesson has several; its checkpoints and event files go
        into folders of that name. A run from the beginning clears what the last one left.
        may_diverge: whether the training goes on when its numbers are no longer finite; else it
        ends there (CourseError), and the newest checkpoint is the last one before.
        """
        if not tf.global_variables():
            raise CourseError("The graph is empty: first run the cells that build it again.")
        self._make_folders()
        if not self._trainings and self.mode != "restore":
            if self._saved is None:
                self._clear()
                self._write_run(numbers={})
            files.remove_unfinished(self.checkpoint_folder)
        folder = (self._saved if self.mode == "restore" else self.checkpoint_folder) / name
        owner = {"lesson": self.name, "training": name}
        with tf.Session() as sess:
            training = _Training(name, Checkpoints(folder, owner), may_diverge)
            self._trainings[sess] = training
            try:
                yield sess
            except Exception as error:
                sentence = self._sentence(training, sess, error)
                if sentence is None:
                    raise
                raise sentence from error

    def _sentence(self, training, sess, error):
        """The CourseError for what went wrong in a session, or None where it has none."""
        if isinstance(error, tf.errors.InvalidArgumentError) and divergence.HISTOGRAM in str(error):
            training.step += 1
            shown = "what a histogram shows", training.finite_at["history"]
            return self._diverged(training, *training.lost(sess, True) or shown)
        if isinstance(error, (tf.errors.DataLossError, tf.errors.OutOfRangeError)):
            return training.checkpoints.damaged(error)  # read by the lesson's own Saver
        if could_not_write(error):  # by the lesson's own Saver
            return training.checkpoints.unwritable(error)
        return None

    def _write_run(self, numbers):
        files.make_writable(self.checkpoint_folder)
        files.write_json(
            self.checkpoint_folder / "run.json",
            {
                "lesson": self.name,
                "parameters": self.parameters,
                "tensorflow": tf.__version__,
                "numbers": numbers,
            },
        )

    def restore_or_run(self, sess, init_op, data=()):
        """Give the variables their values: from the checkpoint to go on from, else by `init_op`.

        data: the ImageSets' train and test, if the loop asks them for batches; they begin with
        their first one, or go on with the one after the checkpoint's last.
        """
        training = self._trainings[sess]
        training.data = data
        for each in data:
            each.position = 0
        if self.mode == "run":  # its Session cell may have run before, in a notebook
            training.checkpoints.clear()
        newest = training.checkpoints.newest()
        if self.mode == "restore":
            if newest is None or newest.name.endswith("-0"):
                raise CourseError(
                    f"{self._titled(training)} was stopped before it saved a step: finish it with "
                    f"`{self._command_to_go_on}`."
                )
            training.load(training.checkpoints.restore(sess))
        elif newest is None:
            sess.run(init_op)
            training.save(sess)
            return
        else:
            training.load(training.checkpoints.resume(sess))
        print(f"Restored {self._relative(newest)}")

    def loop(self, sess, steps=None):
        """The steps that are left: from where the checkpoint stands to `steps`, saving on the way.

        Yields i as `range(steps)` does. Ctrl-C ends it after the step at hand, saved (Stopped).
        """
        training = self._trainings[sess]
        training.steps = steps = self.steps if steps is None else steps
        if self.mode == "restore":
            return
        if training.step > steps:
            newest = files.shown(training.checkpoints.newest())
            asked = f"--steps {training.step} or more"
            asked = asked if "steps" in self.parameters else "more --epochs"
            raise UsageError(
                f"The checkpoint {newest} is already at step {training.step}: give {asked}, or run "
                "without --resume."
            )
        if training.step < steps:
            self._write_run(numbers={})  # those of a run that went less far are not its own
        every = max(1, steps // SAVES_IN_A_TRAINING)
        title = " ".join([self.info.number, training.name or self.name[3:]])
        with progress.interrupts() as pressed, progress.bar(title, training.step, steps) as move:
            for i in range(training.step, steps):
                yield i
                training.step = i + 1
                due = training.step % every == 0 or training.step == steps or pressed
                lost = training.lost(sess, due or divergence.looked_at_each_step())
                if lost:
                    raise self._diverged(training, *lost)
                if due:
                    training.save(sess)
                    if pressed:
                        raise progress.Stopped(self._stopped(training, steps))
                move()

    def _diverged(self, training, what, finite_at):
        """The CourseError for a training in which `what` is not finite any more."""
        exact = training.step == finite_at + 1
        repeatable = command_line.running_script()  # a notebook's cells may be other than it
        if not exact and repeatable and not divergence.looked_at_each_step():
            said = divergence.sentence_of_rerun(self.info.script, self.checkpoint_folder)
            if said:
                return CourseError(said)
        step = f"step {training.step} of {training.steps}"
        when = f"at {step}" if exact else f"at {step} (at step {finite_at} it was)"
        rates = [
            f"a smaller {command_line.flag(name)}, "
            for name in self.parameters
            if name.endswith(("_rate", "_rate_base")) and name != "decay_rate"
        ]
        return CourseError(
            f"{self._titled(training)} {divergence.VERB} {what} is not finite any more {when}. Run "
            f"it with {''.join(rates)}or with the document's settings."
        )

    def _titled(self, training):
        return f"Lesson {self.info.number}" + (f", {training.name}," if training.name else "")

    def _stopped(self, training, steps):
        saved = self._relative(training.checkpoints.newest())
        return (
            f"Stopped after step {training.step} of {steps}, saved as {saved}; go on with "
            f"`{self._command_to_go_on}`."
        )

    def _interrupted(self):
        """What is said of Ctrl-C outside of `loop`, or pressed twice."""
        if self.mode == "restore":
            return "Interrupted."
        newest = None
        for training in self._trainings.values():
            newest = training.checkpoints.newest() or newest
        if newest is None and self._saved:
            return f"Interrupted; go on with `{self._command_to_go_on}`."
        if newest is None:
            return f"Interrupted before lesson {self.info.number} saved anything."
        saved = self._relative(newest)
        return f"Interrupted; {saved} is saved, go on with `{self._command_to_go_on}`."

    @property
    def _command_to_go_on(self):
        return f"python -m lessons run {self.info.number} --resume{self._output_flag}"

    def history(self, sess):
        """The History of the training in `sess`; after a restore it has what was saved with it."""
        return self._trainings[sess].history

    def newest_checkpoint(self, sess):
        """The newest checkpoint of the training in `sess`: a path prefix for Saver.restore."""
        return str(self._trainings[sess].checkpoints.newest())

    def writer(self, sess, name="train"):
        """A tf.summary.FileWriter for this training's event files, begun with its graph.

        They go into summaries/NN_name/<training or name>; a restore, which trains nothing, keeps to
        summaries/NN_name/restored/ and leaves the run's own alone.
        """
        training = self._trainings[sess]
        parent = self.summary_folder / ("restored" if self.mode == "restore" else "")
        folder = parent / (training.name or name)
        if self.mode == "run":
            files.remove_folder(folder)
        writer = _Writer(training, str(folder), sess.graph)
        self._writers.append(writer)
        return writer

    # Figures and results -------------------------------------------------------------------

    def figure(self, number, slug, title, caption):
        """Finish matplotlib's current figure: save it, show it in a notebook and in TensorBoard.

        number: the document's ("3", "4-7"), or "" for one of our own. It becomes
        summaries/NN_name/figures/figure-03-slug.png, title and caption drawn into it.
        """
        self._make_folders()
        heading = f"Figure {number}: {title}" if number else title
        png = plots.finished_png(plots.plt.gcf(), heading, caption)
        path = self.summary_folder / "figures" / (_figure_name(number, slug) + ".png")
        files.write_bytes(path, png)
        self._figures.append((path, png))
        _show_in_notebook(png, "png")

    def animation(self, slug, title, caption, draw, frames):
        """Finish matplotlib's current figure as an animation: save it, play it in a notebook.

        draw: called with one of the `frames` after the other, draws it into the figure. Where
        they are very many, evenly spaced ones are taken, with the first and the last. It becomes
        summaries/NN_name/figures/slug.gif, title and caption drawn into it.
        """
        self._make_folders()
        figure, frames = plots.plt.gcf(), plots.thinned(frames)
        with progress.bar(f"{self.info.number} {slug}", 0, len(frames)) as move:
            gif = plots.finished_gif(figure, title, caption, draw, frames, move)
        path = self.summary_folder / "figures" / f"{slug}.gif"
        files.write_bytes(path, gif)
        self._animations.append(path.name)
        _show_in_notebook(gif, "gif")

    def record(self, name, value):
        """Keep a number of this run, for results.json and to be shown again after a restore."""
        self._comparisons.append(results.Comparison(name, results.plain(value)))

    def compare(self, name, here, document=None, within=None, tensorflow_1=None, because=None):
        """Keep a number of this run beside what is known of it.

        document: what the document states, and `within` how much of a difference its rounding
        allows. tensorflow_1: what genuine TensorFlow 1.15.5 gives, which is to agree to 1e-5 of
        itself, or to `within` where the document states nothing.
        because: why a figure is known not to agree.
        """
        here = results.plain(here)
        if document is not None:
            self._compare(name, here, results.DOCUMENT, document, within or 0, because)
            within = None
        if tensorflow_1 is not None:
            within = within or results.RELATIVE * abs(tensorflow_1)
            self._compare(name, here, results.GENUINE, tensorflow_1, within, because)

    def _compare(self, name, here, source, says, within, because):
        settings = self.changed() or self._unfinished()
        if (self._other_settings() or self._unfinished()) and not because:
            agrees, why = "not compared", settings
        elif results.agree(here, says, within):
            agrees, why = "yes", ""
        elif because:
            agrees, why = "no", because
        else:
            agrees, why = ("not compared", settings) if settings else ("no", "")
        self._comparisons.append(results.Comparison(name, here, source, says, agrees, why))

    def parity(self, within, of="", because=""):
        """State how far this lesson's numbers may be from those of genuine TensorFlow 1.15.5.

        within: in parts of a quantity's largest value. of: what the quantity's name has in it, a
        number's, a training's or a variable's. because: why it is more than 1e-5.
        `make parity` reads it.
        """
        self._parity.append({"within": within, "of": of, "because": because})

    def _unfinished(self):
        for training in self._trainings.values():
            if training.step < training.steps:
                return f"at step {training.step} of {training.steps}"
        return ""

    def finish(self):
        """End the lesson: write results.json and the event files, print the comparison.

        After a restore it prints the numbers saved beside the numbers restored as well.
        """
        self._make_folders()
        numbers = {each.name: each.here for each in self._comparisons}
        with files.writing(self.summary_folder):
            self._write_figure_events()
        files.write_json(self.summary_folder / "results.json", self._results())
        title = f"Lesson {self.info.number}: what the document says, and what came out here"
        results.show(title, [([], each) for each in self._comparisons])
        if self.mode == "restore":
            title = f"Restored from {self._relative(self._saved)}"
            results.show_restored(title, self._run_record["numbers"], self._comparisons)
        else:
            self._write_run(numbers)
            print(f"Checkpoints  {self._relative(self.checkpoint_folder)}")
        print(f"Figures      {self._relative(self.summary_folder / 'figures')}")
        number = self.info.number
        print(f"TensorBoard  python -m lessons tensorboard {number}{self._output_flag}")
        progress.tell_when_interrupted(None)
        locks.release()

    def _write_figure_events(self):
        figures = self.summary_folder / "figures"
        for path in figures.glob("events.*"):  # of a run that was stopped, or of the one restored
            path.unlink()
        if self._figures:
            self._writers.append(tf.summary.FileWriter(str(figures)))
        for path, png in self._figures:
            width, height = plots.size_of_png(png)
            image = tf.Summary.Image(encoded_image_string=png, width=width, height=height)
            value = tf.Summary.Value(tag=f"figures/{path.stem}", image=image)
            self._writers[-1].add_summary(tf.Summary(value=[value]))
        for writer in self._writers:
            writer.close()

    def _results(self):
        return {
            "lesson": self.name,
            "mode": self.mode,
            "parameters": self.parameters,
            "images": str(self._images) if self._images else None,
            "steps": sum(each.step for each in self._trainings.values()),
            "seconds": round(time.time() - self._started, 2),
            "numbers": [each.as_record() for each in self._comparisons],
            "figures": [path.name for path, _ in self._figures] + self._animations,
            "parity": self._parity,
            "python": platform.python_version(),
            "tensorflow": tf.__version__,
            "numpy": np.__version__,
        }

    def _relative(self, path):
        """`path` as it lies below the course's folder, or below --output."""
        for folder in (self._output, files.ROOT):
            try:
                return str(path.relative_to(folder))
            except ValueError:
                pass
        return files.shown(path)


def _show_in_notebook(picture, kind):
    """Show the bytes of a "png" or "gif" below the cell that runs, where a notebook does."""
    if progress.in_notebook():
        from IPython.display import Image, display

        display(Image(picture, format=kind))


def _absolute(word):
    """`word`, made absolute where it is a path: a restore may come from another folder."""
    is_path = isinstance(word, str) and (os.sep in word or os.path.isfile(word))
    return os.path.abspath(os.path.expanduser(word)) if is_path else word


def _figure_name(number, slug):
    """The file's name: figure-03-slug for figure 3, figure-4-07-slug for 4-7, slug for our own."""
    if not number:
        return slug
    chapter, dash, last = number.rpartition("-")
    return f"figure-{chapter}{dash}{last.zfill(2)}-{slug}"
