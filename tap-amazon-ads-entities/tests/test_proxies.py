"""Proxies of the environment: which request goes where, and that no password of theirs is ever shown."""

from __future__ import annotations

import os
import select
import socket
import ssl
import subprocess
import sys
import threading
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from harness.rogue import Answer, Rogue

from tap_amazon_ads_entities.amazon.proxies import Proxies
from tap_amazon_ads_entities.amazon.transport import Transport
from tap_amazon_ads_entities.errors import ProxyError, TransportError
from tap_amazon_ads_entities.process.redaction import MASK, redact

AMAZON = "https://advertising-api.amazon.com/v2/profiles"
PASSWORD = "canary%2Fp@ss:word"
PLAIN_PASSWORD = "canary/p@ss:word"
HOST = "ads.example"


# --- the decision -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("variables", "url", "expected"),
    [
        ({}, AMAZON, None),
        ({"HTTPS_PROXY": "http://p.example:3128"}, AMAZON, "http://p.example:3128"),
        ({"https_proxy": "http://p.example:3128"}, AMAZON, "http://p.example:3128"),
        ({"HTTPS_PROXY": "http://a.example:1", "https_proxy": "http://b.example:2"}, AMAZON, "http://b.example:2"),
        ({"HTTPS_PROXY": "p.example:3128"}, AMAZON, "http://p.example:3128"),
        ({"HTTPS_PROXY": "http://p.example"}, AMAZON, "http://p.example:80"),
        ({"HTTPS_PROXY": "https://p.example/"}, AMAZON, "https://p.example:443"),
        ({"HTTPS_PROXY": "HTTP://[2001:db8::1]:3128"}, AMAZON, "http://[2001:db8::1]:3128"),
        ({"HTTPS_PROXY": f"http://me:{PASSWORD}@p.example:3128"}, AMAZON, "http://p.example:3128"),
        ({"HTTPS_PROXY": f"me:{PASSWORD}@p.example:3128"}, AMAZON, "http://p.example:3128"),
        ({"HTTPS_PROXY": ""}, AMAZON, None),
        # Each scheme has its own.
        ({"HTTP_PROXY": "http://p.example:3128"}, AMAZON, None),
        ({"HTTP_PROXY": "http://p.example:3128"}, "http://a.example/", "http://p.example:3128"),
        # Hosts that are asked directly.
        ({"HTTPS_PROXY": "http://p.example:1", "NO_PROXY": "*"}, AMAZON, None),
        ({"HTTPS_PROXY": "http://p.example:1", "NO_PROXY": "a.example, .amazon.com"}, AMAZON, None),
        ({"HTTPS_PROXY": "http://p.example:1", "no_proxy": "advertising-api.amazon.com"}, AMAZON, None),
        ({"HTTPS_PROXY": "http://p.example:1", "NO_PROXY": "advertising-api.amazon.com:443"}, AMAZON, None),
        (
            {"HTTPS_PROXY": "http://p.example:1", "NO_PROXY": "advertising-api.amazon.com:444"},
            AMAZON,
            "http://p.example:1",
        ),
        ({"HTTPS_PROXY": "http://p.example:1", "NO_PROXY": "mazon.com"}, AMAZON, "http://p.example:1"),
        # This machine needs no proxy.
        *(
            ({"HTTPS_PROXY": "http://p.example:1", "HTTP_PROXY": "http://p.example:1"}, url, None)
            for url in (
                "http://127.0.0.1:8790/na/v2/profiles",
                "http://localhost:8790/na",
                "http://LOCALHOST/",
                "http://[::1]:8790/",
                "https://127.9.9.9/",
                "https://api.localhost/",
            )
        ),
        # One that cannot be used does no harm where it is not needed.
        ({"HTTPS_PROXY": "socks5://p.example:1"}, "https://localhost/", None),
        ({"HTTPS_PROXY": "socks5://p.example:1", "NO_PROXY": "amazon.com"}, AMAZON, None),
    ],
)
def test_which_proxy_a_request_goes_through(
    variables: dict[str, str], url: str, expected: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    setting(monkeypatch, variables)
    proxy = Proxies.of_environment().of(url)
    assert (proxy and proxy.url) == expected
    assert "canary" not in repr(proxy)


def setting(monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]) -> None:
    for name in list(os.environ):
        if name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize(
    "address",
    [
        "socks5://me:{}@p.example:1080",
        "ftp://me:{}@p.example",
        "http://me:{}@",
        "http://",
        "://",
        "http://me:{}@p.example:port",
        "http://me:{}@p.example:99999",
        "http://me:{}@[::1",
        "http://me:{}@p exa mple:1",
        "http://me:{}@prøxy.example:1",
        "me:{}@",
        "/a/path",
        "http://me:{}@\n",
    ],
)
def test_an_unusable_proxy_is_a_sentence_that_names_its_variable_and_no_more(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    setting(monkeypatch, {"HTTPS_PROXY": address.format(PASSWORD)})
    with pytest.raises(ProxyError) as caught:
        Proxies.of_environment().of(AMAZON)
    assert str(caught.value) == (
        "The proxy that HTTPS_PROXY names cannot be used: it must be an address such as "
        "http://proxy.example:3128, or http://user:password@proxy.example:3128."
    )


def test_a_password_is_a_secret_in_all_its_forms(monkeypatch: pytest.MonkeyPatch) -> None:
    address = f"me:{PASSWORD}@p.example:3128"
    setting(monkeypatch, {"HTTPS_PROXY": address})
    proxy = Proxies.of_environment().of(AMAZON)
    assert proxy is not None
    for form in (PASSWORD, PLAIN_PASSWORD, address, f"http://{address}", proxy.headers["Proxy-Authorization"]):
        assert "canary" not in redact(form)
        assert MASK in redact(form)
    assert b64decode(proxy.headers["Proxy-Authorization"].split()[1]).decode() == f"me:{PLAIN_PASSWORD}"
    # What is needed to find it is still said.
    assert redact(proxy.name) == "p.example:3128"


# --- a real proxy ---------------------------------------------------------------------------


class Tunnel:
    """A proxy for CONNECT on loopback: it refuses with a status, or lets every host name lead to one port here.

    Args:
        status: what it refuses with; None for a tunnel.
        port: where tunnels end.
    """

    def __init__(self, status: int | None = None, port: int = 0) -> None:
        self._status = status
        self._target = port
        self.asked: list[bytes] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._socket.getsockname()[1]}"

    def __enter__(self) -> Tunnel:  # noqa: PYI034 - typing.Self is newer than Python 3.10
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(client,), daemon=True).start()

    def _answer(self, client: socket.socket) -> None:
        with client:
            head = b""
            while b"\r\n\r\n" not in head and (more := client.recv(4096)):
                head += more
            self.asked.append(head)
            if self._status:
                words = f"HTTP/1.1 {self._status} outside text\r\nContent-Length: 0\r\n\r\n"
                client.sendall(words.encode())
                return
            client.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            with socket.create_connection(("127.0.0.1", self._target)) as server, suppress(ConnectionError):
                self._pass_on(client, server)

    @staticmethod
    def _pass_on(client: socket.socket, server: socket.socket) -> None:
        other = {client: server, server: client}
        while True:
            for ready in select.select([client, server], [], [])[0]:
                data = ready.recv(1 << 16)
                if not data:
                    return
                other[ready].sendall(data)


def transport() -> Transport:
    return Transport(connections=2, connect_timeout=5, read_timeout=5, user_agent="test")


def ask(url: str) -> bytes:
    return transport().send("GET", url, {"Authorization": "Bearer Atza|canary"}, None, time_left=10).body


def proxied(monkeypatch: pytest.MonkeyPatch, address: str, credentials: str = f"me:{PASSWORD}@") -> None:
    setting(monkeypatch, {"HTTPS_PROXY": f"http://{credentials}{address}"})


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for a made-up host, trusted by this process."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = datetime.now(tz=timezone.utc)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "both.pem"
    private = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM) + key.private_bytes(serialization.Encoding.PEM, *private)
    )
    return path


@pytest.fixture
def amazon(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Rogue]:
    """A server that is who it says it is, for whoever is led to it."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    server = Rogue(lambda asked: Answer(asked.path.encode()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server._server.socket = context.wrap_socket(server._server.socket, server_side=True)  # noqa: SLF001
    with server:
        yield server


def test_requests_reach_their_host_through_the_proxy(amazon: Rogue, monkeypatch: pytest.MonkeyPatch) -> None:
    with Tunnel(port=amazon.port) as proxy:
        proxied(monkeypatch, proxy.address)
        sender = transport()
        for number in range(3):
            url = f"https://{HOST}/{number}"
            assert sender.send("GET", url, {"Authorization": "x"}, None, time_left=10).body == f"/{number}".encode()
    # It knows nothing of what goes through it but the host.
    credentials = b"Proxy-Authorization: Basic " + b64encode(f"me:{PLAIN_PASSWORD}".encode())
    assert proxy.asked
    for head in proxy.asked:
        assert head.startswith(f"CONNECT {HOST}:443 ".encode())
        assert credentials in head
        assert b"\r\nAuthorization" not in head
    assert all("Proxy-Authorization" not in asked.headers for asked in amazon.asked)


def test_what_is_here_is_asked_directly(monkeypatch: pytest.MonkeyPatch) -> None:
    with Rogue(lambda _: Answer(b"here")) as server, Tunnel(status=502) as proxy:
        setting(monkeypatch, {"HTTPS_PROXY": f"http://{proxy.address}", "HTTP_PROXY": f"http://{proxy.address}"})
        assert ask(server.url) == b"here"
    assert proxy.asked == []


def test_a_proxy_that_wants_other_credentials_ends_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    with Tunnel(status=407) as proxy:
        proxied(monkeypatch, proxy.address)
        with pytest.raises(ProxyError) as caught:
            ask(f"https://{HOST}/")
    assert str(caught.value) == (
        f"The proxy {proxy.address} refused us (HTTP 407): it wants a user and a password, "
        "or others than those in HTTPS_PROXY."
    )
    assert caught.value.__suppress_context__


@pytest.mark.parametrize("status", [403, 502, 503])
def test_a_proxy_that_cannot_reach_the_host_is_named(status: int, monkeypatch: pytest.MonkeyPatch) -> None:
    with Tunnel(status=status) as proxy:
        proxied(monkeypatch, proxy.address)
        with pytest.raises(TransportError) as caught:
            ask(f"https://{HOST}/")
    assert str(caught.value) == f"the proxy {proxy.address} refused to connect us (HTTP {status})"


def test_a_proxy_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        address = f"127.0.0.1:{closed.getsockname()[1]}"
    proxied(monkeypatch, address)
    with pytest.raises(TransportError) as caught:
        ask(f"https://{HOST}/")
    assert str(caught.value) == (
        f"the proxy {address} cannot be used: the connection was refused or the host is unreachable "
        "(NewConnectionError)"
    )


def test_a_host_that_is_not_who_it_says_it_is_is_refused_behind_a_proxy_too(monkeypatch: pytest.MonkeyPatch) -> None:
    with Rogue(lambda _: Answer(), tls=True) as server, Tunnel(port=server.port) as proxy:
        proxied(monkeypatch, proxy.address)
        with pytest.raises(TransportError, match="TLS certificate could not be verified") as caught:
            ask(f"https://{HOST}/")
    assert proxy.address in str(caught.value)


# --- the tap -----------------------------------------------------------------------------------


def run(variables: dict[str, str], **settings: str) -> tuple[int, str]:
    """The tap alone at its most talkative: its exit code and all it writes."""
    config = {
        "client_id": "id",
        "client_secret": "not-a-secret",
        "refresh_token": "not-a-token",
        "max_retries": "0",
        "api_url": f"https://{HOST}/{{region}}",
        "token_url": f"https://{HOST}/auth/o2/token",
        **settings,
    }
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.lower().endswith("_proxy") and not name.startswith("TAP_AMAZON")
    }
    noisy = "import http.client; http.client.HTTPConnection.debuglevel = 1"
    code = f"{noisy}\nfrom tap_amazon_ads_entities.tap import TapAmazonAdsEntities as T\nT.cli()"
    done = subprocess.run(
        [sys.executable, "-c", code, "--config=ENV"],
        env={
            **inherited,
            **{f"TAP_AMAZON_ADS_ENTITIES_{name.upper()}": value for name, value in config.items()},
            "TAP_AMAZON_ADS_ENTITIES_LOGLEVEL": "DEBUG",
            **variables,
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (407, "refused us (HTTP 407): it wants a user and a password"),
        (502, "refused to connect us (HTTP 502)"),
        (None, "cannot be used: the connection was refused"),
        (0, "The proxy that HTTPS_PROXY names cannot be used"),
    ],
)
def test_the_tap_says_what_is_wrong_with_the_proxy_and_never_its_password(status: int | None, words: str) -> None:
    with ExitStack() as stack:
        proxy = Tunnel(status=status or 502)
        if status:
            stack.enter_context(proxy)
        else:
            proxy.__exit__()
        scheme = "http" if status != 0 else "socks5"
        code, output = run({"HTTPS_PROXY": f"{scheme}://me:{PASSWORD}@{proxy.address}"})
    assert code == 1
    assert words in output
    assert "Traceback" not in output
    for secret in (PASSWORD, PLAIN_PASSWORD, "canary", b64encode(f"me:{PLAIN_PASSWORD}".encode()).decode(), "Y2FuYXJ5"):
        assert secret not in output
    assert "outside text" not in "\n".join(line for line in output.splitlines() if "reply:" not in line)
