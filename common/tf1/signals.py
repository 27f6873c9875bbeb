"""Signal handlers kept off the stack of a thread that multiplies matrices.

oneDNN's matrix products point the stack into the heap while they run, in TensorFlow 2.21 and before
(https://github.com/uxlfoundation/oneDNN/issues/4845). A signal's handler that began there would
write over whatever lies there: a Ctrl-C now and then would end in a crash, and that later.
"""

import contextlib
import faulthandler
import signal
import sys


def handle_on_another_stack():
    """Let Python's handlers run on a stack of their own in this thread.

    faulthandler gives the thread that enables it one. It is to be the thread that signals come to,
    the main one, where a session runs small steps.
    """
    if not faulthandler.is_enabled():
        faulthandler.enable(sys.__stderr__)


@contextlib.contextmanager
def none_for_new_threads():
    """Threads that are begun meanwhile handle no signals; those of this thread wait."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows, which interrupts no thread
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
