"""A lost answer is looked after, never sent again blindly; a batch that is too large is cut where one may stop for good."""

from __future__ import annotations

import pytest

from sheetcrm import provision
from sheetcrm.errors import ApiError, NoAnswer
from sheetcrm.journal import Journal
from sheetcrm.provision.sending import ADVISED, Log, parts
from sheetcrm.testing import Fault

from .bakery import TODAY, Desk, bakery

BATCH = "sheets.spreadsheets.batchUpdate"
SMALL = 4_000


@pytest.fixture
def log(tmp_path):
    from datetime import UTC, datetime

    return Log(Journal(tmp_path / "journal", "x"), "apply bakery", datetime(2026, 11, 21, tzinfo=UTC))


def stages(log):
    return [(write.what, write.stage) for _, write in log.journal.writes()]


def send(desk, plan, log=None, **options):
    return provision.apply(desk.gateway, plan, log=log, again=lambda: desk.plan(samples=True), **options)


def batches(desk):
    return len(desk.running.requests(BATCH))


class TestLostAnswer:
    def test_what_was_done_is_found_done(self, blank, log):
        blank.running.faults.add(Fault(BATCH, drop="after"))
        assert send(blank, blank.plan(samples=True), log) == "found done"
        assert blank.plan(samples=True).changes == ()
        assert blank.tab("客户").col_values(1) == ["客户编号", "示例-1", "示例-2"], "once"
        assert stages(log) == [("apply bakery", "done")]

    @pytest.mark.parametrize("fault", [Fault(BATCH, drop="before"), Fault(BATCH, status=503)], ids=["dropped", "503"])
    def test_what_was_not_done_is_tried_once_more(self, blank, log, fault):
        blank.running.faults.add(fault)
        assert send(blank, blank.plan(samples=True), log) == "sent again"
        assert blank.plan(samples=True).changes == ()
        assert stages(log) == [("apply bakery", "done"), ("apply bakery", "undone")]

    def test_once_and_not_for_ever(self, blank):
        blank.running.faults.add(Fault(BATCH, drop="before", times=2))
        with pytest.raises(NoAnswer):
            send(blank, blank.plan())
        assert batches(blank) <= 2

    def test_what_somebody_changed_meanwhile_stops_it_and_is_said(self, desk, tmp_path, log):
        newer = bakery(tmp_path, was="rows: 100", now="rows: 150")
        plan = desk.plan(newer)
        desk.running.faults.add(Fault(BATCH, drop="before"))

        def again():
            desk.tab("客户").insert_cols([["theirs"]], 2)
            return desk.plan(newer)

        with pytest.raises(NoAnswer, match="neither the one nor the other"):
            provision.apply(desk.gateway, plan, log=log, again=again)
        assert stages(log) == [("apply bakery", "begun")]

    def test_when_nobody_answers_any_more_the_first_error_says_what_may_have_happened(self, blank):
        plan = blank.plan()
        blank.running.faults.add(Fault(BATCH, drop="before"))
        blank.running.faults.add(Fault("*", drop="before", times=9))
        with pytest.raises(NoAnswer, match="may or may not have happened"):
            provision.apply(blank.gateway, plan, again=blank.plan)

    def test_what_was_refused_is_no_lost_answer(self, blank):
        blank.running.faults.add(Fault(BATCH, status=403))
        with pytest.raises(ApiError):
            provision.apply(blank.gateway, blank.plan(), again=lambda: pytest.fail("looked again"))


def shown(desk):
    """Everything that people can see, and what we remember, without the ids that Google chose."""
    found = desk.describe("properties,sheets,namedRanges,developerMetadata")

    def without_ids(value):
        if isinstance(value, dict):
            return {key: without_ids(part) for key, part in value.items() if key != "metadataId"}
        return [without_ids(part) for part in value] if isinstance(value, list) else value

    plain = without_ids(found)
    for part in [
        plain,
        *plain["sheets"],
        *(c for s in plain["sheets"] for d in s.get("data", []) for c in d["columnMetadata"]),
    ]:
        part.get("developerMetadata", []).sort(key=str)
    return plain


class TestParts:
    def test_a_plan_of_usual_size_is_one_batch(self, blank):
        assert blank.plan().bytes < ADVISED
        assert [part.requests for part in parts(blank.plan())] == [list(blank.plan().requests)]

    def test_nothing_to_send_is_no_batch(self, desk):
        assert parts(desk.plan()) == []

    def test_every_request_is_in_one_part_and_parts_are_small(self, blank):
        plan = blank.plan(samples=True)
        cut = parts(plan, SMALL)
        assert len(cut) > 2
        assert all(part.size <= SMALL or len(part.changes) == 1 for part in cut[1:])
        assert [request for part in cut for request in part.requests] == list(plan.requests)

    def test_in_parts_or_at_once_comes_to_the_same(self, running, tmp_path, log):
        desks = [Desk(running, running.client.create("Bread"), bakery(tmp_path)) for _ in range(2)]
        send(desks[0], desks[0].plan(samples=True))
        running.forget_requests()
        send(desks[1], desks[1].plan(samples=True), log, limit=SMALL)
        number = len(running.requests(BATCH))
        assert number > 2
        assert shown(desks[0]) == shown(desks[1])
        assert stages(log) == [(f"apply bakery ({at}/{number})", "done") for at in range(number, 0, -1)]

    @pytest.mark.parametrize("drop", ["before", "after"])
    def test_wherever_it_stops_the_next_apply_does_the_rest(self, running, tmp_path, drop):
        whole = Desk(running, running.client.create("Bread"), bakery(tmp_path))
        whole.apply(samples=True)
        number = len(parts(Desk(running, running.client.create("Bread"), whole.template).plan(samples=True), SMALL))
        for stop in range(number):
            desk = Desk(running, running.client.create("Bread"), whole.template)
            plan, gateway = desk.plan(samples=True), desk.gateway
            for part in parts(plan, SMALL)[:stop]:
                gateway.batch(part.requests)
            running.faults.add(Fault(BATCH, drop=drop))
            with pytest.raises(NoAnswer):
                gateway.batch(parts(plan, SMALL)[stop].requests)
            provision.apply(desk.gateway, provision.plan(desk.gateway, desk.template, "zh", samples=True, today=TODAY))
            assert shown(desk) == shown(whole), f"stopped at part {stop + 1} of {number}"

    @pytest.mark.parametrize("drop", ["before", "after"])
    def test_a_lost_answer_in_the_middle_is_looked_after(self, running, tmp_path, log, drop):
        whole = Desk(running, running.client.create("Bread"), bakery(tmp_path))
        whole.apply(samples=True)
        desk = Desk(running, running.client.create("Bread"), whole.template)
        plan = desk.plan(samples=True)

        class Second:
            """A gateway whose second batch gets no answer."""

            def __init__(self, gateway):
                self._gateway, self._count = gateway, 0

            def batch(self, requests, **options):
                self._count += 1
                if self._count == 2:
                    running.faults.add(Fault(BATCH, drop=drop))
                return self._gateway.batch(requests, **options)

        sent = provision.apply(Second(desk.gateway), plan, log=log, limit=SMALL, again=lambda: desk.plan(samples=True))
        assert sent == {"before": "sent again", "after": "found done"}[drop]
        assert shown(desk) == shown(whole)
        assert all(stage in ("done", "undone") for _, stage in stages(log))

    def test_an_upgrade_that_stops_in_the_middle_goes_on_too(self, running, tmp_path):
        first = bakery(tmp_path)
        newer = bakery(
            tmp_path,
            was="version: 1",
            now="version: 2",
            was1="rows: 100",
            now1="rows: 150",
            was2="color: green",
            now2="color: blue",
            was3='formula: "SUMIFS(',
            now3='formula: "1*SUMIFS(',
        )
        desks = []
        for stop in (None, 1, 2, 3):
            desk = Desk(running, running.client.create("Bread"), first)
            desk.apply(samples=True)
            plan = desk.plan(newer)
            for part in parts(plan, 1_000)[:stop]:
                desk.gateway.batch(part.requests)
            desk.apply(newer)
            desks.append(shown(desk))
        assert desks[1:] == [desks[0]] * 3
