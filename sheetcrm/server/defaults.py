"""
What Google gives a new spreadsheet that nobody asked about.

`default_format` in answers is not what a cell's effectiveFormat shows: there the font is Arial, here it is a list.
"""

from typing import Any

Json = dict[str, Any]

WHITE: Json = {"red": 1, "green": 1, "blue": 1}
ROW_HEIGHT = 21
COLUMN_WIDTH = 100
ROW_COUNT = 1000
COLUMN_COUNT = 26
LOCALE = "en_US"
TIME_ZONE = "Etc/GMT"


def _theme(kind: str, red: float, green: float, blue: float) -> Json:
    channels = {"red": red, "green": green, "blue": blue}
    return {"colorType": kind, "color": {"rgbColor": {name: value for name, value in channels.items() if value}}}


DEFAULT_FORMAT: Json = {
    "backgroundColor": WHITE,
    "padding": {"top": 2, "right": 3, "bottom": 2, "left": 3},
    "verticalAlignment": "BOTTOM",
    "wrapStrategy": "OVERFLOW_CELL",
    "textFormat": {
        "foregroundColor": {},
        "fontFamily": "arial,sans,sans-serif",
        "fontSize": 10,
        "bold": False,
        "italic": False,
        "strikethrough": False,
        "underline": False,
        "foregroundColorStyle": {"rgbColor": {}},
    },
    "backgroundColorStyle": {"rgbColor": WHITE},
}

THEME: Json = {
    "primaryFontFamily": "Arial",
    "themeColors": [
        _theme("TEXT", 0, 0, 0),
        _theme("BACKGROUND", 1, 1, 1),
        _theme("ACCENT1", 0.25882354, 0.52156866, 0.95686275),
        _theme("ACCENT2", 0.91764706, 0.2627451, 0.20784314),
        _theme("ACCENT3", 0.9843137, 0.7372549, 0.015686275),
        _theme("ACCENT4", 0.20392157, 0.65882355, 0.3254902),
        _theme("ACCENT5", 1, 0.42745098, 0.003921569),
        _theme("ACCENT6", 0.27450982, 0.7411765, 0.7764706),
        _theme("LINK", 0.06666667, 0.33333334, 0.8),
    ],
}

SPREADSHEET_PROPERTIES: Json = {
    "title": "",
    "locale": LOCALE,
    "autoRecalc": "ON_CHANGE",
    "timeZone": TIME_ZONE,
    "defaultFormat": DEFAULT_FORMAT,
    "spreadsheetTheme": THEME,
}
