"""
Bytes on their way to a file → bytes that only the holder of a key can read, in the format of age.

The plain text never touches the disk on the way out; on the way in it goes
into a file without a name, which is gone with the process.
"""

from __future__ import annotations

import os
import tempfile
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from sheetcrm.errors import MissingExtra, SheetcrmError, UsageError, reason
from sheetcrm.messages import tr

SUFFIX = ".age"


class Sealer:
    """What is written to it goes sealed into `out`; `close` ends it, and raises what went wrong."""

    def __init__(self, out: IO[bytes], recipients: Sequence[str]) -> None:
        """`recipients` are public keys, `age1…` or `ssh-ed25519 …`; UsageError for anything else."""
        self._trouble: list[Exception] = []
        keys = [_recipient(one) for one in recipients]
        reading, writing = os.pipe()
        self._in = os.fdopen(writing, "wb")
        self._thread = threading.Thread(target=self._seal, args=(os.fdopen(reading, "rb"), out, keys), daemon=True)
        self._thread.start()

    def write(self, data: bytes) -> int:
        """All of it."""
        try:
            return self._in.write(data)
        except BrokenPipeError:
            self._thread.join()
            raise OSError(f"{self._trouble[0]}" if self._trouble else tr("the sealing ended early")) from None

    def flush(self) -> None:
        """So that a zip may be written to it."""

    def close(self) -> None:
        """Everything is in `out` after that."""
        with suppress(BrokenPipeError):
            self._in.close()
        self._thread.join()
        if self._trouble:
            raise OSError(str(self._trouble[0])) from self._trouble[0]

    def _seal(self, plain: IO[bytes], out: IO[bytes], keys: list[Any]) -> None:
        with plain:
            try:
                _pyrage().encrypt_io(plain, out, keys)
            except Exception as error:  # noqa: BLE001 - told by whoever writes, in their own thread
                self._trouble.append(error)


def opened(path: Path, identities: Sequence[Path]) -> IO[bytes]:
    """The plain text of a sealed file, in a file without a name; UsageError for a key that does not open it."""
    keys = [key for file in identities for key in _identities(file)]
    if not keys:
        raise UsageError(
            tr(
                "{path} is encrypted: say which key opens it: --identity FILE (the file that age-keygen made)",
                path=path,
            )
        )
    age, plain = _pyrage(), tempfile.TemporaryFile()  # noqa: SIM115 - whoever asked for it closes it
    try:
        with path.open("rb") as sealed:
            age.decrypt_io(sealed, plain, keys)
    except age.DecryptError as error:
        plain.close()
        if "matching" in str(error).lower():
            raise UsageError(tr("{path}: none of these keys opens it", path=path)) from error
        raise SheetcrmError(tr("{path} is damaged: {error}", path=path, error=error)) from error
    except OSError as error:
        plain.close()
        raise SheetcrmError(tr("{path} is damaged: {error}", path=path, error=error)) from error
    plain.seek(0)
    return plain


def _pyrage() -> Any:
    try:
        import pyrage  # type: ignore[import-untyped]  # noqa: PLC0415 - only with the extra `age`; it has no types
    except ModuleNotFoundError as error:
        raise MissingExtra(tr("encryption of backups"), "age") from error
    return pyrage


def _recipient(said: str) -> Any:
    age = _pyrage()
    family = age.ssh if said.startswith("ssh-") else age.x25519
    try:
        return family.Recipient.from_str(said)
    except age.RecipientError as error:
        raise UsageError(
            tr("backup: encrypt_to: {said} is no public key of age ({error})", said=said[:20], error=error)
        ) from error


def _identities(file: Path) -> list[Any]:
    """The keys in a file as age-keygen or ssh-keygen makes them."""
    age = _pyrage()
    try:
        content = file.read_bytes()
    except OSError as error:
        raise UsageError(tr("{path} cannot be read: {error}", path=file, error=reason(error))) from error
    try:
        if content.startswith(b"-----BEGIN"):
            return [age.ssh.Identity.from_buffer(content)]
        lines = [line.strip() for line in content.decode().splitlines()]
        return [age.x25519.Identity.from_str(line) for line in lines if line and not line.startswith("#")]
    except (age.IdentityError, UnicodeDecodeError) as error:
        raise UsageError(tr("{path} is no key of age", path=file)) from error
