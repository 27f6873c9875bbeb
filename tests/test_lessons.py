"""What is asked of every lesson; what each reaches is tested in tests/lessons/."""

import json

import pytest
from conftest import LESSONS, SHORTER


@pytest.mark.parametrize("name", LESSONS)
def test_every_number_agrees_or_says_why_not(name, run_lesson):
    mode = "restore" if name in SHORTER else "run"
    run = run_lesson(name, *(["--restore"] if mode == "restore" else []))
    results = json.loads((run.summaries / "results.json").read_text(encoding="utf-8"))
    assert results["mode"] == mode and results["figures"]
    for each in results["numbers"]:
        explained = each["agrees"] == "no" and each["why"]
        other_images = each["agrees"] == "not compared" and "in place of" in each["why"]
        assert each["agrees"] in ("yes", "") or explained or other_images, each
