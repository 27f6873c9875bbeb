"""The checkpoints that ship: `python -m tools.pretrained [LESSON ...]` trains them anew.

Each lesson is run with the document's settings in an empty folder; the newest checkpoint of each
of its trainings and its run.json go to checkpoints/pretrained/NN_name/. The meta graphs are those
that TensorFlow 1.15.5 reads too. Where the variables are large, what only training needs stays
behind: the optimizers' slots, which can be twice the size of the rest. checkpoints/pretrained/
manifest.json lists all of it.
"""

import hashlib
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tqdm import tqdm

from common import files, saved
from common.command import catalogue, lesson_flags

LARGE = 100_000  # bytes of one training's variables
MANIFEST = files.PRETRAINED / "manifest.json"


def train(lesson):
    """Train `lesson` from the beginning and ship what it saved last."""
    with tempfile.TemporaryDirectory() as output:
        command = [sys.executable, str(lesson.script), "--output", output]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        trained = Path(output) / "checkpoints" / lesson.name
        shipped = files.PRETRAINED / lesson.name
        files.remove_folder(shipped)
        for state in trained.rglob("checkpoint"):
            _ship_newest(state.parent, shipped / state.parent.relative_to(trained))
        shutil.copy(trained / "run.json", shipped)


def _ship_newest(trained, shipped):
    """Copy the newest checkpoint of one training, and a `checkpoint` file that names it alone."""
    prefix = saved.newest(trained)
    shipped.mkdir(parents=True)
    for path in trained.glob(prefix.name + ".*"):
        shutil.copy(path, shipped)
    if sum(path.stat().st_size for path in trained.glob(prefix.name + ".data-*")) > LARGE:
        _leave_out_slots(trained / prefix.name, shipped / prefix.name)
    for meta in shipped.glob("*.meta"):
        _make_readable_for_tensorflow_1(meta)
    lines = [f'{key}: "{prefix.name}"' for key in _STATE_KEYS]
    files.write_bytes(shipped / "checkpoint", ("\n".join(lines) + "\n").encode("ascii"))


def _leave_out_slots(trained, shipped):
    """Write the variables of the checkpoint `trained` that are no slots as `shipped`.

    The meta graph is the same but for its Saver, which asks for these variables only.
    """
    from common.checkpoints import is_slot
    from common.tf1 import tf

    with tf.Graph().as_default(), tf.Session() as sess:
        tf.train.import_meta_graph(f"{trained}.meta").restore(sess, str(trained))
        kept = [variable for variable in tf.global_variables() if not is_slot(variable.op.name)]
        if len(kept) < len(tf.global_variables()):
            tf.train.Saver(kept).save(sess, str(shipped), write_state=False)


def _make_readable_for_tensorflow_1(meta):
    from common.command.meta_graphs import for_tensorflow_1
    from common.tf1 import tf

    exported = for_tensorflow_1(tf.MetaGraphDef.FromString(meta.read_bytes()))
    files.write_bytes(meta, exported.SerializeToString(deterministic=True))
    path = meta.with_suffix(".json")
    if path.exists():
        record = files.read_json(path, "run the lesson again.")
        sums = {"meta": saved.checksum(meta), "index": saved.checksum(meta.with_suffix(".index"))}
        files.write_json(path, {**record, **sums}, indent=None)


_STATE_KEYS = ("model_checkpoint_path", "all_model_checkpoint_paths")


def manifest():
    """What lies in checkpoints/pretrained, a dictionary by lesson.

    For each the TensorFlow version and the numbers at saving, and for each of its trainings the
    step and the SHA-256 of each file.
    """
    lessons = {}
    for lesson in catalogue.lessons():
        shipped = files.PRETRAINED / lesson.name
        hint = f"`python -m tools.pretrained {lesson.number}` makes it."
        run = files.read_json(shipped / "run.json", hint)
        trainings = {}
        for state in sorted(shipped.rglob("checkpoint")):
            name = state.parent.relative_to(shipped).as_posix()
            trainings[name] = {
                "step": int(saved.newest(state.parent).name.rpartition("-")[2]),
                "sha256": {path.name: _sha256(path) for path in sorted(state.parent.glob("*.*"))},
            }
        lessons[lesson.name] = {**run, "trainings": trainings}
    return lessons


def _sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def main(argv):
    lessons = [catalogue.find(word) for word in argv] or catalogue.lessons()
    for lesson in tqdm(lessons, desc="pretrained", disable=None):
        train(lesson)
    files.write_json(MANIFEST, manifest())


if __name__ == "__main__":
    sys.exit(lesson_flags.run_tool(main))
