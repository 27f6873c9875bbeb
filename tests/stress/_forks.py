"""Programs of the course in forks of a process that has imported TensorFlow: they start at once.

Forked(words) is as subprocess.Popen([python, *words]), where the start of Python and its imports
are not the subject. It needs Linux: the forks are handed to this process, whose children they are.
"""

import contextlib
import ctypes
import functools
import importlib
import json
import os
import runpy
import signal
import socket
import subprocess
import sys
import traceback

from common import files
from stress import _nudge

PR_SET_CHILD_SUBREAPER = 36
PATH = os.pathsep.join([str(files.ROOT), str(files.ROOT / "tests")])  # of what is tested, and this
PRELOADED = (
    "common.command.commands",
    "common.command.running",
    "common.lesson",
    "common.plots",
    "rich.table",
    "sklearn.datasets",
)
LONGEST = 1 << 20  # bytes of a request, most of them its environment


class Forked(subprocess.Popen):
    """As subprocess.Popen([sys.executable, *words], ...), but forked from the server.

    before: "module:function", called in the fork with the `arguments`, plain values, before all
    else. Of Popen's options it takes stdin, stdout, stderr, cwd, env, start_new_session and those
    for text.
    """

    def __init__(self, words, before="", arguments=(), **options):
        self._before = [before, *arguments]
        super().__init__(list(map(str, words)), **options)

    def _execute_child(self, args, *options):
        # by its place: the same in Python 3.10 to 3.13
        cwd, env = options[4:6]
        stdin, _, _, stdout, _, stderr = pipes = options[9:15]
        request = [args, os.fspath(cwd or os.getcwd()), dict(env or os.environ), options[20]]
        with open(os.devnull, "rb") as nothing:
            ends = [nothing.fileno() if stdin == -1 else stdin, stdout, stderr]
            self.pid = _request([*request, self._before], ends)
        self._child_created = True
        self._close_pipe_fds(*pipes)


def _request(request, descriptors):
    """Have the server fork for the `request`: the process number of this process's new child."""
    server = _server(os.getpid())
    message = json.dumps(request).encode("utf-8")
    socket.send_fds(server, [message], descriptors)
    return int(server.recv(20))


@functools.lru_cache(maxsize=None)
def _server(_):
    """The socket of this process's own server, which ends with it."""
    if ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0):
        raise OSError("this process cannot adopt its grandchildren")
    ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    for end in (ours, its):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, LONGEST)
    with its:
        subprocess.Popen(
            [sys.executable, "-m", "stress._forks", str(its.fileno())],
            cwd=str(files.ROOT),
            env={**os.environ, "PYTHONPATH": PATH},
            pass_fds=[its.fileno()],
            start_new_session=True,  # Ctrl-C is for the forks
        )
    return ours


# The server ---------------------------------------------------------------------------------------


def serve(requests):
    """Fork for each request that comes by the socket `requests`, until that is closed."""
    for name in PRELOADED:
        importlib.import_module(name)
    _nudge.install()
    while True:
        message, descriptors, _, _ = socket.recv_fds(requests, LONGEST, 3)
        if not message:
            return
        read, write = os.pipe()
        middle = os.fork()
        if middle == 0:  # ends at once, and so hands its child on
            pid = os.fork()
            if pid == 0:
                requests.close()
                os.close(read)
                os.close(write)
                _be(*json.loads(message), descriptors)
            os.write(write, str(pid).encode())
            os._exit(0)
        os.close(write)
        os.waitpid(middle, 0)
        requests.send(os.read(read, 20))
        for each in (read, *descriptors):
            os.close(each)


def _be(words, cwd, environment, new_session, before, descriptors):
    """Be `python *words`, and end."""
    if new_session:
        os.setsid()
    for number, descriptor in enumerate(descriptors):
        os.dup2(descriptor, number)
        os.close(descriptor)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(cwd)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    code = 1
    try:
        unbuffered = words[0] == "-u"
        sys.stdin, sys.stdout, sys.stderr = (
            open(number, mode, encoding="utf-8", closefd=False)  # noqa: SIM115
            for number, mode in enumerate("rww")
        )
        sys.stdout.reconfigure(line_buffering=unbuffered)
        sys.stderr.reconfigure(errors="backslashreplace", line_buffering=True)
        if before[0]:
            module, function = before[0].split(":")
            getattr(importlib.import_module(module), function)(*before[1:])
        code = _code_of(words[unbuffered:])
        sys.stdout.flush()
        sys.stderr.flush()
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def _code_of(words):
    """Run a script, "-m" or "-c" as Python does; the exit code."""
    kind, *rest = words
    is_option = kind in ("-m", "-c")
    sys.argv = [kind, *rest[1:]] if is_option else words
    sys.path[0] = os.getcwd() if is_option else os.path.dirname(os.path.abspath(kind))
    try:
        if kind == "-m":
            runpy.run_module(rest[0], run_name="__main__", alter_sys=True)
        elif kind == "-c":
            exec(compile(rest[0], "<string>", "exec"), {"__name__": "__main__"})
        else:
            runpy.run_path(kind, run_name="__main__")
    except SystemExit as end:
        return _code_of_exit(end.code)
    except BaseException:
        return _code_of_error(*sys.exc_info())
    return 0


def _code_of_exit(code):
    if code is None or isinstance(code, int):
        return (code or 0) & 0xFF
    print(code, file=sys.stderr)
    return 1


def _code_of_error(*error):
    try:
        sys.excepthook(*error)
    except SystemExit as end:
        return _code_of_exit(end.code)
    except BaseException:
        traceback.print_exc()
    return 1


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        serve(socket.socket(fileno=int(sys.argv[1])))
