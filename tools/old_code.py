"""docs/old-code.md: what old scripts need, what became of it: `python -m tools.old_code`.

Its tables are the ones that `python -m lessons script` and `check` use.
"""

from common import files, tables
from common.command import catalogue
from common.script import checking, numpy1, python2
from common.tf1 import older
from common.tf1.contrib import gone

PAGE = files.ROOT / "docs" / "old-code.md"
_NEEDS = [  # (what scripts need, what becomes of it, the name that lessons have of it)
    (
        "`tf.Session`, `tf.placeholder`, `tf.train.Saver`, `tf.summary`",
        "as they were",
        "tf.Session",
    ),
    ("`tf.set_random_seed`", "the seeds of 1.15.5, operation by operation", "tf.set_random_seed"),
    (
        "`input_data.read_data_sets`, also below `tf.contrib.learn`; downloads of MNIST's files",
        "MNIST from this machine, in the order of 1.15.5's batches; `--digits` takes the embedded "
        "digits",
        "lesson.images",
    ),
    (
        "`plt.show`, `plt.pause`, `plt.ion` without a screen",
        "`--figures FOLDER` keeps the figures; else they are counted",
        "lesson.figure",
    ),
    (
        "Python 2: `print`, `xrange`, integer division, `urllib`, `cPickle`, `reload(sys)`",
        "read as Python 2, in modules beside the script too",
        "",
    ),
    ("names and habits of NumPy 1, SciPy's `misc`, older scikit-learn", "as they were", ""),
    ("a notebook, of nbformat 3 too", "its cells, one after the other", ""),
]
_TEXT = """# Your own TensorFlow 1 code

Made by `python -m tools.old_code` from what the commands themselves use.

```
python -m lessons script old.py            # runs it as it is, with its own arguments behind
python -m lessons check old.py             # runs nothing: says what of it is gone
python -m lessons script --explain old.py  # runs it, and says so at the end
```

In a script of your own write `from common.tf1 import tf` for `import tensorflow as tf`; in a
notebook `%load_ext common.tf1`. Modules that lie beside a script are read as the script is. Its
figures go where `--figures FOLDER` says. A script's own error keeps its own traceback.

## What scripts need

{needs}

## Names that TensorFlow 1 had

{had}

## Names older than TensorFlow 1.0

{older}

`tf.concat`, `tf.split`, `tf.image.resize_images` take their arguments in the older order too, and
where a script uses one of these names the cross entropies take (logits, labels) by their places.

NumPy: {numpy}.

Python 2's modules: {python2}.

## What cannot be had

Each ends the script with one sentence that names its line and what to use, exit code 1. So does
`sklearn.datasets.load_boston`, and what a notebook leaves to a shell.

{gone}

Of modules of `tf.contrib` that are given back, these names are not:

{names}

## What differs

* A sum or a function (`exp`, `tanh`) may differ from 1.15.5 in its last bit, and a long training
  from it in more; [parity.md](parity.md) has it for the lessons.
* What is drawn by dropout inside `tf.nn.dynamic_rnn` has no fixed order, in 1.15.5 neither.
* A script that asks for a GPU runs on the processor where there is none.
"""


def page():
    """The text of docs/old-code.md."""
    lessons = catalogue.lessons()

    def lesson(*names):
        return checking.lesson_on([name for name in names if name], lessons) or ""

    gone_modules = {f"tf.contrib.{name}": why for name, why in gone.MODULES.items()}
    gone_modules["tf.estimator"] = gone.MODULES["estimator"]
    gone_names = {}
    for module in gone.WITHOUT:
        for name, why in gone.of(module).items():
            gone_names.setdefault((f"tf.contrib.{module}", why), []).append(name)
    renamed = {**older.RENAMED, **older.RENAMED_BELOW}
    return _TEXT.format(
        needs=_table(
            ["a script needs", "what it gets", "lesson"],
            [[need, became, lesson(name)] for need, became, name in _NEEDS],
        ),
        had=_table(
            ["it was", "today it is", "lesson"],
            [[f"`tf.{old}`", new, lesson(f"tf.{old}")] for old, new in checking.TODAY.items()],
        ),
        older=_table(
            ["it was", "today it is", "lesson"],
            [
                [f"`tf.{old}`", f"`tf.{new}`", lesson(f"tf.{new}")]
                for old, new in sorted(renamed.items())
                if new not in (None, old)
            ],
        ),
        numpy=", ".join(f"`np.{name}`" for name in sorted({**numpy1.BUILTINS, **numpy1.RENAMED})),
        python2=", ".join(f"`{name}`" for name in sorted(python2.MODULES)),
        gone=_table(
            ["gone", "what to use"],
            [[f"`{name}`", _sentence(why)] for name, why in sorted(gone_modules.items())],
        ),
        names=_table(
            ["of", "gone", "what to use"],
            [
                [f"`{module}`", " ".join(f"`{name}`" for name in names), _sentence(why)]
                for (module, why), names in gone_names.items()
            ],
        ),
    )


def _table(heads, rows):
    return "\n".join(tables.markdown(heads, rows))


def _sentence(why):
    return why.rpartition("nobody has carried it over; ")[2]


if __name__ == "__main__":
    files.write_bytes(PAGE, page().encode("utf-8"))
