"""
Members → a zip with a manifest, whole or not at all; and back, checked.

The manifest is written last and names every other member with its SHA-256;
beside the zip stands one of the whole file, in the form of `sha256sum`.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from sheetcrm import atomic
from sheetcrm.backup import sealing
from sheetcrm.errors import SheetcrmError, UsageError, reason
from sheetcrm.messages import tr

Json = dict[str, Any]

FORMAT = 1
MANIFEST = "manifest.json"
SUM = ".sha256"
LARGEST = 2**29
"""Bytes of one member that are still read: ours are a tenth of that."""
COPY = 2**20


class Hashing:
    """A file that is written in one go, and the SHA-256 of what went into it."""

    def __init__(self, out: IO[bytes]) -> None:
        self._out, self._hash = out, hashlib.sha256()

    def write(self, data: bytes) -> int:
        """To the file and into the sum."""
        self._hash.update(data)
        return self._out.write(data)

    def flush(self) -> None:
        """As of a file."""
        self._out.flush()

    def close(self) -> None:
        """As of a file: on the disk for certain."""
        self._out.flush()
        os.fsync(self._out.fileno())
        self._out.close()

    @property
    def sum(self) -> str:
        """So far."""
        return self._hash.hexdigest()


class Pack:
    """An archive that is being written, under a name that nobody looks for; `finish` or `drop` ends it."""

    def __init__(self, folder: Path, recipients: Sequence[str] = ()) -> None:
        """Only its owner may read folder and file; with `recipients` it is sealed for them.  SheetcrmError when it cannot be written."""
        self.folder, self._sealed = folder, bool(recipients)
        self._beside = folder / f".{secrets.token_hex(6)}.part"
        self.members: dict[str, Json] = {}
        try:
            folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            folder.mkdir(exist_ok=True, mode=0o700)
            self._out = Hashing(os.fdopen(os.open(self._beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb"))
            self._sealer = sealing.Sealer(self._out, recipients) if recipients else None  # type: ignore[arg-type]  # it writes
            self._zip = zipfile.ZipFile(_Stream(self._sealer or self._out), "w", zipfile.ZIP_DEFLATED)  # type: ignore[call-overload]  # it writes
        except OSError as error:
            raise self._full(error) from error
        except UsageError:
            self.drop()
            raise

    def add(self, name: str, content: bytes | Iterable[bytes]) -> None:
        """One member."""
        size, digest = 0, hashlib.sha256()
        try:
            with self._zip.open(name, "w", force_zip64=True) as member:
                for piece in (content,) if isinstance(content, bytes) else content:
                    member.write(piece)
                    digest.update(piece)
                    size += len(piece)
        except OSError as error:
            raise self._full(error) from error
        self.members[name] = {"sha256": digest.hexdigest(), "bytes": size}

    def finish(self, name: str, manifest: Json) -> Path:
        """Write the manifest, and give the file its name; the path, with what sealing adds to it."""
        path = self.folder / (name + (sealing.SUFFIX if self._sealed else ""))
        written = {"format": FORMAT, **manifest, "members": self.members}
        try:
            self._zip.writestr(MANIFEST, json.dumps(written, ensure_ascii=False, indent=1))
            self._zip.close()
            if self._sealer:
                self._sealer.close()
            self._out.close()
            atomic.put(path.with_name(path.name + SUM), f"{self._out.sum}  {path.name}\n".encode())
            self._beside.replace(path)
        except OSError as error:
            raise self._full(error) from error
        return path

    def drop(self) -> None:
        """Nothing is left of it."""
        for one in (getattr(self, "_zip", None), getattr(self, "_sealer", None), getattr(self, "_out", None)):
            with suppress(OSError, ValueError):
                if one is not None:
                    one.close()
        with suppress(OSError):
            self._beside.unlink()

    def _full(self, error: OSError) -> SheetcrmError:
        self.drop()
        return SheetcrmError(
            tr(
                "the backup was not written, and nothing is left of it: {folder}: {error}",
                folder=self.folder,
                error=reason(error),
            )
        )


class Archive:
    """An archive that is read; a context manager."""

    def __init__(self, path: Path, identities: Sequence[Path] = ()) -> None:
        """UsageError for a file that is none or needs another key; SheetcrmError for one that is damaged."""
        self.path = path
        try:
            plain = sealing.opened(path, identities) if path.suffix == sealing.SUFFIX else path.open("rb")
        except OSError as error:
            raise UsageError(tr("{path} cannot be read: {error}", path=path, error=reason(error))) from error
        try:
            self._zip = zipfile.ZipFile(plain)
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
            plain.close()
            raise SheetcrmError(
                tr("{path} is damaged, or no backup of ours: {error}", path=path, error=error)
            ) from error
        self._plain = plain
        self.manifest = self._manifest()

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()
        self._plain.close()

    def bytes_of(self, name: str) -> bytes:
        """A member as it was written; SheetcrmError when it is another now, or gone."""
        known = self.manifest["members"].get(name)
        content = self._raw(name)
        if known is None or hashlib.sha256(content).hexdigest() != known.get("sha256"):
            raise self._damaged(tr("{name} is not what the manifest says", name=name))
        return content

    def json(self, name: str) -> Any:
        """A member that is JSON."""
        return json.loads(self.bytes_of(name))

    def troubles(self) -> Iterator[str]:
        """What is wrong with the file itself, member by member; reads all of it."""
        yield from _sum_troubles(self.path)
        listed, there = set(self.manifest["members"]), {*self._zip.namelist()} - {MANIFEST}
        yield from (tr("{name} is missing", name=name) for name in sorted(listed - there))
        yield from (tr("{name} is not in the manifest", name=name) for name in sorted(there - listed))
        for name in sorted(listed & there):
            try:
                self.bytes_of(name)
            except SheetcrmError as error:
                yield str(error)

    def _manifest(self) -> Json:
        try:
            found = json.loads(self._raw(MANIFEST))
            if not isinstance(found, dict) or not isinstance(found.get("members"), dict):
                raise self._damaged(tr("its manifest is none"))
            if found.get("format", 0) > FORMAT:
                raise UsageError(tr("{path} was made by a newer sheetcrm: update this one", path=self.path))
        except (ValueError, SheetcrmError):
            self._zip.close()
            raise
        return found

    def _raw(self, name: str) -> bytes:
        try:
            if self._zip.getinfo(name).file_size > LARGEST:
                raise self._damaged(tr("{name} is too large to be ours", name=name))
            return self._zip.read(name)
        except KeyError as error:
            raise self._damaged(tr("{name} is missing", name=name)) from error
        except (zipfile.BadZipFile, zlib.error, OSError, NotImplementedError, RuntimeError, EOFError) as error:
            raise self._damaged(f"{name}: {error}") from error

    def _damaged(self, why: str) -> SheetcrmError:
        return SheetcrmError(tr("{path} is damaged: {error}", path=self.path.name, error=why))


class _Stream:
    """A file that cannot be sought in, so that a zip is written from its beginning to its end."""

    def __init__(self, out: Hashing | sealing.Sealer) -> None:
        self._out = out

    def write(self, data: bytes) -> int:
        """On."""
        return self._out.write(bytes(data))

    def flush(self) -> None:
        """On."""
        self._out.flush()


def _sum_troubles(path: Path) -> Iterator[str]:
    beside = path.with_name(path.name + SUM)
    try:
        said = beside.read_text(encoding="utf-8").split()
        whole = hashlib.sha256()
        with path.open("rb") as file:
            while piece := file.read(COPY):
                whole.update(piece)
    except FileNotFoundError:
        yield tr("{name} is missing: only what is inside can be checked", name=beside.name)
        return
    except (OSError, UnicodeDecodeError) as error:
        yield tr("{name} cannot be read: {error}", name=beside.name, error=error)
        return
    if not said or said[0] != whole.hexdigest():
        yield tr("the file is not what {name} says: it was changed since it was written", name=beside.name)
