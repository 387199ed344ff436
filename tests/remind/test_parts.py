"""What stands where in a digest: overdue, to come, in the team; by rule, by customer; and how much of it."""

from __future__ import annotations

from datetime import date, timedelta

import desk_of_rules
import office
import pytest
from desk_of_rules import TODAY, row
from hypothesis import given
from hypothesis import strategies as st

from sheetcrm.remind.allow import AllowList
from sheetcrm.remind.digest import Style, digest
from sheetcrm.remind.gather import gather
from sheetcrm.remind.parts import shares
from sheetcrm.schema.template import Template

EVE, BOB, ANN = "eve@example.com", "bob@example.com", "ann@example.com"
FOLLOW_UP = {"type": "date", "date": "next", "show": ["name"], "overdue": {"every": 1, "times": 100}}


def drafts(rules, *rows, today=TODAY, style=None, **settings):
    """The digest of everybody, by address."""
    return drafts_of(desk_of_rules.reading(rules, rows, **settings), today, style)


def drafts_of(reading, today=TODAY, style=None):
    agenda = gather(reading, today=today, channel="mail", allow=AllowList.of(["example.com"]))
    return {
        whom.address: digest(list(due.values()), reading, today=today, style=style or Style())
        for whom, due in agenda.mails.items()
    }


def test_what_waits_too_long_is_the_managers_by_owner_with_the_rule_and_since_when():
    rule = {**FOLLOW_UP, "escalate": [{"after": 3, "to": "manager"}]}
    made = drafts({"follow": rule}, row(1, next=TODAY - timedelta(4)), row(2, next=TODAY))
    assert set(made) == {EVE, BOB}
    assert made[BOB].subject == "Shop: Customer 1, 4 days overdue"
    assert made[BOB].text.splitlines()[2:13] == [
        "1 waiting in your team",
        "",
        "",
        "Waiting too long in your team",
        "=" * 40,
        "",
        "Eve",
        "-" * 40,
        "",
        "* Customer 1 (4 days overdue)",
        "  follow",
    ]
    assert "wait too long in your team. Each reminder comes once." in made[BOB].text
    assert "in your team" not in made[EVE].text


@pytest.mark.parametrize(("owner", "words"), [
    pytest.param("Zed", "Came to you because Zed is not ticked as active in Team", id="who has left"),
    pytest.param("Kim", "Came to you because Kim is not in Team", id="who is unknown"),
    pytest.param("", "Came to you because nobody is named in Owner", id="nobody"),
    pytest.param("<b>Kim</b>", "Came to you because <b>Kim</b> is not in Team", id="markup"),
])  # fmt: skip
def test_what_came_instead_of_to_its_owner_says_why(owner, words):
    made = drafts({"follow": {**FOLLOW_UP, "fallback": ["boss"]}}, row(1, next=TODAY, owner=owner))
    (draft,) = made.values()
    assert f"  {words}\n" in draft.text
    assert words in draft.markdown.replace("＜", "<").replace("＞", ">")
    assert "<b>Kim" not in draft.html
    assert "because nobody else of these rows" in draft.text


def test_blank_cells_are_to_be_filled_in_and_never_overdue():
    rule = {"type": "missing", "columns": ["phone"], "one_of": ["next", "last"], "show": ["name"]}
    (draft,) = drafts({"blank": rule}, row(1), today=TODAY + timedelta(1)).values()
    assert draft.subject == "Shop: Customer 1, still blank"
    assert "  To fill in: Phone, Next, Last\n" in draft.text
    assert "overdue" not in draft.text
    assert drafts({"blank": rule}, row(1), row(2))[EVE].subject == "Shop: 2 to fill in"


def test_money_to_come_is_said_by_row_and_in_all():
    rule = {"type": "receivable", "date": "next", "amount": "amount", "paid": "paid", "show": ["name"]}
    rows = [row(1, next=TODAY, amount=1000, paid=250.5), row(2, next=TODAY, amount=500)]
    draft = drafts({"owed": rule}, *rows)[EVE]
    assert "  Still to be paid: CN¥749.50\n" in draft.text
    assert "owed - CN¥1,249.50 in all still to be paid\n" in draft.text
    assert "in all" not in drafts({"owed": rule}, rows[0])[EVE].text


def test_a_date_that_is_worked_out_stands_beside_what_it_was_worked_out_from():
    rule = {"type": "cadence", "last": "last", "every": 30, "show": ["name"]}
    (draft,) = drafts({"talk": rule}, row(1, last=TODAY - timedelta(30))).values()
    assert "  Last: 2026-02-02\n  Due: 2026-03-04\n" in draft.text


# Customers and what refers to them


def shop():
    return Template.model_validate({
        "version": 1,
        "title": "Shop",
        "team": {"sheet": "team", "name": "name", "email": "email"},
        "sheets": {
            "customers": {"title": "Customers", "key": "id", "columns": {
                "id": {"type": "id", "title": "ID"}, "name": {"type": "text", "title": "Name"},
                "next": {"type": "date", "title": "Next"}, "owner": {"type": "person", "title": "Owner"}}},
            "orders": {"title": "Orders", "key": "id", "columns": {
                "id": {"type": "id", "title": "No."}, "customer": {"type": "reference", "to": "customers", "title": "Customer"},
                "goods": {"type": "text", "title": "Goods"}, "day": {"type": "date", "title": "Delivery"}, "pay": {"type": "date", "title": "Pay by"},
                "seller": {"type": "person", "title": "Seller"}}},
            "team": {"title": "Team", "key": "name", "columns": {
                "name": {"type": "id", "title": "Name"}, "email": {"type": "email", "title": "E-mail"}}},
        },
        "reminders": {
            "visit": {"type": "date", "title": "Visits", "sheet": "customers", "date": "next", "owner": "owner", "show": ["name"]},
            "deliver": {"type": "date", "title": "Deliveries", "sheet": "orders", "date": "day", "owner": "seller", "show": ["goods"]},
            "pay": {"type": "date", "title": "Payments", "sheet": "orders", "date": "pay", "owner": "seller", "show": ["goods"]},
        },
    })  # fmt: skip


CUSTOMERS = [{"id": f"C{n}", "name": name, "owner": "Ann"} for n, name in enumerate(("Acme", "Beta", "Coral"))]


def order(number, customer, days=0, **cells):
    return {
        "id": f"O{number}",
        "customer": customer,
        "goods": f"Goods {number}",
        "day": TODAY + timedelta(days),
        "seller": "Ann",
        **cells,
    }


def lines(customers, orders, **options):
    """Titles of blocks, and names below them."""
    sheets = {"customers": customers, "orders": orders, "team": [{"name": "Ann", "email": ANN}]}
    (draft,) = drafts_of(office.reading_of(shop(), sheets, language="en", title="Shop"), **options).values()
    found = draft.text.splitlines()
    return [line if line.startswith("* ") else f"[{line}]" for line, below in zip(found, [*found[1:], ""], strict=True)
            if line.startswith("* ") or below == "-" * 40]  # fmt: skip


def test_rows_of_several_sheets_about_one_customer_stand_together():
    customers = [{**CUSTOMERS[0], "next": TODAY}, CUSTOMERS[1], {**CUSTOMERS[2], "next": TODAY}]
    assert lines(customers, [order(1, "C0"), order(2, "C1"), order(3, "C0")]) == [
        "[Acme]",
        "* Visits (today)",
        "* Goods 1 (today)",
        "* Goods 3 (today)",
        "[Visits]",
        "* Coral (today)",
        "[Deliveries]",
        "* Goods 2 (today)",
    ]


def test_the_name_of_a_customer_is_not_said_again_below_it():
    sheets = {
        "customers": [{**CUSTOMERS[0], "next": TODAY}],
        "orders": [order(1, "C0")],
        "team": [{"name": "Ann", "email": ANN}],
    }
    template = shop()
    rules = {
        **template.reminders,
        "deliver": template.reminders["deliver"].model_copy(update={"show": ("goods", "customer")}),
    }
    sheets["customers"][0]["name"] = "C0"
    made = template.model_copy(update={"reminders": rules})
    (draft,) = drafts_of(office.reading_of(made, sheets, language="en", title="Shop")).values()
    assert draft.text.count("C0") == 1


def test_orders_of_one_customer_stay_together_within_their_rule():
    assert lines(CUSTOMERS, [order(1, "C0"), order(2, "C1"), order(3, "C0")]) == [
        "[Deliveries]",
        "* Goods 1 (today)",
        "* Goods 3 (today)",
        "* Goods 2 (today)",
    ]


def test_a_customer_that_is_not_there_any_more_is_known_by_its_id():
    assert lines(CUSTOMERS, [order(1, "C9"), order(2, "C9", 9, pay=TODAY)]) == [
        "[C9]",
        "* Goods 1 (today)",
        "* Goods 2 (today)",
    ]


# How much


@given(st.lists(st.integers(1, 300), min_size=1, max_size=12), st.integers(1, 200))
def test_room_is_shared_out_fairly(counts, room):
    found = shares(counts, room)
    assert all(1 <= share <= count for share, count in zip(found, counts, strict=True))
    assert sum(found) <= max(room, len(counts))
    if sum(counts) <= room:
        assert found == counts
    cut = [share for share, count in zip(found, counts, strict=True) if share < count]
    assert max(cut, default=0) - min(cut, default=0) <= 1


def test_two_hundred_rows_of_long_names_are_a_mail_that_gmail_shows_whole():
    rules = {
        "follow": FOLLOW_UP,
        "last": {"type": "date", "date": "last", "show": ["name", "phone", "amount", "level"]},
    }
    rows = [
        row(
            number,
            name=f"{number} " + "漢字" * 5000,
            next=TODAY - timedelta(number % 5),
            phone="x" * 10_000,
            amount=number,
        )
        for number in range(200)
    ] + [row(number, name=f"N{number}", last=TODAY, phone="y" * 10_000) for number in range(200, 400)]
    (draft,) = drafts(rules, *rows).values()
    assert len(draft.html.encode()) < 102_000, "Gmail cuts off what is longer"
    assert draft.text.count("\n* ") == 50
    assert draft.text.count("more in the spreadsheet") == 3


# In whose language


@pytest.mark.parametrize(("person", "rule", "said"), [
    pytest.param("", None, "en", id="the spreadsheet's"),
    pytest.param("zh", None, "zh-CN", id="the person's"),
    pytest.param("zh", "en", "en", id="the rule's before the person's"),
    pytest.param("xx", None, "en", id="one that we do not speak"),
])  # fmt: skip
def test_the_language_is_the_rules_or_the_persons_or_the_spreadsheets(person, rule, said):
    from dataclasses import replace

    reading = desk_of_rules.reading({"follow": {**FOLLOW_UP, "language": rule}}, [row(1, next=TODAY)])
    agenda = gather(reading, today=TODAY, channel="mail", allow=AllowList.of(["example.com"]))
    ((due,),) = (list(one.values()) for one in agenda.mails.values())
    draft = digest([replace(due, person=replace(due.person, language=person))], reading, today=TODAY)
    assert draft.language == said
    assert ("您好" in draft.text) == (said == "zh-CN")


def test_dates_to_come_go_along_for_the_calendar_and_only_they():
    from icalendar import Calendar

    rule = {**FOLLOW_UP, "before": [3]}
    made = drafts(
        {"follow": rule}, row(1, next=TODAY + timedelta(3), name="Acme, Ltd; \nBEGIN:VALARM"), row(2, next=TODAY)
    )
    (file,) = made[EVE].attachments
    assert (file.name, file.kind, dict(file.settings)["method"]) == ("reminders.ics", "text/calendar", "PUBLISH")
    calendar = Calendar.from_ical(file.data)
    (event,) = calendar.events
    assert event.start == date(2026, 3, 7)
    assert event["summary"] == "Acme, Ltd; BEGIN:VALARM · follow"
    assert event["transp"] == "TRANSPARENT"
    assert not calendar.walk("VALARM")
    assert drafts({"follow": rule}, row(2, next=TODAY))[EVE].attachments == ()
    assert (
        drafts({"follow": rule}, row(1, next=TODAY + timedelta(3)), style=Style(calendar=False))[EVE].attachments == ()
    )


def test_a_date_that_was_moved_moves_its_event():
    from icalendar import Calendar

    rule = {**FOLLOW_UP, "before": [3]}

    def event(days, today):
        draft = drafts({"follow": rule}, row(1, next=TODAY + timedelta(days)), today=today)[EVE]
        return Calendar.from_ical(draft.attachments[0].data).events[0]

    first, second = event(3, TODAY), event(9, TODAY + timedelta(6))
    assert first["uid"] == second["uid"]
    assert first.start < second.start
    assert first["sequence"] < second["sequence"]
