"""
Customers → the same customers and, among them, some written once more in another way.

The ways are those of any office, chosen by chance: none of them knows what the search looks at.
"""

from __future__ import annotations

import random
import unicodedata
from dataclasses import dataclass

FORMS = ("GmbH", "Ltd.", "Inc.", "S.A.", "Co., Ltd.", "LLC", "AG", "Limited")


@dataclass(frozen=True)
class Customer:
    """One of them; `of` tells which are the same."""

    of: str
    name: str
    contact: str
    address: str
    phone: str


def planted(customers, chance, count):
    """`count` of the customers stand there a second time, in another spelling."""
    rows = [*customers, *(variant(one, chance) for one in chance.sample(customers, count))]
    chance.shuffle(rows)
    return rows


def variant(customer, chance):
    """The same customer, as somebody else would write it: the name in one or two other ways, the rest as it comes."""
    name = customer.name
    for way in chance.sample(WAYS, chance.choice((1, 1, 2))):
        name = way(name, chance)
    return Customer(
        customer.of,
        name,
        chance.choice((customer.contact, customer.contact, swapped(customer.contact, chance), "")),
        chance.choice((customer.address, customer.address.replace(".", ""), "")),
        chance.choice((customer.phone, spaced(customer.phone), "")),
    )


def form(name, chance):
    return f"{name} {chance.choice(FORMS)}"


def loud(name, chance):
    return name.upper()


def plain(name, chance):
    return "".join(one for one in unicodedata.normalize("NFKD", name) if not unicodedata.combining(one))


def wide(name, chance):
    return "".join(chr(ord(one) + 0xFEE0) if "!" <= one <= "~" else one for one in name)


def unsigned(name, chance):
    return "".join(" " if one in "-.'’,&" else one for one in name)


def blanks(name, chance):
    return f" {name.replace(' ', '  ')} "


def slip(name, chance):
    """A letter too few, too many, another, or two exchanged, anywhere."""
    at = chance.randrange(1, len(name) - 1)
    other = chance.choice("abcdefghijklmnopqrstuvwxyz")
    return chance.choice(
        (
            name[:at] + name[at + 1 :],
            name[:at] + other + name[at:],
            name[:at] + other + name[at + 1 :],
            name[: at - 1] + name[at] + name[at - 1] + name[at + 1 :],
        )
    )


def swapped(contact, chance):
    """Last name first."""
    first, _, last = contact.rpartition(" ")
    return f"{last}, {first}" if first else contact


def spaced(phone):
    return phone.replace("-", " ").replace(".", " ").replace("(", "").replace(")", "")


WAYS = (form, loud, plain, wide, unsigned, blanks, slip)


def many(count, chance):
    """As many customers, with names made of words that others have, too."""
    parts = ["".join(chance.choice("bcdfglmnprstv") + chance.choice("aeiou") for _ in range(3)) for _ in range(3000)]
    trades = ("trading", "chemicals", "foods", "markets", "logistics", "textiles", "machines", "papers")
    found = []
    for at in range(count):
        name = f"{chance.choice(parts)} {chance.choice(parts)} {chance.choice(trades)}".title()
        found.append(Customer(str(at), name, "", f"{chance.choice(parts)} street {at}", f"+86138{at:08d}"))
    return found


def rng(seed):
    """Chance that is the same each time."""
    return random.Random(seed)
