"""
Two values → whether people mean the same by them, and two names → how alike they are, in percent.

Only what says nothing is put aside: case, width of letters, accents, signs,
legal forms.  `Store 12` and `Store 13` are as different as names can be, and
so are `（北京）` and `（上海）`.  Traditional and simplified characters are not taken
for each other.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any

from sheetcrm.errors import MissingExtra
from sheetcrm.messages import tr

SAME = 100
"""Percent: the same but for what says nothing."""
BRANCH = 95
"""The most that a name with a place in brackets is like one without."""
UNLIKE = 60
"""Percent below which two names have nothing to do with each other."""

_SIGNS = re.compile(r"[^\w]+|_+")
_WORDS = re.compile(r"[^\W\d_]+|\d+")
_PHONE = re.compile(r"\+?[\d\s().\-/·]+(?:;ext=\d+)?")
_BRACKETS = re.compile(r"\(([^()]{1,40})\)")
_ACCENTS = re.compile("[\u0300-\u036f]")
_CJK = re.compile(r"[\u3400-\u9fff]")
_LETTERS = str.maketrans({"ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})
_NUMERALS = frozenset("一二三四五六七八九十")

_CHINESE_FORMS = re.compile(
    r"(?:股份有限责任公司|有限责任公司|股份有限公司|控股有限公司|有限公司|股份公司|集团公司|总公司|集团|公司|[((]?(?:有限|普通|特殊普通)合伙[))]?"
    r"|株式会社|有限会社|合同会社)+$"
)
_LEADING_FORMS = re.compile(r"^(?:株式会社|有限会社|合同会社)")
_FORMS = re.compile(
    "ltd|limited|inc|incorporated|corp|corporation|co|company|llc|llp|lp|plc|pllc|gmbh|mbh|ag|kg|kgaa|ohg|ug"
    "|sa|sas|sarl|srl|spa|snc|sl|slu|sau|bv|nv|vof|ab|oyj?|asa|aps|sro|zrt|kft|doo|e?ood|ooo|oao|zao|pao"
    "|pte|pty|pvt|sdn|bhd|tbk|zoo|kk|yk|gk|ltda|eirl|sapi"
    "|sociedad anonima|societe anonyme|gesellschaft mit beschrankter haftung|a s|e v|e k"
    "|sp z oo|sp zoo|s a de c v|sa de cv|s de rl(?: de cv)?"
)
_SAYING_NOTHING = frozenset({"the", "and", "und", "et"})
_TITLES = frozenset({"mr", "mrs", "ms", "miss", "dr", "prof", "professor", "herr", "frau", "mme", "sir", "madam"})
_CHINESE_TITLES = re.compile(r"(?:先生|女士|小姐|老师|经理|总经理|博士|教授|医生)$")


def folded(value: Any) -> str:
    """
    What is the same for values by which people mean the same; empty for what says nothing.

    Phones by their digits without extension, e-mail addresses without case (dots count: only some providers
    ignore them), all else without case, width, accents, blanks and signs.
    """
    text = unicodedata.normalize("NFKC", "" if value is None else str(value)).strip()
    if "@" in text:
        return text.casefold()
    if _PHONE.fullmatch(text):
        number = text.partition(";")[0]
        digits = re.sub(r"\D", "", number)
        return f"+{digits}" if number.startswith("+") and len(digits) >= 7 else digits
    return _SIGNS.sub("", _plain(text))


@dataclass(frozen=True, slots=True)
class Name:
    """A name without what says nothing."""

    words: tuple[str, ...]
    region: str = ""
    """What stood in brackets."""
    formal: bool = field(default=False, compare=False)
    """Whether a legal form was put aside."""
    text: str = field(init=False, compare=False)
    """Its words in one."""
    ordered: str = field(init=False, compare=False)
    """Its words in alphabetical order."""

    def __post_init__(self) -> None:
        """What is compared again and again."""
        object.__setattr__(self, "text", "".join(self.words))
        object.__setattr__(self, "ordered", " ".join(sorted(self.words)))

    @property
    def numbers(self) -> tuple[str, ...]:
        """The numbers in it, in digits or as 一, 二, 三, in their order."""
        return tuple(part for word in self.words for part in _counted(word))


@lru_cache(maxsize=300_000)
def company(text: str) -> Name:
    """A company's name without legal form; what stands in brackets apart."""
    plain = _plain(text)
    regions = [_SIGNS.sub("", one) for one in _BRACKETS.findall(plain)]
    regions = [one for one in regions if one and not _is_form(one)]
    bare = _LEADING_FORMS.sub("", _BRACKETS.sub(" ", plain).strip())
    short = _CHINESE_FORMS.sub("", _SIGNS.sub("", bare)) if _CJK.search(bare) else bare
    words = _without_forms(_split(short if short else bare))
    kept = tuple(word for word in words if word not in _SAYING_NOTHING) or words or tuple(_split(plain))
    return Name(kept, "".join(regions), short != bare or len(words) < len(_split(short)))


@lru_cache(maxsize=300_000)
def person(text: str) -> Name:
    """Somebody's name without title, its words in alphabetical order: `Anders, Maria` is `Maria Anders`."""
    plain = _CHINESE_TITLES.sub("", _plain(text))
    words = [word for word in _split(plain) if word not in _TITLES]
    return Name(tuple(sorted(words or _split(plain))))


def alike(one: Name, other: Name, least: int = UNLIKE) -> int:
    """
    How alike two names are, `least` to 100 percent, rounded down, or 0; 100 only where nothing that says anything differs.

    0 also where they count differently, or where a word has become another word and not just a misspelt one.
    MissingExtra without rapidfuzz, unless they are the same.
    """
    if one.region == other.region:
        return _likeness(one, other, least)
    if one.region and other.region:
        return 0
    named, bare = (one, other) if one.region else (other, one)
    apart = min(BRANCH, _likeness(named, bare, least))
    within = [Name((named.region, *named.words)), Name((*named.words, named.region))]
    return max(apart, *(_likeness(whole, bare, least) for whole in within))


def _likeness(one: Name, other: Name, least: int) -> int:
    if one.text == other.text or one.ordered == other.ordered:
        return SAME if one.text else 0
    if not one.text or not other.text:
        return 0
    ratio, distance = _rapidfuzz()
    whole = int(max(ratio(one.text, other.text), ratio(one.ordered, other.ordered)))
    if whole < least or one.numbers != other.numbers:
        return 0
    if not _misspelt(one.words, other.words, distance):
        joined = abs(len(one.words) - len(other.words)) == 1 and distance(one.text, other.text) <= 1
        if not joined:
            return 0
    return min(SAME - 1, whole)


def unlike(one: Name, other: Name) -> bool:
    """Whether the two are certainly names of different things; a short form of the other is none, nor is a blank one."""
    if not one.text or not other.text:
        return False
    if one.numbers != other.numbers or (one.region and other.region and one.region != other.region):
        return True
    fewer, more = sorted((set(one.words), set(other.words)), key=len)
    if fewer <= more or one.text in other.text or other.text in one.text:
        return False
    return _rapidfuzz()[0](one.text, other.text) < UNLIKE


def _misspelt(one: tuple[str, ...], other: tuple[str, ...], distance: Callable[[str, str], int]) -> bool:
    """Whether every word of one is a word of the other, at most misspelt; where one has one word more, but for that."""
    fewer, more = sorted((one, other), key=len)
    if len(more) - len(fewer) > (1 if len(fewer) > 1 else 0):
        return False
    left = list(more)
    for word in fewer:
        near = min(left, key=lambda candidate: distance(word, candidate))
        if distance(word, near) > _slips(word):
            return False
        left.remove(near)
    return True


def _slips(word: str) -> int:
    """How many slips of the pen a word may have: none in short ones, where they make another word."""
    if _CJK.search(word):
        return 0 if len(word) < 4 else 1 if len(word) < 12 else 2
    return 0 if len(word) < 4 else 1 if len(word) <= 8 else 2


@cache
def _rapidfuzz() -> tuple[Callable[[str, str], float], Callable[[str, str], int]]:
    """Likeness in percent and slips (a letter more, less, other, or two exchanged) between two texts."""
    try:
        from rapidfuzz.distance import OSA  # noqa: PLC0415 - an extra
        from rapidfuzz.fuzz import ratio  # noqa: PLC0415 - an extra
    except ImportError as missing:
        raise MissingExtra(tr("rapidfuzz, which compares names,"), "quality") from missing
    return ratio, OSA.distance


def _plain(text: str) -> str:
    """Without case, width and accents."""
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    return unicodedata.normalize("NFC", _ACCENTS.sub("", apart)).translate(_LETTERS)


def _split(plain: str) -> list[str]:
    """Its words: `l'eau` and `b.v.` are one each, letters and digits are apart, `04` is `4`."""
    words = _WORDS.findall(re.sub(r"(?<=\w)['’.](?=\w)|['’.]", "", plain))
    return [(word.lstrip("0") or "0") if word.isdigit() else word for word in words]


def _without_forms(words: list[str]) -> tuple[str, ...]:
    """Without the legal forms at the end, `co ltd` and `gmbh co kg` too; never without any word left."""
    left = list(words)
    while len(left) > 1:
        tails = (count for count in (5, 4, 3, 2, 1) if len(left) > count and _FORMS.fullmatch(" ".join(left[-count:])))
        count = next(tails, int(left[-1] in _SAYING_NOTHING))
        if not count:
            break
        del left[-count:]
    return tuple(left)


def _is_form(text: str) -> bool:
    return bool(_FORMS.fullmatch(text) or _CHINESE_FORMS.fullmatch(text)) or text in (
        "有限合伙",
        "普通合伙",
        "特殊普通合伙",
    )


def _counted(word: str) -> tuple[str, ...]:
    if word.isdigit():
        return (word,)
    return tuple(char for char in word if char in _NUMERALS)
