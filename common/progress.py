"""The progress bar of a training, and Ctrl-C that waits for the end of a step."""

import contextlib
import os
import signal
import sys

from common.language import translate


class Stopped(KeyboardInterrupt):
    """Ctrl-C, after the training was saved; its sentence says where."""


_sentence = None


def tell_when_interrupted(sentence):
    """Let the function `sentence` return what is said of Ctrl-C from now on; None for nothing."""
    global _sentence
    _sentence = sentence


def interrupted():
    """What to say of Ctrl-C where it has no sentence of its own."""
    return _sentence() if _sentence else "Interrupted."


@contextlib.contextmanager
def bar(title, start, steps):
    """A function to call after each step; it moves a bar on a terminal and in a notebook.

    What is printed meanwhile appears above the bar. There is none elsewhere (a pipe, a file), nor
    where tqdm's own variable TQDM_DISABLE is set.
    """
    title = translate(title)
    if os.environ.get("TQDM_DISABLE"):
        yield lambda: None
    elif in_notebook():
        from tqdm.auto import tqdm

        with tqdm(desc=title, initial=start, total=steps, leave=False) as shown:
            yield shown.update
    elif sys.stdout.isatty():
        from tqdm import tqdm
        from tqdm.contrib import DummyTqdmFile

        out = sys.stdout  # the bar must share the printed lines' file to stay out of their way
        shown = tqdm(desc=title, initial=start, total=steps, dynamic_ncols=True, file=out)
        with shown, contextlib.redirect_stdout(DummyTqdmFile(out)):
            yield shown.update
    else:
        yield lambda: None


def in_notebook():
    """Whether a Jupyter kernel runs this program."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return shell is not None and hasattr(shell, "kernel")


@contextlib.contextmanager
def interrupts():
    """A list that is empty until Ctrl-C is pressed once; pressed again it interrupts at once."""
    pressed = []

    def note(signal_number, frame):
        if pressed:
            raise KeyboardInterrupt
        pressed.append(signal_number)

    try:
        before = signal.signal(signal.SIGINT, note)
    except ValueError:  # not the main thread: nobody presses Ctrl-C there
        yield pressed
        return
    try:
        yield pressed
    finally:
        signal.signal(signal.SIGINT, before)
