"""Many short lives of the reminder job, each a process of its own, and a mail server that hangs up when it is told to."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
import threading
from collections import Counter
from contextlib import contextmanager, suppress
from email import message_from_bytes
from pathlib import Path

from sheetcrm.remind.ledger import Ledger, State

HERE = Path(__file__).parent


class Nursery:
    """Runs of the job over `rows` due rows of `owners` people."""

    def __init__(self, process, ledger, rows, owners):
        self._process, self.ledger, self.rows, self.owners = process, ledger, rows, owners

    def run(self, port, *points, later=0):
        """Exit codes of as many runs at once, each of which dies at its point or never; their clock is `later` hours ahead."""
        order = {"ledger": str(self.ledger), "port": port, "points": points, "later": later}
        order |= {"rows": self.rows, "owners": self.owners}
        print(json.dumps(order), file=self._process.stdin, flush=True)
        return json.loads(self._process.stdout.readline())

    def calls(self, port):
        """Lives once to its end: how many calls of our functions that takes."""
        assert self.run(port, "counted") == [0]
        return int(Path(f"{self.ledger}.calls").read_text())

    def states(self):
        with Ledger.open(self.ledger, read_only=True) as ledger:
            return Counter(str(mail.state) for mail in ledger.mails() if mail.state is not State.SUPPRESSED)

    def perhaps_twice(self):
        with Ledger.open(self.ledger, read_only=True) as ledger:
            return ledger.perhaps_twice()


@contextmanager
def nursery(errors):
    """A maker of nurseries, from ledger, rows and owners; what their runs say of errors goes to the file `errors`."""
    with errors.open("w") as said:
        process = subprocess.Popen(
            [sys.executable, str(HERE / "one_run.py")],
            cwd=HERE.parent.parent,
            env={"PYTHONPATH": "."},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=said,
            text=True,
        )
        try:
            yield lambda ledger, rows, owners: Nursery(process, ledger, rows, owners)
        finally:
            process.stdin.close()
            process.wait(60)
            process.stdout.close()
    assert errors.read_text() == ""


def told(mails):
    """By row, in how many mails (by Message-ID) it was, and by Message-ID how many copies of it arrived."""
    copies = Counter(message_from_bytes(data)["Message-ID"] for _, _, data in mails)
    rows = Counter()
    for data in {message_from_bytes(data)["Message-ID"]: data for _, _, data in mails}.values():
        text = next(part for part in message_from_bytes(data).walk() if part.get_content_type() == "text/plain")
        rows.update(set(re.findall(r"Customer \d+\b", text.get_payload(decode=True).decode())))
    return rows, copies


@contextmanager
def cutting(port, cuts):
    """
    The port of a way to the mail server that hangs up by the plan `cuts`.

    A cut is `(verb, "before" | "after")`: before the server hears a line with
    that verb, or after its answer, which we never get.  `.` is the end of a
    mail, `` the greeting.  Cuts are used up, one a connection.
    """
    with socket.create_server(("127.0.0.1", 0)) as listening:
        stop = threading.Event()
        listening.settimeout(0.05)

        def serve():
            while not stop.is_set():
                with suppress(TimeoutError):
                    near, _ = listening.accept()
                    with near, socket.create_connection(("127.0.0.1", port)) as far, suppress(OSError):
                        near.settimeout(10)
                        _talk(near, far, cuts.pop(0) if cuts else None)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield listening.getsockname()[1]
        finally:
            stop.set()
            thread.join()


def _talk(near, far, cut):
    """Lines and answers to and fro, until somebody hangs up or the cut comes."""
    heard, answers = near.makefile("rb"), far.makefile("rb")
    verb, data = "", False
    while True:
        if (verb, "before") == cut:
            return
        answer = b""
        if not data:
            while (line := answers.readline()) and line[3:4] == b"-":
                answer += line
            answer += line
        if (verb, "after") == cut:
            return
        near.sendall(answer)
        if verb == "DATA" and answer.startswith(b"354"):
            data = True
        line = heard.readline()
        if not line:
            return
        if data and line != b".\r\n":
            far.sendall(line)
            verb = "text"
            continue
        verb, data = ("." if data else line.split()[0].decode().upper()), False
        if (verb, "before") == cut:
            return
        far.sendall(line)
