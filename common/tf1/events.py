"""tf.summary.FileWriter, whose files in one folder never are the same one.

TensorFlow names an event file by the second in which it is opened, and writes over one that has the
name. Here later files have later names, in which order TensorBoard reads them.
"""

import contextlib
import threading
from pathlib import Path

from common.tf1.runtime import tf

_writers = []  # that nobody has closed by `close_writers`
_ends = {}  # {folder: how the names of event files in it and below end}
_print_error_of_thread = getattr(threading, "excepthook", None)  # Python 3.7 has none


class FileWriter(tf.summary.FileWriter):
    """As tf.summary.FileWriter; raises OSError where the file cannot be written.

    last_step: of all summaries that it was given the last one's; -1 where there is none.
    """

    last_step = -1

    def __init__(
        self,
        logdir,
        graph=None,
        max_queue=10,
        flush_secs=120,
        graph_def=None,
        filename_suffix=None,
        session=None,
    ):
        threading.excepthook = _print_error_of_other_thread
        self.logdir = str(logdir)
        before = len([*Path(self.logdir).glob("events.out.tfevents.*")])
        if not filename_suffix:
            number = ".%06d" % before if before else ""
            filename_suffix = _end(self.logdir) + number or None
        with self._writing():
            super().__init__(
                logdir, graph, max_queue, flush_secs, graph_def, filename_suffix, session
            )
        _writers.append(self)

    def add_summary(self, summary, global_step=None):
        """As tf.summary.FileWriter.add_summary."""
        with self._writing():
            super().add_summary(summary, global_step)
        if global_step is not None:
            self.last_step = int(global_step)

    def flush(self):
        """As tf.summary.FileWriter.flush."""
        if not self._closed:
            with self._writing():
                super().flush()

    def close(self):
        """As tf.summary.FileWriter.close."""
        if not self._closed:
            with self._writing():
                super().close()

    @contextlib.contextmanager
    def _writing(self):
        try:
            yield
        except RuntimeError as error:  # what its thread ended with
            raise OSError(None, str(error).split("\n")[0], self.logdir) from error


def end_names(folder, end):
    """From now on let the names of event files in `folder` or below end so, but for their number.

    Those for which a writer was given a suffix of its own do not.
    """
    _ends[Path(folder)] = end


def _end(logdir):
    places = (Path(logdir), *Path(logdir).parents)
    return next((_ends[place] for place in places if place in _ends), "")


def writers(folder):
    """The FileWriters whose files lie in or below `folder`."""
    folder = Path(folder)
    return [each for each in _writers if folder in (Path(each.logdir), *Path(each.logdir).parents)]


def close_writers(folder):
    """Close these writers, and know no more of them."""
    for each in writers(folder):
        each.close()
        _writers.remove(each)


def _print_error_of_other_thread(arguments):
    """Do, but for those of a FileWriter's thread, which come out of its `flush` and `close`."""
    if arguments.thread.name != "EventLoggerThread":
        _print_error_of_thread(arguments)
