"""
Northwind's five CSV files → four that `sheetcrm import` takes: team.csv, customers.csv, orders.csv, purchases.csv.

A line that is shifted (a comma inside an address that nobody quoted) stays
shifted, and line n of a file made here is line n of the file it came from: the
import must find such lines and name them, not this script.

    python docs/examples/northwind/prepare.py NORTHWIND_FOLDER OUTPUT_FOLDER

What Northwind does not say is made by these rules:

amount     the sum of unit price × quantity × (1 − discount) over the order's lines, rounded half up to cents
product    the name of the order's dearest line (the first of equals), and " + n more" when it has others
owner      the employee who took the customer's latest order (of orders whose columns are whole; the higher number of one day)
follow-up  30 days after the day of that order
since      the day of the customer's first order
sum        unit price × quantity × (1 − discount) of one order line, rounded half up to cents (purchases.csv)
address    first.last@northwind.example
manager    the employee to whom the employee reports
"""

import csv
import sys
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

FOLLOW_UP_AFTER = timedelta(days=30)
DOMAIN = "northwind.example"
BLANK = "NULL"

Line = list[str]
Record = dict[str, str]


def prepare(source: Path, target: Path) -> list[Path]:
    """Write the files into `target`, in the order in which they must be imported."""
    employees = {record["employeeID"]: record for record in whole(source / "employees.csv")}
    orders = whole(source / "orders.csv")
    target.mkdir(parents=True, exist_ok=True)
    made = {
        "team.csv": team(employees),
        "customers.csv": customers(lines(source / "customers.csv"), orders, employees),
        "orders.csv": with_amounts(lines(source / "orders.csv"), whole(source / "order-details.csv"), source),
        "purchases.csv": purchases(lines(source / "orders.csv"), whole(source / "order-details.csv"), source),
    }
    for name, content in made.items():
        with (target / name).open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows(content)
    return [target / name for name in made]


def lines(path: Path) -> list[Line]:
    """Every line of the file, the header first, as it stands."""
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


def whole(path: Path) -> list[Record]:
    """The lines that have as many cells as the header, by header."""
    header, *rest = lines(path)
    return [dict(zip(header, cells, strict=True)) for cells in rest if len(cells) == len(header)]


def team(employees: dict[str, Record]) -> Iterable[Line]:
    """Name, address, title and manager of every employee."""
    yield ["name", "email", "title", "manager"]
    for record in employees.values():
        boss = employees.get(record["reportsTo"])
        yield [name(record), address(record), record["title"], name(boss) if boss else BLANK]


def customers(table: list[Line], orders: list[Record], employees: dict[str, Record]) -> Iterable[Line]:
    """Every line with owner, follow-up date and first day in front; blank where the customer has no whole order."""
    latest: dict[str, tuple[date, int, str]] = {}
    since: dict[str, date] = {}
    for order in orders:
        customer, taken = order["customerID"], day(order["orderDate"])
        latest[customer] = max(
            latest.get(customer, (date.min, 0, "")), (taken, int(order["orderID"]), order["employeeID"])
        )
        since[customer] = min(since.get(customer, taken), taken)
    header, *rest = table
    yield ["owner", "followUp", "since", *header]
    for cells in rest:
        if cells[0] in latest:
            taken, _order, employee = latest[cells[0]]
            made = [name(employees[employee]), (taken + FOLLOW_UP_AFTER).isoformat(), since[cells[0]].isoformat()]
        else:
            made = [BLANK] * 3
        yield [*made, *cells]


def with_amounts(table: list[Line], details: list[Record], source: Path) -> Iterable[Line]:
    """Every line with amount and product in front."""
    products = {record["productID"]: record["productName"] for record in whole(source / "products.csv")}
    ordered: dict[str, list[tuple[Decimal, str]]] = {}
    for line in details:
        price = Decimal(line["unitPrice"]) * int(line["quantity"]) * (1 - Decimal(line["discount"]))
        ordered.setdefault(line["orderID"], []).append((price, products[line["productID"]]))
    header, *rest = table
    yield ["amount", "product", *header]
    for cells in rest:
        sold = ordered[cells[0]]
        amount = sum((price for price, _product in sold), Decimal(0)).quantize(Decimal("0.01"), ROUND_HALF_UP)
        _price, dearest = max(sold, key=lambda line: line[0])
        yield [str(amount), dearest if len(sold) == 1 else f"{dearest} + {len(sold) - 1} more", *cells]


def purchases(table: list[Line], details: list[Record], source: Path) -> Iterable[Line]:
    """Every order line: product, quantity and sum in front of its order as that stands, shifted or not."""
    products = {record["productID"]: record["productName"] for record in whole(source / "products.csv")}
    header, *rest = table
    orders = {cells[0]: cells for cells in rest}
    yield ["product", "quantity", "sum", *header]
    for line in details:
        price = Decimal(line["unitPrice"]) * int(line["quantity"]) * (1 - Decimal(line["discount"]))
        total = price.quantize(Decimal("0.01"), ROUND_HALF_UP)
        yield [products[line["productID"]], line["quantity"], str(total), *orders[line["orderID"]]]


def day(timestamp: str) -> date:
    """The calendar day of a timestamp such as `1996-07-04 00:00:00.000`."""
    return date.fromisoformat(timestamp[:10])


def name(employee: Record) -> str:
    """First and last name, as the team writes them."""
    return f"{employee['firstName']} {employee['lastName']}"


def address(employee: Record) -> str:
    """The mail address that the rule above gives this employee."""
    return f"{employee['firstName']}.{employee['lastName']}@{DOMAIN}".lower()


if __name__ == "__main__":
    for made in prepare(Path(sys.argv[1]), Path(sys.argv[2])):
        print(made)
