"""Paths of two parameters: which points are labelled, and with what."""

import re

import numpy as np
import pytest

from common import plots, plt


@pytest.mark.parametrize(
    "numbers, label",
    [
        ([7], "7"),
        ([7, 8], "7–8"),
        ([1, 4, 5, 6], "1, 4–6"),
        ([1, 3, 5], "1, 3, 5"),
        ([1, 3, 5, 7, 8], "1 … 7–8"),
    ],
)
def test_numbers_that_share_a_label(numbers, label):
    assert plots._ranges(numbers) == label


def labels(x, y):
    figure, axis = plt.subplots(figsize=(5, 5))
    axis.set(xlim=(0, 5), ylim=(0, 5))
    plots.path(axis, np.array(x, float), np.array(y, float))
    found = [each for each in axis.texts if isinstance(each, plt.Annotation)]
    plt.close(figure)
    return {each.get_text(): each.xy for each in found}


def test_every_point_has_a_number_and_points_that_lie_together_share_one():
    near = 3 + 0.01 * np.arange(10)
    found = labels([1, 4, 1, 4, *near], [1, 1, 2, 2, *near])
    assert set(found) == {"1", "2", "3", "4–13"}
    assert found["1"] == (4, 1)
    assert 3 <= found["4–13"][0] <= 3.1


def test_points_outside_the_view_have_no_number():
    assert set(labels([1, 4, 9, 2], [1, 1, 9, 4])) == {"1", "3"}


def test_contours_are_labelled_with_the_cost():
    figure, axis = plt.subplots()
    plots.contours(axis, (-1, 1), (-1, 1), lambda x, y: x**2 + y**2, [0.1, 0.4, 0.9])
    found = [each.get_text() for each in axis.texts]
    plt.close(figure)
    assert found and all(re.fullmatch(r"0\.[149]", each) for each in found)
