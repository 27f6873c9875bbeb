"""Lesson 09: its event files, read with TensorBoard's own reader."""

import io
import wave

import numpy as np
import pytest
from matplotlib import image
from oracles import answers, assert_prints_losses, assert_says
from tensorboard import default, program
from tensorboard.backend.event_processing import data_ingester
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from common.tf1 import tf

LAYERS = ["layer0", "layer1", "layer2", "classification"]
STEPS = [999, 1999, 2999]


@pytest.fixture(scope="module", params=["train", "test"])
def written(request, run_lesson):
    """The run, which of its two writers, and what that one wrote."""
    run = run_lesson("09_tensorboard")
    everything = {"images": 0, "scalars": 0, "histograms": 0, "audio": 0}
    events = EventAccumulator(str(run.summaries / request.param), size_guidance=everything)
    return run, request.param, events.Reload()


def test_has_the_tags_of_all_four_kinds(written):
    _, name, events = written
    tags = events.Tags()
    parts = [f"{layer}/{part}_summaries" for layer in LAYERS for part in ("weights", "bias")]
    scalars = [f"{part}/{each}" for part in parts for each in ("mean", "stddev", "max", "min")]
    assert sorted(tags["scalars"]) == sorted([*scalars, "loss", "acc"])
    assert sorted(tags["histograms"]) == sorted(
        [f"{part}/histogram" for part in parts] + ["w_hist"]
    )
    assert tags["images"] == [f"image/image/{k}" for k in range(3)]
    assert tags["audio"] == ["audio/audio/0"]
    assert tags["graph"] == (name == "train")


def test_has_every_thousandth_step(written):
    _, name, events = written
    first = [0] if name == "train" else []  # the glance that merge made
    assert [event.step for event in events.Scalars("loss")] == first + STEPS
    assert [event.step for event in events.Images("image/image/0")] == first + STEPS
    for kind, tag in (("Scalars", "acc"), ("Histograms", "w_hist"), ("Audio", "audio/audio/0")):
        assert [event.step for event in getattr(events, kind)(tag)] == STEPS


def test_has_the_losses_that_were_printed(written):
    run, name, events = written
    losses = [event.value for event in events.Scalars("loss")][-3:]
    column = ["train", "test"].index(name)
    np.testing.assert_allclose(losses, run["history"]["loss"][:, column], rtol=1e-6)
    for value in losses:
        assert f"{name}_loss: {value:.6f}" in run.printed


def test_histograms_and_scalars_are_of_the_weights(written):
    run, _, events = written
    histogram = events.Histograms("w_hist")[-1].histogram_value
    w = run["w_value"].astype(np.float64)
    assert histogram.num == w.size == 784 * 400
    assert (histogram.min, histogram.max) == pytest.approx((w.min(), w.max()))
    assert histogram.sum_squares == pytest.approx((w**2).sum())
    for name, expected in (("mean", w.mean()), ("stddev", w.std()), ("max", w.max())):
        value = events.Scalars(f"layer0/weights_summaries/{name}")[-1].value
        assert value == pytest.approx(expected, abs=1e-6)


def test_images_are_those_of_the_batch(written):
    run, name, events = written
    event = events.Images("image/image/0")[-1]
    assert (event.width, event.height) == (28, 28)
    pixels = image.imread(io.BytesIO(event.encoded_image_string))
    shown = (run["images"] if name == "train" else run["test_imgs"])[0].reshape(28, 28)
    shown = shown / shown.max()  # tf.summary.image makes the brightest pixel white
    np.testing.assert_allclose(np.squeeze(pixels), shown, atol=0.005)


def test_the_tone_is_as_high_as_the_loss(written):
    _, _, events = written
    for event, loss in zip(events.Audio("audio/audio/0"), events.Scalars("loss")[-3:]):
        assert event.sample_rate == 8000 and event.length_frames == 4000
        with wave.open(io.BytesIO(event.encoded_audio_string)) as sound:
            assert sound.getnchannels() == 1 and sound.getframerate() == 8000
            frames = np.frombuffer(sound.readframes(4000), "<i2")
        spectrum = np.abs(np.fft.rfft(frames * np.hanning(4000), 2**17))
        heard = spectrum.argmax() * 8000 / 2**17
        assert heard == pytest.approx(440 * (1 + loss.value), rel=2e-3)


def test_the_graph_has_the_layers(run_lesson):
    written = run_lesson("09_tensorboard").summaries / "train"
    names = {node.name for node in EventAccumulator(str(written)).Reload().Graph().node}
    assert {f"{layer}/weights" for layer in LAYERS} <= names
    assert {"input_ph", "label_ph", "GradientDescent"} <= names


def test_images_have_1_3_or_4_channels_and_sounds_2_or_3_dimensions():
    with tf.Graph().as_default(), tf.Session() as sess:
        for channels in (1, 3, 4):
            image_sum = tf.summary.image("image", tf.zeros([1, 8, 8, channels]))
            assert summary_of(sess.run(image_sum)).image.colorspace == channels
        for shape in ([1, 50, 2], [1, 50]):
            audio_sum = tf.summary.audio("audio", tf.zeros(shape), sample_rate=8000)
            assert summary_of(sess.run(audio_sum)).audio.length_frames == 50
        with pytest.raises(tf.errors.InvalidArgumentError):
            sess.run(tf.summary.image("image", tf.zeros([1, 8, 8, 2])))


def summary_of(written):
    return tf.Summary.FromString(written).value[0]


def test_a_writer_only_writes(run_lesson):
    writer = run_lesson("09_tensorboard")["train_writer"]
    assert callable(writer.add_summary)
    assert not [name for name in dir(writer) if "read" in name.lower()]


def runs_shown(*words):
    """The runs that TensorBoard of these words of a command finds."""
    tensorboard = program.TensorBoard(default.get_plugins())
    tensorboard.configure(["tensorboard", *words])
    ingester = data_ingester.LocalDataIngester(tensorboard.flags)
    for path, name in ingester._path_to_run.items():
        ingester.deprecated_multiplexer.AddRunsFromDirectory(path, name)
    return sorted(ingester.deprecated_multiplexer.Runs())


@pytest.mark.skipif(tf.__version__.startswith("1."), reason="of today's TensorBoard")
def test_the_documents_spellings_of_logdir_are_of_another_time(run_lesson, monkeypatch, capsys):
    summaries = run_lesson("09_tensorboard").summaries
    monkeypatch.chdir(summaries)
    assert {"train", "test"} <= set(runs_shown("--logdir", str(summaries)))
    assert runs_shown("--logdir=train:train/,test:test/") == []
    named = runs_shown("--logdir_spec=train:train/,test:test/")
    assert [run.partition("/")[0] for run in named] == ["test", "train"]
    for spelling in ("-logdir=.", "-logdir=train:train/,test:test/"):
        with pytest.raises(SystemExit):
            runs_shown(spelling)
        assert f"unrecognized arguments: {spelling}" in capsys.readouterr().err


def test_merge_takes_two_and_merge_all_every_summary(run_lesson):
    run = run_lesson("09_tensorboard")
    assert len(run["glance"].op.inputs) == 2
    assert len(run["merged"].op.inputs) == 8 * 5 + 5
    assert "merge_all: 45 summaries" in run.printed


def test_what_it_reads_back_is_what_it_wrote(run_lesson):
    written = run_lesson("09_tensorboard")["written"]
    counts = {kind: len(tags) for kind, tags in written.items()}
    assert counts == {"simple_value": 34, "histo": 9, "image": 3, "audio": 1}
    assert written["simple_value"]["loss"] == [0, *STEPS]


def test_it_prints_what_it_prints_under_genuine_tensorflow(run_lesson):
    """The lesson itself, on the digits, under TensorFlow 1.15.5: no seed but the graph's."""
    run = run_lesson("09_tensorboard")
    assert_prints_losses(run, (1000, 0.049313, 0.078529), (2000, 0.040444, 0.038761))


@pytest.mark.slow
def test_the_answers_of_the_exercises(run_lesson):
    rates, longer = answers("09")
    for rate, loss in (("0.01", "0.017"), ("0.1", "0.0006")):
        flags = "--steps", "3000", "--learning-rate", rate
        run = run_lesson("09_tensorboard", *flags)
        assert run["history"]["loss"][-1, 0] == pytest.approx(float(loss), rel=0.2)
        assert_says(rates, loss)

    name = "standard deviation of layer0's weights"
    whole = run_lesson("09_tensorboard", "--restore").numbers[name]
    run = run_lesson("09_tensorboard", "--steps", "60000").numbers[name]
    assert_says(longer, "is %.4f after 20,000 steps and %.4f after 60,000" % (whole, run))
    assert np.std([x for x in np.random.RandomState(0).randn(10**6) if abs(x) < 2]) / 10 == (
        pytest.approx(0.088, abs=5e-4)
    )
