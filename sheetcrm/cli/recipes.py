"""
A command → what cron, systemd and GitHub want written down so that they run it.

Each has its own quoting: a percent sign ends the command for cron and begins a
specifier for systemd.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sheetcrm.errors import UsageError
from sheetcrm.messages import N_, tr


@dataclass(frozen=True)
class Duty:
    """What runs by itself: `unit` is its name for systemd and the log, `about` what people read there."""

    unit: str
    about: str
    missed: str
    """What becomes of a run that did not come, because the machine was off."""


REMIND = Duty("sheetcrm-remind", "reminder mail", N_("when the machine was off, the next run tells what was missed"))
BACKUP = Duty(
    "sheetcrm-backup", "backups", N_("when the machine was off, the next run makes a backup of how things are then")
)


@dataclass(frozen=True)
class Recipe:
    """Files by name, and what to do with them."""

    files: Mapping[str, str]
    then: str


def cron(command: Sequence[str], every: timedelta, duty: Duty = REMIND) -> Recipe:
    """A line of a crontab; UsageError for what cron cannot count."""
    line = shlex.join(command).replace("%", r"\%")
    return Recipe(
        {"crontab": f"{_times(every)} {line} 2>&1 | logger -t {duty.unit}\n"},
        tr("add this line with: {command}", command="crontab -e") + f"\n{tr(duty.missed)}",
    )


def systemd(command: Sequence[str], every: timedelta, duty: Duty = REMIND) -> Recipe:
    """A service and its timer, for a user's own systemd or the machine's."""
    words = " ".join(map(_for_systemd, command))
    service = f"""[Unit]
Description=sheetcrm: {duty.about}
Wants=network-online.target
After=network-online.target

[Service]
Type=oneshot
ExecStart={words}
# 3 is something to see, not a failure
SuccessExitStatus=3
TimeoutStopSec=90
"""
    timer = f"""[Unit]
Description=sheetcrm: {duty.about}, every so often

[Timer]
OnBootSec=1min
OnUnitInactiveSec={round(every.total_seconds())}
RandomizedDelaySec=10

[Install]
WantedBy=timers.target
"""
    begin = (
        f"systemctl --user daemon-reload && systemctl --user enable --now {duty.unit}.timer && loginctl enable-linger"
    )
    return Recipe(
        {f"{duty.unit}.service": service, f"{duty.unit}.timer": timer},
        tr(
            "put both into {folder} (or let --out write them there), then: {command}",
            folder="~/.config/systemd/user",
            command=begin,
        ),
    )


def github(command: Sequence[str], every: timedelta) -> Recipe:
    """A workflow for reminders; its secrets are names to be filled in where GitHub keeps secrets."""
    # GitHub refuses less than five minutes, and is often late; what is due is told by the run that comes.
    times = _times(max(every, timedelta(minutes=5)))
    workflow = f"""name: reminders
on:
  schedule:
    - cron: {json.dumps(times)}
  workflow_dispatch:
permissions:
  contents: read
concurrency:
  group: reminders
  cancel-in-progress: false
jobs:
  remind:
    runs-on: ubuntu-latest
    timeout-minutes: 30
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with:
          python-version: "3.12"
      # The wheel lies beside the config; scripts/build of sheetcrm's source makes it.
      - run: pip install "$(ls ./sheetcrm-*.whl)[remind,sql]"
      - run: {_in_yaml(f"{shlex.join(command)} || [ $? -eq 3 ]")}
        env:
          SHEETCRM_LEDGER: ${{{{ secrets.SHEETCRM_LEDGER }}}}
          # And a line for every other {{env: …}} of the config.
"""
    return Recipe(
        {".github/workflows/reminders.yml": workflow},
        tr(
            "commit it beside the config and the wheel, and give the repository the secrets that the config names; keep it private"
        ),
    )


def _times(every: timedelta) -> str:
    """The five fields of a crontab."""
    minutes, rest = divmod(round(every.total_seconds()), 60)
    if not rest and minutes and minutes < 60 and 60 % minutes == 0:
        return "* * * * *" if minutes == 1 else f"*/{minutes} * * * *"
    hours, rest = divmod(minutes, 60) if not rest else (0, 1)
    if not rest and hours and (24 % hours == 0):
        return "7 * * * *" if hours == 1 else "7 6 * * *" if hours == 24 else f"7 */{hours} * * *"
    raise UsageError(tr("cron cannot count that; take a part of an hour (10m, 15m) or of a day (1h, 6h, 24h)"))


def _in_yaml(text: str) -> str:
    """Quoted: as JSON, and what YAML does not print by its number."""
    quoted = json.dumps(text, ensure_ascii=False)
    return re.sub("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]", lambda found: f"\\u{ord(found[0]):04x}", quoted)


def _for_systemd(word: str) -> str:
    """As ExecStart takes it."""
    plain = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{plain}"'
