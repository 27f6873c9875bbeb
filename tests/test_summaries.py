"""What a run leaves in summaries/: event files as TensorBoard reads them, figures, results."""

import io
import json

import numpy as np
import pytest
from matplotlib import image
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from conftest import LESSONS, go_back

# number and slug of every figure that the lesson's document section has
FIGURES = {
    "10_yogurt_mse": ["01-data", "02-mse", "03-weights"],
    "11_yogurt_custom_loss": ["04-weights"],
    "13_learning_rate": ["05-rate"],
    "14_exponential_decay": ["06-decay"],
    "18_moving_average": ["07-shadow"],
    "15_decay_schedules": [
        "4-01-constant",
        "4-02-staircase",
        "4-03-step-decay",
        "4-04-step-rates",
        "4-05-inverse-rates",
        "4-06-inverse",
        "4-07-inverse-fast",
        "4-08-inverse-costs",
        "4-09-exponential-rates",
        "4-10-exponential",
        "4-11-natural-rates",
        "4-12-natural",
        "4-13-natural-near",
        "4-14-natural-costs",
        "4-15-natural-frozen",
        "4-16-natural-rate",
        "4-17-comparison",
    ],
    "16_decay_in_tensorflow": ["4-18-staircase"],
    "17_zalando_decay": ["4-19-zalando"],
    "19_l2_regularization": ["08-data", "09-without", "10-with"],
    "23_weighted_average": ["4-20-convolution", "4-21-betas"],
    "25_optimizer_paths": [
        "4-22-cost",
        "4-23-surface",
        "4-24-paths",
        "4-25-rmsprop",
        "4-26-rmsprop-surface",
        "4-27-three-paths",
        "4-28-adam",
    ],
    "28_zalando_adam": ["4-29-adam"],
    "29_own_optimizer": ["4-30-own-optimizer"],
}


def events(folder):
    found = EventAccumulator(str(folder), size_guidance={"images": 0, "scalars": 0})
    return found.Reload()


@pytest.mark.parametrize("name", LESSONS)
class TestEveryLesson:
    def test_writes_graph_scalars_and_histograms_for_every_training(self, name, run_lesson):
        run = run_lesson(name)
        folders = {path.parent for path in run.summaries.rglob("events*")}
        trainings = folders - {run.summaries / "figures"}
        assert trainings
        for folder in trainings:
            assert len(list(folder.iterdir())) == 1
            read = events(folder)
            if folder != run.summaries / "test":  # once is enough
                assert read.Graph().node
            assert read.Tags()["scalars"] and read.Tags()["histograms"]
            for tag in read.Tags()["scalars"]:
                steps = [event.step for event in read.Scalars(tag)]
                assert steps == sorted(set(steps)) and len(steps) > 1
                assert all(np.isfinite(event.value) for event in read.Scalars(tag))

    def test_draws_the_documents_figures_and_shows_them_in_tensorboard(self, name, run_lesson):
        run = run_lesson(name)
        drawn = sorted(path.name for path in (run.summaries / "figures").glob("*.png"))
        for figure in FIGURES.get(name, []):
            assert f"figure-{figure}.png" in drawn
        read = events(run.summaries / "figures")
        assert sorted(f"{tag}.png" for tag in read.Tags()["images"]) == [
            f"figures/{name}" for name in drawn
        ]
        for tag in read.Tags()["images"]:
            (event,) = read.Images(tag)
            png = (run.summaries / f"{tag}.png").read_bytes()
            assert event.encoded_image_string == png
            height, width, _ = image.imread(io.BytesIO(png)).shape
            assert (event.height, event.width) == (height, width)

    def test_writes_results_with_every_number(self, name, run_lesson):
        run = run_lesson(name)
        results = json.loads((run.summaries / "results.json").read_text("utf-8"))
        assert results["lesson"] == name
        assert results["steps"] % results["parameters"].get("steps", 1) == 0 < results["steps"]
        assert results["tensorflow"] and results["numpy"] and results["python"]
        assert {each["name"]: each["here"] for each in results["numbers"]} == run.numbers
        assert all(
            each["source"] in ("document", "book", "1.15.5", None) for each in results["numbers"]
        )


def test_the_scalars_of_lesson_10_are_the_loss_it_printed_the_weights_of(run_lesson):
    run = run_lesson("10_yogurt_mse")
    read = events(run.summaries / "train")
    losses = read.Scalars("loss_mse")
    assert [event.step for event in losses] == list(range(0, 20000, 500))
    X, Y_ = run["X"], np.array(run["Y_"])
    for event, w1 in zip(losses, run["history"]["w1"]):
        expected = np.mean((X @ w1 - Y_[:, 0]) ** 2)
        assert event.value == pytest.approx(expected, rel=1e-4)


def test_tensorboard_forgets_what_a_killed_run_wrote_past_its_checkpoint(tmp_path, course_here):
    """A run that goes on from step 1,400 of 2,000 leaves one value for every step."""
    flags = ["--steps", "2000", "--output", tmp_path]
    assert course_here("run", "10", *flags)[0] == 0
    folder = tmp_path / "checkpoints" / "10_yogurt_mse"
    go_back(folder, 1400)
    assert course_here("run", "10", "--resume", "--output", tmp_path)[0] == 0
    read = events(tmp_path / "summaries" / "10_yogurt_mse" / "train")
    assert [event.step for event in read.Scalars("loss_mse")] == [0, 500, 1000, 1500]
