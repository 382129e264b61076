"""A server that drips ends nobody's patience but its own: a request is over at its deadline, or when it is stopped."""

from __future__ import annotations

import gzip
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from harness.rogue import CERTIFICATE, Answer, Rogue

from tap_amazon_ads_entities.amazon import resolver
from tap_amazon_ads_entities.amazon.transport import Transport
from tap_amazon_ads_entities.amazon.watchdog import Watchdog
from tap_amazon_ads_entities.errors import TransportError
from tap_amazon_ads_entities.process.deadline import Stop

DEADLINE = 1.0
LATE = 1.0
HEAD = b"HTTP/1.1 200 OK\r\n"
JSON = b'[{"a": 1}]' * 1000
# A record of a handshake that says it is 16,000 bytes long.
RECORD = b"\x16\x03\x03\x3e\x80\x02\x00\x3e\x7c" + bytes(16_000)

DRIPS = {
    "status line": (b"", b"HTTP/1.1 200 " + b"O" * 9000),
    "headers": (HEAD, b"X-A: " + b"b" * 9000),
    "many headers": (HEAD, b"a:b\r\n" * 90),
    "100 Continue": (b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 9000),
    "body": (HEAD + b"Content-Length: 10000\r\n\r\n", JSON),
    "body without a length": (HEAD + b"\r\n", JSON),
    "gzip": (HEAD + b"Content-Encoding: gzip\r\nContent-Length: 90000\r\n\r\n", gzip.compress(JSON, 0)),
    "a large chunk": (HEAD + b"Transfer-Encoding: chunked\r\n\r\n2710\r\n", JSON),
    "small chunks": (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n[\r\n" * 1000),
    "the size of a chunk": (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"0" * 9000),
    "trailers": (HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"a:b\r\n" * 1000),
    "handshake": (b"", RECORD),
}


class Dripping:
    """Says something to whoever comes, then the rest of it byte by byte, and waits for nobody."""

    def __init__(self, at_once: bytes, rest: bytes, *, interval: float = 0.1) -> None:
        self._at_once, self._rest, self._interval = at_once, rest, interval
        self._over = threading.Event()
        self._threads: list[threading.Thread] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]

    def __enter__(self) -> Dripping:  # noqa: PYI034 - typing.Self is newer than Python 3.10
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        for thread in self._threads:
            thread.join(10)

    def _start(self, work: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._over.is_set():
            try:
                client, _ = self._socket.accept()
            except OSError:
                return
            self._start(self._drip, client)

    def _drip(self, client: socket.socket) -> None:
        with client:
            try:
                client.recv(4096)
                client.sendall(self._at_once)
                for number in range(len(self._rest)):
                    if self._over.wait(self._interval):
                        return
                    client.sendall(self._rest[number : number + 1])
            except OSError:
                return


@pytest.fixture(autouse=True)
def nobody_is_left_behind() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    for thread in set(threading.enumerate()) - before:
        thread.join(5)
    assert set(threading.enumerate()) <= before


@pytest.fixture
def transport() -> Iterator[Transport]:
    made = Transport(connections=2, connect_timeout=20, read_timeout=20, user_agent="test")
    yield made
    made.close()


def ended(
    transport: Transport, url: str, *, time_left: float = DEADLINE, stop: Stop | None = None
) -> tuple[str, float]:
    """What is said of a request, and the seconds it took."""
    began = time.monotonic()
    with pytest.raises(TransportError) as caught:
        transport.send("GET", url, {}, None, time_left=time_left, stop=stop)
    return str(caught.value), time.monotonic() - began


def url_of(kind: str, server: Dripping) -> str:
    return f"{'https' if kind == 'handshake' else 'http'}://127.0.0.1:{server.port}/x"


@pytest.mark.parametrize("kind", DRIPS)
def test_whatever_drips_the_request_ends_at_its_deadline(kind: str, transport: Transport) -> None:
    with Dripping(*DRIPS[kind]) as server:
        words, seconds = ended(transport, url_of(kind, server))
    assert words == "the response was not complete in time"
    assert DEADLINE <= seconds < DEADLINE + LATE


@pytest.mark.parametrize("kind", DRIPS)
def test_whatever_drips_the_request_ends_when_it_is_stopped(kind: str, transport: Transport) -> None:
    stop = Stop()
    timer = threading.Timer(0.3, stop.request)
    timer.start()
    with Dripping(*DRIPS[kind]) as server:
        words, seconds = ended(transport, url_of(kind, server), time_left=60, stop=stop)
    timer.join()
    assert words == "given up: it is not wanted any more"
    assert 0.3 <= seconds < 0.3 + LATE


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_that_drips_its_answer_is_given_up_as_well(scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with Dripping(b"", b"HTTP/1.1 200 " + b"O" * 9000) as proxy:
        monkeypatch.setenv(f"{scheme}_proxy", f"http://127.0.0.1:{proxy.port}")
        monkeypatch.setenv("no_proxy", "")
        sender = Transport(connections=1, connect_timeout=20, read_timeout=20, user_agent="test")
        words, seconds = ended(sender, f"{scheme}://example.invalid/x")
        sender.close()
    assert words == "the response was not complete in time"
    assert seconds < DEADLINE + LATE


def test_a_server_that_takes_no_request_is_given_up(transport: Transport) -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        began = time.monotonic()
        with pytest.raises(TransportError, match="not complete in time"):
            transport.send(
                "POST", f"http://127.0.0.1:{deaf.getsockname()[1]}/", {}, bytes(64 << 20), time_left=DEADLINE
            )
        assert time.monotonic() - began < DEADLINE + LATE


def test_a_body_that_drips_over_tls_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE, CERTIFICATE.with_suffix(".key"))
    over = threading.Event()

    def serve(listening: socket.socket) -> None:
        client, _ = listening.accept()
        with context.wrap_socket(client, server_side=True) as spoken:
            try:
                # One whole exchange first: what drips comes through a connection that was used before.
                spoken.recv(4096)
                spoken.sendall(HEAD + b"Content-Length: 2\r\n\r\nok")
                spoken.recv(4096)
                spoken.sendall(HEAD + b"Content-Length: 10000\r\n\r\n")
                while not over.wait(0.1):
                    spoken.sendall(b"x")
            except OSError:
                pass

    sender = Transport(connections=1, connect_timeout=20, read_timeout=20, user_agent="test")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve, args=(listening,), daemon=True)
        thread.start()
        url = f"https://localhost:{listening.getsockname()[1]}/"
        assert sender.send("GET", url, {}, None, time_left=20).body == b"ok"
        words, seconds = ended(sender, url)
        over.set()
        thread.join(10)
    sender.close()
    assert words == "the response was not complete in time"
    assert seconds < DEADLINE + LATE


def test_a_name_that_is_not_resolved_is_given_up_and_asked_once(
    transport: Transport, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    over = threading.Event()
    real = socket.getaddrinfo

    def hangs(host: str, port: int, *rest: int) -> object:
        if host != "slow.invalid" or socket.AI_NUMERICHOST in rest:
            return real(host, port, *rest)
        asked.append(host)
        over.wait(20)
        raise socket.gaierror

    monkeypatch.setattr(resolver.socket, "getaddrinfo", hangs)
    for _ in range(2):
        words, seconds = ended(transport, "http://slow.invalid/x")
        assert words == "the response was not complete in time"
        assert seconds < DEADLINE + LATE
    over.set()
    assert asked == ["slow.invalid"]


def test_a_connection_that_was_handed_back_is_cut_by_nobody(transport: Transport) -> None:
    # The deadline of an exchange that is over must not end the next one on the same connection.
    connections = set()
    with Rogue(lambda asked: Answer(asked.path.encode())) as server:
        server._server.RequestHandlerClass.protocol_version = "HTTP/1.1"  # noqa: SLF001 - to keep connections open
        for number in range(6):
            url = f"{server.url}/{number}"
            assert transport.send("GET", url, {}, None, time_left=0.5).body == f"/{number}".encode()
            (pool,) = transport._session(None).adapters["http://"].poolmanager.pools._container.values()  # noqa: SLF001
            connections.add(pool.num_connections)
            time.sleep(0.15)
    assert connections == {1}


def test_a_connection_detached_in_time_is_not_cut_and_one_attached_late_is() -> None:
    watchdog = Watchdog()
    ours, theirs = socket.socketpair()
    with ours, theirs, watchdog.watch(time.monotonic() + 60, None) as exchange:
        exchange.attach("a", ours.fileno())
        assert exchange.detach("a")
        exchange.cut()
        theirs.settimeout(0.1)
        with pytest.raises(TimeoutError):
            theirs.recv(1)
        exchange.attach("b", ours.fileno())
        assert theirs.recv(1) == b""
        assert not exchange.detach("b")
    watchdog.close()


def test_closing_ends_what_is_under_way(transport: Transport) -> None:
    timer = threading.Timer(0.3, transport.close)
    timer.start()
    with Dripping(*DRIPS["body"]) as server:
        _, seconds = ended(transport, url_of("body", server), time_left=60)
    timer.join()
    assert seconds < 0.3 + LATE
