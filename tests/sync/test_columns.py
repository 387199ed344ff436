"""A column is read when somebody asks for its values, and never to find out less."""

import pytest

from sheetcrm.schema.context import BadCell
from sheetcrm.sync.columns import Columns


@pytest.fixture
def looks():
    """What was read, in order: column and cells."""
    return []


@pytest.fixture
def columns(looks):
    def read(key, cells):
        looks.append((key, sorted(cells, key=repr)))
        bad = {at: BadCell("odd", "odd") for at, cell in enumerate(cells) if cell == "odd"}
        return [None if cell == "odd" else (type(cell), cell) for cell in cells], bad

    return Columns({"day": [5, 7, 5, "odd", 9], "tick": [True, 1, 1.0, False, 0]}, read, {})


def test_whether_a_column_is_there_is_told_without_reading_it(columns, looks):
    assert "day" in columns
    assert "hour" not in columns
    assert not looks


def test_equal_cells_are_asked_about_once(columns, looks):
    assert columns.where("day", lambda value, bad: bad is not None or value == (int, 5)) == [0, 2, 3]
    assert looks == [("day", ["odd", 5, 7, 9])]


def test_a_tick_is_not_the_number_that_python_takes_it_for(columns):
    assert columns.where("tick", lambda value, _bad: value == (bool, True)) == [0]
    assert columns.where("tick", lambda value, _bad: value == (int, 0)) == [4]
