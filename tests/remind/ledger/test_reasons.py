"""What the ledger notes itself is there in English, for queries, and is said in the admin's language."""

from __future__ import annotations

import pytest

from sheetcrm.messages import speaking
from sheetcrm.remind.ledger.reasons import DIED, NOTHING_DUE, replaced, said, too_late


@pytest.mark.parametrize(
    ("noted", "chinese"),
    [
        pytest.param(DIED, "运行在记下服务器的回答之前就结束了", id="a run that died"),
        pytest.param(NOTHING_DUE, "其中已没有到期的内容", id="nothing left to tell"),
        pytest.param(replaced("<a.sheetcrm@x.org>"), "已重新计划为 <a.sheetcrm@x.org>", id="another mail in its place"),
        pytest.param(too_late("2026-11-20"), "2026-11-20 才发现，已来不及提醒", id="too late"),
        pytest.param("550 no such user", "550 no such user", id="a server's words are left alone"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_it_is_said_in_the_language_of_who_asks(noted, chinese):
    assert said(noted) == noted
    with speaking("zh"):
        assert said(noted) == chinese
