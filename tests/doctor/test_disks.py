"""Which file system a path is on, by the system's own table."""

from __future__ import annotations

from pathlib import Path

import pytest

from sheetcrm.doctor.disks import kind_of

MOUNTS = """\
overlay / overlay rw 0 0
/dev/sda1 /data ext4 rw 0 0
server:/export /data/shared\\040here nfs4 rw 0 0
tmpfs /data/over tmpfs rw 0 0
/dev/sdb1 /data/over xfs rw 0 0
half a line
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        pytest.param("/srv/crm/ledger.db", "overlay", id="the root"),
        pytest.param("/data/ledger.db", "ext4", id="nearest above it"),
        pytest.param("/database/ledger.db", "overlay", id="begins alike, and is another"),
        pytest.param("/data/shared here/ledger.db", "nfs4", id="with a blank in its name"),
        pytest.param("/data/over/ledger.db", "xfs", id="two at one place: the last"),
    ],
)
def test_kind(tmp_path, path, kind):
    table = tmp_path / "mounts"
    table.write_text(MOUNTS, encoding="utf-8")
    assert kind_of(Path(path), table) == kind


def test_where_nobody_says(tmp_path):
    assert not kind_of(Path("/data/ledger.db"), tmp_path / "none")
