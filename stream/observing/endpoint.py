"""Metrics and health by HTTP, on loopback only, in threads of their own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder

from processors.errors import ConfigError
from stream.observing.health import Health
from stream.screens.tables import to_json

HOST = "127.0.0.1"
#: Who asks and says no more for so long has gone.
_PATIENCE_SECONDS = 5.0


class Endpoint:
    """`/metrics` and `/healthz`, from `with` to its end. `port` 0 is any that is free. Raises ConfigError where it is
    taken."""

    def __init__(self, port: int, registry: CollectorRegistry, health: Callable[[], Health]) -> None:
        try:
            self._server = _Server(port, registry, health)
        except (OSError, OverflowError) as error:
            why = getattr(error, "strerror", None) or error
            told = f"{HOST}:{port} cannot be listened on: {why}. Choose another port with --metrics-port."
            raise ConfigError(told) from error
        self._thread = threading.Thread(target=self._server.serve_forever, name="ade-stream-http", daemon=True)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://{HOST}:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, port: int, registry: CollectorRegistry, health: Callable[[], Health]) -> None:
        self.registry, self.health = registry, health
        super().__init__((HOST, port), _Answers)

    def handle_error(self, *_: Any) -> None:
        """Who asked has gone."""


class _Answers(BaseHTTPRequestHandler):
    server: _Server
    timeout = _PATIENCE_SECONDS
    server_version, sys_version = "ade-stream", ""

    def do_GET(self) -> None:
        """Answer one of the two; what is asked for else is not there."""
        path = self.path.partition("?")[0]
        if path == "/metrics":
            encode, kind = choose_encoder(self.headers.get("Accept", ""))
            self._answer(200, kind, encode(self.server.registry))
        elif path == "/healthz":
            health = self.server.health()
            self._answer(200 if health.status == "ok" else 503, "application/json", to_json(health).encode())
        else:
            self._answer(404, "text/plain; charset=utf-8", b"There are /metrics and /healthz.\n")

    def _answer(self, status: int, kind: str, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name that the base class has
        """Nobody reads that."""
