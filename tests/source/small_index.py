"""Small wheels made on the spot, and an index that serves them from this machine: with and without ranges, and broken as asked for."""

from __future__ import annotations

import base64
import hashlib
import http.server
import io
import json
import os
import threading
import zipfile
from collections.abc import Callable
from typing import Any

BALLAST = os.urandom(1 << 20)
"""What a wheel holds beside its sources, and nobody should have to fetch."""

SOURCES = {
    "torch/__init__.py": "from . import nn\n",
    "torch/tensor.py": "class Tensor(object):\n    pass\n",
    "torch/nn/__init__.py": "from .modules import *\nfrom . import functional\n",
    "torch/nn/functional.py": "import torch\n\n\ndef gap(input, target):\n    return torch.gap_of(input.sub(target))\n",
    "torch/nn/modules/__init__.py": "from .loss import GapLoss\nfrom .module import Module\n",
    "torch/nn/modules/module.py": (
        "class Module(object):\n    def __init__(self):\n        self.training = True\n\n"
        "    def __call__(self, *input):\n        return self.forward(*input)\n"
    ),
    "torch/nn/modules/loss.py": (
        "from .module import Module\nfrom .. import functional as F\n\n\nclass GapLoss(Module):\n"
        '    """The gap."""\n\n    def __init__(self, wide=1):\n        super(GapLoss, self).__init__()\n        self.wide = wide\n\n'
        "    def forward(self, input, target):\n        return F.gap(input, target)\n"
    ),
    "torch/nn/parallel/far.py": "FAR = 1\n",
}
STUB = {"torch/_C/__init__.pyi": "# made\nclass _TensorBase(object):\n    def sub(self, other: Tensor) -> Tensor: ...\n"}


def version_file(version: str) -> str:
    return f"__version__ = '{version}'\ngit_version = '{hashlib.sha1(version.encode()).hexdigest()}'\n"


FIRST_DAY = (1980, 1, 1)


def wheel(
    version: str = "1.0.0", extra: dict[str, str] | None = None, ballast: bytes = BALLAST, day: tuple[int, int, int] = FIRST_DAY
) -> bytes:
    """The bytes of a wheel of a torch with one loss, made on a day; the same bytes each time."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("torch/lib/large.so", ballast, zipfile.ZIP_STORED)
        for name, text in {**SOURCES, "torch/version.py": version_file(version), **(extra or {})}.items():
            archive.writestr(zipfile.ZipInfo(name, (*day, 0, 0, 0)), text, zipfile.ZIP_DEFLATED)
    return made.getvalue()


class Index:
    """What a server lists and sends, and what it was asked."""

    def __init__(self) -> None:
        self.wheels: dict[str, bytes] = {}
        self.ranges: bool | str = True
        """Whether parts are sent; "no ends": not the last bytes of a file; "rests": only from a place to the end."""
        self.tag = ""
        """What the state of a file is called; a part is sent only of the state that is asked for."""
        self.cut = 0
        """After how many bytes of a body the connection is broken off; 0 for never."""
        self.cuts = 0
        """How many of the next bodies are cut."""
        self.claimed = 0
        """How many bytes more each length says than there are."""
        self.shift = 0
        """How far from the part that was asked for the one lies that is sent."""
        self.moved: dict[str, str] = {}
        """Path -> the address that is said instead."""
        self.pages: dict[str, bytes] = {}
        """Path -> what is sent there as HTML, whatever was asked."""
        self.json = False
        self.absolute = False
        self.failing = 0
        """How many of the next requests are answered with 503."""
        self.login = ""
        """NAME:PASSWORD that is asked for; "" where everybody is let in."""
        self.more = ""
        """Further lines of the page."""
        self.asked: list[tuple[str, str]] = []
        """(path, range) of each request."""
        self.address = ""
        self.connections = 0
        self.most_connections = 0
        """How many there were at once."""

    def add(self, version: str, tags: str = "cp39-none-macosx_11_0_arm64", data: bytes | None = None) -> None:
        self.wheels[f"torch-{version}-{tags}.whl"] = data if data is not None else wheel(version)

    def page(self) -> tuple[str, bytes]:
        base = f"{self.address}/files/" if self.absolute else "../../files/"
        if self.json:
            files = [
                {"filename": name, "url": base + name, "hashes": {}, "size": len(data), "upload-time": f"20{10 + place}-02-03T04:05:06Z"}
                for place, (name, data) in enumerate(self.wheels.items())
            ]
            text = json.dumps({"meta": {"api-version": "1.1"}, "name": "torch", "versions": [], "files": files})
            return "application/vnd.pypi.simple.v1+json", text.encode()
        links = [f'<a href="{base}{name}#sha256={hashlib.sha256(data).hexdigest()}">{name}</a>' for name, data in self.wheels.items()]
        return "text/html", ("<html><body>" + "\n".join([*links, self.more]) + "</body></html>").encode()


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def setup(self) -> None:
        super().setup()
        index = self.server.index
        index.connections += 1
        index.most_connections = max(index.most_connections, index.connections)

    def finish(self) -> None:
        self.server.index.connections -= 1
        super().finish()

    def do_GET(self) -> None:
        index, asked = self.server.index, self.headers.get("Range", "")
        index.asked.append((self.path, asked))
        if index.failing > 0:
            index.failing -= 1
            return self._send(503, "text/plain", b"later")
        if index.login and self.headers.get("Authorization") != f"Basic {base64.b64encode(index.login.encode()).decode()}":
            return self._send(401, "text/plain", b"who are you?")
        if self.path in index.moved:
            return self._send(302, "text/plain", b"", {"Location": index.moved[self.path]})
        if self.path in index.pages:
            return self._send(200, "text/html", index.pages[self.path])
        if self.path.endswith("simple/torch/"):
            return self._send(200, *index.page())
        return self._file(index, index.wheels.get(self.path.rpartition("/")[2]), asked)

    def _file(self, index: Index, data: bytes | None, asked: str) -> None:
        if data is None:
            return self._send(404, "text/plain", b"not here")
        if asked and self._sends(index, asked):
            return self._part(data, asked)
        return self._send(200, "application/octet-stream", data, {"ETag": index.tag} if index.tag else {})

    def _sends(self, index: Index, asked: str) -> bool:
        if self.headers.get("If-Range") not in (None, index.tag):
            return False
        return {"no ends": not asked.startswith("bytes=-"), "rests": asked.endswith("-")}.get(str(index.ranges), bool(index.ranges))

    def _part(self, data: bytes, asked: str) -> None:
        first, _, last = asked.removeprefix("bytes=").partition("-")
        start = (int(first) if first else max(0, len(data) - int(last))) + self.server.index.shift
        stop = int(last) + 1 + self.server.index.shift if first and last else len(data)
        if first and start >= len(data) > 0:
            return self._send(416, "text/html", b"<html>not there</html>", {"Content-Range": f"bytes */{len(data)}"})
        headers = {"Content-Range": f"bytes {start}-{stop - 1}/{len(data)}"}
        headers |= {"ETag": self.server.index.tag} if self.server.index.tag else {}
        return self._send(206, "application/octet-stream", data[start:stop], headers)

    def _send(self, status: int, kind: str, body: bytes, headers: dict[str, str] | None = None) -> None:
        index = self.server.index
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body) + index.claimed))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        if index.claimed or (index.cuts > 0 and len(body) > index.cut):
            index.cuts -= 1
            body, self.close_connection = body[: index.cut or None], True
        try:
            self.wfile.write(body)
        except OSError:
            self.close_connection = True


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, index: Index) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.index = index

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that leaves in the middle of a body is what some tests are about."""


def serve(index: Index) -> tuple[http.server.ThreadingHTTPServer, Callable[[], None]]:
    """A server of the index on a port of its own, and how to end it."""
    server = _Server(index)
    index.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()

    def end() -> None:
        server.shutdown()
        server.server_close()
        thread.join()

    return server, end
