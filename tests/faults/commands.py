"""Every command that talks to Google, as it is typed, and what has to be there before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from tests.faults import shop


@dataclass(frozen=True)
class Command:
    """`words` may name `<file>`s, whose text is meant, and an `*` as the shell knows it."""

    name: str
    steps: tuple[Callable[..., None], ...]
    words: tuple[str, ...]
    again: tuple[str, ...] = ("the same",)
    """What is typed after it, where its message says so; else the same words."""
    signs_in: bool = False
    """Whether it is nothing without signing in."""

    def typed(self):
        """The words as they are typed in this folder."""
        return [_meant(word) for word in self.words]


def _meant(word):
    if word.startswith("<"):
        return Path(word[1:-1]).read_text(encoding="utf-8")
    return str(max(Path().glob(word))) if "*" in word else word


def _of(name, words, *steps):
    return Command(name, (shop.new, *steps), tuple(words.split()))


COMMANDS = [
    _of("apply, a blank one", "apply shop --in <blank.id> --lang en", shop.blank),
    replace(_of("apply --create", "apply shop --create New --lang en"), again=("apply", "--in", "New")),
    _of("apply, a newer template", "apply", shop.shop, shop.drifted),
    _of("apply --share", "apply --share", shop.shop),
    _of("plan", "plan", shop.shop, shop.drifted),
    _of("check", "check", shop.shop),
    _of("check --mark", "check --mark", shop.shop),
    _of("check --snapshot", "check --snapshot", shop.shop),
    _of("import", "import leads.csv --sheet customers", shop.shop, shop.leads),
    _of("export", "export customers --out customers.csv", shop.shop),
    _of("remind", "remind", shop.shop),
    _of("remind --dry-run", "remind --dry-run", shop.shop),
    _of("report", "report", shop.shop),
    _of("status", "status", shop.shop),
    _of("log --people", "log --people", shop.shop, shop.snapshot),
    _of("connect, draft", "connect <hand.id> --out drafted.yaml", shop.by_hand),
    _of("connect, bind", "connect <hand.id> --template hand --yes", shop.by_hand),
    _of("undo of an apply", "undo --yes --allow-data-loss", shop.shop, shop.drifted, shop.done("apply")),
    _of("undo of cells", "undo --yes", shop.shop, shop.done("fix", "--yes")),
    _of("undo of rows", "undo --yes", shop.shop, shop.done("archive", "--yes")),
    _of("undo of a merge", "undo --yes", shop.shop, shop.done("dedupe", "--apply", "--group", "1", "--yes")),
    _of("undo of a binding", "undo --yes --in <hand.id>", shop.by_hand, shop.bound),
    _of("fix", "fix --yes", shop.shop),
    _of("dedupe --apply", "dedupe --apply --group 1 --yes", shop.shop),
    _of("archive", "archive --yes", shop.shop),
    _of("archive --back", "archive --back C004 --yes", shop.shop, shop.done("archive", "--yes")),
    _of("team list", "team list", shop.shop),
    _of("team add", "team add Zoe zoe@example.com --role sales", shop.shop),
    _of("team leave", "team leave Ann --to Bob --share --yes", shop.shop),
    _of("access", "access", shop.shop),
    _of("access --fix", "access --fix --yes", shop.shop),
    _of("publish, the first time", "publish sales --yes", shop.shop),
    _of("publish again", "publish --yes", shop.shop, shop.published),
    _of("samples remove", "samples remove --yes", shop.shop),
    _of("backup", "backup", shop.shop),
    _of("restore --create", "restore sheetcrm-backup/1*/*.zip --create Again", shop.shop, shop.archived),
    _of("restore --tab", "restore sheetcrm-backup/1*/*.zip --tab customers --yes", shop.shop, shop.archived),
    _of("privacy export", "privacy export customers:C001 --out held", shop.shop),
    _of("privacy erase", "privacy erase customers:C001 --yes", shop.shop, shop.done("fix", "--yes")),
    replace(_of("login", "login"), signs_in=True),
]
