"""People who are at work between two of our requests."""

from __future__ import annotations

import requests
from requests.adapters import BaseAdapter

from sheetcrm.server.adapter import GOOGLE
from sheetcrm.sheets.gateway import Gateway


class Meanwhile(BaseAdapter):
    """Lets people act right before the request of that number (from 0) is carried out."""

    def __init__(self, adapter, acts):
        super().__init__()
        self.adapter, self.acts, self.count = adapter, acts, 0

    def send(self, request, *arguments, **options):
        number, self.count = self.count, self.count + 1
        for act in self.acts.get(number, ()):
            act()
        return self.adapter.send(request, *arguments, **options)

    def close(self):
        """Nothing to close."""


def interrupted(running, spreadsheet_id, acts):
    """A gateway of ours, and what people do before which of its requests."""
    session = requests.Session()
    for prefix in GOOGLE:
        session.mount(prefix, Meanwhile(running.adapter(), acts) if "sheets" in prefix else running.adapter())
    return Gateway(session, spreadsheet_id)
