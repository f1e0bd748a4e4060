"""A model server of our own on the loopback: OpenAI's language, and every way to misbehave."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Says = Callable[[dict[str, Any]], str]
MODES = ("says", "hangs", "drips", "floods", "shape", "empty", "costly", "moves")


class ModelServer(ThreadingHTTPServer):
    """Answers by `says`, or misbehaves by `mode`; `statuses` come first, one a request."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.says: Says = lambda _: "{}"
        self.mode = "says"
        self.statuses: list[int] = []
        self.received: list[bytes] = []
        self.headers_seen: list[dict[str, str]] = []
        self.stopping = threading.Event()

    @property
    def address(self) -> str:
        """What goes into `api_base`."""
        return f"http://127.0.0.1:{self.server_address[1]}/v1"

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is what some of these modes are for."""


def obliging(asked: dict[str, Any]) -> str:
    """An honest rewording of whatever is asked: one polite word more."""
    given = asked["messages"][1]["content"]
    _, _, rest = given.partition("\nSubject:\n")
    subject, _, text = rest.partition("\n\nText:\n")
    text = text.partition("\n\nEarlier messages:")[0]
    return json.dumps({"subject": subject, "text": f"{text}\n\nThank you for your help."})


@contextmanager
def model_server() -> Iterator[ModelServer]:
    """A running server, stopped at the end."""
    server = ModelServer()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server
    finally:
        server.stopping.set()
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    server: ModelServer

    def do_POST(self) -> None:
        data = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.received.append(data)
        self.server.headers_seen.append(dict(self.headers))
        if self.server.statuses and (status := self.server.statuses.pop(0)) != 200:
            self._send(status, {"error": {"message": "not now", "type": "error"}})
            return
        getattr(self, f"_{self.server.mode}")(json.loads(data))

    def _says(self, asked: dict[str, Any]) -> None:
        self._send(200, _completion(self.server.says(asked), 120, 60))

    def _costly(self, asked: dict[str, Any]) -> None:
        self._send(200, _completion(self.server.says(asked), 9_000_000, 9_000_000))

    def _empty(self, asked: dict[str, Any]) -> None:
        self._send(200, _completion("", 1, 1))

    def _shape(self, asked: dict[str, Any]) -> None:
        self._send(200, {"choices": "none", "usage": ["x"]})

    def _moves(self, asked: dict[str, Any]) -> None:
        self.send_response(307)
        self.send_header("Location", "http://localhost:9/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _hangs(self, asked: dict[str, Any]) -> None:
        self.server.stopping.wait(20)

    def _drips(self, asked: dict[str, Any]) -> None:
        self._start()
        while not self.server.stopping.is_set():
            self.wfile.write(b" ")
            self.wfile.flush()
            time.sleep(0.1)

    def _floods(self, asked: dict[str, Any]) -> None:
        self._start()
        while not self.server.stopping.is_set():
            self.wfile.write(b" " * 65_536)

    def _start(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()

    def _send(self, status: int, value: object) -> None:
        data = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """Nothing is printed."""


def _completion(text: str, tokens_in: int, tokens_out: int) -> dict[str, Any]:
    return {
        "id": "1",
        "object": "chat.completion",
        "created": 1,
        "model": "stub",
        "choices": [
            {
                "index": 0,
                "finish_reason": "stop",
                "message": {"role": "assistant", "content": text},
            }
        ],
        "usage": {
            "prompt_tokens": tokens_in,
            "completion_tokens": tokens_out,
            "total_tokens": tokens_in + tokens_out,
        },
    }
