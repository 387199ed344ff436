"""
What can stop us: one tree, one screen, an exit code each.

Wrong data in a sheet is never an error: it is an `Issue`, reported.  An error
is a reason to stop, says what, where and what to do now, and keeps its parts
as attributes.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from sheetcrm.messages import N_, tr

_SYSTEM = {
    errno.ENOENT: N_("No such file or directory"),
    errno.EACCES: N_("Permission denied"),
    errno.EPERM: N_("Operation not permitted"),
    errno.EEXIST: N_("File exists"),
    errno.ENOTDIR: N_("Not a directory"),
    errno.EISDIR: N_("Is a directory"),
    errno.ENOSPC: N_("No space left on device"),
    errno.EROFS: N_("Read-only file system"),
    errno.ENAMETOOLONG: N_("File name too long"),
}


def reason(error: OSError) -> str:
    """What the system says of a file that cannot be used; the usual things in the admin's language."""
    return tr(_SYSTEM[error.errno]) if error.errno in _SYSTEM else error.strerror or str(error) or type(error).__name__


class SheetcrmError(Exception):
    """Something that stops a command; `str()` of it is fit for people."""

    exit_code: ClassVar[int] = 1


class UsageError(SheetcrmError):
    """The command, the config or a file given to it is not usable as it stands."""

    exit_code = 2


@dataclass(frozen=True)
class Problem:
    """One thing wrong in a file that a person wrote; `line` is 1-based, None when the file as a whole is meant."""

    file: str
    line: int | None
    path: str
    message: str

    def __str__(self) -> str:
        """Say it as `file:line: path: message`."""
        where = self.file if self.line is None else f"{self.file}:{self.line}"
        return ": ".join(part for part in (where, self.path, self.message) if part)


class FileError(UsageError):
    """A YAML or CSV file cannot be used; `problems` has every reason, in the order of the file."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        """Keep the parts; the text is one line a problem."""
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in problems))


class TemplateError(FileError):
    """A template does not say something that we can do."""


class ConfigError(FileError):
    """The config is missing or does not make sense."""


class MissingExtra(UsageError):  # noqa: N818 - said as a state, like every name below
    """A part of the product that was not installed is needed."""

    def __init__(self, need: str, extra: str) -> None:
        """`need` is what was wanted, `extra` the name in `pip install 'sheetcrm[extra]'`."""
        self.need, self.extra = need, extra
        super().__init__(
            tr("{need} is not installed; install it with: pip install 'sheetcrm[{extra}]'", need=need, extra=extra)
        )

    @classmethod
    def by(cls, error: ModuleNotFoundError) -> MissingExtra | None:
        """The part that the missing module belongs to; None when it belongs to none, so that it is our own mistake."""
        from importlib.metadata import requires  # noqa: PLC0415 - 30 ms that nobody else needs

        wanted = (error.name or "").partition(".")[0].lower().replace("_", "-")
        lines = (re.match(r"([\w.-]+).*extra == ['\"]([\w-]+)", line) for line in requires("sheetcrm") or ())
        extras = [line[2] for line in lines if line and line[1].lower().replace("_", "-") == wanted]
        # Those have others in them, and say little about what is lacking.
        return cls(wanted, min(extras, key=lambda extra: (extra in {"all", "demo", "dev"}, extra))) if extras else None


class Refused(SheetcrmError):  # noqa: N818
    """We could, and will not unless asked for by name; the text names the flag."""

    exit_code = 4


class Conflict(Refused):
    """People changed what was to be written, or took the row away; nothing was written, `conflicts` has every one."""

    def __init__(self, conflicts: Sequence[object]) -> None:
        """Each says in its text what was wanted and what stands there now."""
        self.conflicts = tuple(conflicts)
        lines = [str(one) for one in self.conflicts[:20]]
        more = len(self.conflicts) - len(lines)
        super().__init__(
            "\n".join(
                [
                    tr(
                        "nothing was written: people changed it since it was read; read again, or say on_conflict skip or overwrite"
                    ),
                    *lines,
                    *([tr("and {count} more", count=more)] if more else []),
                ]
            )
        )


@dataclass(frozen=True)
class BadField:
    """One value that cannot be written; `id` is None where the record has none, `column` empty where the record as a whole is meant."""

    sheet: str
    id: str | None
    column: str
    code: str
    """A short word for programs; never translated."""
    message: str
    """For people, in the language of the sheet."""
    suggestion: str | None = None
    at: int | None = None
    """Which of the records that were given, from 0; None where that is not known."""

    def __str__(self) -> str:
        """Say it as `customers C007 stage: …`, or `customers records[2] stage: …` of one without an id."""
        which = self.id or (tr("(no id)") if self.at is None else f"records[{self.at}]")
        where = " ".join(part for part in (self.sheet, which, self.column) if part)
        return f"{where}: {self.message}" + (
            tr("; did you mean {word}?", word=self.suggestion) if self.suggestion else ""
        )


class BadRecords(UsageError):  # noqa: N818
    """Records say what their sheet cannot hold or does not allow; nothing was written, `fields` has everything wrong."""

    def __init__(self, fields: Sequence[BadField]) -> None:
        """The text is one line a field."""
        self.fields = tuple(fields)
        super().__init__(tr("nothing was written:") + "\n" + "\n".join(str(one) for one in self.fields))


class ApiError(SheetcrmError):
    """The Sheets or Drive API, or the way to it, said no; `status` is HTTP's, 0 when there was no answer."""

    def __init__(self, message: str, *, status: int = 0, reason: str = "") -> None:
        """`reason` is Google's own word (`PERMISSION_DENIED`, `storageQuotaExceeded`), empty when there is none."""
        self.status, self.reason = status, reason
        self.partly = False
        """Whether an earlier part of the same write had been carried out."""
        super().__init__(message)

    @property
    def in_doubt(self) -> bool:
        """Whether what was refused may have been carried out all the same: who wrote has to look."""
        return self.status == 0 or self.status >= 500


class NotFound(ApiError):  # noqa: N818
    """There is no spreadsheet of that id, or nobody shared it with us."""


class NotAllowed(ApiError):  # noqa: N818
    """The spreadsheet exists, and these credentials may not do that with it."""


class NotSignedIn(ApiError):  # noqa: N818
    """The credentials were not accepted."""


class NoAnswer(ApiError):  # noqa: N818
    """Nobody answered in time; a write may or may not have happened."""


class MovedMeanwhile(SheetcrmError):  # noqa: N818
    """People moved rows or columns while they were read, and what was read would not be what stands there."""


class MailError(SheetcrmError):
    """The mail server cannot be used at all; nothing was lost, the mails stay queued."""


class LedgerError(SheetcrmError):
    """The ledger cannot be used; nothing is sent without it."""
