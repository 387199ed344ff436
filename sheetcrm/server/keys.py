"""
An RSA key ↔ the JSON Web Tokens that it signed.

Only RS256, which is all that Google takes.  The claims are not judged here: when they hold is for the token endpoint to say.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

Json = dict[str, Any]


@dataclass(frozen=True)
class Assertion:
    """A JWT taken apart; nothing about it is checked yet."""

    header: Json
    claims: Json
    signed: bytes
    signature: bytes


def new_key() -> str:
    """A private key as service-account files hold it: PKCS#8, PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    form = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()


def parse(token: str) -> Assertion:
    """A JWT's parts; ValueError when it is none."""
    parts = token.split(".")
    if len(parts) != 3:
        raise ValueError("a JWT has three parts")
    header, claims, signature = (urlsafe_b64decode(part + "=" * (-len(part) % 4)) for part in parts)
    found = json.loads(header), json.loads(claims)
    if not all(isinstance(part, dict) for part in found):
        raise ValueError("header and claims of a JWT are objects")
    return Assertion(found[0], found[1], f"{parts[0]}.{parts[1]}".encode(), signature)


def signed(claims: Mapping[str, Any], private_key: str) -> str:
    """A JWT with these claims, signed with that key (PEM)."""
    key = serialization.load_pem_private_key(private_key.encode(), None)
    assert isinstance(key, rsa.RSAPrivateKey), "made by new_key"
    text = ".".join(_encoded(json.dumps(part).encode()) for part in ({"alg": "RS256", "typ": "JWT"}, claims))
    return f"{text}.{_encoded(key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


def _encoded(part: bytes) -> str:
    return urlsafe_b64encode(part).rstrip(b"=").decode()


def signed_by(assertion: Assertion, private_key: str) -> bool:
    """Whether this key (PEM) made the signature."""
    if assertion.header.get("alg") != "RS256":
        return False
    key = serialization.load_pem_private_key(private_key.encode(), None)
    if not isinstance(key, rsa.RSAPrivateKey):
        return False
    try:
        key.public_key().verify(assertion.signature, assertion.signed, padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        return False
    return True
