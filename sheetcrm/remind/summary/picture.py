"""
Bars → a small picture (PNG): a bar for each stage, with its name and how much there is.

A name is written only where a font of this machine has its letters; else the
bar has its number, in the order of the table that stands beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from typing import TYPE_CHECKING, Any

from sheetcrm.errors import MissingExtra
from sheetcrm.messages import tr

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont

WIDTH = 1200
"""In pixels: twice what it is shown at, for fine screens."""
LINE = 72
EDGE = 20
NAMES, VALUES = 320, 240
"""The room for what stands left and right of the bars."""
BAR = (31, 119, 160)
TRACK = (238, 241, 245)
INK = (52, 64, 84)
PAPER = (255, 255, 255)
SIZE = 36
# Families with Chinese letters as they come with Linux, macOS and Windows, in the order in which they are asked for.
FONTS = (
    "NotoSansCJK-Regular.ttc",
    "NotoSansSC-Regular.otf",
    "SourceHanSansSC-Regular.otf",
    "wqy-microhei.ttc",
    "wqy-zenhei.ttc",
    "PingFang.ttc",
    "STHeiti Light.ttc",
    "msyh.ttc",
    "simhei.ttf",
)


@dataclass(frozen=True)
class Bar:
    """One bar: its name, how long it is compared with the others (0 or more), and what is written at its end."""

    name: str
    length: float
    value: str


def picture(bars: Sequence[Bar], fonts: Sequence[str] = FONTS) -> bytes:
    """The PNG; MissingExtra without Pillow.  `fonts` are files to look for where the built-in font lacks letters."""
    try:
        from PIL import Image, ImageDraw  # noqa: PLC0415 - an extra, and only summaries have pictures
    except ImportError as error:
        raise MissingExtra(tr("Pillow, which draws the picture of the summary,"), "report") from error
    image = Image.new("RGB", (WIDTH, 2 * EDGE + LINE * max(len(bars), 1)), PAPER)
    draw = ImageDraw.Draw(image)
    longest = max((bar.length for bar in bars), default=0) or 1
    for at, bar in enumerate(bars):
        _draw(draw, bar, at, longest, tuple(fonts))
    out = BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()


def _draw(draw: ImageDraw, bar: Bar, at: int, longest: float, fonts: tuple[str, ...]) -> None:
    top = EDGE + at * LINE
    left, right = EDGE + NAMES, WIDTH - EDGE - VALUES
    name = _writable(bar.name, fonts)
    text, font = (bar.name, name) if name else (str(at + 1), _built_in())
    draw.text((EDGE, top + LINE / 2), _cut(text, font), INK, font, anchor="lm")
    box = (left, top + 12, right, top + LINE - 12)
    draw.rounded_rectangle(box, 8, TRACK)
    if bar.length > 0:
        end = left + max(16, round((right - left) * bar.length / longest))
        draw.rounded_rectangle((left, box[1], end, box[3]), 8, BAR)
    value = _writable(bar.value, fonts)
    if value:
        draw.text((right + 18, top + LINE / 2), bar.value, INK, value, anchor="lm")


def _cut(text: str, font: FreeTypeFont) -> str:
    """As much of it as there is room for."""
    while len(text) > 1 and font.getlength(text) > NAMES - 20:
        text = text.rstrip("…")[:-1] + "…"
    return text


def _writable(text: str, fonts: tuple[str, ...]) -> FreeTypeFont | None:
    """The first font that has all its letters; None when none has."""
    known: tuple[Any, ...] = (_built_in(), _found(fonts))
    return next((font for font in known if font is not None and all(_has(font, letter) for letter in text)), None)


@cache
def _built_in() -> Any:
    from PIL import ImageFont  # noqa: PLC0415 - as above

    return ImageFont.load_default(SIZE)


@cache
def _found(fonts: tuple[str, ...]) -> FreeTypeFont | None:
    """The first of these files that this machine has; Pillow knows where fonts are kept."""
    from PIL import ImageFont  # noqa: PLC0415 - as above

    for name in fonts:
        try:
            return ImageFont.truetype(name, SIZE)
        except OSError:
            continue
    return None


@cache
def _has(font: FreeTypeFont, letter: str) -> bool:
    """Whether it has that letter: what a font lacks looks like a character that nobody has."""
    if letter.isspace():
        return True
    return bytes(font.getmask(letter)) != bytes(font.getmask("\U0010fffe"))
