"""A mail server on the loopback that keeps what it took, and can fail at any step of the talk."""

from __future__ import annotations

import base64
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Took:
    """What the server was told, and how it is to behave."""

    port: int = 0
    drop_at: str = ""
    """Connection is cut: connect, EHLO, AUTH, MAIL, RCPT, DATA, text (half way), answer (after)."""
    refuse: dict[str, str] = field(default_factory=dict)
    """Command -> the whole answer instead of yes; "text" is the answer to the message."""
    messages: list[bytes] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    signed_in: list[str] = field(default_factory=list)


class _Talk(socketserver.StreamRequestHandler):
    took: Took

    def handle(self) -> None:
        try:
            self._talk()
        except (ConnectionError, ValueError):
            return

    def _talk(self) -> None:
        if self.took.drop_at == "connect":
            return
        self._say("220 here")
        while line := self.rfile.readline().decode().rstrip("\r\n"):
            verb = line.split(" ")[0].upper()
            self.took.said.append(line)
            if self.took.drop_at == verb:
                return
            if verb in self.took.refuse:
                self._say(self.took.refuse[verb])
            elif not self._answer(verb, line):
                return

    def _answer(self, verb: str, line: str) -> bool:
        """Says yes; False when the talk is over."""
        if verb == "EHLO":
            self._say("250-here\r\n250 AUTH PLAIN")
        elif verb == "AUTH":
            self.took.signed_in.append(base64.b64decode(line.split(" ")[2]).decode())
            self._say("235 welcome")
        elif verb == "DATA":
            self._say("354 go on")
            return self._text()
        else:
            self._say("250 ok")
        return verb != "QUIT"

    def _text(self) -> bool:
        lines: list[bytes] = []
        while (line := self.rfile.readline()) != b".\r\n":
            if not line or (self.took.drop_at == "text" and len(lines) == 3):
                return False
            lines.append(line[1:] if line.startswith(b".") else line)
        if "text" in self.took.refuse:
            self._say(self.took.refuse["text"])
            return True
        self.took.messages.append(b"".join(lines))
        if self.took.drop_at == "answer":
            return False
        self._say("250 queued as 42")
        return True

    def _say(self, text: str) -> None:
        self.wfile.write(text.encode() + b"\r\n")


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True


@contextmanager
def mail_server(drop_at: str = "", **refuse: str) -> Iterator[Took]:
    """Listens on a free port until the block ends."""
    took = Took(drop_at=drop_at, refuse=refuse)
    handler = type("Talk", (_Talk,), {"took": took})
    with _Server(("127.0.0.1", 0), handler) as server:
        took.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield took
        finally:
            server.shutdown()
            thread.join()
