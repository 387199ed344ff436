"""
The JSON schema of a template → one that editors can use for overlays, too.

What an overlay may say is never written down: it is what a template may say,
with nothing required, null allowed, and a place for what is new.
"""

from __future__ import annotations

from typing import Any

from sheetcrm.schema.overlay import PLACES


def with_overlays(whole: dict[str, Any]) -> dict[str, Any]:
    """The JSON schema of templates that stand alone → of those and of overlays, told apart by `extends:`."""
    own = {key: part for key, part in whole.items() if key not in ("$defs", "$schema")}
    defs = {**whole["$defs"], "Template": own}
    relaxed = {f"Overlay{name}": _relaxed(part) for name, part in defs.items()}
    sheet = whole["$defs"]["SheetSpec"]
    placed = [f"Overlay{name}" for name in ("SheetSpec", *_referred(sheet["properties"]["columns"]))]
    for name in placed:
        relaxed[name]["properties"] |= {key: {"type": "string"} for key in PLACES}
    for listed in (
        part["items"] for found in defs.values() for part in found.get("properties", {}).values() if "items" in part
    ):
        for name in _referred(listed):
            relaxed[f"Overlay{name}"].get("properties", {})["remove"] = {"const": True}
    relaxed["OverlayTemplate"]["required"] = ["extends", "version"]
    return {
        "$schema": whole["$schema"],
        "$defs": {**defs, **relaxed},
        "type": "object",
        "properties": dict.fromkeys(own["properties"], True),
        "if": {"required": ["extends"]},
        "then": {"$ref": "#/$defs/OverlayTemplate"},
        "else": {"$ref": "#/$defs/Template"},
    }


def _referred(node: Any) -> list[str]:
    """The names of the definitions that a part of a schema refers to."""
    if isinstance(node, dict):
        own = [node["$ref"].rpartition("/")[2]] if isinstance(node.get("$ref"), str) else []
        return own + [name for part in node.values() for name in _referred(part)]
    return [name for part in node for name in _referred(part)] if isinstance(node, list) else []


def _relaxed(node: Any) -> Any:
    """A part of a schema for files that need not say everything, and may say null of anything."""
    if isinstance(node, list):
        return [_relaxed(part) for part in node]
    if not isinstance(node, dict):
        return node
    found: dict[str, Any] = {}
    for key, part in node.items():
        if key in ("properties", "$defs"):
            found[key] = {name: _or_null(setting) for name, setting in part.items()}
        elif key in ("additionalProperties", "items") and isinstance(part, dict):
            found[key] = _or_null(part)
        elif key == "$ref":
            found[key] = part.replace("#/$defs/", "#/$defs/Overlay")
        elif key not in ("required", "minItems", "minProperties", "default"):
            found[key] = _relaxed(part)
    return found


def _or_null(node: Any) -> dict[str, Any]:
    return {"anyOf": [_relaxed(node), {"type": "null"}]}
