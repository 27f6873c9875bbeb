"""Commands of the course, one after the other in one process, which imports TensorFlow once."""

import importlib
import json
import os
import select
import subprocess
import sys
import traceback

from stress import Answer, _forks


class Worker:
    """A process that runs commands in the folder `course`, a copy of the course.

    It starts with the first command, and anew after one that crashed it or did not end.
    logs: an empty folder. environment: variables of its own, None for those that it is not to have.
    """

    def __init__(self, course, logs, environment):
        self._course = course
        self._logs = [logs / "out", logs / "err"]
        self._environment = environment
        self._process = None

    def answer(self, *words, module="common.command.commands", timeout=600):
        """The Answer of the `main(words)` of `module`; killed, code None, after the timeout."""
        if self._process is None:
            self._start()
        for log in self._logs:
            log.write_bytes(b"")
        self._process.stdin.write(json.dumps([module, *map(str, words)]) + "\n")
        self._process.stdin.flush()
        ended, _, _ = select.select([self._process.stdout], [], [], timeout)
        if not ended:
            self._process.kill()
        line = self._process.stdout.readline() if ended else ""
        code = json.loads(line) if line else self.close()
        said = [log.read_text(encoding="utf-8", errors="replace") for log in self._logs]
        return Answer(code if ended else None, *said)

    def close(self):
        """End the process, if there is one; returns its exit code, below 0 where it crashed."""
        process, self._process = self._process, None
        if process:
            process.communicate()
            return process.returncode

    def _start(self):
        environment = {**os.environ, **self._environment}
        environment["PYTHONPATH"] = os.pathsep.join([str(self._course), _forks.PATH])
        for log in self._logs:
            log.write_bytes(b"")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "stress._worker", *map(str, self._logs)],
            cwd=str(self._course),
            env={name: value for name, value in environment.items() if value is not None},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )


def main(logs):
    answers = os.fdopen(os.dup(1), "w")
    for number, log in zip((1, 2), logs):  # for what the C++ runtime writes past Python, too
        os.dup2(os.open(log, os.O_WRONLY | os.O_APPEND), number)
    for line in sys.stdin:
        module, *words = json.loads(line)
        try:
            code = importlib.import_module(module).main(words)
        except SystemExit as end:
            code = end.code
        except BaseException:
            traceback.print_exc()
            code = 1
        sys.stdout.flush()
        sys.stderr.flush()
        print(json.dumps(code), file=answers, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
