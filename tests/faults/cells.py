"""
A command and a trouble → what becomes of it.

In the end it is always as if nothing had been wrong: at once, or when the same
command is typed again.  Whatever else would be a fault of ours.
"""

from __future__ import annotations

import difflib
import json
import re
from dataclasses import dataclass

from tests.faults.bench import Bench, copied

LEFT = re.compile("look at your files in Drive|what is left is the hidden tab|half made")
"""What a message says that leaves something behind for people to throw away."""
LONGEST = 600
"""Seconds by the clock that no command may wait, whatever is wrong."""
DONE, AGAIN, PARTLY = "done", "again", "partly"
"""Done all the same; nothing was done, and the same command again does it; something was done, and it does the rest."""


@dataclass
class Prepared:
    """Folders in which steps were taken, and what commands do in them when nothing is wrong; each made once."""

    factory: object

    def __post_init__(self):
        self._folders, self._usual = {}, {}

    def folder(self, steps):
        """The folder in which these steps were taken."""
        if steps not in self._folders:
            new = self.factory.mktemp("prepared")
            if steps[:-1]:
                copied(self.folder(steps[:-1]), new)
            bench = Bench(new)
            with bench.open():
                steps[-1](bench)
            self._folders[steps] = new
        return self._folders[steps]

    def bench(self, command):
        """A copy of the folder in which that command is to be typed."""
        return Bench(copied(self.folder(command.steps), self.factory.mktemp("cell")))

    def usual(self, command, *, signs_in=False):
        """What it does when nothing is wrong: its answer, the state before, and the state after."""
        if (command, signs_in) not in self._usual:
            bench = self.bench(command)
            with bench.open():
                if signs_in:
                    bench.signs_in()
                before = bench.state()
                answer = bench.run(*command.typed())
                self._usual[command, signs_in] = answer, before, bench.state()
        return self._usual[command, signs_in]


def outcome(prepared, command, trouble, strike):
    """DONE, AGAIN or PARTLY; AssertionError for anything else."""
    signs_in = trouble.signs_in or command.signs_in
    usual, before, after = prepared.usual(command, signs_in=signs_in)
    bench = prepared.bench(command)
    with bench.open():
        if signs_in:
            bench.signs_in()
        words = command.typed()
        key = bench.kept()
        trouble.ready(bench)
        if fault := trouble.order(strike):
            bench.server.faults.add(fault)
        bench.then = trouble.then
        answer = bench.run(*words, room=trouble.room)
        then = bench.state()
        assert answer.waited <= LONGEST, f"waited {answer.waited:.0f} s"
        if answer.code == usual.code and then == after:
            return DONE
        bench.mended(key)
        said = answer.out + answer.err
        assert answer.code, f"exit code 0, and something is missing:\n{said}\n{differences(after, then)}"
        assert trouble.says, f"stopped:\n{said}"
        assert re.search(trouble.says, said), f"the message does not say {trouble.says!r}:\n{said}"
        again = bench.run(*(command.again if f"sheetcrm {' '.join(command.again)}" in said else words))
        finally_ = bench.state(said if LEFT.search(said) else "")
        assert finally_ == after, (
            f"after\n{answer.err}\nand again ({again.code})\n{again.err}\n{differences(after, finally_)}"
        )
        return AGAIN if then == before else PARTLY


def struck(prepared, command, trouble):
    """Where that trouble can strike that command."""
    usual = prepared.usual(command, signs_in=trouble.signs_in or command.signs_in)[0]
    return trouble.strikes(usual.calls)


def outcomes(prepared, command, trouble, places=slice(None)):
    """What becomes of that command at each strike of that trouble, or at those `places`, as `outcomes.json` has it; empty where it cannot happen to it."""
    found = []
    for strike in struck(prepared, command, trouble)[places]:
        try:
            found.append(outcome(prepared, command, trouble, strike))
        except AssertionError as wrong:
            wrong.add_note(f"{command.name}, {trouble.name}, at {strike.method} after {strike.skip}")
            raise
    return " ".join(found)


def differences(wanted, found):
    """The lines that are not the same."""
    lines = [json.dumps(one, ensure_ascii=False, indent=1, sort_keys=True).splitlines() for one in (wanted, found)]
    return "\n".join([*difflib.unified_diff(*lines, "wanted", "found", n=2, lineterm="")][:60])
