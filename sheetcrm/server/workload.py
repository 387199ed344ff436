"""
A machine's own word for who it is → an access token, as Google's Security Token Service gives it.

Workload identity: somebody else's identity provider, here this server itself, wrote a token into a file; it is
exchanged (RFC 8693), and what comes out may ask for the tokens of one service account.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qs

from sheetcrm.server.routes import Backend, Route, path_pattern
from sheetcrm.server.tokens import LIFETIME, Grant
from sheetcrm.server.wire import Json, Request, Response, json_response

WORD = "workload."
EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"  # noqa: S105 - a name, not a secret
JWT = "urn:ietf:params:oauth:token-type:jwt"
AUDIENCE = "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/embedded/providers/server"
ACCOUNTS = "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts"


def credentials(email: str, word_file: str) -> Json:
    """A credentials file of workload identity for a service account, which holds no secret: that is in `word_file`."""
    return {
        "type": "external_account",
        "audience": AUDIENCE,
        "subject_token_type": JWT,
        "token_url": "https://sts.googleapis.com/v1/token",
        "service_account_impersonation_url": f"{ACCOUNTS}/{email}:generateAccessToken",
        "credential_source": {"file": word_file},
        "universe_domain": "googleapis.com",
    }


def answer_exchange(backend: Backend, request: Request, args: Mapping[str, str]) -> Response:
    """A token of the workload that a word of this server names."""
    form = {name: values[-1] for name, values in parse_qs(request.body.decode("utf-8", "replace")).items()}
    if form.get("grant_type") != EXCHANGE:
        return _refused("unsupported_grant_type", f"Invalid grant_type: {form.get('grant_type', '')}")
    if form.get("audience") != AUDIENCE:
        return _refused("invalid_target", 'The target service indicated by the "audience" parameters is invalid.')
    claims = backend.guard.tokens.opened(WORD, form.get("subject_token", ""))
    if claims is None or form.get("subject_token_type") != JWT:
        return _refused("invalid_grant", "The subject token is no token of this provider, or has expired.")
    scopes = frozenset(form.get("scope", "").split())
    if not scopes:
        return _refused("invalid_scope", "Invalid OAuth scope.")
    return json_response(
        {
            "access_token": backend.guard.tokens.access(Grant(claims["workload"], scopes)),
            "issued_token_type": ACCESS_TOKEN,
            "token_type": "Bearer",
            "expires_in": LIFETIME,
        }
    )


def _refused(error: str, description: str) -> Response:
    return json_response({"error": error, "error_description": description}, status=400)


ROUTES = (Route("sts.token", "POST", path_pattern("/v1/token"), "token", answer_exchange),)
