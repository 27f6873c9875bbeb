"""`make test-processors`: the tests as other processors compute, then with nudged weights.

oneDNN's kernels, which multiply matrices, are told not to use more of this processor than another
one has. That shows what depends on the kernel; a nudge (stress/_nudge.py) shows what is chaotic,
whichever processor moves it. Words are handed on to pytest: `python tests/processors.py -m slow`.
"""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
KERNELS = ("SSE41", "AVX", "AVX2", "AVX512_CORE")
NUDGES = ("1", "2")


def tested(words, variables):
    """The exit code of pytest, and its last lines: the tests that failed, and how many passed."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *words],
        cwd=str(ROOT),
        env={**os.environ, **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    lines = done.stdout.strip().splitlines() or ["pytest said nothing"]
    failed = [line for line in lines if line.startswith(("FAILED", "ERROR"))]
    return done.returncode, [lines[-1], *failed]


def main(words):
    runs = {kernel: ([], {"ONEDNN_MAX_CPU_ISA": kernel}) for kernel in KERNELS}
    runs.update({f"nudge {seed}": (["--nudge", seed], {}) for seed in NUDGES})
    codes = []
    for name, (flags, variables) in runs.items():
        code, (summary, *failed) = tested([*flags, *words], variables)
        print(f"{name:12}", summary, *failed, sep="\n    " if failed else "  ", flush=True)
        codes.append(code)
    return max(codes)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
