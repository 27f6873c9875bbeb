"""Where one run of a lesson saves."""

from common import files, locks, saved
from common.errors import CourseError
from common.language import say
from common.tf1 import events, messages


class Folders:
    """The folders of one run of a lesson, which this program alone may write to.

    info: the LessonInfo. name: of the lesson whose script or copy that is. mode: "run", "resume" or
    "restore". output: where checkpoints/ and summaries/ are asked for, or None. checkpoints,
    summaries: Paths. event_files: a str; a restore leaves the run's own alone. owner: what each
    run.json in them says of whose it is.
    Raises CourseError for a folder that cannot be used, or that another program is using.
    """

    def __init__(self, info, name, mode, output):
        self._info = info
        self._mode = mode
        self.owner = saved.owner_of_run(info.name, name)
        self._output = files.for_tensorflow(info.output_folder(output))
        self._ready = False
        self.checkpoints = self._output / "checkpoints" / info.name
        self.summaries = self._output / "summaries" / info.name
        self.figures = self.summaries / "figures"
        self.event_files = str(self.summaries / ("restored" if mode == "restore" else ""))
        events.end_names(self.summaries, saved.EVENTS_END)
        locks.take(info, self._output)

    def make(self):
        """Make them, once, and see that they are this program's own."""
        locks.take(self._info, self._output)  # in a notebook this may come long after the last
        if self._ready:
            return
        if self._mode == "restore":
            self.remove_summaries(self.summaries / "restored")
        else:
            files.make_writable(self.checkpoints.parent)
        files.make_writable(self.figures)
        files.remove_unfinished(self.summaries)
        self._ready = True

    def remove_summaries(self, folder):
        """Remove what runs have written in `folder`, the summaries or one of theirs."""
        own = saved.own_summaries(self.summaries, self._info.name)
        saved.remove(folder, [path for path in own if folder in path.parents])

    def note_figure(self, name):
        """Have it known that a figure of that name is the lesson's own."""
        saved.note_figure(self.summaries, self.owner, name)

    def explained(self, error):
        """The CourseError for an error that a file of these folders is gone, or None."""
        lines = str(getattr(error, "stderr", None) or error).strip().splitlines()
        own = [str(self.checkpoints), str(self.summaries)]
        for line in lines[-1:]:
            if messages.file_is_gone(line) and any(folder in line for folder in own):
                return CourseError(
                    f"A file of this lesson is gone ({line}): run the lesson again, and leave its "
                    "folders alone until it ends."
                )
        return None

    # The training before -------------------------------------------------------------------

    def put_aside(self):
        """Put aside what the last run saved, where it came further than its beginning."""
        if saved.put_aside(self.checkpoints, self._info.name):
            self._say_kept()

    def copy_aside(self):
        """Keep a copy of what this run has saved, of which a training begins anew."""
        if saved.copy_aside(self.checkpoints, self._info.name):
            self._say_kept()

    def _say_kept(self):
        say(f"Kept {self._before()} until this run has come as far")

    @property
    def before(self):
        """The folder of the training before, a Path, or None where none is kept."""
        aside = saved.before(self.checkpoints)
        return aside if aside.exists() else None

    def forget_before(self):
        """Remove the training before, where this one has come as far; else say where it is."""
        if saved.forget_before(self.checkpoints, self._info.name):
            say(f"Before       {self._before()}; put it in the place of this one to go on")

    def _before(self):
        steps = saved.steps_saved(self.before, self._info.name)
        return f"the training before, {steps} steps, in {files.shown(self.before)}"
