"""The glossary: its page is made of its table, and the lessons that it names meet its terms."""

import pytest

from common.command import catalogue
from tools import glossary


def test_its_page_is_made_of_its_table():
    assert glossary.PAGE.read_text(encoding="utf-8") == glossary.page()


@pytest.mark.parametrize("term", glossary.TERMS, ids=lambda term: term["en"])
def test_a_lesson_that_it_names_has_each_name_of_tensorflow(term):
    sources = [catalogue.find(number).source for number in term["lessons"]]
    assert sources
    for name in filter(None, term["api"].split(", ")):
        assert any(name.split("(")[0] in source for source in sources), name


def test_each_term_stands_there_once():
    for language in ("zh", "en"):
        terms = [term[language] for term in glossary.TERMS]
        assert len(terms) == len(set(terms))
    words = [word for term in glossary.TERMS for word in (term["zh"], *term.get("also", []))]
    assert len(words) == len(set(words))
    wrong = {word for term in glossary.TERMS for word in term.get("wrong", [])}
    assert not wrong & set(words)
