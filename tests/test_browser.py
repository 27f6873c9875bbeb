"""TensorBoard in a real browser, on what lesson 09 wrote: Debian's Chromium, headless."""

import shutil

import pytest
from PIL import Image

from tools import screenshot
from tools.screenshot import find, open_tab

pytestmark = pytest.mark.skipif(
    not (shutil.which("chromium") and shutil.which("chromedriver")),
    reason="Chromium and its driver are missing: apt-get install chromium chromium-driver",
)


@pytest.fixture(scope="module")
def browser():
    with screenshot.browser() as driver:
        yield driver


@pytest.fixture(scope="module")
def address(run_lesson):
    """TensorBoard, served by the course's own command, on what lesson 09 left."""
    output = run_lesson("09_tensorboard").summaries.parent.parent
    with screenshot.tensorboard(output) as where:
        yield where


def test_the_scalar_charts_show_both_runs_and_their_last_values(browser, address, run_lesson):
    open_tab(browser, address, "timeseries", "^(loss|acc)$")
    cards = find(browser, "card-view", 2, "2,999.*2,999")
    charts = {each.text.split("\n")[0]: each for each in cards}
    assert set(charts) == {"acc", "loss"}
    last = run_lesson("09_tensorboard")["history"]["loss"][-1]
    words = charts["loss"].text.split("\n")
    for run, value in zip(("train", "test"), last):
        row = words[words.index(run) :]
        assert float(row[2]) == pytest.approx(value, abs=1e-4) and row[3] == "2,999"


def test_the_scalars_tab_draws_a_chart(browser, address):
    open_tab(browser, address, "scalars", "^acc$")
    (card,) = find(browser, "tf-scalar-card", text="tag: acc.*3k")  # the chart's axis is drawn last
    assert card.size["height"] > 100


@pytest.mark.slow
@pytest.mark.parametrize(
    "tab, card, tag",
    [
        ("images", "tf-image-loader", "image/image/0"),
        ("histograms", "tf-histogram-loader", "classification/weights_summaries/histogram"),
        ("distributions", "tf-distribution-loader", "classification/weights_summaries/histogram"),
        ("audio", "tf-audio-loader", "audio/audio/0"),
    ],
)
def test_every_other_kind_is_there_for_both_runs(tab, card, tag, browser, address):
    open_tab(browser, address, tab)
    cards = find(browser, card, 2, f"tag: {tag}")
    assert sorted(each.text.split("\n")[1] for each in cards) == ["test", "train"]


@pytest.mark.slow
def test_the_sound_can_be_played(browser, address):
    open_tab(browser, address, "audio")
    players = find(browser, "audio", 2)
    seconds = browser.execute_async_script(
        "const [player, done] = arguments;"
        "player.addEventListener('loadedmetadata', () => done(player.duration));"
        "player.addEventListener('error', () => done(player.error.message));"
        "player.load();",
        players[0],
    )
    assert seconds == pytest.approx(0.5)


def test_the_graph_shows_the_layers(browser, address):
    open_tab(browser, address, "graphs")
    for name in ("layer0", "layer1", "layer2", "classification", "GradientDescent"):
        assert find(browser, "g.node", text=rf"\b{name}\b")


@pytest.mark.slow
def test_the_picture_in_the_notebook_is_taken(run_lesson, tmp_path, monkeypatch):
    monkeypatch.setattr(screenshot, "PICTURE", tmp_path / "picture.png")
    output = run_lesson("09_tensorboard").summaries.parent.parent
    assert screenshot.main([str(output)]) == 0
    with Image.open(tmp_path / "picture.png") as picture:
        assert picture.width == 1120 and len(set(picture.convert("RGB").getdata())) > 50
    assert (tmp_path / "picture.png").stat().st_size < 150_000
