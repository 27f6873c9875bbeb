"""The data sets are the documents' own."""

import numpy as np

from common.data import datasets


def test_yogurt_sales_draws_the_noise_row_by_row_after_the_factors():
    X, Y_ = datasets.yogurt_sales()
    assert X.shape == (32, 2) and Y_.shape == (32, 1)
    noise = np.random.RandomState(23455).rand(32 * 3)[64:] / 10 - 0.05
    np.testing.assert_array_equal(Y_[:, 0], X[:, 0] + X[:, 1] + noise)
    # 《神经网络优化》 §1 trains towards x1 + x2: exact least squares of these rows
    w = np.linalg.lstsq(X, Y_, rcond=None)[0]
    np.testing.assert_allclose(w[:, 0], [1.004309, 0.994829], atol=5e-7)


def test_circle_has_188_points_inside():
    X, Y_ = datasets.circle()
    assert X.shape == (300, 2) and Y_.shape == (300, 1)
    np.testing.assert_array_equal(Y_[:, 0], (X**2).sum(axis=1) < 2)
    assert Y_.sum() == 188
