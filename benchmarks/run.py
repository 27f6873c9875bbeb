"""`make bench`: whole trainings, genuine TensorFlow 1.15.5 and today's sessions side by side.

Prints medians and ratios, and writes them to benchmarks/results.md.
"""

import argparse
import datetime
import json
import os
import platform
import statistics
import subprocess
import sys
from pathlib import Path

from tqdm import tqdm

from common import files, tables

FOLDER = Path(__file__).resolve().parent
GENUINE_PYTHON = files.ROOT / ".venv-tf1" / "bin" / "python"

# name, what it is, steps (the document's), modes on today's TensorFlow
TODAY = ["plain", "exact", "xla", "xla-warm"]
MEASURED = [
    ("yogurt_mse", "lesson 10, gradient descent", 20000, [*TODAY, "numpy"]),
    ("l2_regularization", "lesson 19, Adam, one of its two trainings", 40000, TODAY),
    ("deep_network", "784-400-200-100-10, batch 64", 20000, TODAY),
    ("zalando", "784-20×4-10, batch 50, five epochs of 1,200", 6000, TODAY),
]
HEADINGS = {
    "genuine": "(a) TF 1.15.5",
    "plain": "(b) plain",
    "exact": "(c) exact",
    "xla": "(d) xla",
    "xla-warm": "xla, compiled before",
    "numpy": "(e) NumPy",
}


def run(python, name, steps, modes):
    """{mode: seconds} of one process that runs a training in each of the modes."""
    done = subprocess.run(
        [str(python), str(FOLDER / "trainings.py"), name, str(steps), *modes],
        env={**os.environ, "PYTHONPATH": str(files.ROOT)},
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return {line["mode"]: line["seconds"] for line in lines}


def measure(name, steps, modes, repeats, bar):
    """{mode: median seconds}; the versions take turns, so that a busy machine is busy for all."""
    seconds = {}
    for _ in range(repeats):
        turns = [(sys.executable, modes)]
        if GENUINE_PYTHON.exists():
            turns.insert(0, (GENUINE_PYTHON, ["genuine"]))
        for python, asked in turns:
            for mode, took in run(python, name, steps, asked).items():
                seconds.setdefault(mode, []).append(took)
        bar.update()
    return {mode: statistics.median(each) for mode, each in seconds.items()}


def machine():
    """The machine in a line: processor, cores, memory, system."""
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = [
            line.split(":")[1].strip()
            for line in cpuinfo.read_text().splitlines()
            if "model name" in line
        ]
        model = names[0] if names else model
    memory = ""
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        memory = f", {os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB"
    return f"{model}, {os.cpu_count()} cores{memory}, {platform.system()}"


def versions():
    import numpy

    from common.graph_mode import tf

    python = platform.python_version()
    return f"Python {python}, TensorFlow {tf.__version__}, NumPy {numpy.__version__}"


def rows(measured):
    """Seconds, and the ratio to genuine TensorFlow (else to the plain session), as words."""
    table = []
    for (name, what, steps, _), medians in measured:
        base = medians.get("genuine", medians["plain"])
        cells = [f"{name}: {what}", f"{steps:,}"]
        for mode in HEADINGS:
            took = medians.get(mode)
            cells.append("" if took is None else f"{took:.2f} s, {base / took:.1f}×")
        table.append(cells)
    return table


def write(table, repeats):
    heads = ["training", "steps", *HEADINGS.values()]
    lines = tables.markdown(heads, table)
    base = "(a), genuine TensorFlow 1.15.5 on Python 3.7 with the document's plain loop"
    if not GENUINE_PYTHON.exists():
        base = "(b), since no Python 3.7 was found for genuine TensorFlow 1.15.5"
    text = f"""# Whole trainings, side by side

Made by `make bench` on {datetime.date.today()}: {machine()}; {versions()}.
Medians of {repeats} runs; the ratios are to {base}.
Building and compiling loops is included, except where it says "compiled before"; what XLA compiled
in an earlier run it takes from `.xla-cache/`, so the first run of all is slower than these.
[README.md](README.md) says what limits each.

"""
    files.write_bytes(FOLDER / "results.md", (text + "\n".join(lines) + "\n").encode("utf-8"))
    tables.show("Whole trainings: seconds, and how many times as fast", heads, table)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=3, help="runs of each (default 3)")
    parser.add_argument("--only", help="one training, by name")
    options = parser.parse_args()
    if not GENUINE_PYTHON.exists():
        print(
            "No Python 3.7 was found (PYTHON37=... names one): without genuine TensorFlow 1.15.5."
        )
    chosen = [each for each in MEASURED if options.only in (None, each[0])]
    with tqdm(total=len(chosen) * options.repeats, desc="bench", disable=None) as bar:
        measured = [(m, measure(m[0], m[2], m[3], options.repeats, bar)) for m in chosen]
    write(rows(measured), options.repeats)


if __name__ == "__main__":
    main()
