"""`make bench`: how long a training step takes, genuine TensorFlow 1.15.5 and others side by side.

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

import problems
from tqdm import tqdm

from common import files, tables

FOLDER = Path(__file__).resolve().parent
GENUINE, TODAY = "TensorFlow 1.15.5", "prepared"
TF1_PYTHON = files.ROOT / ".venv-tf1" / "bin" / "python"
OTHERS_PYTHON = files.ROOT / ".venv-bench" / "bin" / "python"
HERE = Path(sys.executable)
# the scripts, in the order of a round, and the Python that each runs in
TURNS = [
    ("in_tensorflow_1.py", TF1_PYTHON),
    ("in_tensorflow_1.py", HERE),
    ("in_pytorch.py", OTHERS_PYTHON),
    ("in_jax.py", OTHERS_PYTHON),
    ("in_keras.py", HERE),
]


def lines_of(script, python, *words):
    """What a script of this folder prints as lines of JSON."""
    done = subprocess.run(
        [str(python), str(FOLDER / script), *words],
        env={**os.environ, "PYTHONPATH": str(files.ROOT)},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        sys.exit(f"{script} failed under {python}:\n{done.stderr}")
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def run(script, python, problem):
    """{column: (microseconds by kind of step, loss at the end)} of one process."""
    lines = lines_of(script, python, problem)
    return {line["column"]: (line["microseconds"], line["loss"]) for line in lines}


def measure(problem, repeats, bar):
    """{(kind of step, column): median microseconds}, {column: loss at the end}.

    The libraries take turns, so that a busy machine is busy for all of them.
    """
    taken, losses = {}, {}
    for _ in range(repeats):
        for script, python in TURNS:
            if python.exists():
                for column, (microseconds, loss) in run(script, python, problem).items():
                    losses[column] = loss
                    for kind, each in microseconds.items():
                        taken.setdefault((kind, column), []).append(each)
        bar.update()
    return {key: statistics.median(each) for key, each in taken.items()}, losses


def measure_loops(repeats, bar):
    """{column: {loop: median microseconds a round}} of loops.py, in turns."""
    taken = {}
    for _ in range(repeats):
        for python in (TF1_PYTHON, HERE):
            if python.exists():
                for line in lines_of("loops.py", python):
                    for loop, microseconds in line["microseconds"].items():
                        column = taken.setdefault(line["column"], {})
                        column.setdefault(loop, []).append(microseconds)
        bar.update()
    return {
        column: {loop: statistics.median(each) for loop, each in loops.items()}
        for column, loops in taken.items()
    }


def rows_of_loops(taken):
    """The heads, and a row for each loop."""
    base = taken.get(GENUINE, taken["tf.Session"])
    table = [
        [
            loop.replace("_", " "),
            *(f"{each[loop]:.1f} µs, {base[loop] / each[loop]:.2f}×" for each in taken.values()),
        ]
        for loop in base
    ]
    return ["loop", *taken], table


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
    """The versions of what is measured, in a line."""
    found = [f"Python {platform.python_version()}"]
    for python, names in ((HERE, "tensorflow keras numpy"), (OTHERS_PYTHON, "torch jax")):
        if python.exists():
            program = "from importlib.metadata import version\nimport sys\n"
            program += "for name in sys.argv[1:]: print(name, version(name))"
            done = subprocess.run(
                [str(python), "-c", program, *names.split()], stdout=subprocess.PIPE, text=True
            )
            found += done.stdout.splitlines()
    return ", ".join(found)


def rows(measured):
    """The columns that were measured, and a row for each kind of step of each problem."""
    columns = list(dict.fromkeys(column for taken, _ in measured.values() for _, column in taken))
    table = []
    for problem, (taken, _) in measured.items():
        for kind in dict.fromkeys(kind for kind, _ in taken):
            base = taken.get((kind, GENUINE), taken[kind, "tf.Session"])
            cells = [(taken[kind, each], base / taken[kind, each]) for each in columns]
            cells = [f"{microseconds:.1f} µs, {ratio:.2f}×" for microseconds, ratio in cells]
            table.append([problem, f"[{kind}]", *cells])
    return ["training", "each step fetches", *columns], table


def same_training(measured):
    """The most that two libraries' losses at the end differ by, relative to the loss."""
    spreads = [
        (max(losses.values()) - min(losses.values())) / max(losses.values())
        for _, losses in measured.values()
    ]
    return max(spreads)


def write(measured, loops, python_part, repeats):
    heads, table = rows(measured)
    base = "genuine TensorFlow 1.15.5 on Python 3.7"
    if not TF1_PYTHON.exists():
        base = "tf.Session, since no Python 3.7 was found for genuine TensorFlow 1.15.5"
    text = f"""# Training steps, side by side

Made by `make bench` on {datetime.date.today()}: {machine()}; {versions()}.

Microseconds a step, medians of {repeats} runs that took turns, and how many times as fast as
{base}. What is compiled or prepared in the first
{problems.WARM_UP} steps is not counted. All begin with the same weights and take the same batches;
their losses at the end differ by at most {same_training(measured):.0e} of themselves. Python's part
of a prepared step with two small feeds: {python_part:.1f} µs. [README.md](README.md) says what
limits each.

"""
    lines = tables.markdown(heads, table)
    lines += ["", "Rounds of [loops](loops.py) as old scripts write them:", ""]
    lines += tables.markdown(*rows_of_loops(loops))
    files.write_bytes(FOLDER / "results.md", (text + "\n".join(lines) + "\n").encode("utf-8"))
    tables.show("Training steps: microseconds, and how many times as fast", heads, table)
    tables.show("Loops of old scripts: microseconds a round", *rows_of_loops(loops))
    print(f"Python's part of a prepared step with two small feeds: {python_part:.1f} µs")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=3, help="runs of each (default 3)")
    parser.add_argument("--only", choices=list(problems.PROBLEMS), help="one training")
    options = parser.parse_args()
    for python, what, how in (
        (TF1_PYTHON, "genuine TensorFlow 1.15.5", "PYTHON37=... names a Python 3.7"),
        (OTHERS_PYTHON, "PyTorch and JAX", "`make .venv-bench/ready` installs them"),
    ):
        if not python.exists():
            print(f"Without {what}: {how}.")
    chosen = [each for each in problems.PROBLEMS if options.only in (None, each)]
    with tqdm(total=(len(chosen) + 1) * options.repeats, desc="bench", disable=None) as bar:
        measured = {each: measure(each, options.repeats, bar) for each in chosen}
        loops = measure_loops(options.repeats, bar)
    from in_tensorflow_1 import python_part

    write(measured, loops, python_part(), options.repeats)


if __name__ == "__main__":
    main()
