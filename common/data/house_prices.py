"""The table of lesson 30: Kaggle's house-prices train.csv by its path, or one like it, generated.

Kaggle's table is Kaggle's to hand out. `generate` makes one of the same kind: 1,460 rows, the same
columns, kinds and grades by their names, values missing in the same places. Every value is drawn
here, none is copied. pandas is imported where it is used: it takes a while to load.
"""

import hashlib
import io
import reprlib
import warnings
from pathlib import Path

import numpy as np

from common import files
from common.errors import CourseError, UsageError
from common.language import translate

GENERATED = "generated"
TARGET = "SalePrice"
FEWEST_ROWS = 100
LARGEST = 1e12  # no number of feet, years or dollars is

# Every column, in the file's order. Behind the name of a categorical one stand its values, those of
# cheaper houses first where the generated price depends on them, each with its share among the
# generated houses that have one. A numeric column stands alone.
_COLUMNS = """
Id
MSSubClass
MSZoning: C (all) 1 | RM 15 | RH 1 | RL 77 | FV 6
LotFrontage
LotArea
Street: Grvl 1 | Pave 99
Alley: Grvl 5 | Pave 5
LotShape: Reg 60 | IR1 33 | IR2 5 | IR3 2
LandContour: Bnk 4 | Lvl 88 | Low 3 | HLS 5
Utilities: NoSeWa 1 | AllPub 999
LotConfig: Inside 70 | Corner 18 | FR2 4 | FR3 1 | CulDSac 7
LandSlope: Gtl 93 | Mod 5 | Sev 2
Neighborhood: Blueste 1 | CollgCr 9 | Mitchel 4 | NPkVill 1 | BrDale 2 | Somerst 6 | IDOTRR 3\
 | NridgHt 5 | NAmes 14 | Blmngtn 2 | Timber 3 | Crawfor 4 | SawyerW 4 | OldTown 8 | Veenker 1\
 | MeadowV 2 | SWISU 2 | Gilbert 6 | NWAmes 5 | Edwards 6 | Sawyer 5 | BrkSide 4 | StoneBr 2\
 | ClearCr 2 | NoRidge 3
Condition1: Artery 4 | Feedr 6 | RRAe 1 | RRNe 1 | Norm 82 | RRAn 2 | RRNn 1 | PosN 2 | PosA 1
Condition2: Artery 3 | Feedr 5 | RRAe 2 | RRNn 2 | Norm 980 | RRAn 2 | PosN 3 | PosA 3
BldgType: 2fmCon 3 | Duplex 4 | Twnhs 4 | TwnhsE 8 | 1Fam 81
HouseStyle: 1Story 50 | SFoyer 2 | SLvl 5 | 1.5Unf 1 | 1.5Fin 11 | 2Story 29 | 2.5Unf 1 | 2.5Fin 1
OverallQual
OverallCond
YearBuilt
YearRemodAdd
RoofStyle: Gambrel 1 | Gable 77 | Mansard 1 | Hip 19 | Flat 1 | Shed 1
RoofMatl: Roll 2 | ClyTile 2 | CompShg 976 | Tar&Grv 8 | Metal 2 | Membran 2\
 | WdShake 4 | WdShngl 4
Exterior1st: BrkComm 2 | AsphShn 1 | CBlock 1 | AsbShng 14 | MetalSd 150 | Wd Sdng 140 | WdShing 18\
 | Stucco 17 | HdBoard 152 | Plywood 74 | BrkFace 34 | VinylSd 350 | CemntBd 42 | Stone 2\
 | ImStucc 3
Exterior2nd: CBlock 1 | AsphShn 2 | AsbShng 14 | Brk Cmn 5 | MetalSd 146 | Wd Sdng 135 | Wd Shng 26\
 | Stucco 18 | HdBoard 142 | Plywood 97 | BrkFace 17 | Stone 4 | VinylSd 342 | CmentBd 42\
 | ImStucc 7 | Other 2
MasVnrType: BrkCmn 1 | None 60 | BrkFace 30 | Stone 9
MasVnrArea
ExterQual: Fa 1 | TA 62 | Gd 33 | Ex 4
ExterCond: Po 1 | Fa 19 | TA 876 | Gd 100 | Ex 4
Foundation: Slab 2 | Stone 1 | BrkTil 10 | CBlock 43 | Wood 1 | PConc 43
BsmtQual: Fa 3 | TA 46 | Gd 42 | Ex 9
BsmtCond: Po 2 | Fa 30 | TA 920 | Gd 48
BsmtExposure: No 66 | Mn 8 | Av 16 | Gd 10
BsmtFinType1: Unf 30 | LwQ 5 | Rec 10 | BLQ 10 | ALQ 15 | GLQ 30
BsmtFinSF1
BsmtFinType2: Unf 88 | LwQ 3 | Rec 4 | BLQ 2 | ALQ 2 | GLQ 1
BsmtFinSF2
BsmtUnfSF
TotalBsmtSF
Heating: Floor 2 | Wall 4 | OthW 2 | Grav 6 | GasW 12 | GasA 974
HeatingQC: Po 1 | Fa 4 | TA 30 | Gd 16 | Ex 49
CentralAir: N 7 | Y 93
Electrical: Mix 1 | FuseP 3 | FuseF 18 | FuseA 64 | SBrkr 914
1stFlrSF
2ndFlrSF
LowQualFinSF
GrLivArea
BsmtFullBath
BsmtHalfBath
FullBath
HalfBath
BedroomAbvGr
KitchenAbvGr
TotRmsAbvGrd
KitchenQual: Fa 3 | TA 50 | Gd 40 | Ex 7
Functional: Sev 1 | Maj2 3 | Maj1 10 | Mod 11 | Min2 23 | Min1 22 | Typ 930
Fireplaces
FireplaceQu: Po 3 | Fa 4 | TA 40 | Gd 50 | Ex 3
GarageType: CarPort 1 | Detchd 28 | 2Types 1 | Basment 1 | Attchd 63 | BuiltIn 6
GarageYrBlt
GarageFinish: Unf 44 | RFn 30 | Fin 26
GarageCars
GarageArea
GarageQual: Po 2 | Fa 34 | TA 950 | Gd 11 | Ex 3
GarageCond: Po 5 | Fa 25 | TA 960 | Gd 8 | Ex 2
PavedDrive: N 6 | P 2 | Y 92
WoodDeckSF
OpenPorchSF
EnclosedPorch
3SsnPorch
ScreenPorch
PoolArea
PoolQC: Fa 1 | Gd 1 | Ex 1
Fence: MnWw 4 | GdWo 19 | MnPrv 56 | GdPrv 21
MiscFeature: Othr 4 | TenC 3 | Shed 89 | Gar2 4
MiscVal
MoSold
YrSold
SaleType: COD 30 | Oth 3 | ConLI 4 | ConLD 6 | ConLw 4 | WD 866 | CWD 4 | Con 3 | New 80
SaleCondition: AdjLand 3 | Abnorml 70 | Family 14 | Alloca 8 | Normal 820 | Partial 85
SalePrice
"""


def _parsed():
    """{column: its (value, share) pairs, [] for a numeric one}, in the file's order."""
    columns = {}
    for line in _COLUMNS.strip().splitlines():
        name, _, values = line.partition(": ")
        pairs = [value.rsplit(" ", 1) for value in values.split(" | ")] if values else []
        columns[name] = [(value, float(share)) for value, share in pairs]
    return columns


_VALUES = _parsed()
COLUMNS = list(_VALUES)
NUMERIC = [name for name in COLUMNS if not _VALUES[name] and name not in ("Id", TARGET)]
CATEGORICAL = [name for name in COLUMNS if _VALUES[name]]


def table(source=GENERATED):
    """The table that `source` names, a pandas.DataFrame: "generated", or the path of a CSV file."""
    return generate() if source == GENERATED else load(source)


# Generated ---------------------------------------------------------------------------------------

# The categorical columns that follow something of the house; the others follow nothing.
_FOLLOWS = {
    "place": "Neighborhood MSZoning LotShape",
    "quality": "ExterQual KitchenQual BsmtQual HeatingQC FireplaceQu MasVnrType BsmtFinType1",
    "newness": "Foundation CentralAir Electrical GarageType GarageFinish PavedDrive Exterior1st",
    "care": "ExterCond BsmtCond Functional GarageQual GarageCond",
    "storeys": "HouseStyle",
}


def generate(rows=1460, seed=30):
    """A table of Kaggle's kind, with all of its 81 columns, as a pandas.DataFrame.

    The logarithm of the price is a function of the other columns (`_log_price`) and a normal noise
    of 0.07. The same in every NumPy: numpy.random.RandomState draws it.
    """
    import pandas

    rdm = np.random.RandomState(seed)
    latent = _latent(rdm, rows)
    house = _numbers(rdm, rows, latent)
    latent["storeys"] = 20.0 * house["2ndFlrSF"] / house["GrLivArea"]
    for name in CATEGORICAL:
        house[name] = _shared_out(rdm, name, house, latent)
    house["MasVnrArea"][house["MasVnrType"] == "None"] = 0
    log_price = _log_price(house) + 0.07 * rdm.randn(rows)
    house[TARGET] = _whole(np.exp(log_price) / 500) * 500
    for name, share in (("LotFrontage", 0.18), ("MasVnrArea", 0.005), ("Electrical", 0.001)):
        house[name][rdm.rand(rows) < share] = np.nan if name in NUMERIC else None
    house["MasVnrType"][np.isnan(house["MasVnrArea"])] = None
    return pandas.DataFrame(house, columns=COLUMNS)


def _latent(rdm, rows):
    """What is behind a house's columns: standard normal quantities, some of them related."""
    place, age, care, size, grade = rdm.randn(5, rows)
    newness = 0.5 * place + 0.87 * age
    quality = 0.45 * place + 0.45 * newness + 0.65 * grade
    size = 0.5 * quality + 0.87 * size
    return {
        "place": place,
        "newness": newness,
        "quality": quality,
        "care": care,
        "size": size,
    }


def _whole(values, least=0, most=1e6):
    return np.clip(np.round(np.asarray(values, float)), least, most).astype(int)


def _numbers(rdm, rows, latent):
    """The numeric columns: {name: array}."""
    newness, quality, size = latent["newness"], latent["quality"], latent["size"]

    def rand():
        return rdm.rand(rows)

    def randn():
        return rdm.randn(rows)

    living = 1450 * np.exp(0.32 * size)
    upper = np.where(rand() < 0.43, living * (0.25 + 0.2 * rand()), 0)
    attic = np.where(rand() < 0.02, 80 + 300 * rand(), 0)
    basement = np.where(rand() < 0.975, (living - upper) * (0.85 + 0.15 * rand()), 0)
    finished = basement * np.where(rand() < 0.68, rand(), 0)
    finished_2 = (basement - finished) * np.where(rand() < 0.11, rand(), 0)
    sold = 2006 + np.floor(5 * rand()).astype(int)
    built = _whole(sold - 1 - 38 * np.exp(-0.6 * newness), 1872, sold)
    remodelled = np.where(rand() < 0.5, built + (sold - built) * rand(), built)
    cars = _whole(1.75 + 0.35 * size + 0.45 * newness + 0.4 * randn(), 1, 4)
    cars = np.where(rand() < 0.945, cars, 0)
    lot = 9500 * np.exp(0.15 * size + 0.4 * randn())
    house = {
        "Id": np.arange(1, rows + 1),
        "MSSubClass": 20 + 10 * np.floor(15 * rand() ** 2).astype(int),
        "LotFrontage": np.round(0.7 * np.sqrt(lot) * np.exp(0.2 * randn())),
        "LotArea": _whole(lot, 1300),
        "OverallQual": _whole(6.1 + 1.4 * quality, 1, 10),
        "OverallCond": _whole(5.6 + 1.1 * latent["care"], 1, 9),
        "YearBuilt": built,
        "YearRemodAdd": _whole(remodelled, 1950, sold),
        "MasVnrArea": np.round(180 * np.exp(0.7 * randn())),
        "BsmtFinSF1": _whole(finished),
        "BsmtFinSF2": _whole(finished_2),
        "BsmtUnfSF": _whole(basement - finished - finished_2),
        "1stFlrSF": _whole(living - upper),
        "2ndFlrSF": _whole(upper),
        "LowQualFinSF": _whole(attic),
        "BsmtFullBath": _whole((rand() < 0.6) & (finished > 250)),
        "BsmtHalfBath": _whole((rand() < 0.06) & (finished > 250)),
        "FullBath": _whole(1.55 + 0.4 * size + 0.3 * newness + 0.2 * randn(), 1, 3),
        "HalfBath": _whole((rand() < 0.6) & (upper > 0)),
        "BedroomAbvGr": _whole(2.85 + 0.55 * size + 0.55 * randn(), 0, 8),
        "KitchenAbvGr": 1 + _whole(rand() < 0.045),
        "TotRmsAbvGrd": _whole(6.5 + 1.4 * size + 0.6 * randn(), 2, 14),
        "Fireplaces": _whole((rand() < 0.55) * (1 + 0.3 * quality + 0.3 * randn()), 0, 3),
        "GarageYrBlt": np.where(cars > 0, built, np.nan),
        "GarageCars": cars,
        "GarageArea": _whole(cars * (250 + 30 * randn())),
        "MoSold": _whole(6.3 + 2.7 * randn(), 1, 12),
        "YrSold": sold,
    }
    for name, share, usual in (
        ("WoodDeckSF", 0.48, 180),
        ("OpenPorchSF", 0.55, 70),
        ("EnclosedPorch", 0.14, 140),
        ("3SsnPorch", 0.016, 190),
        ("ScreenPorch", 0.08, 180),
        ("PoolArea", 0.006, 550),
        ("MiscVal", 0.035, 600),
    ):
        house[name] = _whole((rand() < share) * usual * np.exp(0.5 * randn()))
    house["TotalBsmtSF"] = house["BsmtFinSF1"] + house["BsmtFinSF2"] + house["BsmtUnfSF"]
    house["GrLivArea"] = house["1stFlrSF"] + house["2ndFlrSF"] + house["LowQualFinSF"]
    return house


def _shared_out(rdm, name, house, latent):
    """A categorical column: its values by their shares, along what it follows or anyhow.

    A house that has no such thing has None. The number of each value does not hang on chance, so
    that none is left out.
    """
    rows = len(house["Id"])
    along = rdm.randn(rows)
    for quantity, names in _FOLLOWS.items():
        if name in names.split():
            along = 0.9 * latent[quantity] + 0.44 * along
    there = np.flatnonzero(_has(rdm, name, house))
    there = there[np.argsort(along[there], kind="mergesort")]
    values, shares = zip(*_VALUES[name])
    ends = np.round(np.cumsum(shares) / np.sum(shares) * len(there)).astype(int)
    column = np.full(rows, None, object)
    for value, begin, end in zip(values, np.append(0, ends), ends):
        column[there[begin:end]] = value
    return column


def _has(rdm, name, house):
    """Which houses have what a categorical column is about."""
    rows = len(house["Id"])
    if name in ("Alley", "Fence"):
        return rdm.rand(rows) < {"Alley": 0.06, "Fence": 0.19}[name]
    for beginning, counted in (
        ("Bsmt", "TotalBsmtSF"),
        ("FireplaceQu", "Fireplaces"),
        ("Garage", "GarageCars"),
        ("PoolQC", "PoolArea"),
        ("MiscFeature", "MiscVal"),
    ):
        if name.startswith(beginning):
            return house[counted] > 0
    return np.ones(rows, bool)


def _log_price(house):
    """What a house is worth: the logarithm of dollars.

    Much of it is no sum over the columns: space is worth more in a better house, a house loses with
    its age until it gains by it, care counts where a house is old, and summer sells.
    """
    size = np.log(house["GrLivArea"] / 1450.0)
    quality = (house["OverallQual"] - 6) / 1.4
    age = house["YrSold"] - house["YearBuilt"]
    worth = 11.0 + 0.5 * size + 0.1 * quality + 0.2 * quality * np.tanh(2 * size)
    worth += 0.5 * np.exp(-age / 20.0) + 0.5 * np.clip((age - 50) / 50.0, 0, 1)
    worth += 0.07 * (house["OverallCond"] - 5.5) * np.tanh(age / 40.0)
    worth += 0.08 * np.exp((house["YearRemodAdd"] - house["YrSold"]) / 5.0)
    worth += 0.08 * np.cos(2 * np.pi * (house["MoSold"] - 6) / 12)
    worth += 0.06 * np.minimum(house["GarageCars"], 2) + 0.05 * (house["Fireplaces"] > 0)
    for name, weight in (
        ("Neighborhood", 0.4),
        ("MSZoning", 0.1),
        ("ExterQual", 0.1),
        ("KitchenQual", 0.1),
        ("BsmtQual", 0.05),
        ("CentralAir", 0.1),
        ("Functional", 0.2),
    ):
        worth += weight * _height(name, house)
    return worth


def _height(name, house):
    """How far up its list each house's value stands, from 0 to 1; 0 where it has none."""
    heights = np.linspace(0, 1, len(_VALUES[name]))
    places = {value: height for (value, _), height in zip(_VALUES[name], heights)}
    return np.array([places.get(value, 0.0) for value in house[name]])


def checksum(source):
    """What the table is, wherever it lies: "generated", or the SHA-256 of the file's lines."""
    if source == GENERATED:
        return source
    lines = _read_text(Path(source).expanduser()).splitlines()
    return hashlib.sha256("\n".join(lines).encode("utf-8")).hexdigest()


# From a file -------------------------------------------------------------------------------------


def load(path):
    """Kaggle's train.csv at `path`, checked: its 79 features and SalePrice, as a pandas.DataFrame.

    Missing is what the file calls NA or leaves empty; None is a word, a kind of MasVnrType (pandas
    by itself takes it for missing from its version 2 on). Raises UsageError where there is no file
    and CourseError where it has not what the lesson needs, in one sentence that says what.
    """
    import pandas

    path = Path(path).expanduser()
    text = _read_text(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", pandas.errors.ParserWarning)
            table = pandas.read_csv(
                io.StringIO(text),
                dtype=str,
                keep_default_na=False,
                na_values=["", "NA"],
                skipinitialspace=True,
                index_col=False,
            )
    except (ValueError, pandas.errors.ParserWarning) as error:
        reason = str(error).strip().split("\n")[0].rstrip(".")
        raise _unfit(path, f"cannot be read as CSV ({reason})") from None
    table.columns = [str(name).strip() for name in table.columns]
    _check_columns(path, table)
    if len(table) < FEWEST_ROWS:
        raise _unfit(path, f"has {len(table)} rows of data, and {FEWEST_ROWS} are the fewest")
    if text[-1] not in "\r\n" and table.iloc[-1].isna()[table.columns[-1]]:
        raise _unfit(path, "is cut off (its last line has no end, and its last column no value)")
    for name in [*NUMERIC, TARGET]:
        table[name] = _as_numbers(path, name, table[name])
    return table[[*[name for name in COLUMNS if name in NUMERIC + CATEGORICAL], TARGET]]


def _unfit(path, what):
    what = translate(what)
    return CourseError(
        f"{files.shown(path)} {what}: give the path of Kaggle's train.csv, unpacked and unchanged, "
        "or leave --data out for the generated table."
    )


def _read_text(path):
    if not path.is_file():
        what = translate("is a folder" if path.is_dir() else "is no file")
        raise UsageError(
            f"--data {path}: {path.absolute()} {what}; give the path of Kaggle's train.csv, or "
            "leave the flag out for the generated table."
        )
    try:
        content = path.read_bytes()
    except OSError as error:
        raise _unfit(path, f"cannot be read ({error.strerror})") from None
    if content[:2] in (b"PK", b"\x1f\x8b"):
        raise _unfit(path, "is an archive or a workbook, not CSV")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _unfit(path, f"is not UTF-8 text (byte {error.start})") from None
    if "\0" in text:
        raise _unfit(path, "is not text")
    if not text.strip():
        raise _unfit(path, "is empty")
    return text


def _check_columns(path, table):
    missing = [name for name in COLUMNS if name != "Id" and name not in table]
    if missing == [TARGET]:
        raise _unfit(path, "has no column SalePrice, which Kaggle's test.csv has not")
    if len(missing) == len(COLUMNS) - 1:
        raise _unfit(path, f"has none of the columns {', '.join(COLUMNS[1:4])} … {TARGET}")
    if missing:
        words = ", ".join(missing[:8]) + (f" … ({len(missing)})" if len(missing) > 8 else "")
        if len(missing) == 1:
            raise _unfit(path, f"lacks the column {words}")
        raise _unfit(path, f"lacks the columns {words}")


def _as_numbers(path, name, column):
    """A numeric column as floats, NaN where it is missing; of prices none may be."""
    import pandas

    values = pandas.to_numeric(column, errors="coerce").astype(float)
    good = column.isna() | (values.abs() < LARGEST)
    wanted = "a number or NA"
    if name == TARGET:
        good, wanted = (values > 0) & (values < LARGEST), "a number above 0"
    if not good.all():
        row = int(np.argmin(good.values))
        raise _unfit(
            path,
            f"has {reprlib.repr(column[row])} for {name} in its row {row + 1}, which is to be "
            f"{wanted}",
        )
    return values
