"""The shop, and what is exported of it."""

from __future__ import annotations

from sheetcrm.sync.export import Options, Sources, Wish, export, format_of

TODAY = None


def fill(office, count=6):
    """Customers of every kind, orders, a colleague."""
    rows = []
    for at in range(1, count + 1):
        rows.append(
            {
                "Customer ID": f"C{at:03d}",
                "Name": ["Ann", "=1+1", "王伟", "0012", "@here", "-5"][at % 6],
                "Phone": f"+86138{at:08d}",
                "E-mail": f"a{at}@x.org",
                "Stage": ["Lead", "Won"][at % 2],
                "Next": 46_024 + at,
                "Spent": at * 1.1,
                "VIP": at % 3 == 0,
                "Owner": "Bo",
            }
        )
    office.fill("Customers", rows)
    office.fill(
        "Orders", [{"Customer ID": f"C{at:03d}", "Product": f"Tea {at}", "Amount": at} for at in range(1, count)]
    )
    office.fill("Team", [{"Name": "Bo", "E-mail": "bo@x.org"}])


def exported(office, out, *sheets, large=500_000, rows=20_000, samples=False, columns=None, where=(), **options):
    """What came of it."""
    sources = Sources(office.gateway, office.template, large=large, rows=rows)
    wishes = [Wish(sheet, columns, where) for sheet in sheets or ("customers",)]
    form = format_of(options.pop("form", None), out)
    return export(sources, wishes, out, form, Options(**options), samples=samples)
