"""
A text file's bytes → the name of its encoding.

A byte-order mark says it, UTF-8 proves itself.  What is neither is GB 18030 (the
larger GBK: what Excel writes on a Chinese Windows) or Windows-1252 (on a western
one); almost any bytes can be read as either, so it is looked which of the two
makes words that people write.  Where neither does, nothing is guessed.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

UTF_8, CHINESE, WESTERN = "utf-8", "gb18030", "cp1252"
MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))

_CHUNK = 1 << 20
_ENOUGH = 20_000
"""Lines that tell; a file does not change its mind after them."""
_WORD = re.compile(r"[^\W\d_]+")
_COMMON_SHARE = 0.6
"""Of real Chinese nine in ten characters are common; of western text read as Chinese hardly one."""
_WORDS_SHARE = 0.8


def marked(start: bytes) -> str | None:
    """The encoding that a byte-order mark says."""
    return next((name for mark, name in MARKS if start.startswith(mark)), None)


def find(file: BinaryIO) -> str | None:
    """The encoding of a file that is read from its beginning; None when it cannot be told.  In bounded memory."""
    start = file.read(4096)
    if name := marked(start):
        return name
    if start.count(0) * 3 > len(start) > 1:
        even, odd = start[::2].count(0), start[1::2].count(0)
        return "utf-16-le" if odd > even else "utf-16-be"
    file.seek(0)
    utf_8, seen = 0, _Seen()
    for line in _lines(file):
        if is_utf_8(line):
            utf_8 += 1
        else:
            seen.look(line)
        if utf_8 + seen.lines > _ENOUGH:
            break
    return UTF_8 if utf_8 >= seen.lines else seen.likely()


def is_utf_8(line: bytes) -> bool:
    """Whether the bytes are UTF-8 to the last."""
    try:
        line.decode(UTF_8)
    except UnicodeDecodeError:
        return False
    return True


def surely_utf_8(line: bytes) -> bool:
    """Whether they are, with characters of three bytes: what is GBK looks so only by a rare accident."""
    try:
        return max(line.decode(UTF_8), default="") > "\u07ff"
    except UnicodeDecodeError:
        return False


def other(raw: bytes, encoding: str) -> tuple[str, str] | None:
    """What a line that is not in `encoding` says instead, and in which; None when that cannot be told either."""
    if is_utf_8(raw):
        return UTF_8, raw.decode(UTF_8)
    seen = _Seen()
    seen.look(raw)
    likely = seen.likely()
    return None if likely in (None, encoding) else (str(likely), raw.decode(str(likely), "replace"))


@dataclass
class _Seen:
    """How much of the lines so far would be Chinese, and how much western."""

    lines: int = 0
    broken: int = 0
    common: int = 0
    rare: int = 0
    undefined: int = 0
    good: int = 0
    bad: int = 0

    def look(self, line: bytes) -> None:
        """Count in a line that is not ASCII."""
        self.lines += 1
        try:
            for char in line.decode(CHINESE):
                if not char.isascii():
                    self._chinese(char)
        except UnicodeDecodeError:
            self.broken += 1
        try:
            text = line.decode(WESTERN)
        except UnicodeDecodeError:
            self.undefined += 1
            return
        for word in _WORD.findall(text):
            strange = sum(not char.isascii() for char in word)
            if strange and len(word) > 1:
                # ƒ is a letter to Unicode only; Japanese is full of that byte.
                real = strange * 5 <= len(word) * 3 and "ƒ" not in word
                self.good += real
                self.bad += not real

    def likely(self) -> str | None:
        """The one of the two that it is; None when it is neither."""
        mostly, words = self.lines // 10, self.good + self.bad
        # Without words there are only signs such as € or °: two bytes of Chinese would be common characters.
        western = self.good >= _WORDS_SHARE * words if words else not self.common or self.broken > mostly
        if western and self.undefined <= mostly:
            return WESTERN
        if self.broken <= mostly and self.common >= _COMMON_SHARE * (self.common + self.rare):
            return CHINESE
        return None

    def _chinese(self, char: str) -> None:
        """Common are the 3,755 characters that GB 2312 puts first, and its punctuation."""
        code = char.encode(CHINESE)
        common = len(code) == 2 and code[1] >= 0xA1 and (0xA1 <= code[0] <= 0xA3 or 0xB0 <= code[0] <= 0xD7)
        self.common += common
        self.rare += not common


def _lines(file: BinaryIO) -> Iterator[bytes]:
    """Every line that is not ASCII, without its end; one without an end comes in pieces."""
    rest = b""
    while chunk := file.read(_CHUNK):
        lines = (rest + chunk).splitlines(keepends=True)
        rest = lines.pop() if len(lines) > 1 else b""
        yield from (line for line in lines if not line.isascii())
    if not rest.isascii():
        yield rest
