"""Who has access, against the team and the rules of the house: what is found, and what would mend it."""

from __future__ import annotations

import pytest

from sheetcrm.provision.audit import House, audit
from sheetcrm.schema.people import Member

ANN = Member("Ann", "ann@x.org", "sales")
BOB = Member("Bob", "bob@x.org", "finance")
GONE = Member("Guy", "guy@x.org", "sales", active=False)
LEVELS = {"sales": "writer", "finance": "commenter"}


def person(address, level, **more):
    return {"id": f"id-{address}", "type": "user", "role": level, "emailAddress": address, **more}


def found(permissions, people=(), **house):
    said = audit([person("me@x.org", "owner"), *permissions], people, House(**{"levels": LEVELS, **house}))
    return [(one.code, one.who, one.grant and one.grant.action) for one in said.findings]


LINK = {"id": "anyoneWithLink", "type": "anyone", "role": "writer"}
ALL = {"id": "d", "type": "domain", "domain": "y.org", "role": "reader"}
GROUP = {"id": "g", "type": "group", "role": "writer", "emailAddress": "all@x.org"}
COMES = {"permissionDetails": [{"inherited": True}]}


@pytest.mark.parametrize(
    ("permissions", "people", "house", "said"),
    [
        pytest.param([], [], {}, [], id="nobody but the owner"),
        pytest.param([person("ANN@x.org", "writer")], [ANN], {}, [], id="as it should be, however it is written"),
        pytest.param([person("guy@x.org", "reader")], [GONE], {}, [("leaver", "guy@x.org", "lift")], id="left"),
        pytest.param([], [GONE], {}, [], id="left, and has no access"),
        pytest.param(
            [person("guy@x.org", "writer")],
            [GONE, Member("Guy Lee", "guy@x.org", "sales")],
            {},
            [],
            id="left under one name, there under another",
        ),
        pytest.param(
            [person("guy@x.org", "writer", **COMES)],
            [GONE],
            {},
            [("leaver", "guy@x.org", None)],
            id="by a Shared Drive",
        ),
        pytest.param(
            [person("guy@x.org", "organizer")], [GONE], {}, [("leaver", "guy@x.org", None)], id="of a Shared Drive"
        ),
        pytest.param([LINK], [], {}, [("link", "anyone with the link", "lift")], id="a link"),
        pytest.param(
            [LINK], [], {"link": "reader"}, [("link", "anyone with the link", "change")], id="a link may less"
        ),
        pytest.param([LINK], [], {"link": "writer"}, [], id="a link that is wanted"),
        pytest.param([person("eve@y.org", "writer")], [], {}, [("stranger", "eve@y.org", "lift")], id="a stranger"),
        pytest.param([person("eve@y.org", "writer")], None, {}, [], id="no team, no strangers"),
        pytest.param(
            [person("eve@y.org", "writer")],
            None,
            {"domains": {"X.org"}},
            [("outside", "eve@y.org", "lift")],
            id="outside",
        ),
        pytest.param(
            [person("eve@evil-x.org", "reader")],
            None,
            {"domains": {"x.org"}},
            [("outside", "eve@evil-x.org", "lift")],
            id="a domain that ends alike",
        ),
        pytest.param(
            [ALL], None, {"domains": {"x.org"}}, [("outside", "y.org", "lift")], id="another domain as a whole"
        ),
        pytest.param([ALL], [], {"also": {"y.org": "reader"}, "domains": {"x.org"}}, [], id="a domain that is named"),
        pytest.param(
            [person("ann@x.org", "writer")],
            [ANN],
            {"domains": {"z.org"}, "admins": {"me@x.org"}},
            [("outside", "me@x.org", None), ("outside", "ann@x.org", "lift")],
            id="the team tab cannot let in another domain",
        ),
        pytest.param(
            [person("eve@y.org", "writer")],
            [],
            {"also": {"eve@y.org": "reader"}},
            [("level", "eve@y.org", "change")],
            id="named, for less",
        ),
        pytest.param([person("eve@y.org", "reader")], [], {"also": {"eve@y.org": "writer"}}, [], id="named, for more"),
        pytest.param([person("boss@y.org", "writer")], [], {"admins": {"Boss@y.org"}}, [], id="an admin"),
        pytest.param(
            [person("bot@y.org", "writer")], [], {"ourselves": "bot@y.org", "domains": {"x.org"}}, [], id="we ourselves"
        ),
        pytest.param([person("bob@x.org", "writer")], [BOB], {}, [("level", "bob@x.org", "change")], id="too much"),
        pytest.param([person("ann@x.org", "reader")], [ANN], {}, [("level", "ann@x.org", "change")], id="too little"),
        pytest.param([], [ANN], {}, [("missing", "ann@x.org", "share")], id="no access"),
        pytest.param(
            [], [ANN], {"levels": {}}, [("missing", "ann@x.org", None)], id="no access, and nobody said which"
        ),
        pytest.param([GROUP], [ANN], {"levels": {}, "also": {"all@x.org": "writer"}}, [], id="perhaps by a group"),
        pytest.param(
            [],
            [ANN],
            {"domains": {"z.org"}},
            [("outside", "me@x.org", None), ("outside", "ann@x.org", None)],
            id="outside, without access",
        ),
        pytest.param(
            [person("eve@y.org", "writer", pendingOwner=True)], None, {}, [("offered", "eve@y.org", None)], id="offered"
        ),
        pytest.param([person("eve@y.org", "writer", deleted=True)], [], {}, [], id="an account that is no more"),
    ],
)
def test_found(permissions, people, house, said):
    assert found(permissions, people, **house) == said


def test_an_owner_who_left_is_told_and_nothing_can_be_done_from_here():
    said = audit([person("guy@x.org", "owner")], [GONE], House())
    assert [(one.code, one.grant) for one in said.findings] == [("leaver", None)]


def test_strangers_lose_access_only_when_that_is_asked_for():
    said = audit([person("eve@y.org", "writer"), person("guy@x.org", "reader")], [GONE], House())
    assert [one.address for one in said.mending().grants] == ["guy@x.org"]
    assert {one.address for one in said.mending(strangers=True).grants} == {"guy@x.org", "eve@y.org"}
