"""
What we believe of Google and no test of this folder can ask it → docs/unproved.md.

Each says how to find out: by waiting, by looking, or with a second account.  Whoever did so takes the line out, and
corrects what stood on it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ByHand:
    """A belief, what stands on it, and how a person finds out."""

    text: str
    so: str
    how: str


BELIEFS = (
    ByHand(
        "Service accounts own no Drive storage: `create` answers 403 `storageQuotaExceeded`, in a shared folder of My Drive too.",
        "`apply --create` sends people to a Shared Drive, to their own sign-in or to a blank spreadsheet",
        "`sheetcrm apply pipeline --create Test` as a service account",
    ),
    ByHand(
        "`drive.file` opens what the sign-in itself made, and nothing that a person merely shared.",
        "which scopes each command asks for",
        "sign in with `sheetcrm login --for create`, then open a spreadsheet that somebody shared",
    ),
    ByHand(
        "An OAuth app in *Testing* loses its refresh tokens after seven days.",
        "the message when a sign-in is refused",
        "wait a week",
    ),
    ByHand(
        "A 409 of the Sheets API (`ABORTED`) says that nothing of the call was carried out.",
        "writes that were answered so are sent again",
        "let many scripts write into one spreadsheet at once, and count what arrived",
    ),
    ByHand(
        'An Excel file that was uploaded and not converted answers 400 `FAILED_PRECONDITION`, "This operation is not supported for this document".',
        "the message that says to save it as Google Sheets",
        "upload an .xlsx to Drive, share it, and run `sheetcrm plan pipeline --in URL`",
    ),
    ByHand(
        "60 reads and 60 writes a minute to a user, 300 to a project; a batch counts once; a refused call costs nothing; 429 comes without `Retry-After`.",
        "the quota that processes of a machine share",
        "let eight processes of `tests/sheets/test_quota.py`'s kind run against Google for ten minutes",
    ),
    ByHand(
        "A call over quota, or one that never connected, was not carried out; one that ended in a 500, a 503 or silence may have been.",
        "what is sent again and what is looked at first",
        "cut the network in the middle of many batches",
    ),
    ByHand(
        "A batch of 2 MB takes less than the 180 seconds that Google gives it.",
        "when a plan is sent in several batches",
        "`sheetcrm import` of 100,000 rows",
    ),
    ByHand(
        "More than 10 million cells are refused with a sentence that says so, and 18,278 columns are taken.",
        "the message; templates and imports are counted beforehand",
        "an import that is larger",
    ),
    ByHand(
        "Sharing with `sendNotificationEmail=false` mails nobody.",
        "`apply --share` and `team add --share`",
        "share with a second account",
    ),
    ByHand(
        "A copy of a file loses the editors of its protected ranges, and keeps its developer metadata.",
        "`apply` locks a copy again, and knows its columns",
        "File → Make a copy, then `sheetcrm plan`",
    ),
    ByHand(
        "Pasting over cells takes their validation away, and people see no warning.",
        "`apply` puts rules back; `check` looks at every cell",
        "paste from a web page over a dropdown",
    ),
    ByHand(
        "A number shown as `4★` or `1:30` is typed as comfortably as other numbers.",
        "columns of ratings and durations",
        "type some",
    ),
    ByHand(
        "What a person types into a cell between our look and our write is written over: Sheets has no compare-and-swap.",
        "the window in docs/sync.md, a tenth of a second",
        "nothing to find out unless Google adds a precondition",
    ),
    ByHand(
        "`modifiedTime` of Drive lags an edit by some seconds.",
        "a backup asks before and after it reads, and looks at the cells as well",
        "edit, and ask again and again",
    ),
    ByHand(
        "Drive says in `permissionDetails` what a file in a Shared Drive inherits, and of a deleted account that it is deleted.",
        "`access` tells what cannot be taken away on the file itself, and whom nobody can reach",
        "`sheetcrm access` on a file of a Shared Drive",
    ),
    ByHand(
        "Google blocks gcloud's own client for the scopes of Drive and Sheets.",
        "docs/google.md asks for a client of your own",
        "`gcloud auth application-default login --scopes=…` without `--client-id-file`",
    ),
    ByHand(
        "A role on a service account counts only after some minutes.",
        "the message when impersonation is refused",
        "give it, and try at once",
    ),
    ByHand(
        "A workspace may forbid service accounts, sharing abroad or API access; Google then answers 403 with a reason.",
        "the words for each refusal",
        "an administrator's console",
    ),
    ByHand(
        "The Gmail API refuses a mail without any content with 400, after it has looked at the sign-in, the scope and whether it is switched on.",
        "`doctor` says of a Gmail channel whether it works, and sends nothing",
        "`sheetcrm doctor --only mail` with `type: gmail`, then look into *Sent*",
    ),
    ByHand(
        "Drive tells with `drive.metadata.readonly` under `capabilities` whether we may edit a file.",
        "`doctor` says which spreadsheets we may only read",
        "`sheetcrm doctor --only spreadsheets` on one that is shared for viewing",
    ),
    ByHand(
        "A HEAD of the root of sheets.googleapis.com, www.googleapis.com and oauth2.googleapis.com is answered, with a Date.",
        "`doctor` tells the network and the clock from everything else",
        "`sheetcrm doctor --only clock`",
    ),
    ByHand(
        "Gmail, the presets of other mail providers and the robots of DingTalk, WeCom, Feishu and Slack answer as their makers' pages say.",
        "which refusals are for good, and how fast to send",
        "`sheetcrm remind test --to you@example.com --channel …`",
    ),
)
