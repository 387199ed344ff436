"""What the mail says, with its picture and without."""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO

import pytest
import shop
from PIL import Image
from shop import MONDAY, TODAY, days, deal

from sheetcrm.errors import MissingExtra
from sheetcrm.remind.digest import digest
from sheetcrm.remind.due import due
from sheetcrm.remind.gather import everybody_in
from sheetcrm.remind.summary import picture as pictures
from sheetcrm.remind.summary.figures import figures
from sheetcrm.remind.summary.letter import letter
from sheetcrm.remind.summary.picture import Bar, picture
from sheetcrm.remind.summary.weeks import Week

ROWS = (
    deal(1, amount=1200.5, created=days(1), next=TODAY - timedelta(2)),
    deal(2, stage="Offer", amount=300, currency="USD", owner="Eve", next=TODAY),
    deal(3, stage="Won", closed=days(2), amount=900, due=TODAY + timedelta(1), paid=100),
)


def made(rows=ROWS, language="en", **options):
    reading = shop.reading(rows, language=language)
    told = figures(reading, "weekly", Week(MONDAY), today=TODAY, language=language)
    return letter([told], reading, language=language, name="Top", **options)


def lines(text):
    return [line for line in text.splitlines() if line.startswith("* ")]


def test_all_numbers_stand_in_the_text():
    assert lines(made().draft.text) == [
        "* Lead: Count 1, Amount CN¥1,200.50",
        "* Offer: Count 1, Amount $300",
        "* Together: Count 2, Amount CN¥1,200.50 + $300 (CN¥3,360.50 in all)",
        "* New: In the week 1, The week before 0",
        "* Won: In the week 1 · CN¥900, The week before 0",
        "* Lost: In the week 0, The week before 0",
        "* Follow-ups: Overdue 1, Next seven days 1",
        "* Payments: Overdue 0, Next seven days 1 · CN¥800",
        "* Bob: Open 1, Overdue 1, New 1, Won 1",
        "* Eve: Open 1, Overdue 0, New 0, Won 0",
        "* Deal 2 (2026-03-09 (today) · Eve · Follow-ups)",
        "* Deal 3 (2026-03-10 (tomorrow) · Bob · Payments)",
    ]


def test_every_number_of_the_text_stands_in_the_page_and_in_the_chat_too():
    draft = made().draft
    page = re.sub(r"<[^>]+>", " ", draft.html)
    for number in set(re.findall(r"\d[\d,.]*\d", "\n".join(lines(draft.text)[:10]))):
        assert number in page
        assert number in draft.markdown


def test_the_picture_goes_along_and_what_it_shows_stands_beside_it():
    draft = made().draft
    (file,) = draft.attachments
    assert (file.kind, file.cid) == ("image/png", "chart1")
    image = Image.open(BytesIO(file.data))
    assert (image.format, image.width) == ("PNG", pictures.WIDTH)
    assert len(file.data) < 30_000
    (tag,) = re.findall(r"<img[^>]+>", draft.html)
    assert 'src="cid:chart1"' in tag
    assert 'alt="Bars by stage: Lead: Count 1, Amount CN¥1,200.50, Offer: Count 1, Amount $300"' in tag


def test_without_pillow_it_goes_without_the_picture_and_says_so():
    def none(_bars):
        raise MissingExtra("Pillow", "report")

    found = made(drawn=none)
    assert "sheetcrm[report]" in found.lacks
    assert found.draft.attachments == ()
    assert "<img" not in found.draft.html
    assert found.draft.text == made().draft.text


def test_pillow_that_is_not_there_is_named(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "PIL", None)
    with pytest.raises(MissingExtra, match=r"pip install 'sheetcrm\[report\]'"):
        picture([])


def test_an_empty_week_is_a_mail_too():
    draft = made(()).draft
    assert draft.attachments == ()
    assert lines(draft.text)[2:] == [
        "* Together: Count 0", "* New: In the week 0, The week before 0", "* Won: In the week 0, The week before 0",
        "* Lost: In the week 0, The week before 0", "* Follow-ups: Overdue 0, Next seven days 0", "* Payments: Overdue 0, Next seven days 0",
    ]  # fmt: skip


def test_in_chinese():
    draft = made(language="zh").draft
    assert draft.language == "zh-CN"
    # Column titles and names are the sheet's; every text of ours is translated.
    ours = re.sub(
        r"Lead|Offer|Top|Shop|Weekly summary|Follow-ups|Payments|Bob|Eve|Deal|sheetcrm check|https?\S+|US\$|\d{4}-W\d\d",
        "",
        draft.text,
    )
    assert re.findall(r"[A-Za-z]{2,}", ours) == []


@pytest.mark.parametrize(("language", "said"), [("en", 'answer "unsubscribe".'), ("zh", "请回复“退订”。")])
def test_it_says_as_a_digest_does_how_to_get_no_more(language, said):
    reading = shop.reading([deal(1, next=TODAY)], language=language)
    rule, people = reading.template.reminders["follow_up"], everybody_in(reading)
    daily = digest(list(due(reading.extracts["deals"], rule, key="follow_up", today=TODAY, people=people)), reading, today=TODAY)  # fmt: skip
    ends = [one.text.splitlines()[-1][-len(said) :] for one in (daily, made(language=language).draft)]
    assert ends == [said, said]


def test_markup_in_cells_stays_text():
    draft = made([deal(1, owner="<b>Bob</b>", name="<script>", next=TODAY)]).draft
    assert "<script>" not in draft.html
    assert "&lt;b&gt;Bob" in draft.html


def test_more_rows_than_there_is_room_for_are_counted():
    draft = made([deal(at, next=TODAY) for at in range(25)]).draft
    assert "and 5 more in the spreadsheet" in draft.text


def test_a_teams_own_template_is_used_and_ours_when_it_fails(tmp_path):
    own = tmp_path / "summary.txt"
    own.write_text('{% extends "sheetcrm/summary.txt" %}{% block foot %}Ask Kim.{% endblock %}', encoding="utf-8")
    assert made(templates=tmp_path).draft.text.endswith("Ask Kim.")
    own.write_text("{{ nothing.at.all }}", encoding="utf-8")
    failed = made(templates=tmp_path).draft
    assert failed.text == made().draft.text
    assert "summary.txt" in failed.trouble


class TestPicture:
    def test_the_longest_bar_is_that_of_most_and_none_is_drawn_for_nothing(self):
        image = Image.open(BytesIO(picture([Bar("a", 2, ""), Bar("b", 1, ""), Bar("c", 0, "")]))).convert("RGB")
        widths = [
            sum(image.getpixel((x, pictures.EDGE + at * pictures.LINE + pictures.LINE // 2)) == pictures.BAR for x in range(image.width))
            for at in range(3)
        ]  # fmt: skip
        assert widths[0] == pytest.approx(2 * widths[1], abs=6)
        assert widths[2] == 0

    def test_where_no_font_has_the_letters_the_bar_has_its_number(self):
        numbered = picture([Bar("1", 1, "5")], fonts=())
        assert picture([Bar("潜在客户", 1, "5")], fonts=()) == numbered

    @pytest.mark.parametrize("name", ["", "潜在客户" * 20, "Lead \U0001f600", "\u202ex"])
    def test_any_name(self, name):
        assert picture([Bar(name, 1, "1")]).startswith(b"\x89PNG")

    def test_no_bars(self):
        assert picture([]).startswith(b"\x89PNG")
