"""
Text → the same text without secrets, with people as keyed hashes.

A hash tells one person from another on this machine, and nobody who does not
have the key.  What is no address and no number (a name) cannot be found in free
text: the parts never log one.
"""

from __future__ import annotations

import hmac
import os
import re
import secrets
import unicodedata
from contextlib import suppress
from functools import cache
from pathlib import Path
from urllib.parse import quote, urlsplit

from sheetcrm import places

GONE = "***"
KEY = "veil.key"
SHORTEST = 4
"""A secret of fewer letters would be found in too many words."""

_TOKENS = re.compile(
    r"""
    -----BEGIN\ [A-Z ]+-----.*?(?:-----END\ [A-Z ]+-----|\Z)      # keys in PEM
    | (?i:\b(?:bearer|basic))\s+[\w.~+/=-]{8,}
    | \bya29\.[\w-]+ | \b1//[\w-]{20,} | \bGOCSPX-[\w-]+ | \bAIza[\w-]{30,} | \b4/0[\w-]{20,}   # as Google makes them
    | \beyJ[\w-]+\.[\w-]+(?:\.[\w-]+)?                            # JSON web tokens
    | \bAGE-SECRET-KEY-1[0-9A-Z]+
    | (?<=://)[^\s/@"']+@                                          # who signs in by a URL
    | (?<=hooks\.slack\.com/)[\w/-]+
    """,
    re.VERBOSE | re.DOTALL,
)
_NAMED = re.compile(
    r"""(?ix)
    (["']? \b(?:access_token|refresh_token|id_token|client_secret|private_key(?:_id)?|code_verifier|assertion|authorization
        |passw(?:or)?d|secret|token|api_?key|signature|credential) ["']? \s*[:=]\s* | [?&](?:code|key|sign|state)=)
    ("(?:[^"\\]|\\.)*" | '(?:[^'\\]|\\.)*' | [^\s&,;}\])]+)
    """
)
_ADDRESS = re.compile(r"[^\s@<>\"'(),;:\[\]{}=/?&]+(?:@|%40)[\w-]+(?:\.[\w-]+)+")
_ACCOUNT = re.compile(r"\.gserviceaccount\.com$")
"""A service account is nobody's name."""
_NUMBER = re.compile(r"(?<![\w./:#-])\+?\(?\d[\d ().-]{5,20}\d(?![\w:])")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_PARAMETERS = re.compile(r"\[parameters: .*\]", re.DOTALL)

_HIDDEN: set[str] = set()


def hide(secret: str) -> str:
    """From now on this text never stands in a log of this process, nor as URLs and JSON write it; the text itself."""
    parts = urlsplit(secret) if "://" in secret else None
    # Of an address libraries log host and path apart.
    path = f"{parts.path}?{parts.query}".rstrip("?") if parts else ""
    for text in (secret, path, (parts.password if parts else None) or ""):
        if len(text) >= SHORTEST:
            _HIDDEN.update(
                {text, quote(text, safe="", errors="replace"), text.replace("\\", "\\\\").replace('"', '\\"')}
            )
    return secret


def veiled(text: str) -> str:
    """`#` and ten hex digits: the same for the same text, whatever its case and width, on this machine."""
    plain = unicodedata.normalize("NFKC", text).strip().casefold()
    return "#" + keyed(plain)[:10]


def keyed(text: str) -> str:
    """64 hex digits that nobody can make, or try out, without the key of this machine."""
    return hmac.digest(_key(places.config_folder()), text.encode("utf-8", "replace"), "sha256").hex()


def cleaned(text: str, *, personal: bool = False) -> str:
    """Without secrets; without `personal` addresses and phone numbers veiled, too, and values of databases left out."""
    for secret in sorted(_HIDDEN, key=len, reverse=True):
        text = text.replace(secret, GONE)
    text = _NAMED.sub(lambda found: found[1] + GONE, _TOKENS.sub(GONE, text))
    if personal:
        return text
    text = _PARAMETERS.sub(f"[parameters: {GONE}]", text)
    return _NUMBER.sub(_number, _ADDRESS.sub(_address, text))


def quotes_veiled(text: str) -> str:
    """With whatever stands in quotation marks veiled: what others say of an error quotes cells."""
    return re.sub(r"\"[^\"\n]+\"|'[^'\n]+'|“[^”\n]+”|「[^」\n]+」", lambda found: veiled(found[0][1:-1]), text)


def _address(found: re.Match[str]) -> str:
    return found[0] if _ACCOUNT.search(found[0]) else veiled(found[0].replace("%40", "@"))


def _number(found: re.Match[str]) -> str:
    """A phone number or one that is as long; figures without anything between stay unless they are a mobile's or an identity card's."""
    text = found[0]
    digits = re.sub(r"\D", "", text)
    if _DAY.match(text) or not 7 <= len(digits) <= 18:
        return text
    if re.fullmatch(r"\d{1,3}(\.\d{1,3}){3}", text):
        # An address of the network.
        return text
    spaced = not text.isdigit() and re.search(r"\d[ ().-]+\d", text) is not None and not re.fullmatch(r"\d+\.\d+", text)
    if text.startswith("+") or spaced or re.fullmatch(r"1[3-9]\d{9}|\d{17}", digits):
        return veiled(digits)
    return text


@cache
def _key(folder: Path) -> bytes:
    """Made once, for its owner alone; where nothing can be written down, one that this process has for itself."""
    path = folder / KEY
    try:
        if not path.exists():
            _make(path)
        return bytes.fromhex(path.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return secrets.token_bytes(32)


def _make(path: Path) -> None:
    """Whole, and not over one that another process has made meanwhile."""
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as file:
        file.write(secrets.token_hex(32))
    with suppress(FileExistsError):
        os.link(beside, path)
    beside.unlink()
