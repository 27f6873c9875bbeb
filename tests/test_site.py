"""The course as a web site, in a real browser: Debian's Chromium, headless."""

import re
import shutil
import subprocess
import time
from urllib.parse import quote, unquote, urlsplit

import pytest
from PIL import Image

from common.command import catalogue
from conftest import LESSONS, ROOT, start
from tools import screenshot

NEEDED = ("chromium", "chromedriver", "make", "npm")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not all(map(shutil.which, NEEDED)), reason=f"one of {', '.join(NEEDED)} is missing"
    ),
]
OWN_PAGES = ["index", "documents", "numbers", "gallery"]
OWN_PAGES += ["docs/glossary", "docs/old-code", "docs/parity", "docs/limits"]
OWN_PAGES += ["benchmarks/results", "benchmarks/README"]
PAGES = OWN_PAGES + [f"lessons/{name}" for name in LESSONS]
MOST_BYTES = 600_000  # of a page, as it is sent
LOADED = """
return performance.getEntries()
  .filter((each) => ["navigation", "resource"].includes(each.entryType))
  .map((each) => [each.name, each.transferSize]);
"""
VIOLATIONS = """
document.querySelectorAll(".wide tr:nth-child(n + 20)").forEach((each) => each.remove());  // alike
document.body.dataset.theme = arguments[0];
axe.run(document, { resultTypes: ["violations"] }).then((found) => arguments[1](
  found.violations.map((each) => `${each.id}: ${each.nodes[0].html}`)));
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The folder of the site, built by the maintainers' tool in its environment."""
    folder = tmp_path_factory.mktemp("site")
    subprocess.run(["make", ".venv-site/ready"], cwd=ROOT, check=True)
    python = ROOT / ".venv-site" / "bin" / "python"
    subprocess.run([python, "-m", "tools.site", folder], cwd=ROOT, check=True)
    return folder


def test_the_course_s_own_pages_are_whole_in_chinese(site):
    """As Sphinx takes the English ones apart: a text that changes asks for its translation."""
    catalogue_of_pages = ROOT / "web" / "locale" / "zh_CN" / "LC_MESSAGES" / "pages.po"
    before = catalogue_of_pages.read_bytes()
    command = [ROOT / ".venv-site" / "bin" / "python", "-m", "tools.site", "--translation"]
    printed = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout
    assert printed == b"0 entries are left to do.\n" and catalogue_of_pages.read_bytes() == before
    limits = (site / "zh" / "docs" / "limits.html").read_text("utf-8")
    assert "01 神经元与激活函数" in limits and "neuron and activations" not in limits
    map_of_parts = (site / "zh" / "documents.html").read_text("utf-8")
    assert "动量法一路振荡，到达最小值" in map_of_parts


@pytest.fixture(scope="module")
def address(site):
    """Where the course's own command serves it."""
    process = start("-m", "lessons", "site", site, "--port", "0", "--no-browser")
    try:
        yield re.search(r"http://127\.0\.0\.1:\d+/", process.stdout.readline())[0]
    finally:
        process.kill()
        process.communicate()


@pytest.fixture(scope="module")
def browser(site, tmp_path_factory):
    with screenshot.browser() as driver:
        driver.set_script_timeout(110)
        yield driver


def wait_for(what, seconds=60):
    """The first true value of `what()`."""
    deadline = time.monotonic() + seconds
    while True:
        found = what()
        if found:
            return found
        assert time.monotonic() < deadline, "it does not come"
        time.sleep(0.2)


def opened(browser, address, page):
    """Open a page and wait until its formulas are typeset."""
    browser.get(address + page)
    ready = "return !window.MathJax || !!(MathJax.startup && await MathJax.startup.promise, 1)"
    assert browser.execute_script(ready)


def elements(browser, selector):
    return browser.find_elements("css selector", selector)


def html_of(site, page):
    return (site / f"{page}.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("spoken", ["en", "zh"])
def test_every_link_leads_somewhere_in_the_site(spoken, site):
    ids = {}
    for path in (site / spoken).rglob("*.html"):
        ids[path] = set(re.findall(r'\bid="([^"]+)"', path.read_text(encoding="utf-8")))
    for path in ids:
        for link in re.findall(r'(?:href|src)="([^"]+)"', path.read_text(encoding="utf-8")):
            target = urlsplit(link)
            if target.scheme:
                continue  # a link to elsewhere, which is followed only when it is clicked
            file = (path.parent / unquote(target.path)).resolve() if target.path else path
            assert file.is_file(), (path.name, link)
            if target.fragment and file in ids:
                assert unquote(target.fragment) in ids[file] | {"furo-main-content"}, (path, link)


@pytest.mark.parametrize("spoken", ["en", "zh"])
def test_every_page_loads_without_error_or_a_request_to_elsewhere(spoken, address, browser):
    for page in PAGES:
        opened(browser, address, f"{spoken}/{page}.html")
        loaded = browser.execute_script(LOADED)
        assert len(loaded) > 5 and all(name.startswith(address) for name, _ in loaded), page
        assert sum(size for _, size in loaded) <= MOST_BYTES, page
        assert browser.get_log("browser") == [], page


@pytest.mark.parametrize("spoken, theme", [("en", "light"), ("zh", "dark")])
def test_axe_finds_nothing_to_object_to(spoken, theme, address, browser):
    axe = ROOT / ".venv-site" / "node_modules" / "axe-core" / "axe.min.js"
    chosen = [*OWN_PAGES, "search", "lessons/04_polynomial_regression", "lessons/10_yogurt_mse"]
    for page in chosen:
        opened(browser, address, f"{spoken}/{page}.html")
        browser.execute_script(axe.read_text(encoding="utf-8"))
        assert browser.execute_async_script(VIOLATIONS, theme) == [], page


@pytest.mark.parametrize("spoken", ["en", "zh"])
def test_every_figure_has_words_in_the_language_of_its_page(spoken, site):
    found = 0
    for page in PAGES:
        for image in re.findall(r"<img [^>]+>", html_of(site / spoken, page)):
            words = re.search(r'alt="([^"]*)"', image)[1]
            assert words, (page, image)
            assert bool(re.search(r"[\u4e00-\u9fff]", words)) == (spoken == "zh"), (page, image)
            found += 1
    assert found > 10


def test_the_figures_of_the_notebooks_are_all_there(site):
    for name in LESSONS:
        notebook = (ROOT / "lessons" / f"{name}.ipynb").read_text(encoding="utf-8")
        drawn = len(re.findall(r'"image/(?:png|gif)":', notebook))
        assert (
            len(re.findall(r'<a [^>]*class="figure"', html_of(site / "en/lessons", name))) == drawn
        )


@pytest.mark.parametrize(
    "spoken, words, lesson",
    [("zh", "滑动平均", "18"), ("en", "moving average", "18"), ("en", "滑动平均", "18")],
)
def test_search_finds(spoken, words, lesson, address, browser):
    browser.get(f"{address}{spoken}/search.html?q={quote(words)}")
    name = catalogue.find(lesson).name
    first = wait_for(lambda: elements(browser, ".search li a"))
    wait_for(lambda: any(name in each.get_attribute("href") for each in first))
    browser.get(f"{address}{spoken}/search.html?q=zzzzqq")
    status = wait_for(lambda: elements(browser, ".search-summary, #search-results p"))
    wait_for(lambda: status[0].text)
    assert not elements(browser, ".search li a")


def test_the_switch_stays_on_the_same_place(address, browser):
    opened(browser, address, "en/lessons/10_yogurt_mse.html")
    browser.execute_script(
        "document.getElementById('cell-12').scrollIntoView({behavior: 'instant'})"
    )
    elements(browser, ".language a")[0].send_keys("\n")
    wait_for(lambda: "/zh/" in browser.current_url)
    assert browser.current_url.endswith("/zh/lessons/10_yogurt_mse.html#cell-12")
    opened(browser, address, "zh/index.html")
    elements(browser, ".language a")[0].click()
    wait_for(lambda: browser.current_url == f"{address}en/index.html")


def test_an_answer_unfolds_and_a_figure_opens_with_the_keyboard(address, browser):
    opened(browser, address, "en/lessons/10_yogurt_mse.html")
    answer = elements(browser, "details")[0]
    assert "least-squares" not in answer.text
    elements(browser, "summary")[0].send_keys("\n")
    assert "least-squares" in answer.text
    link = elements(browser, "a.figure")[0]
    link.send_keys("\n")
    (picture,) = elements(browser, "dialog[open] img")
    whole = "return arguments[0].complete && arguments[0].naturalWidth"
    shown = wait_for(lambda: browser.execute_script(whole, picture))
    assert shown == 672 and picture.get_attribute("alt") == "Figure 1: yogurt sales"
    elements(browser, "dialog")[0].send_keys("\ue00c")  # Escape
    wait_for(lambda: not elements(browser, "dialog"))


def test_code_is_copied_without_what_it_printed(address, browser):
    browser.execute_cdp_cmd(
        "Browser.grantPermissions",
        {"origin": address, "permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]},
    )
    opened(browser, address, "en/lessons/10_yogurt_mse.html")
    cell = elements(browser, "#cell-06")[0]
    button = cell.find_element("css selector", "button.copybtn")
    browser.execute_script(
        "arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})", cell
    )
    button.click()
    read = "return await navigator.clipboard.readText()"
    copied = wait_for(lambda: browser.execute_script(read))
    assert copied.startswith("x = tf.placeholder(tf.float32") and "y = tf.matmul" in copied
    assert not elements(browser, ".output button.copybtn")


@pytest.mark.parametrize("spoken", ["en", "zh"])
def test_notebook_and_script_can_be_downloaded(spoken, site, address, browser):
    opened(browser, address, f"{spoken}/lessons/10_yogurt_mse.html")
    links = [each.get_attribute("href") for each in elements(browser, "a.download")]
    text = "return await (await fetch(arguments[0])).text()"
    notebook, script = [browser.execute_script(text, link) for link in links]
    assert script == (ROOT / "lessons" / "10_yogurt_mse.py").read_text(encoding="utf-8")
    assert '"nbformat": 4' in notebook and ("# 10 · 预测" in notebook) == (spoken == "zh")


def test_tables_are_sorted_and_filtered(address, browser):
    def column(number):
        rows = elements(browser, "tbody tr:not([hidden])")
        return [row.find_elements("css selector", "td")[number].text for row in rows[:40]]

    opened(browser, address, "en/numbers.html")
    words = elements(browser, ".filters input")[0]
    words.send_keys("w1[0]")
    shown = elements(browser, "tbody tr:not([hidden])")
    assert 0 < len(shown) < 100 and all("w1[0]" in row.text for row in shown)
    elements(browser, "thead th button")[5].click()  # here
    found = [float(each) for each in column(5) if re.match(r"-?[\d.]+$", each)]
    assert len(found) > 3 and found == sorted(found)
    opened(browser, address, "en/documents.html")
    elements(browser, "thead th button")[2].click()  # by lesson
    assert elements(browser, "tbody tr")[0].text.endswith("01 · The neuron and its activation")


def test_a_part_of_a_document_leads_to_its_cell(address, browser):
    opened(browser, address, "en/documents.html")
    row = next(each for each in elements(browser, "tr") if "构造线性模型 fragment 3" in each.text)
    row.find_element("css selector", "a").send_keys("\n")
    wait_for(lambda: "#cell-" in browser.current_url)
    (cell,) = elements(browser, ":target")
    assert "initial_value=tf.random_normal(" in cell.text


def test_formulas_are_typeset_and_the_animation_moves(address, browser, site):
    opened(browser, address, "en/lessons/10_yogurt_mse.html")
    assert len(elements(browser, "mjx-container")) >= 1 and not elements(browser, "mjx-merror")
    page = html_of(site / "en/lessons", "04_polynomial_regression")
    (animation,) = re.findall(r'href="\.\./([^"]+)"[^>]*><img [^>]*alt="the live fit"', page)
    with Image.open(site / "en" / animation) as moving:
        assert moving.n_frames > 50


def test_it_can_be_read_from_its_folder(site, browser):
    browser.get((site / "zh" / "search.html").as_uri() + f"?q={quote('滑动平均')}")
    assert wait_for(lambda: elements(browser, ".search li a"))
    browser.get((site / "en" / "lessons" / "10_yogurt_mse.html").as_uri())
    wait_for(lambda: elements(browser, "mjx-container"))
    assert [each for each in browser.get_log("browser") if each["level"] == "SEVERE"] == []


@pytest.mark.parametrize("width", [360, 1400])
def test_no_page_is_wider_than_its_window(width, address, browser):
    size = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 500}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    for page in PAGES:
        opened(browser, address, f"en/{page}.html")
        wide = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert browser.execute_script(wide) <= 0, page
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
