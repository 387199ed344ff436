"""What one person reads: grouped, in order, in their language, escaped, and leading to the rows."""

from __future__ import annotations

from datetime import date, timedelta
from html.parser import HTMLParser

import office
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheetcrm.remind.allow import AllowList
from sheetcrm.remind.digest import Style, digest
from sheetcrm.remind.gather import gather

TODAY = date(2026, 1, 5)


def draft(*rows, team=office.TEAM, rows_shown=50, **options):
    reading = office.reading(rows, team, **options)
    agenda = gather(reading, today=TODAY, channel="mail", allow=AllowList.of(["example.com"]))
    (reminders,) = agenda.mails.values()
    return digest(list(reminders.values()), reading, today=TODAY, style=Style(rows_shown))


def row(number=1, days=0, **cells):
    return {
        "id": f"C{number:03}",
        "name": f"Customer {number}",
        "stage": "Lead",
        "next": TODAY + timedelta(days=days),
        "owner": "Ann",
    } | cells


class Page(HTMLParser):
    """Tags, links and visible text of a page."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.links, self.texts, self._hidden = set(), [], [], 0
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self._hidden += tag in ("style", "title")
        self.links += [value for name, value in attrs if name in ("href", "src")]

    def handle_endtag(self, tag):
        self._hidden -= tag in ("style", "title")

    def handle_data(self, data):
        if not self._hidden and data.strip():
            self.texts.append(" ".join(data.split()))


TAGS = {"br", "html", "head", "meta", "title", "style", "body", "div", "table", "tbody", "tr", "td", "a", "span"}


def test_what_is_overdue_stands_apart_by_rule_and_the_longest_overdue_first():
    found = Page(
        draft(row(1, 1), row(2, -9), row(3, 0), row(4, -1), row(5, 99, paper=TODAY + timedelta(20))).html
    ).texts
    titles = ("Overdue", "Today and", "Customer", "Licences")
    assert [text for text in found if text.startswith(titles)] == [
        "Overdue",
        "Customers to follow up",
        "Customer 2",
        "Customer 4",
        "Today and coming up",
        "Customers to follow up",
        "Customer 3",
        "Customer 1",
        "Licences that run out",
        "Customer 5",
    ]


def test_a_customer_with_matters_of_several_rules_stands_once_where_the_most_urgent_is():
    found = Page(draft(row(1, 0), row(2, -9, paper=TODAY + timedelta(20))).html).texts
    titles = ("Overdue", "Today and", "Customer", "Licences")
    assert [text for text in found if text.startswith(titles)] == [
        "Overdue",
        "Customer 2",
        "Customers to follow up",
        "Licences that run out",
        "Today and coming up",
        "Customers to follow up",
        "Customer 1",
    ]


@pytest.mark.parametrize(("days", "words"), [
    pytest.param(-8, "8 days overdue", id="long overdue"),
    pytest.param(-1, "1 day overdue", id="yesterday"),
    pytest.param(0, "today", id="today"),
    pytest.param(1, "tomorrow", id="tomorrow"),
    pytest.param(2, "in 2 days", id="soon"),
])  # fmt: skip
def test_when_in_words_and_days_as_they_are_in_the_calendar(days, words):
    made = draft(row(1, days))
    assert words in Page(made.html).texts
    assert f"({words})" in made.text
    assert f"Next follow-up: {TODAY + timedelta(days=days)}" in made.text
    assert made.subject == f"Office: Customer 1, {words}"


def test_the_subject_counts_when_there_are_several():
    assert draft(row(1, -2), row(2, 0), row(3, 0), row(4, 2)).subject == "Office: 1 overdue, 2 due today, 1 coming up"


def test_links_lead_to_the_very_row_and_are_the_only_ones():
    url = f"https://docs.google.com/spreadsheets/d/{office.ID}/edit"
    made = draft(row(1), row(2, owner="Zed"), row(3))
    assert Page(made.html).links == [f"{url}#gid=0&range=D2", f"{url}#gid=0&range=D4", url]
    assert f"{url}#gid=0&range=D4" in made.text


def test_a_link_that_is_not_of_the_web_is_left_out():
    reading = office.reading([row()])
    reading.layout.url = "javascript:alert(1)//"
    agenda = gather(reading, today=TODAY, channel="mail", allow=AllowList.of(["example.com"]))
    (reminders,) = agenda.mails.values()
    made = digest(list(reminders.values()), reading, today=TODAY)
    assert "javascript" not in made.html + made.text


def test_the_language_is_the_sheets():
    made = draft(row(1, stage="潜在", amount=1234.5), language="zh")
    assert made.language == "zh-CN"
    assert {"潜在", "¥1,234.50", "阶段", "客户跟进"} <= set(Page(made.html).texts)


def test_more_rows_than_fit_are_counted():
    made = draft(*[row(number) for number in range(1, 8)], rows_shown=5)
    assert made.text.count("\n* ") == 5
    assert "and 2 more in the spreadsheet" in made.text
    assert "and 2 more in the spreadsheet" in made.html


def test_two_names_with_one_mailbox_are_both_greeted():
    team = [{"name": name, "email": "sales@example.com", "active": True} for name in ("Ann", "Bob")]
    assert draft(row(1), row(2, owner="Bob"), team=team).text.startswith("Hello Ann, Bob\n")


def test_a_row_without_a_name_is_known_by_its_id():
    assert "* C001 (today)" in draft(row(name="", stage="")).text


def test_styles_are_inline_and_those_for_phones_and_the_dark_stay():
    html = draft(row()).html
    assert 'class="card" style="' in html or 'style="' in html
    assert "prefers-color-scheme: dark" in html
    assert "max-width: 480px" in html


MARKUP = [
    '<script>alert(1)</script>', '"><img src=x onerror=alert(1)>', "<style>*{display:none}</style>", "{{ 7*7 }}", "{name}",
    "javascript:alert(1)", "</td></table>", "&lt;b&gt;", "@import url(file:///etc/passwd)",
]  # fmt: skip


@pytest.mark.parametrize("text", MARKUP)
def test_markup_in_every_cell_is_text(text):
    made = draft(
        row(name=text, owner=f"Ann {text}"),
        team=[{"name": f"Ann {text}", "email": "ann@example.com", "active": True}],
        title=text,
    )
    page = Page(made.html)
    assert page.tags <= TAGS
    assert text in page.texts
    assert "alert(1)" not in " ".join(page.links)
    assert text in made.text


@given(name=st.text(), title=st.text())
def test_no_text_breaks_out(name, title):
    page = Page(draft(row(name=name), title=title).html)
    assert page.tags <= TAGS
    assert len(page.links) == 2
