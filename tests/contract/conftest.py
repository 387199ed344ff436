"""
The far end of the contract: the embedded server; with SHEETCRM_LIVE=1 Google itself, signed in by this machine's
application-default credentials.

SHEETCRM_LIVE=http://… is some other server that answers as Google.  Google's answers are noted in proved.json; the
embedded server proves nothing.
"""

from __future__ import annotations

import json
import os
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests

from sheetcrm import testing
from sheetcrm.server.adapter import Redirect, mount
from sheetcrm.sheets import scopes
from sheetcrm.sheets.signin import ApplicationDefault, google_session
from tests.contract import beliefs
from tests.contract.far_end import FarEnd, Pace

LIVE = os.environ.get("SHEETCRM_LIVE", "")
FOLDER = os.environ.get("SHEETCRM_LIVE_FOLDER", "")
"""Where a service account may make files: the id of a folder of a Shared Drive."""
OUTCOMES = pytest.StashKey[dict[str, list[beliefs.Belief]]]()


def signed_in() -> requests.Session:
    """A session to Google, or to the server that SHEETCRM_LIVE names, as whoever this machine is signed in as."""
    wanted = scopes.SHARING if FOLDER else scopes.MAKING
    session, _account = google_session(ApplicationDefault(), Path.cwd(), wanted)
    # The tests take the proxies out of the environment, so they are written down before.
    session.proxies.update(requests.utils.getproxies())
    return session if LIVE == "1" else mount(session, Redirect(LIVE))


@pytest.fixture(scope="session")
def far():
    """Where the beliefs are tried; nothing that was made there stays."""
    with ExitStack() as stack:
        if LIVE:
            end = FarEnd(stack.enter_context(signed_in()), folder=FOLDER, pace=Pace() if LIVE == "1" else lambda: None)
        else:
            end = FarEnd(stack.enter_context(testing.server()).session)
        stack.callback(end.clear)
        yield end


@pytest.fixture(scope="session")
def book(far):
    """One spreadsheet for all, because making one is slow; it reads what is typed as people in the USA do."""
    made = far.make()
    wanted = {"locale": "en_US", "timeZone": "Etc/GMT"}
    made.batch({"updateSpreadsheetProperties": {"properties": wanted, "fields": "locale,timeZone"}})
    return made


@pytest.fixture
def tab(book):
    """A tab of one's own, 40 x 12, gone afterwards."""
    made = book.tab()
    yield made
    book.batch({"deleteSheet": {"sheetId": made.id}})


def pytest_configure(config):
    config.stash[OUTCOMES] = {"passed": [], "failed": [], "left": []}


def pytest_deselected(items):
    """Who asks for some cases of a belief has not shown the others."""
    for item in items:
        if held := getattr(getattr(item, "function", None), "belief", None):
            item.config.stash[OUTCOMES]["left"].append(held)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    report = (yield).get_result()
    held = getattr(getattr(item, "function", None), "belief", None)
    if held and report.outcome in {"passed", "failed"} and (call.when == "call" or report.failed):
        item.config.stash[OUTCOMES][report.outcome].append(held)


def pytest_sessionfinish(session):
    """Only Google can prove what we believe of it."""
    if LIVE == "1":
        outcomes = session.config.stash[OUTCOMES]
        day = datetime.now(UTC).date().isoformat()
        shown = [one for one in outcomes["passed"] if one not in outcomes["left"]]
        notes = beliefs.noted(beliefs.proved(), shown, outcomes["failed"], day)
        beliefs.PROVED.write_text(json.dumps(notes, indent=1) + "\n", encoding="utf-8")
