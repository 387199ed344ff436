"""A real Chromium, spoken to over its DevTools pipe: pages, scripts, sizes of a phone, pictures."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--hide-scrollbars", "--remote-debugging-pipe",
)  # fmt: skip
PATIENCE = 30
# Chromium reads file descriptor 3 and writes 4: put our pipes there, by way of numbers that neither of them has.
WIRED = "import os, sys; a, b, *c = sys.argv[1:]; os.dup2(int(a), 90), os.dup2(int(b), 91), os.dup2(90, 3), os.dup2(91, 4), os.execv(c[0], c)"


class RefusedError(Exception):
    """What DevTools said instead of an answer; the page was left while a script ran in it, for example."""


class Browser:
    """One tab of a headless Chromium; close it, or use it as a context manager."""

    def __init__(self, folder: Path) -> None:
        there, ours = os.pipe(), os.pipe()
        wired = (sys.executable, "-c", WIRED, str(there[0]), str(ours[1]), str(CHROMIUM))
        command = [*wired, *FLAGS, f"--user-data-dir={folder}", "about:blank"]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self._process = subprocess.Popen(command, pass_fds=(there[0], ours[1]), **quiet)
        os.close(there[0])
        os.close(ours[1])
        self._to, self._from = os.fdopen(there[1], "wb", buffering=0), os.fdopen(ours[0], "rb", buffering=0)
        self._count, self._rest, self._session = 0, b"", None
        target = next(one for one in self.call("Target.getTargets")["targetInfos"] if one["type"] == "page")
        attached = self.call("Target.attachToTarget", targetId=target["targetId"], flatten=True)
        self._session = attached["sessionId"]
        self.errors, self._stages = [], []
        for domain in ("Page", "Runtime", "Log"):
            self.call(f"{domain}.enable")
        self.call("Page.setLifecycleEventsEnabled", enabled=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.terminate()
        self._process.wait(20)
        self._to.close()
        self._from.close()

    def call(self, method, **params):
        """What a DevTools method answers."""
        self._count += 1
        message = {"id": self._count, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        self._to.write(json.dumps(message).encode() + b"\0")
        while True:
            answer = self._read()
            if answer.get("id") == self._count:
                if "error" in answer:
                    raise RefusedError(answer["error"]["message"])
                return answer["result"]
            if answer.get("method") in {"Runtime.exceptionThrown", "Log.entryAdded"}:
                self.errors.append(answer["params"])
            if answer.get("method") == "Page.lifecycleEvent" and answer["params"]["name"] in {"init", "load"}:
                self._stages.append((answer["params"]["name"], answer["params"]["loaderId"]))

    def forgive(self, text):
        """Wait for an error on the console that has that text, and forget it; it may come after the page."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if meant := [error for error in self.errors if text in json.dumps(error)]:
                self.errors.remove(meant[0])
                return
            self.run("1")
            time.sleep(0.02)
        raise AssertionError(f"no such error: {text}; but {self.errors}")

    def _read(self):
        while b"\0" not in self._rest:
            part = self._from.read(1 << 20)
            assert part, "Chromium went away"
            self._rest += part
        message, _, self._rest = self._rest.partition(b"\0")
        return json.loads(message)

    def size(self, width, height, *, mobile=False):
        """Let the window, or the screen of a phone, be so many pixels large."""
        scale = 2 if mobile else 1
        self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=scale, mobile=mobile
        )

    def scripts(self, *, allowed):
        """Let pages run scripts or not."""
        self.call("Emulation.setScriptExecutionDisabled", value=not allowed)

    def open(self, url):
        """Go to an address, as far as `load`."""
        self.leave()
        self._load(url)

    def leave(self):
        """Go to an empty page; what the one before it was still asking for is called off."""
        self._load("about:blank")

    def _load(self, url):
        # A busy machine still shows the page that is left: only the new one's loader, or that of a page to which it
        # leads on at once, says that it is there.
        answer = self.call("Page.navigate", url=url)
        assert "errorText" not in answer, f"{url}: {answer.get('errorText')}"
        end = time.monotonic() + PATIENCE
        begun = ("init", answer["loaderId"])
        while time.monotonic() < end:
            self.call("Page.getFrameTree")
            if begun in self._stages and any(stage == "load" for stage, _ in self._stages[self._stages.index(begun) :]):
                return
            time.sleep(0.02)
        raise AssertionError(f"never loaded: {url}")

    def run(self, expression):
        """The value of a JavaScript expression in the page."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def until(self, expression):
        """Wait for a JavaScript expression to be true; its value."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            with contextlib.suppress(RefusedError):
                if value := self.run(expression):
                    return value
            time.sleep(0.02)
        raise AssertionError(f"never true: {expression}")

    def picture(self, path):
        """The window as a PNG."""
        data = self.call("Page.captureScreenshot", format="png")["data"]
        Path(path).write_bytes(base64.b64decode(data))
