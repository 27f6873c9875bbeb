"""Sphinx's settings for both languages; tools/site.py writes the pages and says which it is."""

import re
from pathlib import Path

from docutils import nodes
from sphinx.search.en import SearchEnglish

extensions = ["myst_nb", "sphinx_copybutton"]
exclude_patterns = ["downloads"]
locale_dirs = [str(Path(__file__).with_name("locale"))]
gettext_compact = "pages"  # one catalogue for all pages
templates_path = ["templates"]
nb_execution_mode = "off"
myst_enable_extensions = ["dollarmath", "colon_fence"]
suppress_warnings = ["myst.xref_missing"]  # links from the course's pages to files of its own
html_theme = "furo"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_js_files = [("site.js", {"defer": "defer"})]
html_favicon = "static/icon.svg"
html_copy_source = False
html_use_index = False
html_search_language = "both"
html_permalinks = False
pygments_style = "a11y-high-contrast-light"
pygments_dark_style = "a11y-high-contrast-dark"
copybutton_selector = ":not(.output) > div.highlight > pre"
mathjax_path = "../../mathjax/startup.js"  # once for both languages
mathjax3_config = {
    "loader": {"load": ["core", "input/tex", "output/chtml", "a11y/assistive-mml"]},
}


class SearchBoth(SearchEnglish):
    """English words, and pairs of neighbouring Chinese characters: each Chinese phrase is found."""

    lang = "both"
    js_splitter_code = """
function splitQuery(query) {
  return query.split(/[^\\p{L}\\p{N}_]+/u).flatMap((word) => {
    return (word.match(/[\\u4e00-\\u9fff]+|[^\\u4e00-\\u9fff]+/g) || []).flatMap((run) => {
      if (run.length < 3 || !/[\\u4e00-\\u9fff]/.test(run)) return [run];
      return Array.from(run.slice(1), (_, k) => run.slice(k, k + 2));
    });
  });
}
"""

    def split(self, text):
        words = []
        for run in re.findall(r"[\u4e00-\u9fff]+|[^\W\u4e00-\u9fff]+", text):
            words.append(run)
            if "\u4e00" <= run[0] <= "\u9fff":
                words += [run[k : k + 2] for k in range(len(run) - 1)] + list(run)
        return words


def name_the_cells(app, doctree):
    """Give each cell of code the id that it has in its notebook: cell-07."""
    for node in doctree.findall(nodes.container):
        if node.get("nb_element") == "cell_code":
            node["ids"].append(f"cell-{node['cell_index']:02d}")


def level_the_captions(app, pagename, templatename, context, doctree):
    """Say of which level the headings of the navigation are; Sphinx leaves it out."""
    tree = context.get("furo_navigation_tree", "")
    context["furo_navigation_tree"] = tree.replace(
        'role="heading"', 'role="heading" aria-level="2"'
    )


def setup(app):
    app.add_search_language(SearchBoth)
    app.connect("doctree-read", name_the_cells)
    app.connect("html-page-context", level_the_captions, priority=900)  # once Furo has made them
