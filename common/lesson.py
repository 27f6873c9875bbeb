"""One run of one lesson: its parameters, folders, sessions, checkpoints, figures and results."""

import sys
import time
from pathlib import Path

import numpy as np

from common import cells, divergence, errors, files, language, locks, progress, results
from common.command import catalogue, lesson_flags
from common.data import images
from common.figures import Figures
from common.folders import Folders
from common.language import say
from common.parameters import declared
from common.settings import Settings
from common.tf1 import events, tf
from common.training import Training


class Lesson:
    """What a lesson script holds beside its document's subject.

    name: which lesson it is, "10_yogurt_mse": its checkpoints are those that ship under this name.
    Every keyword is a parameter of the lesson: a default (the document's value), or a Parameter; it
    becomes an attribute here and a flag of the command line. resume, restore: what the flags of
    these names are on the command line.

    The script that calls it, `__main__`, has its flags taken from the command line, and folders of
    its own, named after its file; a copy of a lesson's script is a lesson. One that lies outside of
    the course saves beside itself. So is it with a notebook, where Jupyter or VS Code tells its
    file; where not, it has the folders of the lesson that it names. checkpoint_folder,
    summary_folder: Paths, of the checkpoints and of event files, figures/ and results.json;
    summaries: the folder of the event files, a str.

    Making one begins afresh: an empty default graph. Raises UsageError for values that do not fit
    and CourseError for a checkpoint folder that cannot be used, or that another program is using.
    """

    def __init__(self, name, resume=False, restore=False, **parameters):
        self._started = time.time()
        lesson_flags.speak_plainly()
        parameters = declared(parameters)
        self.info, self.script = _called_from(sys._getframe(1).f_globals, name)
        self.name = name
        request = lesson_flags.script_request(self.script, self.info, parameters)
        self.mode = "restore" if restore else "resume" if resume else request.mode
        self._output_flag = lesson_flags.output_flag(request.output or self.info.own_output)
        self.command_to_train, self.command_to_go_on = self.info.commands(name, self._output_flag)
        self._comparisons = results.Comparisons()
        self._trainings = {}
        self._images = None
        language.speak(name)
        divergence.end_with_caller()
        self.folders = Folders(self.info, name, self.mode, request.output)
        self.checkpoint_folder = self.folders.checkpoints
        self.summary_folder = self.folders.summaries
        self.summaries = self.folders.event_files
        self._figures = Figures(self.folders.figures, self.info.number, self.folders.note_figure)
        self._settings = Settings(
            self.info,
            name,
            self.mode,
            self.checkpoint_folder,
            parameters,
            request.given,
            self.command_to_train,
        )
        self.saved_folder = self._settings.saved_folder
        self._numpy = np.geterr()
        self.set_parameters({})
        if progress.in_notebook():
            cells.watch(self)
        progress.tell_when_interrupted(self._interrupted)
        tf.reset_default_graph()

    # Settings ------------------------------------------------------------------------------

    def set_parameters(self, values):
        """Have these parameters, before any is used; UsageError for one that does not fit."""
        self._settings.set(values)
        self.parameters = self._settings.values
        vars(self).update(self.parameters)
        # as TensorFlow, NumPy says nothing where other settings lead beyond what a number can hold
        beyond = "ignore" if self.changed() else "warn"
        np.seterr(over=beyond, invalid=beyond, divide=beyond)

    def changed(self):
        """What is not the document's, in words: "run with steps=2000"."""
        return self._settings.changed(self._images)

    def images(self, usual="mnist", **options):
        """The image set to train on, by the parameter `data`; says which one it is.

        usual: the document's set, taken where it is on disk and nothing else is asked for; with
        other images the document's numbers are not compared. options and result: see
        common.data.images.images. The choice is kept with the checkpoints.
        """
        self._images = images.images(self.data, usual, **options)
        self.data = self.parameters["data"] = self._images.name
        self._settings.check_data(self._images.identity)
        say(f"Images: {self._images}")
        return self._images

    # Training ------------------------------------------------------------------------------

    def _clear(self):
        """Put aside what the last run left but for the figures that this one has drawn already.

        The checkpoints go first: without them a run that is killed here begins at the beginning.
        """
        self.folders.put_aside()
        self.write_run(numbers={})  # from here on there is nothing to put back
        self.folders.remove_summaries(self.summary_folder)
        self._figures.save_again()

    def training(self, sess, saver, name="", may_diverge=False, data=()):
        """The Training in `sess`, whose variables have their initial values.

        A run from the beginning removes what the last one left, and saves the variables as they
        are; `--resume` and `--restore` give them the values of the newest checkpoint.
        saver: a tf.train.Saver of all variables. name: of the training, where the lesson has
        several; its checkpoints and event files go into folders of that name. may_diverge: whether
        it goes on when its numbers are no longer finite; else it ends there (CourseError), and the
        newest checkpoint is the last one before. data: the ImageSets' train and test, if the loop
        asks them for batches; they begin with their first one, or go on with the one after the
        checkpoint's last.
        """
        self.folders.make()
        if not self._trainings and self.mode != "restore":
            if self.saved_folder is None:
                self._clear()
            files.remove_unfinished(self.checkpoint_folder)
        elif name in self._trainings and self.mode == "run":  # a cell of a notebook, run again
            self.folders.copy_aside()
        training = Training(self, sess, saver, name, may_diverge, data)
        self._trainings[name] = training
        errors.explain_with(self._explained)
        training.begin()
        return training

    def _explained(self, error):
        """The CourseError for an error that comes from the lesson's own folders or trainings."""
        for training in reversed(list(self._trainings.values())):
            sentence = training.explained(error)
            if sentence:
                return sentence
        return self.folders.explained(error)

    def write_run(self, numbers):
        """Write run.json: the parameters of the checkpoints, and what the run came to."""
        files.make_writable(self.checkpoint_folder)
        run = {**self.folders.owner, **self.settings, "numbers": numbers}
        files.write_json(self.checkpoint_folder / "run.json", {**run, "tensorflow": tf.__version__})

    @property
    def settings(self):
        """What a restore must know: the parameters, and which data it is."""
        return self._settings.record

    def _interrupted(self):
        """What is said of Ctrl-C outside of a training's steps, or pressed twice."""
        if self.mode == "restore":
            return "Interrupted."
        last = [training.checkpoints.last for training in self._trainings.values()]
        last = [f"{files.shown(each)} is saved, " for each in last if each][-1:]
        if not (last or self.saved_folder):
            return f"Interrupted before lesson {self.info.number} saved anything."
        return f"Interrupted; {''.join(last)}go on with `{self.command_to_go_on}`."

    # Figures and results -------------------------------------------------------------------

    def figure(self, number, slug, title, caption):
        """Finish matplotlib's current figure: save it, show it in a notebook and in TensorBoard.

        number: the document's ("3", "4-7"), or "" for one of our own. It becomes
        summaries/NN_name/figures/figure-03-slug.png, title and caption drawn into it.
        """
        self.folders.make()
        self._figures.save(number, slug, title, caption)

    def animation(self, slug, title, caption, draw, frames):
        """Finish matplotlib's current figure as an animation: save it, play it in a notebook.

        draw: called with one of the `frames` after the other, draws it into the figure. Where
        they are very many, evenly spaced ones are taken, with the first and the last. It becomes
        summaries/NN_name/figures/slug.gif, title and caption drawn into it.
        """
        self.folders.make()
        self._figures.animate(slug, title, caption, draw, frames)

    def record(self, name, value):
        """Keep a number of this run, for results.json and to be shown again after a restore."""
        self._comparisons.append(results.Comparison(name, results.plain(value)))

    def compare(
        self, name, here, document=None, within=None, tensorflow_1=None, because=None, book=None
    ):
        """Keep a number of this run beside what is known of it.

        document, book: what the document states, and the book or course behind it; `within`, how
        much of a difference their rounding allows. tensorflow_1: what genuine TensorFlow 1.15.5
        gives, which is to agree to 1e-5 of itself, or to `within` where nobody else states it.
        because: why it is known not to agree with the default settings; with others it is not
        compared. Then a number whose name the default settings do not have, such as the cost at
        another rate, is recorded: what is stated is none of it.
        """
        here = results.plain(here)
        if not self._settings.has_stated(name):
            if name not in self._comparisons.numbers:
                self.record(name, here)
            return
        for source, says in ((results.DOCUMENT, document), (results.BOOK, book)):
            if says is not None:
                self._compare(name, here, source, says, within or 0, because)
        if tensorflow_1 is not None:
            stated = document is not None or book is not None
            within = (not stated and within) or results.RELATIVE * abs(tensorflow_1)
            self._compare(name, here, results.GENUINE, tensorflow_1, within, because)

    def _compare(self, *what):
        unfinished = [each.unfinished for each in self._trainings.values() if each.unfinished]
        self._comparisons.compare(*what, self.changed(), "".join(unfinished[:1]))

    def finish(self):
        """End the lesson: write results.json and the event files, print the comparison.

        After a restore it prints the numbers saved beside the numbers restored as well.
        """
        self.folders.make()
        with files.writing(self.summary_folder):
            self._figures.write_events()
            events.close_writers(self.summary_folder)
        results.write(
            self.summary_folder / "results.json",
            self._comparisons,
            lesson=self.name,
            mode=self.mode,
            parameters=self.parameters,
            images=str(self._images) if self._images else None,
            steps=sum(each.step for each in self._trainings.values()),
            seconds=round(time.time() - self._started, 2),
            figures=self._figures.names,
            tensorflow=tf.__version__,
        )
        title = f"Lesson {self.info.number}: what the document says, and what came out here"
        results.show(title, [([], each) for each in self._comparisons])
        if self.mode == "restore":
            title = f"Restored from {files.shown(self.saved_folder)}"
            results.show_restored(title, self._settings.saved_numbers, self._comparisons)
        else:
            self.write_run(self._comparisons.numbers)
            self.folders.forget_before()
            say(f"Checkpoints  {files.shown(self.checkpoint_folder)}")
        say(f"Figures      {files.shown(self.folders.figures)}")
        print(f"TensorBoard  python -m lessons tensorboard {self.info.word}{self._output_flag}")
        np.seterr(**self._numpy)
        progress.tell_when_interrupted(None)
        errors.explain_with(None)
        locks.release()


def _called_from(names, name):
    """Whose code it is that has these `names`: a LessonInfo, and the script that sys.argv is of.

    Of a notebook whose file nobody tells, and of other modules, it is the lesson `name`.
    """
    script = names.get("__file__") if names["__name__"] == "__main__" else None
    if script:
        info = catalogue.of_script(Path(script))
        return info, script if lesson_flags.is_of_argv(script) else None
    notebook = cells.notebook_file(names) if progress.in_notebook() else None
    return catalogue.of_notebook(notebook) if notebook else catalogue.find(name), None
