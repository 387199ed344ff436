"""
The discovery documents → requests that nobody would send: bodies, masks, ranges and queries, plausible beside absurd.

Whatever is drawn comes out of one `random.Random`; hypothesis brings one that it can shrink.  A calm generator writes
what fits the schema and often means something; a wild one puts the wrong thing in every tenth place.
"""

from __future__ import annotations

import json
from random import Random
from typing import Any
from urllib.parse import quote

from sheetcrm.server import door
from tests.server import answers

Json = dict[str, Any]

A1 = (
    "A1", "Sheet1", "Sheet1!A1:B2", "A1:C", "A:B", "2:3", "Sheet1!D5:B2", "Table1", "named", "'Sheet1'!A1", "其 它!A1:D4",
    "'其 它'", "Chart1", "R1C1:R2C2", "Sheet1!R[1]C[1]", "Z99", "A1:Z99", "J10", "A11", "K1", "", "!", "'", "''!A1", "Sheet1!", "!A1",
    "Nosuch!A1", "A0", "AAAA1", "ZZZ1", "A1:", ":A1", "A1:B2:C3", "$A$1", "Sheet1!named", "A99999999999999999999", "R[-9]C[-9]",
    "R99999999999999999999C1", "a/b", "%", "A1\n", "\x00", "😀", "'Sheet1", "Table1[#ALL]", "#REF!", "A１", "A²",
)  # fmt: skip
TEXTS = (
    "", "a", "Sheet1", "其 它", "=A1+1", "=SUM(A:A)", "=ARRAYFORMULA(A1:A3*2)", "=", "=(", "=A1", "='其 它'!A1", "=#REF!", "=1/0",
    "TRUE", "1", "-0", "1e999", "12/31/2026", "007", "$5", "50%", "'x", "named", "Column 1", "x" * 101, "\x00", "\n", "\t", "😀",
    "*", "%", "[", "(", "\\", "$1", ".*", "(?P<a>x)", "#fff", "https://example.com/", "ann@example.com", "Etc/GMT",
    "Asia/Shanghai", "en_US", "zh_CN", "yyyy-mm-dd", "0.00", "[<0]0;[red]0", '"', "\u2028", "0",
)  # fmt: skip
NUMBERS = (0, 1, 2, 3, 5, 9, 10, 11, 100, 0.5, -1)
ABSURD: tuple[Any, ...] = (
    None, "", "x", "\ud800", 0, -1, 1.5, 2**31 - 1, 2**31, -(2**31), 2**63, 10**400, 1e308, -1e308, float("nan"), float("inf"),
    "NaN", "-Infinity", "1", "1.0", "1e3", True, False, [], {}, [[]], [None], [{}], {"x": 1}, {"": None}, "x" * 50_001, "_", "*",
)  # fmt: skip
SMALL = ("start", "end", "row", "column", "index", "newIndex", "destinationIndex", "insertSheetIndex", "length")
IDS = {
    "sheetId": (0,) * 12 + (7,) * 5 + (9, 99),
    "objectId": (11, 12, 13, 99),
    "sourceSheetId": (0, 7),
    "chartId": (11, 12, 99),
    "slicerId": (13, 99),
    "filterViewId": (14, 99),
}
IDS |= {
    "filterId": (14, 99),
    "bandedRangeId": (15, 99),
    "protectedRangeId": (16, 99),
    "metadataId": (17, 18, 99),
    "newSheetId": (21, 0),
}
NAMED = {
    "namedRangeId": ("19", "99"),
    "tableId": ("20", "99"),
    "metadataKey": ("key", "other"),
    "title": ("new", "Sheet1", "x" * 101),
}
NAMED |= {
    "name": ("fresh", "other", "named", "A1"),
    "find": ("a", "1", "", ".*"),
    "a1Range": A1,
    "range": A1,
    "ranges": A1,
    "responseRanges": A1,
    "data": ("a,b\n1,2", "<b>x</b>"),
}
# Without these a request is mostly refused for leaving them out; ids only where the request does not make the thing.
NEEDED = (
    "fields", "range", "ranges", "rule", "type", "condition", "dimension", "shiftDimension", "position", "overlayPosition", "anchorCell",
    "dataRange", "find", "location", "visibility", "source", "destination", "delimiter", "coordinate", "sortSpecs", "rowProperties",
    "firstBandColorStyle", "secondBandColorStyle", "spec", "series", "domains", "sources", "summarizeFunction", "sourceRange", "destinationIndex",
    "title", "name", "metadataKey", "booleanRule", "values", "dataFilters", "rows", "format", "timeZone", "locale", "properties", "chart", "slicer",
)  # fmt: skip
PLACES = {"GridRange": (("startRowIndex", "endRowIndex"), ("startColumnIndex", "endColumnIndex"))}
HUGE = {
    "rowCount": (1, 5, 10, 40),
    "columnCount": (1, 5, 10, 40),
    "length": (1, 2, 5),
    "fillLength": (-3, 1, 4),
    "pixelSize": (1, 21, 400),
}


class Bodies:
    """Draws what a schema of one discovery document describes."""

    def __init__(self, random: Random, document: str = "sheets.v4", *, wild: bool = False) -> None:
        self.random = random
        self.wild = wild
        self._making = False
        self.schemas: Json = answers.document(document)["schemas"]

    def chance(self, share: float) -> bool:
        """True in that share of draws; never when it is nothing that a calm generator does."""
        return self.random.random() < share

    def message(self, schema: str, depth: int = 0) -> Any:
        """A message of a schema: a few of its fields, fewer the deeper it lies."""
        if schema in PLACES and not self.chance(0.2):
            return self._place(schema)
        if schema == "DimensionRange" and not self.chance(0.2):
            start = self.random.randrange(10)
            span = {"startIndex": start, "endIndex": self.random.randint(start + (not self.chance(0.1)), 10)}
            return {**self._sheet(), "dimension": self.random.choice(("ROWS", "COLUMNS")), **span}
        fields = self.schemas[schema].get("properties", {})
        chosen = self._some(schema, fields, max(1, 6 - depth))
        made = {name: self.field(schema, name, fields[name], depth + 1) for name in chosen}
        if self._slip():
            made[self.random.choice(("frobnicate", "sheet_id", "", "Fields", "__class__"))] = self.random.choice(ABSURD)
        return made

    def _some(self, schema: str, fields: Json, most: int) -> list[str]:
        """The fields to fill in; of a union only one."""
        if schema.endswith("Request"):
            self._making = schema.startswith(("Add", "Create", "Duplicate"))
        ids = {name for name in {**IDS, **NAMED} if name not in ("newSheetId", "responseRanges", "data")}
        needed = [
            name for name in fields if name in NEEDED or (name in ids and not (self._making and name.endswith("Id")))
        ]
        wanted = [name for name in needed if self.chance(0.95)]
        rest = (
            sorted(fields.keys() - needed)
            if not self._making or self.chance(0.2)
            else sorted(fields.keys() - needed - ids)
        )
        chosen = dict.fromkeys([*wanted, *self.random.sample(rest, min(len(rest), self.random.randint(0, most)))])
        _, union = door.UNIONS.get(schema, ("", ()))
        for name in union:
            chosen.pop(name, None) if not self._slip() else None
        if union:
            chosen[self.random.choice(union)] = None
        return sorted(chosen)

    def _slip(self) -> bool:
        return self.wild and self.chance(0.08)

    def _sheet(self) -> Json:
        return {"sheetId": self.random.choice(IDS["sheetId"])} if self.chance(0.5) else {}

    def _place(self, schema: str) -> Json:
        place = self._sheet()
        for first, last in PLACES[schema]:
            start = self.random.randrange(10)
            if self.chance(0.9):
                place[first] = start
            if self.chance(0.9):
                place[last] = self.random.randint(start + (not self.chance(0.1)), 10)
        return place

    def field(self, schema: str, name: str, spec: Json, depth: int) -> Any:  # noqa: PLR0911 - one for each kind of field
        """The value of a field."""
        if self._slip():
            return self.deep() if self.chance(0.05) else self.random.choice(ABSURD)
        if "$ref" in spec:
            return self.message(spec["$ref"], depth) if depth < 9 else {}
        if spec.get("type") == "array":
            count = self.random.choice((0, 1, 1, 1, 2, 3)) if depth < 7 else 0
            return [self.field(schema, name, spec["items"], depth + 1) for _ in range(count)]
        if "additionalProperties" in spec:
            return {
                key: self.field(schema, name, spec["additionalProperties"], depth + 1)
                for key in self.random.sample(("0", "1"), 1)
            }
        if "enum" in spec:
            named = [name for name in spec["enum"] if not name.endswith("UNSPECIFIED")]
            return self.random.choice(spec["enum"] if self._slip() else named or spec["enum"])
        if spec.get("format") == "google-fieldmask":
            return self.mask(schema)
        return self._scalar(name, spec)

    def _scalar(self, name: str, spec: Json) -> Any:
        kind = spec.get("type")
        if kind == "boolean":
            return self.chance(0.5)
        if kind == "any":
            return self.cell()
        if kind == "string":
            return self.random.choice(NAMED.get(name, A1 if "ange" in name else TEXTS))
        if name in HUGE or name in IDS:
            return self.random.choice({**HUGE, **IDS}[name])
        if kind == "integer":
            return (
                self.random.randint(0, 10)
                if name.startswith(SMALL) or name.endswith("Index")
                else self.random.choice((0, 1, 2, 3, 5, 9, -1))
            )
        return self.random.choice(NUMBERS)

    def cell(self) -> Any:
        """Something for a cell of `values`."""
        if self._slip():
            return self.random.choice(ABSURD)
        return self.random.choice((*TEXTS, *NUMBERS, True, None, 1e15, -0.0, 46270))

    def deep(self) -> Any:
        """Lists or messages in each other, a few or as many as JSON parsers break at."""
        made: Any = None
        for _ in range(self.random.choice((3, 50, 300))):
            made = [made] if self.chance(0.5) else {"x": made}
        return made

    def mask(self, schema: str) -> str:
        """A field mask, in any notation, over what a request of this schema changes, or over an answer of it."""
        if self.chance(0.5):
            return "*"
        if self._slip() or self.chance(0.03):
            return self.random.choice(
                (
                    "",
                    " ",
                    ",",
                    "(",
                    ")",
                    ".",
                    "*.*",
                    "a(",
                    "a.b.c",
                    "_",
                    "é",
                    "a,",
                    "*,*",
                    "a/*",
                    "fields",
                    "(" * 2000,
                    "a." * 2000,
                )
            )
        fields = self.schemas[schema].get("properties", {})
        inner = [spec.get("items", spec).get("$ref") for _, spec in sorted(fields.items())]
        inner = [name for name in inner if name and name not in door.PLACES]
        below = door.ROOTS.get(inner[0], inner[0]) if inner and schema.endswith("Request") else schema
        return ",".join(self._path(below, 0) for _ in range(self.random.choice((1, 1, 2, 3))))

    def _path(self, schema: str, depth: int) -> str:
        fields = self.schemas[schema].get("properties", {})
        if not fields or self._slip():
            return self.random.choice(("*", "nosuch", "values"))
        name = self.random.choice(sorted(fields))
        spec = fields[name]
        spec = spec.get("items", spec)
        if self.chance(0.1):
            name = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)
        if "$ref" not in spec or depth > 4 or self.chance(0.3):
            return name
        below = self._path(spec["$ref"], depth + 1)
        return name + self.random.choice(
            (f".{below}", f"/{below}", f"({below})", f"( {below} , {self._path(spec['$ref'], depth + 1)})")
        )


def text_of(body: Any) -> bytes:
    """A body as bytes; what has no UTF-8 is escaped, NaN is written as Python does."""
    return json.dumps(body).encode()


def query_of(bodies: Bodies, method: Json, *, response: str = "", **given: str) -> str:
    """A query string for a method: its own parameters, right or wrong, unknown ones, the same twice, broken escapes."""
    known = {
        **method.get("parameters", {}),
        **{name: {"type": "string"} for name in ("prettyPrint", "key", "quotaUser")},
    }
    names = [name for name, spec in known.items() if spec.get("location") != "path"]
    pairs = list(given.items())
    for name in [*bodies.random.sample(names, min(len(names), bodies.random.randrange(4)))]:
        for _ in range(bodies.random.choice((1, 1, 1, 2))):
            pairs.append((name, _parameter(bodies, name, known.get(name, {"type": "string"}))))
    if response and bodies.chance(0.4):
        pairs.append(("fields", bodies.mask(response)))
    if bodies.wild and bodies.chance(0.2):
        pairs.append((bodies.random.choice(("frobnicate", "", "Fields", "fields[]", "\x00", "é")), "1"))
    text = "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in pairs)
    if bodies.wild and bodies.chance(0.1):
        text += bodies.random.choice(
            ("&%", "&%zz=%f", "&%ff=%ff", "&&&", "&=", "&a", "&ranges=%00", ";", "&" + "x=1&" * 300)
        )
    return text


def _parameter(bodies: Bodies, name: str, spec: Json) -> str:
    if bodies.wild and bodies.chance(0.15):
        return str(
            bodies.random.choice(
                ("", "x", "-1", "NaN", "null", "[]", "true", "99999999999999999999", "\x00", "é", "\ud7ff", "1.5")
            )
        )
    if "enum" in spec:
        return str(bodies.random.choice(spec["enum"]))
    if spec["type"] == "boolean":
        return bodies.random.choice(("true", "false", "True", "1", "0"))
    if spec["type"] == "integer":
        return str(bodies.random.choice((0, 1, 2, 10, 1000, -1)))
    return str(bodies.random.choice(NAMED.get(name, TEXTS)))
