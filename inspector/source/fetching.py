"""Addresses -> bytes, as the user's own package index is set up to be reached: proxy, certificates, names and passwords of pip.

In: settings, an address. Out: bytes, or a part of a file. Sizes are bounded, trouble of the moment is tried again, and nothing is
fetched where `offline` is said. No address is known here.
"""

from __future__ import annotations

import os
import re
import threading
import time
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote, urlsplit, urlunsplit

import msgspec

from inspector.errors import CouldNotRun

if TYPE_CHECKING:
    import requests

OFFLINE = "INSPECT_LOSS_OFFLINE"
PAGE_LIMIT = 64_000_000
"""Bytes of an index page; the largest ones are a few megabytes."""
TRIES = 4
BACKOFF = 0.4
"""Seconds before the second try; twice as long before each one after it."""
PASSING = frozenset({408, 429, 500, 502, 503, 504})
"""What a server answers when it is worth asking again."""
LONGEST_WAIT = 20.0
CONNECTIONS = 4
"""Connections to one host at a time; whoever needs a fifth waits for one of them."""
_CHUNK = 1 << 14
_PLACE = re.compile(r"bytes (\d+)-(-?\d+)/(\d+)")


class Connection(msgspec.Struct, frozen=True):
    """How the network is reached."""

    proxy: str = ""
    cert: str = ""
    """A file or folder of certificates to trust; "" for the usual ones."""
    client_cert: str = ""
    trusted_hosts: tuple[str, ...] = ()
    """Hosts whose certificate is not looked at, because the user said so to pip."""
    timeout: float = 15.0
    logins: dict[str, tuple[str, str]] = {}
    """Host -> name and password, from the addresses that pip was given."""


class Part(NamedTuple):
    """Some bytes of a file."""

    data: bytes
    total: int
    """The size of the whole file."""


class Rest(NamedTuple):
    """A file from some byte on, as it comes."""

    start: int
    """Where it begins: as asked, or 0 where the server starts again."""
    total: int
    """The size of the whole file; 0 where the server does not say."""
    tag: str
    """What the server calls this state of the file; "" where it gives it no name that can be relied on."""
    chunks: Iterator[bytes]
    """Ends early where the connection breaks off."""


class NoRanges(Exception):
    """The server sends whole files only; `size` is what that would be, 0 where it does not say."""

    def __init__(self, size: int) -> None:
        super().__init__("this server sends whole files only")
        self.size = size


def is_offline() -> bool:
    """Whether the environment forbids the network."""
    return os.environ.get(OFFLINE, "").lower() not in ("", "0", "false", "no")


def without_login(address: str) -> tuple[str, str, tuple[str, str] | None]:
    """An address without name and password, its host, and these two."""
    parts = urlsplit(address)
    if parts.username is None:
        return address, parts.netloc, None
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=host)), host, (unquote(parts.username), unquote(parts.password or ""))


class Fetcher:
    """One session on the network, for several threads; `received` counts the bytes of bodies as they came, `requests` the requests."""

    def __init__(self, connection: Connection, *, offline: bool = False) -> None:
        self.connection = connection
        self.offline = offline or is_offline()
        self.received = 0
        self.requests = 0
        self._session: requests.Session | None = None
        self._lock = threading.Lock()

    def page(self, address: str, accept: str) -> requests.Response:
        """An index page, read whole. Raises CouldNotRun."""
        for attempt in range(TRIES):
            answer = self._ask(address, {"Accept": accept})
            data, is_whole = self._body(answer, PAGE_LIMIT)
            if is_whole:
                answer._content = data  # so that `.text` and `.json()` work on what was bounded
                answer._content_consumed = True  # type: ignore[attr-defined]
                return answer
            time.sleep(BACKOFF * 2**attempt)
        raise _unreachable(address, "the connection broke off each time")

    def part(self, address: str, start: int, stop: int | None) -> Part:
        """Bytes start..stop of a file; with a negative start and no stop its last bytes. Raises NoRanges or CouldNotRun.

        Where the connection breaks off, the rest is asked for.
        """
        found = bytearray()
        tries = 0
        while tries < TRIES:
            wanted = f"bytes={start}" if stop is None else f"bytes={start + len(found)}-{stop - 1}"
            answer = self._ask(address, {"Range": wanted, "Accept-Encoding": "identity"})
            begin, total = _place(answer)
            if stop is None:
                start, stop = max(0, total + start), total
            stop = max(start, min(stop, total))
            if begin != start + len(found) and stop > start:
                answer.close()
                raise _unreachable(address, "it sends another part of the file than the one asked for")
            data, _ = self._body(answer, stop - start - len(found))
            found += data
            if len(found) == stop - start:
                return Part(bytes(found), total)
            time.sleep(BACKOFF * 2**tries)
            tries = tries + 1 if len(data) < _CHUNK else 0
        raise _unreachable(address, "the connection broke off each time")

    def rest(self, address: str, start: int, tag: str = "") -> Rest:
        """A file from byte `start` on, if it is still what the server called `tag`, else from its beginning. Raises CouldNotRun."""
        headers = {"Accept-Encoding": "identity"}
        if start:
            headers |= {"Range": f"bytes={start}-"} | ({"If-Range": tag} if tag else {})
        answer = self._ask(address, headers, allowed=(416,))
        if answer.status_code == 416:
            answer.close()
            answer = self._ask(address, {"Accept-Encoding": "identity"})
        place = _PLACE.fullmatch(answer.headers.get("Content-Range", "")) if answer.status_code == 206 else None
        if place is None:
            _refuse_page(answer)
        elif int(place[1]) != start:
            answer.close()
            raise _unreachable(address, "it sends another part of the file than the one asked for")
        total = int(place[3]) if place else int(answer.headers.get("Content-Length") or 0)
        named = answer.headers.get("ETag", "")
        return Rest(start if place else 0, total, "" if named.startswith("W/") else named, self._chunks(answer))

    # -- one request -------------------------------------------------------------------------------------------------------

    def _ask(self, address: str, headers: dict[str, str], allowed: Collection[int] = ()) -> requests.Response:
        """An answer whose body has not been read; what may pass is tried again. It is a good one, or its status is `allowed`."""
        import requests

        if self.offline:
            raise CouldNotRun("offline", "the network may not be used, and this is not kept", address, f"without --offline and {OFFLINE}")
        why = ""
        for attempt in range(TRIES):
            if attempt:
                time.sleep(BACKOFF * 2 ** (attempt - 1))
            self._count(requests=1)
            try:
                answer = self._send(address, headers)
            except (requests.ConnectionError, requests.Timeout) as error:
                why = _reason(error)
                continue
            except (requests.RequestException, ValueError) as error:
                raise _unreachable(address, type(error).__name__) from None
            if answer.status_code not in PASSING:
                return answer if answer.status_code in allowed else _fine(answer, address)
            why = f"it answers {answer.status_code}"
            answer.close()
            _wait_as_told(answer)
        raise _unreachable(address, why)

    def _send(self, address: str, headers: dict[str, str]) -> requests.Response:
        login = self.connection.logins.get(urlsplit(address).netloc)
        wait, trust = self.connection.timeout, self._trust(address)
        return self._open().get(address, headers=headers, stream=True, timeout=wait, auth=login, verify=trust)

    def _trust(self, address: str) -> bool | str | None:
        """Which certificates to trust for an address: pip's come before those of the environment, which None leaves the word."""
        parts = urlsplit(address)
        if {parts.hostname, parts.netloc} & set(self.connection.trusted_hosts):
            return False
        return self.connection.cert or None

    def _open(self) -> requests.Session:
        with self._lock:
            if self._session is None:
                self._session = self._new_session()
            return self._session

    def _new_session(self) -> requests.Session:
        import requests
        from requests.adapters import HTTPAdapter

        session = requests.Session()
        session.headers["User-Agent"] = f"inspect-loss {requests.utils.default_user_agent()}"
        for scheme in ("https://", "http://"):
            session.mount(scheme, HTTPAdapter(pool_maxsize=CONNECTIONS, pool_block=True))
        if self.connection.proxy:
            session.proxies = {"http": self.connection.proxy, "https": self.connection.proxy}
        if self.connection.client_cert:
            session.cert = self.connection.client_cert
        return session

    def _body(self, answer: requests.Response, limit: int) -> tuple[bytes, bool]:
        """The body as far as it came, and whether that is all of it; one over the limit is a server that does not do as it was told."""
        import requests

        found = bytearray()
        try:
            for chunk in answer.iter_content(_CHUNK):
                found += chunk
                if len(found) > limit:
                    raise CouldNotRun("index-unreachable", f"it sends more than the {limit} bytes asked for", answer.url, "ask its owner")
        except requests.RequestException:
            return bytes(found), False
        finally:
            self._count(received=answer.raw.tell())
            answer.close()
        return bytes(found), True

    def _chunks(self, answer: requests.Response) -> Iterator[bytes]:
        import requests

        try:
            yield from answer.iter_content(_CHUNK)
        except requests.RequestException:
            return
        finally:
            self._count(received=answer.raw.tell())
            answer.close()

    def _count(self, *, requests: int = 0, received: int = 0) -> None:
        with self._lock:
            self.requests += requests
            self.received += received


def _place(answer: requests.Response) -> tuple[int, int]:
    """Where in the file the answer to a range begins, and the size of the file; raises NoRanges where the answer is not one."""
    place = _PLACE.fullmatch(answer.headers.get("Content-Range", ""))
    if answer.status_code == 206 and place:
        return int(place[1]), int(place[3])
    answer.close()
    _refuse_page(answer)
    raise NoRanges(int(answer.headers.get("Content-Length") or 0))


def _refuse_page(answer: requests.Response) -> None:
    """A page to sign in, or one that excuses itself, is not the file."""
    if answer.headers.get("Content-Type", "").lower().startswith("text/html"):
        answer.close()
        raise _unreachable(answer.url, "it sends a page instead of the file")


def _fine(answer: requests.Response, address: str) -> requests.Response:
    if answer.ok:
        return answer
    answer.close()
    raise _unreachable(address, f"it answers {answer.status_code}")


def _wait_as_told(answer: requests.Response) -> None:
    told = answer.headers.get("Retry-After", "")
    if told.isdecimal():
        time.sleep(min(float(told), LONGEST_WAIT))


def _reason(error: Exception) -> str:
    """Few words for an error of requests, whose own text is a paragraph."""
    import requests

    kinds = {requests.exceptions.SSLError: "its certificate is not trusted", requests.exceptions.ProxyError: "the proxy does not answer",
             requests.Timeout: "it does not answer in time"}  # fmt: skip
    return next((words for kind, words in kinds.items() if isinstance(error, kind)), "no connection")


def _unreachable(address: str, why: str) -> CouldNotRun:
    return CouldNotRun(
        "index-unreachable", f"cannot read from the package index: {why}", address, "see `pip config list`, or use --offline"
    )
