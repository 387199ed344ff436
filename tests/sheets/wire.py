"""The other end of the wire, in Google's words: answers in a row, whatever is asked."""

from __future__ import annotations

import io
import json
from typing import Any

import requests
from requests.adapters import BaseAdapter
from urllib3.response import HTTPResponse

Answer = tuple[int, dict[str, Any] | str] | Exception


class Line(BaseAdapter):
    """Gives its answers one after the other; the last for ever."""

    def __init__(self, *answers: Answer, headers: dict[str, str] | None = None) -> None:
        super().__init__()
        self.answers = list(answers)
        self.headers = headers or {}
        self.asked: list[requests.PreparedRequest] = []

    def send(self, request: requests.PreparedRequest, **_: Any) -> requests.Response:
        self.asked.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        status, body = answer
        response = requests.Response()
        response.status_code = status
        response.request = request
        response.url = request.url or ""
        response.headers.update(self.headers)
        sent = body if isinstance(body, str) else json.dumps(body)
        response.raw = HTTPResponse(io.BytesIO(sent.encode()), status=status, preload_content=False)
        return response

    def close(self) -> None:
        pass


def refusal(code: int, message: str, status: str = "", **more: Any) -> Answer:
    """An error in the shape of the Sheets API."""
    return code, {"error": {"code": code, "message": message, "status": status, **more}}


def session(line: BaseAdapter) -> requests.Session:
    """A session whose every request goes over `line`."""
    session = requests.Session()
    session.trust_env = False
    session.mount("https://", line)
    return session
