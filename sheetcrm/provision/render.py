"""
Plan → lines for people, or JSON for programs.

A new tab or column is one line, however much is set on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from sheetcrm.messages import N_, admin, tr
from sheetcrm.resources import SPREADSHEET, Address, rows_text

if TYPE_CHECKING:
    from sheetcrm.provision.diff import Change
    from sheetcrm.provision.plan import Plan

SIGNS = {"create": "+", "update": "~", "delete": "-"}
CAUSES = {"people": N_("  (people changed it)"), "both": N_("  (people changed it, and the template)")}
WORDS = {"people": N_("people"), "template": N_("template"), "both": N_("both")}
"""Causes in a table."""
UNTOLD = frozenset({"memory"})
"""What goes without saying beside other changes."""
TOLD = ("header", "formula", "validation", "number_format")
"""What the line of a new column tells of it."""
TOLD_OF_TABS = frozenset({"tab", "grid", "samples", "chart", "pivot"})


def text(plan: Plan, *, refusals: bool = True) -> str:
    """`+` made, `~` changed, `-` taken away, by tab; then what was kept, troubles, refusals and the sum."""
    lines = [
        line for sheet, changes in _by_sheet(plan.changes) for line in _sheet(_heading(sheet, plan), changes, plan)
    ]
    if plan.kept:
        lines += [tr("kept as people have it:"), *(f"  {change.address}: {_kept(change)}" for change in plan.kept)]
    if plan.sharing.grants:
        lines += [
            tr("access to the file, in Drive, without mails:"),
            *(f"  {one.say()}" for one in plan.sharing.grants),
        ]
    lines += [tr("look: {text}", text=other) for other in plan.sharing.others]
    lines += [tr("look: {text}", text=text) for text in _troubles(plan)]
    lines += [str(refusal) for refusal in plan.refusals] if refusals else []
    return "\n".join([*lines, _sum(plan)])


def markdown(plan: Plan) -> str:
    """For a review: a table by tab, then what was kept, troubles, refusals and the sum."""
    lines: list[str] = []
    for sheet, changes in _by_sheet(plan.changes):
        lines += [f"### {_cell(_heading(sheet, plan))}", "", tr("| | what | change | cause |"), "|---|---|---|---|"]
        lines += [
            f"| {SIGNS[change.action]} | `{_name(change.address)}` | {_cell(change.say() + _where(change, plan))} | {_cell(_cause(change))} |"
            for change in changes
        ]
        lines.append("")
    for heading, told in (
        (tr("Kept as people have it"), [f"`{change.address}`: {_cell(_kept(change))}" for change in plan.kept]),
        (tr("Access to the file, in Drive, without mails"), [_cell(one.say()) for one in plan.sharing.grants]),
        (tr("To look at"), [_cell(text) for text in (*plan.sharing.others, *_troubles(plan))]),
        (tr("Refused"), [_cell(refusal.message) for refusal in plan.refusals]),
    ):
        lines += [f"### {heading}", "", *(f"- {line}" for line in told), ""] if told else []
    return "\n".join([*lines, _sum(plan)])


def _troubles(plan: Plan) -> Iterator[str]:
    """Those that do not stand among the refusals."""
    against = [refusal.trouble for refusal in plan.refusals]
    return (trouble.say(admin()) for trouble in plan.troubles if trouble not in against)


def _cell(text: str) -> str:
    """As it stands in a table of Markdown, whatever people called things."""
    for sign in "\\`*_[]<>|":
        text = text.replace(sign, "\\" + sign)
    return " / ".join(text.split("\n"))


def as_json(plan: Plan) -> dict[str, Any]:
    """The same as data; every change by its own address."""
    return {
        "changes": [_change(change) for change in plan.changes],
        "kept": [
            {"address": str(change.address), "text": _kept(change), "cause": change.cause} for change in plan.kept
        ],
        "troubles": [
            {
                "sheet": trouble.sheet,
                "column": trouble.column,
                "code": trouble.code,
                "text": trouble.say(admin()),
            }
            for trouble in plan.troubles
        ],
        "refusals": [{"flag": refusal.flag, "text": refusal.message} for refusal in plan.refusals],
        "access": [{"action": one.action, "address": one.address, "level": one.level} for one in plan.sharing.grants],
        "others": list(plan.sharing.others),
        "fingerprint": plan.fingerprint,
        "batch": {"requests": len(plan.requests), "bytes": plan.bytes},
    }


def _change(change: Change) -> dict[str, str]:
    return {
        "action": change.action,
        "address": str(change.address),
        "text": change.say(),
        "cause": change.cause,
    }


def _by_sheet(changes: Iterable[Change]) -> Iterator[tuple[str, list[Change]]]:
    sheets: dict[str, list[Change]] = {}
    for change in changes:
        sheets.setdefault(change.address.sheet, []).append(change)
    yield from sorted(sheets.items(), key=lambda item: item[0] != SPREADSHEET)


def _heading(sheet: str, plan: Plan) -> str:
    return f"{sheet} · {plan.layout.tab_title(sheet)}" if plan.layout.has(sheet) else sheet


def _sheet(heading: str, changes: list[Change], plan: Plan) -> Iterator[str]:
    """The lines of one tab; what a new column has is told in its own line."""
    new = {change.address.place for change in changes if change.action == "create" and _makes_place(change.address)}
    yield heading
    seen = [change for change in changes if change.address.kind not in UNTOLD]
    for change in seen or changes:
        address = change.address
        if _makes_place(address) and change.action == "create":
            parts = [other.say() for other in changes if other.address.place == address.place and _told(other)]
            yield f"  {SIGNS[change.action]} {_name(address)}  {' · '.join(parts) or change.say()}"
        elif address.place not in new:
            yield f"  {SIGNS[change.action]} {_name(address)}  {change.say()}{_where(change, plan)}{_aside(change)}"


def _where(change: Change, plan: Plan) -> str:
    """The rows that have not what they should, where every row was looked at."""
    rows = plan.layout.wrong.get(str(change.address), ()) if plan.layout.deep else ()
    return tr("  in {rows}", rows=rows_text(rows)) if rows else ""


def _aside(change: Change) -> str:
    return tr(CAUSES[change.cause]) if change.cause in CAUSES else ""


def _cause(change: Change) -> str:
    return tr(WORDS[change.cause]) if change.cause in WORDS else change.cause


def _makes_place(address: Address) -> bool:
    return address.kind in {"tab", "column"}


def _told(change: Change) -> bool:
    return change.address.kind in TOLD if change.address.column else change.resource.kind in TOLD_OF_TABS


def _name(address: Address) -> str:
    """Without the sheet, which is the heading; a new place by itself."""
    if _makes_place(address):
        return address.column or tr("tab")
    return f"{address.column}.{address.kind}" if address.column else address.kind


def _kept(change: Change) -> str:
    if change.live is None:
        return tr("taken away ({text})", text=change.say())
    if change.desired is None:
        return tr("{text} (no longer in the template)", text=change.live.say())
    text = change.live.say(change.desired)
    return tr("{text} (the template changed it too)", text=text) if change.cause == "both" else text


def _sum(plan: Plan) -> str:
    calls = len(plan.sharing.grants)
    if not (plan.changes or calls):
        return tr("nothing to change")
    count = {action: sum(change.action == action for change in plan.changes) for action in SIGNS}
    made = tr("{create} to make, {update} to change, {delete} to take away", **count)
    batch = tr(
        "{count} {count:request|requests} in one batch of {bytes} bytes", count=len(plan.requests), bytes=plan.bytes
    )
    parts = [
        *([made] if plan.changes else [tr("nothing to change in the spreadsheet")]),
        *([tr("{count} {count:call|calls} to Drive", count=calls)] if calls else []),
        *([batch] if plan.changes else []),
        tr("plan {fingerprint}", fingerprint=plan.fingerprint),
    ]
    return tr("; ").join(parts)
