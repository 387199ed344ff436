"""This machine → whether Google, or the server in its place, can be reached at all, and whether both agree on the time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit
from urllib.request import getproxies

import requests

from sheetcrm.doctor.check import Finding, broken, check, fine, look, nothing
from sheetcrm.doctor.patient import ANSWER, Patient
from sheetcrm.messages import tr
from sheetcrm.sheets.silence import silent

HOSTS = ("sheets.googleapis.com", "www.googleapis.com", "oauth2.googleapis.com")
"""Sheets, Drive, the sign-in."""
CONNECT = 5.0
NOTICED = timedelta(seconds=30)
"""Dates of answers are of whole seconds, and a little late is no harm."""
REFUSED = timedelta(minutes=5)
"""Google takes no word of a machine whose clock is wrong by more than some minutes."""


@check("network", 20, needs=("config",))
def network(patient: Patient, _about: str) -> Iterator[Finding]:
    """Whether Google can be reached from here, by the proxy that is named."""
    api = patient.config.api
    if api == "local":
        yield fine(tr("not needed: api: local is in {folder}", folder=patient.config.path(patient.config.data)))
        return
    found = list(_at_google(patient) if api == "google" else _unreachable(patient, requests.Session(), [api]))
    yield from found
    if not found:
        where = ", ".join(HOSTS) if api == "google" else api
        yield fine(tr("{where} can be reached", where=where) + _by_proxy(patient))


def _at_google(patient: Patient) -> Iterator[Finding]:
    from sheetcrm.connect import network as way_out  # noqa: PLC0415 - connecting needs more than most checks

    session = requests.Session()
    way_out(patient.config, patient.world.environment).lead(session)
    return _unreachable(patient, session, [f"https://{host}/" for host in HOSTS])


def _unreachable(patient: Patient, session: requests.Session, addresses: list[str]) -> Iterator[Finding]:
    """What is wrong with the way to them: the first thing only, which is most likely wrong with the others, too."""
    if patient.config.api != "google":
        session.trust_env = False  # as everything else that we ask of such a server
    with session:
        for address in addresses:
            before = patient.world.now()
            try:
                # Any answer will do: what is asked for is not there.
                answer = session.head(address, timeout=(CONNECT, ANSWER), allow_redirects=False)
            except requests.RequestException as error:
                host = urlsplit(address).hostname or address
                yield broken(str(silent(error, host, ANSWER, reads=True)) + _by_proxy(patient))
                return
            _remember(patient, answer, before)


def _remember(patient: Patient, answer: requests.Response, before: datetime) -> None:
    with suppress(KeyError, ValueError, TypeError):
        there = parsedate_to_datetime(answer.headers["Date"])
        here = patient.world.now()
        patient.heard = (there if there.tzinfo else there.replace(tzinfo=UTC), before + (here - before) / 2)


def _by_proxy(patient: Patient) -> str:
    """Which proxy is between, without the password that its address may have; nothing where there is none."""
    config = patient.config
    if config.api != "google":
        return ""
    address = config.google.proxy_url(config.folder, patient.world.environment) or getproxies().get("https", "")
    parts = urlsplit(address)
    return tr(" (by the proxy {proxy})", proxy=f"{parts.hostname}:{parts.port or ''}") if address else ""


@check("clock", 30, needs=("network",))
def clock(patient: Patient, _about: str) -> Iterator[Finding]:
    """This machine's clock against the time that the answers are of."""
    if patient.heard is None:
        yield nothing(tr("nobody told the time"))
        return
    there, here = patient.heard
    off = here - there
    seconds = abs(round(off.total_seconds()))
    if abs(off) <= NOTICED:
        yield fine(tr("right within {seconds} s", seconds=max(1, seconds)))
        return
    text = (
        tr("this machine's clock is {seconds} s fast", seconds=seconds)
        if off > timedelta(0)
        else tr("this machine's clock is {seconds} s slow", seconds=seconds)
    )
    todo = tr("set it: timedatectl set-ntp true")
    yield broken(text, todo) if abs(off) > REFUSED else look(text, todo)
