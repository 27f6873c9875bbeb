"""Parameters: what passes comes out in its type and in bounds, anything else is refused."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.parameters import Parameter, declared


@given(st.integers())
def test_whole_numbers_are_one_or_more(number):
    parameter = Parameter(5, "n")
    if 1 <= number <= 10**18:
        assert parameter.parse(str(number)) == number
    else:
        with pytest.raises(ValueError):
            parameter.parse(str(number))


@given(st.floats())
def test_numbers_are_finite_and_above_zero(number):
    parameter = Parameter(0.1, "rate")
    if 0 < number <= 1e38:
        assert parameter.parse(repr(number)) == number
    else:
        with pytest.raises(ValueError):
            parameter.parse(repr(number))


@given(st.text())
def test_any_text_gives_a_value_that_fits_or_a_value_error(text):
    for parameter in (
        Parameter(5, "n", at_least=0, at_most=9),
        Parameter(0.5, "p", at_least=0.0, at_most=1.0),
        Parameter("a", "word", choices=["a", "b"]),
    ):
        try:
            value = parameter.parse(text)
        except (ValueError, OverflowError):
            continue
        assert type(value) is type(parameter.default)
        assert parameter.check(value) == value


@pytest.mark.parametrize("value", [True, "5", 2.5, None, math.nan, -1])
def test_values_of_another_kind_are_refused(value):
    with pytest.raises((TypeError, ValueError)):
        Parameter(5, "n").check(value)


def test_a_default_of_a_known_name_has_its_help_and_another_none():
    assert declared({"steps": 3})["steps"].help == "training steps"
    assert declared({"temperature": 3})["temperature"].help == ""
