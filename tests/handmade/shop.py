"""A spreadsheet as a small shop would make it by hand, through plain gspread."""

from __future__ import annotations

from datetime import date
from typing import Any

import gspread

from sheetcrm.handmade.draft import Draft, draft
from sheetcrm.handmade.marks import Marked, old_marks
from sheetcrm.handmade.seal import Sealed, seal
from sheetcrm.handmade.sketch import sketch
from sheetcrm.handmade.survey import survey
from sheetcrm.schema import loader
from sheetcrm.sheets.gateway import Gateway

TODAY = date(2026, 11, 21)
DAY = (date(2026, 1, 5) - date(1899, 12, 30)).days

CUSTOMERS = [
    ["Customer ID", "Company", "E-mail", "Phone", "Level", "Since", "Looked after by", "Notes"],
    *(
        [
            f"C{number:03d}", f"Company {number}", f"c{number}@example.com", f"+49 30 9018{number:02d}",
            ["high", "low", "medium"][number % 3], DAY + number, ["Ann Lee", "Bo Chen"][number % 2], "",
        ]
        for number in range(1, 25)
    ),
]  # fmt: skip
ORDERS = [
    ["Order", "Customer", "Date", "Amount", "Paid", "Total with VAT"],
    *(
        [
            f"O-{number}",
            f"C{number % 24 + 1:03d}",
            f"2026-03-{number:02d}",
            10.5 * number,
            number % 2 == 0,
            f"=D{number + 1}*1.19",
        ]
        for number in range(1, 29)
    ),
]
STAFF = [["Name", "E-mail", "Role"], ["Ann Lee", "ann@shop.example", "sales"], ["Bo Chen", "bo@shop.example", "lead"]]


def shop(client: gspread.Client) -> gspread.Spreadsheet:
    """The customers, their orders, and who works there; dates and money as people format them."""
    book = client.create("Shop")
    customers = book.sheet1
    customers.update_title("Customers")
    customers.update(CUSTOMERS, "A1", raw=True)
    customers.format("F2:F30", {"numberFormat": {"type": "DATE", "pattern": "dd.mm.yyyy"}})
    orders = book.add_worksheet("Orders", 1000, 8)
    orders.update(ORDERS, "A1", raw=True)
    orders.update([row[5:] for row in ORDERS[1:]], "F2", raw=False)
    orders.format("D2:D40", {"numberFormat": {"type": "CURRENCY", "pattern": '"€"#,##0.00'}})
    staff = book.add_worksheet("Staff", 50, 5)
    staff.update(STAFF, "A1", raw=True)
    return book


def gateway(running: Any, book: gspread.Spreadsheet) -> Gateway:
    """A new one, which has counted nothing yet."""
    return Gateway(running.session, book.id)


def drafted(running: Any, book: gspread.Spreadsheet) -> Draft:
    """What connect drafts."""
    return draft(survey(gateway(running, book)))


def bound(running: Any, book: gspread.Spreadsheet, file: Any) -> tuple[Draft, Sealed]:
    """The draft, written to `file`, and what binding the spreadsheet to it takes."""
    found = survey(gateway(running, book))
    made = draft(found)
    file.write_text(made.text, encoding="utf-8")
    places = sketch(found).marks()
    return made, seal(Marked(gateway(running, book)), loader.load(file), made.language, today=TODAY, places=places)


def unmarked(running: Any, book_id: str) -> None:
    """Take every mark of ours away, as if the spreadsheet had been made by hand."""
    wire = Gateway(running.session, book_id)
    fields = "developerMetadata,sheets(properties.sheetId,developerMetadata,data(columnMetadata.developerMetadata))"
    wire.batch([old.request() for old in old_marks(wire.describe(fields))])


def cells(book: gspread.Spreadsheet) -> dict[str, list[list[Any]]]:
    """Everything that is typed, by tab."""
    formula = gspread.utils.ValueRenderOption.formula
    return {tab.title: tab.get_values(value_render_option=formula) for tab in book.worksheets()}
