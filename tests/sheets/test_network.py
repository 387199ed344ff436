"""What the config says about the way out holds for every request, also for those that fetch tokens."""

from __future__ import annotations

import http.server
import ssl
import threading
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from google.auth.transport.requests import AuthorizedSession
from google.oauth2.credentials import Credentials

from sheetcrm.errors import NoAnswer, UsageError
from sheetcrm.settings import GoogleSettings
from sheetcrm.sheets.gateway import Gateway
from sheetcrm.sheets.network import Network


class Door(http.server.BaseHTTPRequestHandler):
    """A proxy that wants a name and password, and a site that says yes."""

    asked: list[str]

    def do_CONNECT(self):
        self.asked.append(self.path)
        self.send_error(407, "Proxy Authentication Required")

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_):
        pass


@pytest.fixture
def listening():
    door = type("Opened", (Door,), {"asked": []})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), door) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def certificate(tmp_path):
    """A file with a certificate for 127.0.0.1 that nobody else signed, and its key."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=True)
        .sign(key, hashes.SHA256())
    )
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file = tmp_path / "certificate.pem"
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM) + key.private_bytes(*form))
    return file


def test_calls_and_tokens_go_through_the_proxy_that_the_config_names(listening, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    wanted = {
        "refresh_token": "r",
        "client_id": "c",
        "client_secret": "s",
        "token_uri": "https://oauth2.googleapis.com/token",
    }
    network = Network(f"http://127.0.0.1:{listening.server_port}")
    plain, signed = requests.Session(), AuthorizedSession(Credentials(None, **wanted))
    for session in (plain, signed):
        network.lead(session)
        with pytest.raises(NoAnswer, match="407 Proxy Authentication Required"):
            Gateway(session, "ID", sleep=lambda _: None).describe("properties")
    asked = listening.RequestHandlerClass.asked
    assert set(asked) == {"sheets.googleapis.com:443", "oauth2.googleapis.com:443"}


def test_certificates_that_the_config_names_are_trusted(listening, certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    listening.socket = context.wrap_socket(listening.socket, server_side=True)
    with requests.Session() as session:
        session.trust_env = False
        url = f"https://127.0.0.1:{listening.server_port}/"
        with pytest.raises(requests.exceptions.SSLError):
            session.get(url, timeout=5)
        Network(ca=certificate).lead(session)
        assert session.get(url, timeout=5).json() == {}


@pytest.mark.parametrize("text", [pytest.param(None, id="no such file"), pytest.param("nothing", id="no certificate")])
def test_a_file_without_certificates_is_refused_before_anything_is_sent(tmp_path, text):
    file = tmp_path / "ca.pem"
    if text:
        file.write_text(text)
    with pytest.raises(UsageError, match=r"google: ca: names, has no certificates"):
        Network(ca=file).lead(requests.Session())


def test_where_the_config_says_nothing_the_session_is_left_alone():
    session = requests.Session()
    before = dict(session.adapters)
    Network().lead(session)
    assert dict(session.adapters) == before


@pytest.mark.parametrize("proxy", ["proxy:3128", "http://me:secret@proxy:3128", "ftp://proxy"])
def test_a_proxy_that_is_none_or_has_a_password_in_it(proxy):
    with pytest.raises(ValueError, match="proxy") as caught:
        GoogleSettings(proxy=proxy)
    assert "expected an address" in str(caught.value) or "password does not belong" in str(caught.value)


def test_a_proxy_with_a_password_is_a_secret(tmp_path):
    settings = GoogleSettings(proxy={"env": "WAY_OUT"})
    assert settings.proxy_url(tmp_path, {"WAY_OUT": "http://me:secret@proxy:3128"}) == "http://me:secret@proxy:3128"
