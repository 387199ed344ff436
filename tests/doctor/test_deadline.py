"""What is looked at has an end, whatever holds it."""

from __future__ import annotations

import threading
import time

import pytest

from sheetcrm.doctor.deadline import Late, Rest, within
from sheetcrm.messages import admin, speaking


def test_what_it_gives_and_what_it_raises():
    assert within(5, lambda: 1 + 1, Rest()) == 2
    with pytest.raises(ZeroDivisionError):
        within(5, lambda: 1 / 0, Rest())


def test_whoever_hangs_is_left_behind():
    held = threading.Event()
    began = time.monotonic()
    with pytest.raises(Late):
        within(0.05, held.wait, Rest())
    assert time.monotonic() - began < 2
    held.set()


def test_waiting_for_a_turn_does_not_count():
    rest = Rest(lambda seconds: time.sleep(seconds / 100))

    def work():
        rest.sleep(20.0)
        time.sleep(0.2)
        return "done"

    assert within(0.1, work, rest) == "done"


def test_it_is_in_the_language_of_whoever_asked():
    with speaking("zh"):
        assert within(5, admin, Rest()) == "zh"
