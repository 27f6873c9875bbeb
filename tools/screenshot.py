"""The picture of TensorBoard in lesson 09: `python -m tools.screenshot [FOLDER]` takes it anew.

It shows what a run of lesson 09 left in FOLDER/summaries/ (default: of the course) and needs
Debian's Chromium and its driver.
"""

import contextlib
import re
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from urllib.parse import quote

from PIL import Image

from common import files
from common.command import catalogue, lesson_flags
from common.errors import CourseError

PICTURE = files.ROOT / "docs" / "tensorboard-lesson-09.png"
CHROMIUM = "/usr/bin/chromium"

# The elements seen that a selector finds, within the shadow roots that TensorBoard is made of too.
FIND = """
const selector = arguments[0], found = [];
(function walk(root) {
  found.push(...root.querySelectorAll(selector));
  root.querySelectorAll("*").forEach(each => each.shadowRoot && walk(each.shadowRoot));
})(document);
return found.filter(each => each.getClientRects().length);
"""


@contextlib.contextmanager
def browser(width=1400, height=1000):
    """A headless Chromium with a window of that size, in pixels."""
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for flag in ("headless", "no-sandbox", "disable-gpu", "disable-quic", "no-first-run"):
        options.add_argument(f"--{flag}")
    for feature in ("background-networking", "component-update", "sync", "dev-shm-usage"):
        options.add_argument(f"--disable-{feature}")
    options.add_argument(f"--window-size={width},{height}")
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService())
    try:
        yield driver
    finally:
        driver.quit()


@contextlib.contextmanager
def tensorboard(output):
    """TensorBoard's address, served by the course's own command on lesson 09 in `output`."""
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    words = ["tensorboard", "09", "--port", str(port), "--output", str(output)]
    server = subprocess.Popen([sys.executable, "-m", "lessons", *words], cwd=str(files.ROOT))
    address = f"http://127.0.0.1:{port}/"
    try:
        while not _answers(address):
            if server.poll() is not None:
                raise CourseError("TensorBoard did not start: see what it says above.")
            time.sleep(0.2)
        yield address
    finally:
        server.terminate()
        server.wait()


def _answers(address):
    with contextlib.suppress(OSError):
        urllib.request.urlopen(address).close()
        return True
    return False


def find(driver, selector, count=1, text="", seconds=600):
    """What `selector` finds that the pattern `text` fits, as soon as that is `count` or more."""
    from selenium.common.exceptions import StaleElementReferenceException

    deadline = time.time() + seconds
    while time.time() < deadline:
        with contextlib.suppress(StaleElementReferenceException):  # it is being drawn anew
            found = driver.execute_script(FIND, selector)
            found = [each for each in found if re.search(text, each.text, re.DOTALL)]
            if len(found) >= count:
                return found
        time.sleep(0.2)
    raise AssertionError(f"{selector} with {text!r}: {len(found)} of {count} found")


def open_tab(driver, address, tab, tags=""):
    """Open a tab of TensorBoard; `tags`: a regular expression, of which those are to be shown."""
    driver.get(f"{address}?tagFilter={quote(tags)}#{tab}")
    driver.refresh()


def _wait_until_within_the_window(driver, elements):
    from selenium.webdriver.support.wait import WebDriverWait

    height = driver.execute_script("return window.innerHeight")
    WebDriverWait(driver, 60).until(
        lambda _: all(each.rect["y"] + each.rect["height"] <= height for each in elements)
    )


def main(argv):
    output = Path(argv[0] if argv else files.ROOT)
    if not list((output / "summaries" / catalogue.find("09").name / "train").glob("events.*")):
        raise CourseError(f"Lesson 09 left nothing in {files.shown(output)}: run it first.")
    with tensorboard(output) as address, browser(1120, 1080) as driver:
        open_tab(driver, address, "timeseries", "^(loss|acc|w_hist)$")
        find(driver, "button[aria-label='Close side pane']")[0].click()
        _wait_until_within_the_window(driver, find(driver, "card-view", 4))
        time.sleep(5)  # the charts are drawn
        driver.save_screenshot(str(PICTURE))
    Image.open(PICTURE).convert("RGB").quantize(128).save(PICTURE, "PNG", optimize=True)
    print(files.shown(PICTURE))
    return 0


if __name__ == "__main__":
    sys.exit(lesson_flags.run_tool(main))
