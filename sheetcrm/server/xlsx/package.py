"""
The bytes of a file → the XML parts in it.

Whatever is wrong with the archive or the XML is an XlsxError, and nothing is unpacked beyond a limit: some kilobytes of
zip can hold gigabytes.
"""

from __future__ import annotations

import posixpath
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from xml.etree import ElementTree
from zipfile import BadZipFile, ZipFile

from sheetcrm.server.xlsx.errors import XlsxError

MAX_EXPANDED = 256 * 2**20
# Elements are larger in memory than in the file: no row or text has so many in it, no part so many rows or texts.
MAX_HELD = 1_000_000
MAX_FOUND = 10_000_000
_OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
Element = ElementTree.Element


@dataclass(frozen=True)
class Relation:
    """What one part says of another: the last word of the relation's type, and the other's path."""

    kind: str
    path: str


class Package:
    """The parts of one file."""

    def __init__(self, content: bytes, *, max_expanded: int = MAX_EXPANDED) -> None:
        """XlsxError when `content` is no zip, is encrypted or holds more than `max_expanded` bytes."""
        if content.startswith(_OLD):
            raise XlsxError("is protected with a password, or in the format of Excel before 2007")
        try:
            self._zip = ZipFile(BytesIO(content))
        except (BadZipFile, ValueError, EOFError, NotImplementedError) as error:
            raise XlsxError(f"is not a zip archive ({error})" if content else "is empty") from error
        infos = self._zip.infolist()
        if any(info.flag_bits & 1 for info in infos):
            raise XlsxError("is protected with a password")
        # Never more is read of a part than its size says here.
        if sum(info.file_size for info in infos) > max_expanded:
            raise XlsxError(f"holds more than {max_expanded // 2**20} MB")
        self._names = {info.filename.lower().lstrip("/"): info for info in infos}

    def has(self, path: str) -> bool:
        """Whether there is such a part."""
        return path.lower() in self._names

    def elements(self, path: str, *names: str) -> Iterator[Element]:
        """The elements of a part with these local names, each when it is complete; gone from memory when the next one is asked for."""
        data = self._data(path)
        if b"<!DOCTYPE" in data:
            raise XlsxError(f"declares a document type in {path}")
        found = held = 0
        try:
            for _, element in ElementTree.iterparse(BytesIO(data)):  # noqa: S314 - as above
                held += 1
                if local(element) in names:
                    yield element
                    element.clear()
                    found, held = found + 1, 0
                if held > MAX_HELD or found > MAX_FOUND:
                    raise XlsxError(f"has more in {path} than any spreadsheet")
        except (ElementTree.ParseError, LookupError, UnicodeError, ValueError) as error:
            if isinstance(error, XlsxError):
                raise
            raise XlsxError(f"cannot be read: {path}: {error}") from error

    def related(self, path: str) -> dict[str, Relation]:
        """What a part refers to, by the names that it uses for it; of the whole file for ""."""
        folder, name = posixpath.split(path)
        rels = posixpath.join(folder, "_rels", name + ".rels")
        if not self.has(rels):
            return {}
        return {
            one.get("Id", ""): Relation(one.get("Type", "").rpartition("/")[2], _path(folder, one.get("Target", "")))
            for one in self.elements(rels, "Relationship")
            if one.get("TargetMode") != "External"
        }

    def _data(self, path: str) -> bytes:
        info = self._names.get(path.lower())
        if info is None:
            raise XlsxError(f"lacks a part: {path or 'the workbook'}")
        try:
            return self._zip.read(info)
        except (BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError) as error:
            raise XlsxError(f"is damaged: {path}: {error}") from error


def local(element: Element) -> str:
    """The name of an element without its namespace, of which there are two."""
    return element.tag.rpartition("}")[2]


def attribute(element: Element, name: str) -> str:
    """An attribute by its name without namespace; "" when there is none."""
    return next((value for key, value in element.attrib.items() if key.rpartition("}")[2] == name), "")


def _path(folder: str, target: str) -> str:
    return posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
