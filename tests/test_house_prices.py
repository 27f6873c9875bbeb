"""The generated house prices are of Kaggle's kind; a file that is not is said to be, and how."""

import io
import zlib

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common import files
from common.data import house_prices
from common.errors import CourseError, UsageError


def as_kaggle_writes(table):
    """The table as the text of a CSV file in Kaggle's format."""
    return table.to_csv(index=False, na_rep="NA", float_format="%g")


@pytest.fixture(scope="module")
def table():
    return house_prices.generate()


@pytest.fixture
def saved(table, tmp_path):
    """saved(change): the path of the generated table as a file, after `change` of its text."""

    def save(change=lambda text: text):
        text = change(as_kaggle_writes(table))
        path = tmp_path / "train.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
        return path

    return save


# Generated ------------------------------------------------------------------------------------


def test_the_generated_table_has_kaggles_shape_and_makes_331_columns(table):
    assert table.shape == (1460, 81)
    assert list(table.columns[:4]) == ["Id", "MSSubClass", "MSZoning", "LotFrontage"]
    assert list(table.columns[-3:]) == ["SaleType", "SaleCondition", "SalePrice"]
    assert len(house_prices.NUMERIC) == 36 and len(house_prices.CATEGORICAL) == 43
    features = table[house_prices.NUMERIC + house_prices.CATEGORICAL]
    assert pd.get_dummies(features, dummy_na=True).shape == (1460, 36 + 295)


def test_the_generated_table_is_the_same_in_every_numpy(table):
    """The checksum is that of Python 3.7 with NumPy 1.18.5 and pandas 1.3.5."""
    assert zlib.crc32(as_kaggle_writes(table).encode()) == 1316522209
    pd.testing.assert_frame_equal(table, house_prices.generate())
    assert not table.equals(house_prices.generate(seed=31))


def test_what_is_missing_is_missing_for_a_reason(table):
    for gap, counted in (
        ("BsmtQual", "TotalBsmtSF"),
        ("GarageYrBlt", "GarageCars"),
        ("GarageType", "GarageCars"),
        ("FireplaceQu", "Fireplaces"),
        ("PoolQC", "PoolArea"),
        ("MiscFeature", "MiscVal"),
    ):
        np.testing.assert_array_equal(table[gap].isna(), table[counted] == 0)
    assert (table["MasVnrType"] == "None").sum() > 500
    assert (table["MasVnrArea"][table["MasVnrType"] == "None"] == 0).all()
    assert not table["SalePrice"].isna().any()


def test_the_generated_houses_could_stand(table):
    assert (table["YearRemodAdd"] >= table["YearBuilt"]).all()
    assert (table["YrSold"] >= table["YearRemodAdd"]).all()
    floors = table[["1stFlrSF", "2ndFlrSF", "LowQualFinSF"]].sum(axis=1)
    np.testing.assert_array_equal(table["GrLivArea"], floors)
    prices = table["SalePrice"]
    assert prices.skew() > 1.5 and abs(np.log(prices).skew()) < prices.skew() / 2


def test_the_log_price_is_its_formula_and_a_noise_of_7_percent(table):
    """Written again, house by house: what the formula leaves of the price is the noise."""

    def height(name, value):
        values = [each for each, _ in house_prices._VALUES[name]]
        return values.index(value) / (len(values) - 1) if value in values else 0

    left = []
    for house in table.to_dict("records"):
        size = np.log(house["GrLivArea"] / 1450)
        quality = (house["OverallQual"] - 6) / 1.4
        age = house["YrSold"] - house["YearBuilt"]
        since = house["YrSold"] - house["YearRemodAdd"]
        worth = 11 + 0.5 * size + 0.1 * quality + 0.2 * quality * np.tanh(2 * size)
        worth += 0.5 * np.exp(-age / 20) + 0.5 * min(max(age - 50, 0) / 50, 1)
        worth += 0.07 * (house["OverallCond"] - 5.5) * np.tanh(age / 40)
        worth += 0.08 * np.exp(-since / 5) + 0.08 * np.cos(np.pi * (house["MoSold"] - 6) / 6)
        worth += 0.06 * min(house["GarageCars"], 2) + 0.05 * (house["Fireplaces"] > 0)
        worth += 0.4 * height("Neighborhood", house["Neighborhood"])
        worth += 0.2 * height("Functional", house["Functional"])
        worth += 0.05 * height("BsmtQual", house["BsmtQual"])
        for name in ("MSZoning", "ExterQual", "KitchenQual", "CentralAir"):
            worth += 0.1 * height(name, house[name])
        left.append(np.log(house["SalePrice"]) - worth)
    assert np.std(left) == pytest.approx(0.07, abs=0.004)
    assert np.mean(left) == pytest.approx(0, abs=0.006)


# From a file ----------------------------------------------------------------------------------


def test_a_file_in_kaggles_format_comes_back_as_it_was(table, saved):
    read = house_prices.load(saved())
    for name in (*house_prices.NUMERIC, "SalePrice"):
        np.testing.assert_array_equal(read[name], table[name].astype(float), err_msg=name)
    for name in house_prices.CATEGORICAL:
        np.testing.assert_array_equal(read[name].isna(), table[name].isna(), err_msg=name)
        assert read[name].dropna().tolist() == table[name].dropna().tolist(), name
    assert house_prices.table(str(saved())).equals(read)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("\n", "\r\n"),
        lambda text: b"\xef\xbb\xbf" + text.encode(),  # the mark that Excel begins UTF-8 with
        lambda text: text.replace(",NA,", ",,").replace(",NA,", ",,"),
        lambda text: text.replace(",", ", "),
        lambda text: text.rstrip("\n"),
        lambda text: "".join(f"{line},more\n" for line in text.splitlines()),
        lambda text: "".join(line.partition(",")[2] + "\n" for line in text.splitlines()),
    ],
    ids=["crlf", "mark", "empty for NA", "spaces", "no last newline", "one column more", "no Id"],
)
def test_harmless_differences_do_no_harm(change, saved):
    assert house_prices.load(saved(change)).equals(house_prices.load(saved()))


def test_none_is_a_word_and_na_is_missing(saved):
    read = house_prices.load(saved())["MasVnrType"]
    assert (read == "None").sum() > 500 and 0 < read.isna().sum() < 20


def cell(row, name, value):
    """A change of the text: `value` for the column `name` in the `row`-th row."""

    def change(text):
        changed = pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False)
        changed.loc[row - 1, name] = value
        return changed.to_csv(index=False)

    return change


def without(*names):
    def change(text):
        return as_kaggle_writes(
            pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False).drop(columns=[*names])
        )

    return change


MISTAKES = {
    "empty": (lambda text: "", "is empty"),
    "blank": (lambda text: " \n\n", "is empty"),
    "header only": (lambda text: text.split("\n")[0], "has 0 rows"),
    "few rows": (lambda text: "\n".join(text.split("\n")[:100]), "has 99 rows of data, and 100"),
    "cut off before the last price": (lambda text: text.rstrip().rpartition(",")[0], "is cut off"),
    "cut off at the last price": (
        lambda text: text.rstrip().rpartition(",")[0] + ",",
        "is cut off",
    ),
    "UTF-16": (lambda text: text.encode("utf-16"), "is not UTF-8 text (byte 0)"),
    "Latin 1": (lambda text: text.replace("Grvl", "Gr\xe4vl").encode("latin-1"), "not UTF-8 text"),
    "archive": (lambda text: b"PK\3\4" + text.encode(), "is an archive or a workbook"),
    "gzip": (lambda text: b"\x1f\x8b\x08\x00" + text.encode(), "is an archive or a workbook"),
    "binary": (lambda text: text.replace("RL", "\0\0"), "is not text"),
    "a page": (lambda text: "<html>\n<body>Sign in</body>\n</html>", "none of the columns"),
    "semicolons": (lambda text: text.replace(",", ";"), "has none of the columns MSSubClass"),
    "open quote": (lambda text: text.replace("RL", '"RL', 1), "cannot be read as CSV"),
    "long rows": (lambda text: text.replace("\n2,", "\n2,1,2,3,"), "cannot be read as CSV"),
    "all rows long": (
        lambda text: text.replace("\n", ",1\n").replace("SalePrice,1", "SalePrice"),
        "cannot be read as CSV",
    ),
    "test.csv": (without("SalePrice"), "has no column SalePrice"),
    "one missing": (without("GrLivArea"), "lacks the column GrLivArea:"),
    "two missing": (without("LotArea", "PoolQC"), "lacks the columns LotArea, PoolQC:"),
    "many missing": (without(*house_prices.COLUMNS[4:30]), "… (26)"),
    "a word for a number": (cell(7, "LotArea", "big"), "has 'big' for LotArea in its row 7"),
    "a long word": (cell(7, "LotArea", "big" * 99), "'bigbigbigbig...gbigbigbigbig' for LotArea"),
    "infinite": (cell(7, "LotArea", "inf"), "has 'inf' for LotArea in its row 7"),
    "beyond all bounds": (cell(7, "LotArea", "1e300"), "has '1e300' for LotArea in its row 7"),
    "a free house": (cell(2, "SalePrice", "0"), "has '0' for SalePrice in its row 2"),
    "below nothing": (cell(2, "SalePrice", "-5"), "has '-5' for SalePrice in its row 2"),
    "no price": (cell(3, "SalePrice", "NA"), "for SalePrice in its row 3"),
    "dollars": (cell(3, "SalePrice", "$100"), "has '$100' for SalePrice in its row 3"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_file_that_does_not_fit_says_why_in_one_sentence(mistake, saved):
    change, why = MISTAKES[mistake]
    path = saved(change)
    with pytest.raises(CourseError) as caught:
        house_prices.load(path)
    sentence = str(caught.value)
    assert why in sentence and files.shown(path) in sentence
    assert "\n" not in sentence and sentence.endswith("for the generated table.")


def test_no_file_and_a_folder_are_said_to_be_so(tmp_path):
    for path, what in ((tmp_path / "nowhere.csv", "is no file"), (tmp_path, "is a folder")):
        with pytest.raises(UsageError, match=what):
            house_prices.load(path)


@settings(max_examples=100)
@given(st.data())
def test_a_damaged_file_is_read_or_refused_in_one_sentence(tmp_path_factory, data):
    content = bytearray(as_kaggle_writes(house_prices.generate(rows=120)).encode())
    for _ in range(data.draw(st.integers(1, 5))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place : place + data.draw(st.integers(0, 9))] = data.draw(st.binary(max_size=5))
    path = tmp_path_factory.mktemp("damaged") / "train.csv"
    path.write_bytes(bytes(content))
    try:
        read = house_prices.load(path)
    except CourseError as error:
        assert "\n" not in str(error)
    else:
        assert (read["SalePrice"] > 0).all()
        assert all(read[name].dtype == float for name in house_prices.NUMERIC)
