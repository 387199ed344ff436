"""Whatever processes do to one journal, in whatever order, and wherever they die: it tells the same story as a list in memory."""

from __future__ import annotations

import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from sheetcrm.journal import By, Journal, Policy, rolling

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
SETTLED = ("done", "undone", "refused", "aside")


class AnyWrites(RuleBasedStateMachine):
    """Two processes with one folder; the list has what should be there, by number: what it is called and its stage."""

    def __init__(self):
        super().__init__()
        self.root = Path(tempfile.mkdtemp())
        self.folder = self.root / "x"
        self.now, self.highest, self.packed = NOW, 0, set()
        self.known: dict[int, list[str]] = {}
        self.paths: dict[int, Path] = {}

    def teardown(self):
        shutil.rmtree(self.root)

    @rule(command=st.sampled_from(["fix", "team add"]))
    def write(self, command):
        self.now += timedelta(hours=1)
        path = Journal(self.root, "x", By(command=command)).begin(f"{command} {self.highest}", "f", [{}], self.now)
        assert int(path.stem) > self.highest, "a number is never given twice"
        self.highest = int(path.stem)
        self.known[self.highest], self.paths[self.highest] = [f"{command} {self.highest - 1}", "begun"], path

    @precondition(lambda self: self.paths)
    @rule(data=st.data(), stage=st.sampled_from(SETTLED))
    def settle(self, data, stage):
        number = data.draw(st.sampled_from(sorted(self.paths)))
        Journal(self.root, "x").mark(self.paths[number], stage)
        self.known[number][1] = stage

    @rule(cut=st.integers(0, 60))
    def die_while_a_write_is_written_down(self, cut):
        path = Journal(self.root, "x").begin("从未发送", "f", [{}], self.now)
        path.write_bytes(path.read_bytes()[:cut])
        self.highest = int(path.stem)

    @precondition(lambda self: self.paths)
    @rule(data=st.data())
    def die_while_a_stage_is_written_down(self, data):
        number = data.draw(st.sampled_from(sorted(self.paths)))
        with self.paths[number].open("a", encoding="utf-8") as file:
            file.write('{"sta')

    @rule(count=st.integers(1, 6), unfinished=st.booleans())
    def pack(self, count, unfinished):
        paths = rolling.loose(self.folder)[:count]
        before = {path: path.read_bytes() for path in paths}
        rolling.pack(self.folder, paths)
        for path, content in before.items():
            if not path.exists():
                self.paths.pop(int(path.stem), None)
                if unfinished:
                    path.write_bytes(content)

    @invariant()
    def it_tells_the_same(self):
        told = {int(number): [write.what, write.stage] for number, write in Journal(self.root, "x").history()}
        assert told == self.known

    @invariant()
    def nothing_is_taken_back_out_of_order(self):
        numbers = [int(path.stem) for path, _ in Journal(self.root, "x").writes()]
        assert numbers == sorted(numbers, reverse=True)


TestAnyWrites = AnyWrites.TestCase
TestAnyWrites.settings = settings(
    settings.default, max_examples=settings.default.max_examples // 4, stateful_step_count=20
)


def test_of_old_ones_none_is_left_and_of_new_ones_all(tmp_path):
    journal = Journal(tmp_path, "x", policy=Policy(keep_days=5))
    for day in range(20):
        journal.begin(f"day {day}", "f", [{}], NOW + timedelta(days=day))
    assert [write.what for _, write in journal.history()] == [f"day {day}" for day in range(19, 13, -1)]
