"""Damaged files: a few attempts of the campaign, and that it notices what it is to notice."""

import random

import pytest

from stress import Answer, damage
from stress._worker import Worker

QUICK = ("shipped, lesson 10", "images of one's own, idx.gz", "house prices, CSV", "notebook")


@pytest.mark.parametrize("count", [2, pytest.param(24, marks=pytest.mark.slow)])
def test_a_few_damaged_files_are_refused_or_do_no_harm(count, tmp_path):
    kinds = [kind for kind in damage.KINDS if kind.what in QUICK]
    attempts = list(damage.attempts(count, 0, tmp_path, kinds))
    assert [attempt.problem for attempt in attempts] == [""] * count
    assert len({attempt.what for attempt in attempts}) == min(count, 2 * len(QUICK))


@pytest.mark.parametrize("change", [damage.truncated, damage.flipped])
def test_a_change_changes_and_the_same_seed_changes_the_same(change):
    content = bytes(range(200))
    changed = [change(content, random.Random(seed)) for seed in (1, 1, 2)]
    assert changed[0] == changed[1] != changed[2]
    assert all(damaged != content for damaged, _ in changed)


def test_what_differs_from_the_undamaged_is_found(tmp_path):
    path = tmp_path / "run.json"
    right = damage.Done("0.5\n", {path: b"{}"})
    assert damage.as_undamaged(path, right, right) == ""
    for wrong in (
        damage.Done("0.6\n", {path: b"{}"}),
        damage.Done("0.5\n", {path: b"[]"}),
        damage.Done("0.5\n", {}),
        damage.Done("0.5\n", {path: b"{}", tmp_path / "more": b""}),
    ):
        assert damage.as_undamaged(path, wrong, right)
    less, more = damage.Done("", {}), damage.Done("0.5\n0.7\n", {})
    assert damage.as_undamaged_but_less(path, less, right) == ""
    assert damage.as_undamaged_but_less(path, more, right)


def test_a_refusal_that_changes_a_file_or_its_exit_code_is_found(tmp_path):
    before = {tmp_path / "run.json": b"{}"}
    refused = Answer(1, "", "It is damaged.")
    assert damage._fault_of_refusal(refused, before, before) == ""
    assert damage._fault_of_refusal(refused, before, {}) == "refused, but run.json is another"
    assert damage._fault_of_refusal(refused._replace(code=2), before, before) == "exit code 2"


def test_a_worker_says_how_a_command_ended_and_goes_on_after_a_crash_and_a_hang(tmp_path):
    (tmp_path / "greet.py").write_text("def main(words):\n    print(*words)\n    return 3\n")
    (tmp_path / "fail.py").write_text("def main(words):\n    raise ValueError(words)\n")
    (tmp_path / "crash.py").write_text("import os\ndef main(words):\n    os.abort()\n")
    (tmp_path / "hang.py").write_text("import time\ndef main(words):\n    time.sleep(600)\n")
    worker = Worker(tmp_path, tmp_path, {})
    try:
        for module, timeout, code in (("crash", 600, -6), ("hang", 0.5, None)):
            assert worker.answer("hello", "you", module="greet") == (3, "hello you\n", "")
            answer = worker.answer(module=module, timeout=timeout)
            assert answer.code == code and answer.problem
        answer = worker.answer(module="fail")
        assert answer.code == 1 and answer.problem.startswith("traceback: ValueError")
    finally:
        worker.close()
