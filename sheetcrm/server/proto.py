"""
JSON as stored → JSON as Google prints it, and the other way round.

Google's JSON is proto3: a zero, a false or an empty text is left out, unless the field knows whether it was set.
Which fields know is no rule but a list, and it was read off recorded answers.
"""

import struct
from typing import Any

Json = dict[str, Any]

# Fields that are printed even when they hold their default, because Google tracks whether they were set.
KEPT = frozenset(
    {
        "startRowIndex", "endRowIndex", "startColumnIndex", "endColumnIndex", "startIndex", "endIndex",
        "numberValue", "boolValue", "stringValue", "formulaValue", "userEnteredValue",
        "bold", "italic", "strikethrough", "underline", "columnIndex", "dimensionIndex",
    }
)  # fmt: skip
INDEXES = frozenset({"startRowIndex", "endRowIndex", "startColumnIndex", "endColumnIndex"})
COLORS = frozenset(
    {
        "backgroundColor",
        "foregroundColor",
        "tabColor",
        "color",
        "headerColor",
        "firstBandColor",
        "secondBandColor",
        "footerColor",
        "bubbleBorderColor",
        "nodeColor",
        "selectedNodeColor",
        "barColor",
        "negativeColor",
        "positiveColor",
        "minValueColor",
        "midValueColor",
        "maxValueColor",
        "noDataColor",
    }
)
# Alpha is accepted and forgotten, as Google does.
CHANNELS = ("red", "green", "blue")


def shown(value: Any) -> Any:
    """A copy without what proto3 leaves out; messages that were set stay, even when empty."""
    if isinstance(value, dict):
        if value.get("locationType") == "SHEET":
            return dict(value)  # a union of places: here the id 0 says that a place was given
        return {key: shown(part) for key, part in value.items() if part or _stays(key, part)}
    if isinstance(value, list):
        return [shown(part) for part in value]
    return value


def _stays(key: str, part: Any) -> bool:
    return part is not None and (isinstance(part, dict) or (key in KEPT and part != []))


def without_nulls(value: Any) -> Any:
    """A copy in which null means what proto3 JSON means by it: not set."""
    if isinstance(value, dict):
        return {key: without_nulls(part) for key, part in value.items() if part is not None}
    if isinstance(value, list):
        return [without_nulls(part) for part in value]
    return value


def colored(value: Any, theme: Json) -> Any:
    """A copy in which every colour stands twice, as Google answers: `xColor` and `xColorStyle` say the same."""
    if isinstance(value, list):
        return [colored(part, theme) for part in value]
    if not isinstance(value, dict):
        return value
    result = {key: colored(part, theme) for key, part in value.items()}
    for key in COLORS:
        _twin(result, key, theme)
    return result


def _twin(result: Json, key: str, theme: Json) -> None:
    style = result.get(key + "Style")
    if style:
        rgb = style.get("rgbColor")
        result[key] = _rounded(rgb) if rgb is not None else theme.get(style.get("themeColor"), {})
        if rgb is not None:
            result[key + "Style"] = {"rgbColor": result[key]}
    elif key in result:
        result[key] = _rounded(result[key])
        result[key + "Style"] = {"rgbColor": result[key]}


def _rounded(color: Json) -> Json:
    kept = {name: channel(color[name]) for name in CHANNELS if color.get(name)}
    return {name: value for name, value in kept.items() if value}


def channel(number: float) -> float:
    """A colour's channel as Google keeps it: one of 256 steps, cut off and not rounded; past 1 it begins anew.

    Sent 0.5 comes back as 0.49803922 (burnash/gspread#1199), sent 112 as 144 / 255 (robin900/gspread-formatting#7).
    """
    return STEPS[int(_float32(_float32(number) * 255)) % 256]


def _float32(number: float) -> float:
    """The nearest single-precision number."""
    return float(struct.unpack("f", struct.pack("f", number))[0])


def single(number: float) -> float:
    """The shortest decimal that is the same single-precision number, as Google prints colours."""
    packed = struct.pack("f", number)
    for digits in range(1, 10):
        short = float(f"{number:.{digits}g}")
        if struct.pack("f", short) == packed:
            return int(short) if short.is_integer() else short
    return number


STEPS = tuple(single(step / 255) for step in range(256))
"""What a channel can be."""


def plain(number: float) -> int | float:
    """A number as Google prints it: 2, not 2.0."""
    if isinstance(number, float) and number.is_integer() and abs(number) < 1e15:
        return int(number)
    return number
