"""A websocket client that can do everything wrong: plain sockets, frames made by hand."""

from __future__ import annotations

import base64
import json
import os
import socket
import struct
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parents[3]
QUERY = "/socket.io/?EIO=4&transport=websocket"


class Room:
    """The served test room."""

    def __init__(self, process: subprocess.Popen[str], url: str) -> None:
        self.process, self.url = process, url
        self.address = (urlsplit(url).hostname or "", urlsplit(url).port or 0)

    def stats(self) -> dict[str, Any]:
        with urllib.request.urlopen(f"{self.url}/stats", timeout=10) as answer:
            return json.loads(answer.read())  # type: ignore[no-any-return]

    def post(self, path: str) -> str:
        with urllib.request.urlopen(urllib.request.Request(self.url + path, method="POST"), timeout=60) as answer:
            return answer.read().decode()


@contextmanager
def served(*options: str, **config: Any) -> Iterator[Room]:
    command = [sys.executable, "-m", "tests.core.transport.room", "--config", json.dumps(config), *options]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield Room(process, json.loads(process.stdout.readline())["url"])
    finally:
        process.kill()
        process.communicate()


class Client:
    """One connection. `join()` takes it into the namespace; `packet()` reads the next Engine.IO packet."""

    def __init__(self, room: Room, headers: dict[str, str | None] | None = None, path: str = QUERY, receive_buffer: int = 0) -> None:
        self.sock = socket.socket()
        if receive_buffer:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.sock.settimeout(10)
        self.sock.connect(room.address)
        host = f"{room.address[0]}:{room.address[1]}"
        given: dict[str, str | None] = {
            "Host": host,
            "Origin": f"http://{host}",
            "Upgrade": "websocket",
            "Connection": "keep-alive, Upgrade",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
            **(headers or {}),
        }
        lines = [f"GET {path} HTTP/1.1", *(f"{name}: {value}" for name, value in given.items() if value is not None)]
        self.sock.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        self._in = b""
        while b"\r\n\r\n" not in self._in:
            if not (data := self.sock.recv(4096)):
                break
            self._in += data
        head, _, self._in = self._in.partition(b"\r\n\r\n")
        self.status = int(head[9:12])
        self.headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head.decode().split("\r\n")[1:])}
        if self.status != 101:
            size = int(self.headers.get("content-length", "0"))
            while len(self._in) < size:
                self._in += self.sock.recv(4096)
            self.body = self._in

    def join(self, **auth: Any) -> str:
        """Joins /live and returns the answer to it."""
        assert self.status == 101, (self.status, getattr(self, "body", b""))
        assert self.packet().startswith("0{")
        self.say("40/live," + json.dumps(auth))
        return self.packet()

    def say(self, text: str) -> None:
        self.frame(0x1, text.encode())

    def frame(self, opcode: int, payload: bytes, *, final: bool = True, masked: bool = True, reserved: int = 0) -> None:
        first = (0x80 if final else 0) | reserved | opcode
        bit, size = (0x80 if masked else 0), len(payload)
        if size < 126:
            head = bytes((first, bit | size))
        elif size < 65536:
            head = struct.pack("!BBH", first, bit | 126, size)
        else:
            head = struct.pack("!BBQ", first, bit | 127, size)
        if masked:
            key = os.urandom(4)
            payload = bytes(byte ^ key[at % 4] for at, byte in enumerate(payload))
            head += key
        self.sock.sendall(head + payload)

    def read(self) -> tuple[int, bytes]:
        """The next frame: opcode, payload. Raises EOFError when the server hung up."""
        first, second = self._take(2)
        assert first & 0xF0 == 0x80, f"a server sends whole frames without extensions, not {first:#x}"
        size = second
        if second == 126:
            size = int.from_bytes(self._take(2), "big")
        elif second == 127:
            size = int.from_bytes(self._take(8), "big")
        assert second < 128, "a server does not mask"
        return first & 15, self._take(size)

    def packet(self) -> str:
        """The next text; answers pings on the way. Raises Closed with the code when the server closes."""
        while True:
            opcode, payload = self.read()
            if opcode == 8:
                raise Closed(int.from_bytes(payload[:2], "big") if payload else 1005)
            if opcode == 1:
                if payload == b"2":
                    self.say("3")
                    continue
                return payload.decode()

    def event(self) -> Any:
        text = self.packet()
        assert text.startswith("42/live,"), text
        return json.loads(text[8:])

    def code(self) -> int:
        """Reads on until the server closes, and returns its code."""
        try:
            while True:
                self.packet()
        except Closed as closed:
            return closed.code
        except (EOFError, ConnectionError):
            return 0

    def _take(self, size: int) -> bytes:
        while len(self._in) < size:
            data = self.sock.recv(65536)
            if not data:
                raise EOFError
            self._in += data
        taken, self._in = self._in[:size], self._in[size:]
        return taken

    def close(self) -> None:
        self.sock.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Closed(Exception):
    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code
