"""
A text → how many pixels wide it is drawn, for autoResizeDimensions.

There are no fonts here, so widths come from a table of Roboto's, which is what Google measures with whatever the font
of the cell: 13 pixels high at 10 points.  Bold, italic and other alphabets are estimated.
"""

import unicodedata

PIXELS_PER_POINT = 1.3
UNITS = 2048
DEFAULT = 1150
WIDTHS = {
    letter: width
    for width, letters in {
        489: "j", 497: "il", 507: " ", 539: ".", 557: "I", 402: ",", 565: "-", 669: "t", 694: "r", 711: "f", 969: "y",
        992: "v", 1015: "xz", 1038: "k", 1057: "s", 1072: "c", 1085: "e", 1102: "L", 1114: "a", 1128: "hu", 1130: "Jn",
        1132: "F", 1149: "bgp", 1155: "dq", 1164: "E", 1168: "o", 1215: "S", 1222: "TZ", 1230: "Y", 1261: "R", 1275: "B",
        1284: "KX", 1292: "P", 1303: "V", 1328: "U", 1333: "C", 1336: "A", 1343: "D", 1395: "G", 1408: "OQ", 1460: "HN",
        1538: "w", 1788: "M", 1795: "m", 1817: "W",
    }.items()
    for letter in letters
}  # fmt: skip


def text_width(text: str, points: float = 10) -> float:
    """Pixels of the widest line of a text at a font size in points."""
    return max(sum(map(_units, line)) for line in text.split("\n")) / UNITS * points * PIXELS_PER_POINT


def _units(letter: str) -> int:
    known = WIDTHS.get(letter)
    if known is not None:
        return known
    return UNITS if unicodedata.east_asian_width(letter) in "WF" else DEFAULT
