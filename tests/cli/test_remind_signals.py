"""Signals are only noted: whoever works looks between two mails."""

from __future__ import annotations

import os
import signal
import time

import pytest

from sheetcrm.cli.remind.signals import stopping

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="no such signals here")


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
def test_the_first_is_noted_and_the_second_would_end_us_at_once(name):
    number = getattr(signal, name)
    with stopping() as signals:
        assert signals.halted() == ""
        os.kill(os.getpid(), number)
        assert signals.halted() == f"asked to by {name}"
        assert signal.getsignal(number) in (signal.SIG_DFL, signal.default_int_handler)


def test_sighup_is_told_of_once_and_stops_nothing():
    with stopping() as signals:
        os.kill(os.getpid(), signal.SIGHUP)
        assert (signals.called(), signals.called(), signals.halted()) == (True, False, "")


def test_a_sleep_ends_when_one_comes_and_a_signal_of_before_does_not_end_the_next():
    with stopping() as signals:
        os.kill(os.getpid(), signal.SIGHUP)
        before = time.monotonic()
        signals.sleep(60)
        assert time.monotonic() - before < 30
        signals.sleep(0.01)
        signals.sleep(-1)


def test_afterwards_everything_is_as_before():
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)}
    with stopping():
        os.kill(os.getpid(), signal.SIGTERM)
    assert {number: signal.getsignal(number) for number in before} == before
