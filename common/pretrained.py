"""The checkpoints that ship: `python -m common.pretrained [LESSON ...]` trains them anew.

Each lesson is run with the document's settings in an empty folder; the newest checkpoint of each
of its trainings and its run.json go to checkpoints/pretrained/NN_name/. Where they are large, what
only training needs stays behind: the optimizers' slots, which can be thrice the size of the rest.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tqdm import tqdm

from common import catalogue, command_line, files

LARGE = 500_000  # bytes of one training's variables


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
    prefix = files.newest_checkpoint(trained)
    shipped.mkdir(parents=True)
    for path in trained.glob(prefix.name + ".*"):
        shutil.copy(path, shipped)
    if sum(path.stat().st_size for path in trained.glob(prefix.name + ".data-*")) > LARGE:
        _leave_out_slots(trained / prefix.name, shipped / prefix.name)
    lines = [f'{key}: "{prefix.name}"' for key in _STATE_KEYS]
    files.write_bytes(shipped / "checkpoint", ("\n".join(lines) + "\n").encode("ascii"))


def _leave_out_slots(trained, shipped):
    """Write the variables of the checkpoint `trained` that are no slots as `shipped`.

    The meta graph is the same but for its Saver, which asks for these variables only.
    """
    from common.checkpoints import is_slot
    from common.graph_mode import tf

    with tf.Graph().as_default(), tf.Session() as sess:
        tf.train.import_meta_graph(f"{trained}.meta").restore(sess, str(trained))
        kept = [variable for variable in tf.global_variables() if not is_slot(variable.op.name)]
        tf.train.Saver(kept).save(sess, str(shipped), write_state=False)


_STATE_KEYS = ("model_checkpoint_path", "all_model_checkpoint_paths")


def main(words):
    for lesson in tqdm([catalogue.find(word) for word in words] or catalogue.lessons()):
        train(lesson)


if __name__ == "__main__":
    sys.exit(command_line.run_tool(main))
