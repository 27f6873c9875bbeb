"""The data sets are the documents' own."""

import numpy as np

from common.data import datasets


def test_circle_has_188_points_inside():
    X, Y_ = datasets.circle()
    assert X.shape == (300, 2) and Y_.shape == (300, 1)
    np.testing.assert_array_equal(Y_[:, 0], (X**2).sum(axis=1) < 2)
    assert Y_.sum() == 188
