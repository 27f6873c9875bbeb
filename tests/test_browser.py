"""TensorBoard in a real browser, on what lesson 09 wrote: Debian's Chromium, headless."""

import contextlib
import shutil
import socket
import time
import urllib.request
from urllib.parse import quote

import pytest

from conftest import start

BROWSER, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")

pytestmark = pytest.mark.skipif(
    not (BROWSER and DRIVER),
    reason="Chromium and its driver are missing: apt-get install chromium chromium-driver",
)

# The elements seen that a selector finds, within the shadow roots that TensorBoard is made of too.
FIND = """
const selector = arguments[0], found = [];
(function walk(root) {
  found.push(...root.querySelectorAll(selector));
  root.querySelectorAll("*").forEach(each => each.shadowRoot && walk(each.shadowRoot));
})(document);
return found.filter(each => each.getClientRects().length);
"""


@pytest.fixture(scope="module")
def browser():
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = BROWSER
    for flag in ("headless", "no-sandbox", "disable-gpu", "disable-quic", "no-first-run"):
        options.add_argument(f"--{flag}")
    for feature in ("background-networking", "component-update", "sync", "dev-shm-usage"):
        options.add_argument(f"--disable-{feature}")
    options.add_argument("--window-size=1400,1000")
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))
    yield driver
    driver.quit()


@pytest.fixture(scope="module")
def address(run_lesson):
    """TensorBoard, served by the course's own command, on what lesson 09 left."""
    output = run_lesson("09_tensorboard").summaries.parent.parent
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    server = start("-m", "lessons", "tensorboard", "09", "--port", port, "--output", output)
    where = f"http://127.0.0.1:{port}/"
    try:
        for _ in range(3000):
            with contextlib.suppress(OSError):
                urllib.request.urlopen(where).close()
                break
            assert server.poll() is None, server.communicate()
            time.sleep(0.2)
        yield where
    finally:
        server.terminate()
        server.communicate()


def find(browser, selector, count=1, text="", seconds=600):
    """What `selector` finds, with `text` in it, as soon as that is `count` elements or more."""
    from selenium.common.exceptions import StaleElementReferenceException

    deadline = time.time() + seconds
    while time.time() < deadline:
        with contextlib.suppress(StaleElementReferenceException):  # it is being drawn anew
            found = browser.execute_script(FIND, selector)
            found = [each for each in found if text in each.text]
            if len(found) >= count:
                return found
        time.sleep(0.2)
    raise AssertionError(f"{selector} with {text!r}: {len(found)} of {count} found")


def open_tab(browser, address, tab, tags=""):
    """Open a tab of TensorBoard; `tags`: a regular expression, of which those are to be shown."""
    browser.get(f"{address}?tagFilter={quote(tags)}#{tab}")
    browser.refresh()


def test_the_scalar_charts_show_both_runs_and_their_last_values(browser, address, run_lesson):
    open_tab(browser, address, "timeseries", "^(loss|acc)$")
    charts = {each.text.split("\n")[0]: each for each in find(browser, "card-view", 2)}
    assert set(charts) == {"acc", "loss"}
    last = run_lesson("09_tensorboard")["history"]["loss"][-1]
    words = charts["loss"].text.split("\n")
    for run, value in zip(("train", "test"), last):
        row = words[words.index(run) :]
        assert float(row[2]) == pytest.approx(value, abs=1e-4) and row[3] == "2,999"


def test_the_scalars_tab_draws_a_chart(browser, address):
    open_tab(browser, address, "scalars")
    (card,) = find(browser, "tf-scalar-card", text="tag: acc")
    assert card.size["height"] > 100 and "3k" in card.text


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
    nodes = find(browser, "g.node", 20)
    names = {line for each in nodes for line in each.text.split("\n")}
    assert {"layer0", "layer1", "layer2", "classification", "GradientDescent"} <= names
