"""
What became of every command under every trouble → a table, and docs/faults.md.

`outcomes.json` is what the last whole run found; the tests hold it to be so.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from tests.faults.cells import AGAIN, DONE, PARTLY
from tests.faults.commands import COMMANDS
from tests.faults.troubles import TROUBLES

FILE = Path(__file__).with_name("outcomes.json")
STORED = json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}
LETTERS = {DONE: "✓", AGAIN: "a", PARTLY: "p", "": "·"}
HEAD = """\
# When something goes wrong on the way

Written by `scripts/faults.py` from `tests/faults`; do not edit.

Every command that talks to Google was run under every trouble below, struck at its first read, its last read and each of its writes: {cells} runs, on
the embedded server, with a clock that only waiting moves. Asked each time: is everything in the end as if nothing had been wrong (cells, formats, marks, access, config,
mails, journal, files), was nothing written twice and nothing lost, did nobody wait longer than ten minutes, does the message say what to do.

`✓` it was done all the same. `a` nothing was done, and the same command again did it. `p` a part was done, and the same command again did the rest. `·` cannot happen there. Where it
depends on the place that is struck, the worst of them stands.

`scripts/test` tries each command and each trouble at least once, `scripts/prove faults` all of them, `scripts/faults.py` all of them anew and writes this page.

An archive with one bit turned, the wrong key, a spreadsheet that changes while it is backed up and a restore over a newer template are `tests/faults/test_archives.py`. `doctor`, which is there to look at all this, has
tests of its own in `tests/doctor`; mail servers and robots that fail are in [reminders.md](reminders.md), what is tried again and why in [calls.md](calls.md).

"""


def worst(outcomes):
    """The one that says most, of all places that were struck."""
    found = set(outcomes.split())
    return next((one for one in (PARTLY, AGAIN, DONE) if one in found), "")


def table():
    """A line a command, a letter a trouble; under the numbers that the list above it gives them."""
    width = max(len(command.name) for command in COMMANDS)
    lines = [f"{number:2}  {trouble.name}" for number, trouble in enumerate(TROUBLES, 1)]
    lines += ["", *_numbers(width)]
    for command in COMMANDS:
        stored = STORED.get(command.name, {})
        letters = (LETTERS[worst(stored.get(trouble.name, ""))] for trouble in TROUBLES)
        lines.append(f"{command.name:{width}}  {''.join(f'{one:>3}' for one in letters)}")
    return "\n".join(lines)


def page():
    """docs/faults.md."""
    cells = sum(len(one.split()) for stored in STORED.values() for one in stored.values())
    return f"{HEAD.format(cells=f'{cells:,}')}```\n{table()}\n```\n"


def _numbers(width):
    yield f"{'':{width}}  {''.join(f'{number:3}' for number in range(1, len(TROUBLES) + 1))}"


@cache
def _samples():
    """By command, the troubles of the short form: at each in turn the next that can happen to it, and that nobody had yet."""
    left = {trouble.name: trouble for trouble in TROUBLES}
    found = {command.name: [] for command in COMMANDS}
    # What can happen to few goes first, to the commands that have the least so far.
    for name in sorted(left, key=_reach):
        can = [command.name for command in COMMANDS if STORED.get(command.name, {}).get(name)]
        if can:
            found[min(can, key=lambda one: (len(found[one]), _variety(one, name)))].append(left[name])
    for number, command in enumerate(COMMANDS):
        stored = STORED.get(command.name, {})
        can = [one for one in TROUBLES if stored.get(one.name)]
        if can and not found[command.name]:
            found[command.name].append(can[number % len(can)])
    return found


def _reach(name):
    return sum(bool(stored.get(name)) for stored in STORED.values()), name


def _variety(command, trouble):
    """First those of which something is said: stopped and done again is more of a test than done."""
    return -len(set(STORED[command][trouble].split()))


def sampled(command):
    """The troubles that the short form tries on that command."""
    return _samples()[command.name]
