"""
A command and its flags → the OAuth scopes that it needs, and no wider ones.

The one table of them.  `drive.file` sees only files that this sign-in made: it can make a spreadsheet and share that, but not
open what a person merely shared, nor say who else may open it.
"""

from __future__ import annotations

from collections.abc import Iterable

from sheetcrm.messages import N_, tr

AUTH = "https://www.googleapis.com/auth/"
READ = AUTH + "spreadsheets.readonly"
WRITE = AUTH + "spreadsheets"
MAKE = AUTH + "drive.file"
SEE_ACCESS = AUTH + "drive.metadata.readonly"
ACCESS = AUTH + "drive"
CLOUD = AUTH + "cloud-platform"
"""Only of whoever lends itself a service account's name, never of the tokens that we work with."""
WHO = ("openid", AUTH + "userinfo.email")
"""Whose sign-in it is, so that messages and the journal can name the address."""

Scopes = frozenset[str]
READING: Scopes = frozenset({READ})
WORK: Scopes = frozenset({WRITE})
MAKING: Scopes = frozenset({WRITE, MAKE})
SEEING: Scopes = frozenset({READ, SEE_ACCESS})
SHARING: Scopes = frozenset({WRITE, ACCESS})
NOTHING: Scopes = frozenset()

PURPOSES: dict[str, Scopes] = {
    "read": READING,
    "write": WORK,
    "create": MAKING,
    "see-access": SEEING,
    "share": SHARING,
}
"""What a person can sign in for, by the word for it."""

ABOUT = {
    READ: N_("see your spreadsheets"),
    WRITE: N_("see, change and delete what is in your spreadsheets"),
    MAKE: N_("make files in your Drive, and see, change, share and delete the files it made"),
    SEE_ACCESS: N_("see the names of your Drive's files, and who may open them"),
    ACCESS: N_(
        "see, change, share and delete all files of your Drive; needed to change who may open a spreadsheet, and for folders"
    ),
    WHO[0]: N_("know that it is you"),
    WHO[1]: N_("know your address, to name it in messages and in the journal"),
}
COVERED = {
    WRITE: READING,
    ACCESS: frozenset({READ, WRITE, MAKE, SEE_ACCESS}),
}
"""What a scope allows beside what it says itself."""

NEEDS: dict[str, Scopes] = {
    "access": SEEING,
    "access fix": SHARING,
    "apply": WORK,
    "apply create": MAKING,
    # A folder that people made is none of the files that drive.file sees.
    "apply folder": SHARING,
    "apply share": SHARING,
    "archive": WORK,
    "archive dry_run": READING,
    "backup": SEEING,
    "backup list": NOTHING,
    "backup verify": NOTHING,
    "check": READING,
    "check mark": WORK,
    "connect": READING,
    "connect take": WORK,
    "connect template": WORK,
    "dedupe": READING,
    "dedupe do": WORK,
    "doctor": SEEING,
    "export": READING,
    "fix": WORK,
    "fix dry_run": READING,
    "import": WORK,
    "import dry_run": READING,
    "import draft": READING,
    "log": READING,
    "plan": READING,
    "plan share": SEEING,
    # Copies that there are already are brought up to date.
    "privacy erase": MAKING,
    "privacy erase dry_run": READING,
    "privacy export": READING,
    "publish": MAKING,
    # drive.file says nothing of who may open a file that a person made.
    "publish folder": SHARING,
    "publish into": SHARING,
    "remind": WORK,
    "remind dry_run": READING,
    "remind install": NOTHING,
    "remind pause": READING,
    "remind preview": READING,
    "remind resend": READING,
    "remind snooze": READING,
    "remind test": NOTHING,
    "remind wake": READING,
    "report": READING,
    "restore": WORK,
    "restore create": MAKING,
    "restore dry_run": READING,
    "restore folder": SHARING,
    "samples remove": WORK,
    "status": READING,
    "team add": WORK,
    "team leave": WORK,
    "team leave dry_run": READING,
    "team leave share": SHARING,
    "team list": READING,
    "undo": WORK,
    "undo dry_run": READING,
}
"""By command, and by command with one of its parameters (as click calls them), which takes the place of the command alone."""


def needed(command: str, flags: Iterable[str] = ()) -> Scopes:
    """What `command` (`team add`) needs with these flags (`dry_run`); as much as ordinary work does for one that is not known."""
    by_flag = [NEEDS[words] for flag in flags if (words := f"{command} {flag}") in NEEDS]
    return frozenset().union(*by_flag) if by_flag else NEEDS.get(command, WORK)


def missing(wanted: Iterable[str], granted: Iterable[str]) -> Scopes:
    """Which of `wanted` somebody with `granted` cannot do."""
    held = frozenset(granted)
    allowed = held.union(*(COVERED.get(scope, NOTHING) for scope in held))
    return frozenset(wanted) - allowed


def known(scopes: Iterable[str]) -> Scopes:
    """Those of `scopes` that some purpose asks for."""
    return frozenset(scopes) & frozenset().union(*PURPOSES.values())


def purpose(wanted: Iterable[str]) -> str:
    """The words after `sheetcrm login` that ask for at least these scopes."""
    for name, scopes in PURPOSES.items():
        if not missing(wanted, scopes):
            return f"--for {name}"
    return "--for create --for share"


def described(scopes: Iterable[str]) -> list[str]:
    """A line for each: its short name and what it lets us do."""
    return [f"{scope.removeprefix(AUTH)}: {tr(ABOUT[scope])}" for scope in sorted(scopes) if scope in ABOUT]
