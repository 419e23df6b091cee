"""Numbers as programs and people write them: with decimal commas, thousands or a type around them."""

import re

import numpy as np
import pandas as pd
from numpy.typing import NDArray

# How numpy 2 writes a number whose ``repr`` a program prints.
WRAPPED = re.compile(r"np\.float64\((.*)\)")
THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}")
NO_NUMBER = {"", "nan", "none"}


def decimal_mark(table: pd.DataFrame, separator: str) -> str:
    """Return the decimal mark of a table of cells: of a number with point and comma, the last one.

    Commas alone are decimal commas, unless a number has two of them. Where commas separate cells too, 1,257 may be
    either.

    Raises:
        ValueError: It may be either.
    """
    textual = [_text(table[column]) for column in table if not _is_numeric(table[column])]
    if not textual:
        return "."
    cells = pd.concat(textual)
    with_comma = cells[cells.str.fullmatch(r"[^:]*,[^:]*")]
    if not len(with_comma):
        return "."
    with_both = with_comma[with_comma.str.contains(".", regex=False)]
    if len(with_both):
        return max(",.", key=with_both.iloc[0].rfind)
    if with_comma.str.count(",").gt(1).any():
        return "."
    if separator == "," and with_comma.str.fullmatch(THOUSANDS).all():
        example = with_comma.iloc[0]
        raise ValueError(f"{example} may be {example.replace(',', '.')} or {example.replace(',', '')}")
    return ","


def numbers(cells: pd.Series, decimal: str) -> NDArray[np.float64]:
    """Return a column of cells as numbers; empty cells are NaN.

    Raises:
        ValueError: A cell is no number.
    """
    if _is_numeric(cells):
        return cells.to_numpy(dtype=np.float64)
    text = _text(cells)
    plain = text.str.replace("." if decimal == "," else ",", "", regex=False).str.replace(decimal, ".", regex=False)
    values = pd.to_numeric(plain, errors="coerce").to_numpy(dtype=np.float64)
    wrong = np.isnan(values) & ~text.str.lower().isin(NO_NUMBER).to_numpy()
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        raise ValueError(f"row {row + 1} below the header: {text.iloc[row]!r} is no number")
    return values


def _is_numeric(cells: pd.Series) -> bool:
    return bool(pd.api.types.is_numeric_dtype(cells))


def _text(cells: pd.Series) -> pd.Series:
    return cells.fillna("").astype(str).str.replace(WRAPPED, r"\1", regex=True).str.replace(r"\s", "", regex=True)
