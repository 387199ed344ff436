"""
A .xlsx file → its parts, unpacked no further than is safe.

What the file says about its sizes is not believed: a part is unpacked by us, a
piece at a time, and counted.  An archive of a few kilobytes may hold gigabytes.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from html import unescape
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from sheetcrm.messages import tr
from sheetcrm.sync.files.table import unusable

MOST_BYTES = 500_000_000
"""Of all parts together, unpacked."""
MOST_PARTS = 10_000
LONGEST_PLAN = 5_000_000
"""Bytes of a part that is read whole: the list of sheets, the list of links."""

_CHUNK = 1 << 18
_LOCAL = 30
"""Bytes of a local header without its name and extra field."""
_ENTITIES = (b"<!DOCTYPE", b"<!ENTITY")


class Package:
    """The archive of a workbook; FileError for whatever is no such thing or is too large."""

    def __init__(self, file: BinaryIO, path: Path) -> None:
        """Looks at the directory only; `check` unpacks."""
        self._file, self._path = file, path
        try:
            self._parts = {one.filename: one for one in zipfile.ZipFile(file).infolist()}
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
            raise unusable(path, None, tr("is not an Excel file, or is damaged: {error}", error=error)) from error
        if len(self._parts) > MOST_PARTS:
            raise unusable(
                path, None, tr("has more than {most_parts:,} parts: not a file to open", most_parts=MOST_PARTS)
            )

    def has(self, name: str) -> bool:
        """Whether there is a part of that name (letters' case counts)."""
        return name in self._parts

    def check(self) -> None:
        """Unpack every part, to see that all of them together are no larger than `MOST_BYTES`; nothing is kept."""
        if sum(one.file_size for one in self._parts.values()) > MOST_BYTES:
            raise self._bomb()
        total = 0
        for name in self._parts:
            for piece in self.pieces(name):
                total += len(piece)
                if total > MOST_BYTES:
                    raise self._bomb()

    def pieces(self, name: str) -> Iterator[bytes]:
        """A part, a quarter of a megabyte at a time."""
        part = self._parts[name]
        if part.flag_bits & 1 or part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise unusable(self._path, None, tr("{name} in it is packed in a way that Excel does not use", name=name))
        self._file.seek(part.header_offset)
        header = self._file.read(_LOCAL)
        self._file.seek(int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little"), 1)
        try:
            yield from self._stored(part) if part.compress_type == zipfile.ZIP_STORED else self._inflated()
        except zlib.error as error:
            raise unusable(self._path, None, tr("is damaged: {name} in it cannot be unpacked", name=name)) from error

    def whole(self, name: str) -> str:
        """A small part as text."""
        body = b""
        for piece in self.pieces(name):
            body += piece
            if len(body) > LONGEST_PLAN:
                raise self._bomb()
        if any(mark in body for mark in _ENTITIES):
            raise unusable(
                self._path, None, tr("{name} in it declares entities, which no spreadsheet program writes", name=name)
            )
        return body.decode("utf-8-sig", "replace")

    def sheets(self) -> dict[str, str]:
        """Title of each tab → the name of its part, in the order of the file."""
        if not self.has("xl/workbook.xml"):
            raise unusable(self._path, None, tr("is not an Excel workbook; save it as .xlsx"))
        targets = {}
        if self.has("xl/_rels/workbook.xml.rels"):
            for link in _tags(self.whole("xl/_rels/workbook.xml.rels"), "Relationship"):
                target = link.get("Target", "")
                name = target[1:] if target.startswith("/") else str(PurePosixPath("xl") / target)
                targets[link.get("Id", "")] = name
        sheets = _tags(self.whole("xl/workbook.xml"), "sheet")
        return {one.get("name", ""): targets.get(one.get("id", ""), "") for one in sheets}

    def _stored(self, part: zipfile.ZipInfo) -> Iterator[bytes]:
        left = part.compress_size
        while left > 0 and (piece := self._file.read(min(_CHUNK, left))):
            left -= len(piece)
            yield piece

    def _inflated(self) -> Iterator[bytes]:
        place = self._file.tell()
        unpack, rest = zlib.decompressobj(-15), b""
        while not unpack.eof:
            if not rest:
                self._file.seek(place)
                rest = self._file.read(_CHUNK)
                place += len(rest)
                if not rest:
                    return
            piece = unpack.decompress(rest, _CHUNK)
            rest = unpack.unconsumed_tail
            if piece:
                yield piece

    def _bomb(self) -> Exception:
        megabytes = MOST_BYTES // 1_000_000
        said = tr("unpacks to more than {megabytes} MB, more than a sheet takes: not opened", megabytes=megabytes)
        return unusable(self._path, None, said)


_ATTRIBUTE = re.compile(r"""([\w:]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")


def _tags(xml: str, tag: str) -> list[dict[str, str]]:
    """The attributes of every such element, without prefixes."""
    found = re.findall(rf"<(?:\w+:)?{tag}\s([^<>]*)>", xml)
    return [
        {name.rpartition(":")[2]: unescape(one or other) for name, one, other in _ATTRIBUTE.findall(attributes)}
        for attributes in found
    ]
