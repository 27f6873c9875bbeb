"""What is asked of every lesson; what each reaches is tested in tests/lessons/."""

import json

import pytest
from conftest import LESSONS


@pytest.mark.parametrize("name", LESSONS)
def test_every_number_agrees_or_says_why_not(name, run_lesson):
    run = run_lesson(name)
    results = json.loads((run.summaries / "results.json").read_text(encoding="utf-8"))
    assert results["mode"] == "run" and results["figures"]
    for each in results["numbers"]:
        assert each["agrees"] in ("yes", "") or (each["agrees"] == "no" and each["why"]), each
