"""
Formulas of Sheets ↔ formulas of Excel's files.

What Excel has no words for is written as Google writes it, `IFERROR(__xludf.DUMMYFUNCTION("formula"),value)`: Excel
shows the value, and Sheets finds its formula again.  Open ranges (`A2:A`) end in Excel at the last row that it can have.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from sheetcrm.server.arrays import may_spill
from sheetcrm.server.cell_error import CellError, Value
from sheetcrm.server.formulas import Reference, Token, letters, quoted, tokens

LAST_ROW = 1_048_575
LAST_COLUMN = 16_383
LONGEST = 8_192
LONGEST_TEXT = 255  # of one string in a formula
NOT_NAMES = frozenset({"c", "r"})
"""Names that ranges have in Sheets and cannot have in Excel: there they are a column and a row."""
ERRORS = frozenset({"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"})
# Newer than the file format: Excel wants them marked.
_NEWER_WORDS = """
    ACOT ACOTH AGGREGATE ARABIC BASE BETA.DIST BETA.INV BINOM.DIST BINOM.DIST.RANGE BINOM.INV BITAND BITLSHIFT BITOR
    BITRSHIFT BITXOR CEILING.MATH CEILING.PRECISE CHISQ.DIST CHISQ.DIST.RT CHISQ.INV CHISQ.INV.RT CHISQ.TEST COMBINA
    CONCAT CONFIDENCE.NORM CONFIDENCE.T COT COTH COVARIANCE.P COVARIANCE.S CSC CSCH DAYS DECIMAL ERF.PRECISE
    ERFC.PRECISE EXPON.DIST F.DIST F.DIST.RT F.INV F.INV.RT F.TEST FLOOR.MATH FLOOR.PRECISE FORECAST.LINEAR
    FORMULATEXT GAMMA GAMMA.DIST GAMMA.INV GAMMALN.PRECISE GAUSS HYPGEOM.DIST IFNA IFS IMCOSH IMCOT IMCSC IMCSCH IMSEC
    IMSECH IMSINH IMTAN ISFORMULA ISOWEEKNUM LOGNORM.DIST LOGNORM.INV MAXIFS MINIFS MODE.MULT MODE.SNGL MUNIT
    NEGBINOM.DIST NORM.DIST NORM.INV NORM.S.DIST NORM.S.INV NUMBERVALUE PDURATION PERCENTILE.EXC PERCENTILE.INC
    PERCENTRANK.EXC PERCENTRANK.INC PERMUTATIONA PHI POISSON.DIST QUARTILE.EXC QUARTILE.INC RANK.AVG RANK.EQ RRI SEC
    SECH SHEET SHEETS SKEW.P STDEV.P STDEV.S SWITCH T.DIST T.DIST.2T T.DIST.RT T.INV T.INV.2T T.TEST TEXTJOIN UNICHAR
    UNICODE VAR.P VAR.S WEIBULL.DIST XLOOKUP XMATCH XOR Z.TEST
"""
_NEWER = frozenset(_NEWER_WORDS.split())
# Functions of Sheets that Excel does not have, or has with other arguments.
_OWN_WORDS = """
    ADD ARRAY_CONSTRAIN AVERAGE.WEIGHTED BYCOL BYROW CHOOSECOLS CHOOSEROWS COUNTUNIQUE COUNTUNIQUEIFS DETECTLANGUAGE
    DIVIDE EPOCHTODATE EQ FLATTEN GOOGLEFINANCE GOOGLETRANSLATE GT GTE HSTACK IMAGE IMPORTDATA IMPORTFEED IMPORTHTML
    IMPORTRANGE IMPORTXML ISBETWEEN ISDATE ISEMAIL ISURL JOIN LAMBDA LET LT LTE MAKEARRAY MAP MARGINOFERROR MINUS
    MULTIPLY NE POW QUERY REDUCE REGEXEXTRACT REGEXMATCH REGEXREPLACE SCAN SORTN SPARKLINE SPLIT TO_DATE TO_DOLLARS
    TO_PERCENT TO_PURE_NUMBER TO_TEXT TOCOL TOROW UMINUS UNARY_PERCENT UPLUS VSTACK WRAPCOLS WRAPROWS
"""
_OWN = frozenset(_OWN_WORDS.split())
_PREFIX = re.compile(r"(?:_xlfn\.|_xlws\.|_xlpm\.|_xludf\.)+", re.IGNORECASE)
_DUMMY = re.compile(
    r'IFERROR\(__xludf\.DUMMYFUNCTION\((?P<texts>"(?:[^"]|"")*+"(?:&"(?:[^"]|"")*+")*+)\),.*\)', re.DOTALL
)
_STRING = re.compile(r'"((?:[^"]|"")*+)"')
COMPUTED = '"COMPUTED_VALUE"'


def to_excel(formula: str, titles: Mapping[str, str]) -> str | None:
    """A formula (with its `=`) without `=` as Excel's files have it; None when Excel has no words for it.

    `titles` tells by their own title, in lower case, what sheets are called in the file.
    """
    if may_spill(formula):
        return None
    written = [_written(token, titles) for token in tokens(formula.removeprefix("="))]
    if None in written:
        return None
    text = "".join(filter(None, written))
    return text if text and len(text) <= LONGEST else None


def dummy(formula: str, value: Value) -> str | None:
    """What stands for a formula that Excel has no words for; None when it is too long for a cell of Excel's."""
    text = f"IFERROR(__xludf.DUMMYFUNCTION({_text(formula.removeprefix('='))}),{_constant(value)})"
    return text if len(text) <= LONGEST else None


def from_excel(formula: str) -> str | None:
    """A formula of a file, with a `=`; "" for a cell that some other formula's array reaches; None when Sheets cannot hold it."""
    if match := _DUMMY.fullmatch(formula):
        original = "".join(_STRING.findall(match["texts"])).replace('""', '"')
        return "" if original == COMPUTED else "=" + original
    read = [_read(token) for token in tokens(formula)]
    return None if None in read else "=" + "".join(filter(None, read))


def _written(token: Token, titles: Mapping[str, str]) -> str | None:
    if token.reference is not None:
        closed = _closed(token.reference, titles)
        if closed is None:
            return None
        return token.text if closed == token.reference else closed.text()
    if token.kind == "function":
        name = token.text.upper()
        return None if name in _OWN else "_xlfn." + name if name in _NEWER else name
    unknown = {
        "string": len(token.text) > LONGEST_TEXT + 2 or token.text[-1:] != '"',
        "error": token.text.upper() not in ERRORS,
        "name": token.text.lower() in NOT_NAMES,
        "other": "[" in token.text or "\\" in token.text,  # tables' columns, arrays
    }
    return None if unknown.get(token.kind) else "," if token.text == ";" else token.text


def _closed(reference: Reference, titles: Mapping[str, str]) -> Reference | None:
    """A reference that ends where Excel's sheets end; None when Excel cannot say it."""
    first, last = reference.first, reference.last
    if last is not None:
        if first.row is not None and last.row is None:
            last = replace(last, row=LAST_ROW, row_fixed=first.row_fixed)
        if first.column is not None and last.column is None:
            last = replace(last, column=LAST_COLUMN, column_fixed=first.column_fixed)
    ends = [first, last or first]
    whole = [[end.row is None for end in ends], [end.column is None for end in ends]]
    if any(any(side) and not all(side) for side in whole):
        return None
    if any((end.row or 0) > LAST_ROW or (end.column or 0) > LAST_COLUMN for end in ends):
        return None
    title = reference.title and titles.get(reference.title.lower(), reference.title)
    return replace(reference, title=title, last=last)


def _read(token: Token) -> str | None:
    if token.kind == "function" or (token.kind == "name" and token.text.startswith("_xl")):
        return _PREFIX.sub("", token.text, count=1)
    if token.kind == "other" and "[" in token.text:
        return None  # another file, or a table's columns
    if token.reference is None or token.reference.last is None:
        return token.text
    first, last = token.reference.first, token.reference.last
    if last.row == LAST_ROW and first.row is not None:
        last = replace(last, row=None, row_fixed=False)
    if last.column == LAST_COLUMN and first.column is not None and last.row is not None:
        last = replace(last, column=None, column_fixed=False)
    return token.text if last is token.reference.last else replace(token.reference, last=last).text()


def _text(text: str) -> str:
    """A text as a formula writes it, in pieces that Excel takes."""
    pieces = [text[at : at + LONGEST_TEXT] for at in range(0, len(text), LONGEST_TEXT)] or [""]
    return "&".join('"' + piece.replace('"', '""') + '"' for piece in pieces)


def _constant(value: Value) -> str:
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, CellError):
        return error_text(value)
    if isinstance(value, str) or value is None:
        return _text(value or "")
    return repr(value)


def error_text(error: CellError) -> str:
    """An error as Excel names it."""
    return error.text if error.text in ERRORS else "#VALUE!"


def range_formula(title: str, top: int, bottom: int, left: int, right: int) -> str:
    """Rows [top, bottom) and columns [left, right) of a sheet as an absolute reference, with a `=`."""
    return f"={quoted(title)}!${letters(left)}${top + 1}:${letters(right - 1)}${bottom}"
