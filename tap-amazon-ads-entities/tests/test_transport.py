"""What goes out and what comes back: nothing that requests adds for people at a prompt, and errors in our words."""

from __future__ import annotations

import logging
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from harness.rogue import CERTIFICATE, Answer, Asked, Rogue
from requests.exceptions import SSLError

from tap_amazon_ads_entities.amazon.sessions import Session, prepared
from tap_amazon_ads_entities.amazon.transport import Response, Transport
from tap_amazon_ads_entities.errors import TransportError

CONNECT, READ = 5.0, 0.5
THREADS = 48


def transport(connections: int = 2, **limits: int) -> Transport:
    return Transport(
        connections=connections, connect_timeout=CONNECT, read_timeout=READ, user_agent="tap/1 (test)", **limits
    )


def get(url: str, sender: Transport | None = None, time_left: float = 20.0) -> Response:
    return (sender or transport()).send("GET", url, {}, None, time_left=time_left)


# --- what goes out ----------------------------------------------------------------------------


def sent(method: str, headers: dict[str, str], body: bytes | None) -> Asked:
    with Rogue(lambda _: Answer()) as server:
        transport().send(method, f"{server.url}/x", headers, body, time_left=20)
        (asked,) = server.asked
    assert asked.headers["Host"] == f"localhost:{server.port}"
    return asked


ALWAYS = {"Accept-Encoding": "gzip", "User-Agent": "tap/1 (test)"}


@pytest.mark.parametrize(
    ("method", "headers", "body", "added"),
    [
        ("GET", {}, None, {}),
        ("GET", {"Authorization": "Bearer x", "Accept": "application/vnd.x+json"}, None, {}),
        ("POST", {"Content-Type": "application/json"}, b'{"a":1}', {"Content-Length": "7"}),
        ("POST", {"Content-Type": "application/json"}, b"", {"Content-Length": "0"}),
        ("POST", {}, None, {"Content-Length": "0"}),
    ],
)
def test_the_headers_that_go_out_are_ours_and_what_the_protocol_needs(
    method: str, headers: dict[str, str], body: bytes | None, added: dict[str, str]
) -> None:
    asked = sent(method, headers, body)
    assert {name: value for name, value in asked.headers.items() if name != "Host"} == {**ALWAYS, **headers, **added}
    assert asked.body == (body or b"")


@pytest.mark.parametrize(
    "path",
    ["/x?nextToken=a%7Eb%41%2Fc%3D%3D&count=100", "/%7Euser//a/b;c=1?q=%20+%2B", "/x?a=[1,2]&b='c'"],
)
def test_a_url_goes_out_as_it_was_written(path: str) -> None:
    with Rogue(lambda _: Answer()) as server:
        get(server.url + path)
    assert server.asked[0].path == path.replace("[", "%5B").replace("]", "%5D")


def test_no_cookie_is_ever_sent_back() -> None:
    kept = {"Set-Cookie": "session=canary; Path=/; Max-Age=3600"}
    with Rogue(lambda asked: Answer(status=307 if asked.path == "/2" else 200, headers=kept)) as server:
        sender = transport()
        for number in range(5):
            assert get(f"{server.url}/{number}", sender).headers["set-cookie"] == kept["Set-Cookie"]
    assert len(server.asked) == 5
    assert all("Cookie" not in asked.headers for asked in server.asked)


@pytest.mark.parametrize("variable", ["HOME", "NETRC"])
def test_a_netrc_gives_nobody_a_password(variable: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / ".netrc"
    netrc.write_text("machine localhost login me password canary\ndefault login me password canary\n")
    netrc.chmod(0o600)
    monkeypatch.setenv(variable, str(netrc if variable == "NETRC" else tmp_path))
    assert "Authorization" not in sent("GET", {}, None).headers
    assert sent("GET", {"Authorization": "Bearer x"}, None).headers["Authorization"] == "Bearer x"


# --- certificates -----------------------------------------------------------------------------


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_a_bundle_of_other_programs_is_not_trusted(variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(variable, str(CERTIFICATE))
    with Rogue(lambda _: Answer(), tls=True) as server, pytest.raises(TransportError) as caught:
        get(server.url)
    assert str(caught.value) == "the TLS certificate could not be verified (SSLError)"
    assert server.asked == []


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_it_does_not_take_the_place_of_the_systems(variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(variable, "/nowhere")
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    with Rogue(lambda _: Answer(b"trusted"), tls=True) as server:
        assert get(server.url).body == b"trusted"


def test_the_bundle_that_comes_with_requests_is_not_trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("requests.adapters.DEFAULT_CA_BUNDLE_PATH", str(CERTIFICATE))
    with Rogue(lambda _: Answer(), tls=True) as server, pytest.raises(TransportError, match="could not be verified"):
        get(server.url)


@pytest.mark.parametrize("verify", [False, str(CERTIFICATE)])
def test_certificates_are_verified_also_for_who_would_rather_not(verify: bool | str) -> None:  # noqa: FBT001 - of requests
    session = Session(connections=1, proxy=None)
    with Rogue(lambda _: Answer(), tls=True) as server, pytest.raises(SSLError):
        session.send(prepared("GET", server.url, {}, None), verify=verify, timeout=5)


# --- what comes back --------------------------------------------------------------------------


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("location", ["/elsewhere", "http://[", "http://localhost:9/", "\xff"])
def test_a_redirect_is_an_answer_like_any_other(status: int, location: str) -> None:
    with Rogue(lambda _: Answer(b"moved", status, {"Location": location})) as server:
        response = get(server.url)
    assert (response.status, response.body, response.headers["location"]) == (status, b"moved", location)
    assert len(server.asked) == 1


def test_the_body_of_a_redirect_has_the_same_limit() -> None:
    answer = Answer(b"x" * (3 << 20), 302, {"Location": "/elsewhere"})
    with Rogue(lambda _: answer) as server, pytest.raises(TransportError, match="larger than 2 MB"):
        get(server.url, transport(max_body_bytes=2 << 20))


def test_of_a_header_that_comes_twice_the_last_counts() -> None:
    with Rogue(lambda _: Answer(headers={"Retry-After": "1", "retry-after": "2"})) as server:
        assert get(server.url).headers["retry-after"] == "2"


def test_one_transport_serves_many_threads_in_silence(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    together = threading.Barrier(THREADS, timeout=20)

    def answer(asked: Asked) -> Answer:
        if asked.path.startswith("/0/"):
            together.wait()
        return Answer(asked.path.encode(), headers={"Set-Cookie": f"a={asked.path}"})

    with Rogue(answer) as server, ThreadPoolExecutor(THREADS) as threads:
        server._server.socket.listen(THREADS)  # noqa: SLF001 - a server that keeps nobody waiting at the door
        sender = Transport(connections=3, connect_timeout=20, read_timeout=20, user_agent="test")

        def several(thread: int) -> list[bytes]:
            return [get(f"{server.url}/{number}/{thread}", sender).body for number in range(8)]

        bodies = list(threads.map(several, range(THREADS)))
        sender.close()
        assert get(f"{server.url}/again", sender).body == b"/again"
    assert bodies == [[f"/{number}/{thread}".encode() for number in range(8)] for thread in range(THREADS)]
    assert not [record for record in caplog.records if record.name.startswith(("urllib3", "requests"))]


# --- errors -----------------------------------------------------------------------------------

HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n"


class Blunt:
    """A server that says some bytes to whoever comes, and then nothing, or goodbye."""

    def __init__(self, said: bytes, *, leaves: bool) -> None:
        self._said = said
        self._leaves = leaves
        self._open: list[socket.socket] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}/"

    def __enter__(self) -> Blunt:  # noqa: PYI034 - typing.Self is newer than Python 3.10
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        for each in (self._socket, *self._open):
            each.close()

    def _serve(self) -> None:
        try:
            client, _ = self._socket.accept()
        except OSError:
            return
        client.recv(4096)
        client.sendall(self._said)
        if self._leaves:
            client.close()
        else:
            self._open.append(client)


@pytest.mark.parametrize(
    ("said", "leaves", "words"),
    [
        (b"", True, "the connection broke before the response was complete (ProtocolError)"),
        (b"no HTTP\r\n\r\n", True, "the connection broke before the response was complete (ProtocolError)"),
        (HEAD + b"\r\nhalf", True, "the connection broke before the response was complete (ProtocolError)"),
        (
            HEAD + b"Content-Encoding: gzip\r\n\r\n" + b"x" * 100,
            True,
            "the compressed response was cut short or damaged (DecodeError)",
        ),
        (b"", False, "no answer within the read timeout (ReadTimeoutError)"),
        (HEAD + b"\r\nhalf", False, "no answer within the read timeout (ReadTimeoutError)"),
    ],
)
def test_what_breaks_is_said_in_words_and_by_its_name(said: bytes, words: str, *, leaves: bool) -> None:
    with Blunt(said, leaves=leaves) as server, pytest.raises(TransportError) as caught:
        get(server.url)
    assert str(caught.value) == words
    assert type(caught.value.__cause__).__module__ == "urllib3.exceptions"


def test_nobody_at_the_port_is_said_in_words() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        url = f"http://127.0.0.1:{closed.getsockname()[1]}/"
    with pytest.raises(TransportError) as caught:
        get(url)
    assert str(caught.value) == "the connection was refused or the host is unreachable (NewConnectionError)"


# --- interim answers ---------------------------------------------------------------------------


def answering(*parts: bytes) -> tuple[str, threading.Thread]:
    """A server of one connection that answers every request of it with these parts, some time between them."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with listener, listener.accept()[0] as peer:
            while peer.recv(1 << 16):
                for part in parts:
                    peer.sendall(part)
                    time.sleep(0.05)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    return f"http://127.0.0.1:{listener.getsockname()[1]}/", thread


FINAL = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nmine"


@pytest.mark.parametrize("status", ["100 Continue", "102 Processing", "103 Early Hints", "199 Whatever"])
def test_an_interim_answer_is_no_answer(status: str) -> None:
    url, _ = answering(f"HTTP/1.1 {status}\r\nLink: </x>\r\n\r\n".encode() * 2, FINAL)
    sender = transport(1)
    for _ in range(3):
        assert get(url, sender).body == b"mine"


def test_an_answer_that_ends_http_is_none_and_its_connection_is_used_no_more() -> None:
    url, _ = answering(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", FINAL)
    with pytest.raises(TransportError, match="HTTP 101, which ends the connection"):
        get(url)
