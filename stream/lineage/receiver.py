"""Events by HTTP to a receiver of OpenLineage, such as Marquez. One that is sent twice is the same event to it."""

from __future__ import annotations

import http.client
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from sinks.lineage.outbox import Delivered

#: How long a receiver has for its answer.
_TIMEOUT_SECONDS = 4.0
_EVENTS_TOGETHER = 20
_CONNECTIONS = {"http": http.client.HTTPConnection, "https": http.client.HTTPSConnection}
#: A receiver that says so is to be asked again; whatever else it refuses, it refuses for good.
_LATER = {401, 403, 404, 408, 425, 429}


@dataclass(frozen=True, slots=True)
class Receiver:
    """A receiver at a URL; it knows us by a `key`, if it wants one."""

    url: str
    key: str | None = field(default=None, repr=False)

    @property
    def name(self) -> str:
        """By which the warehouse knows it: without a password."""
        parts = urlsplit(self.url)
        return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()

    def take(self, events: Sequence[tuple[int, str]], before: Delivered | None) -> Delivered:
        """Send some. Raises OSError where the receiver is not there, or cannot take the first one now."""
        taken = before or Delivered()
        parts = urlsplit(self.url)
        connection = _CONNECTIONS[parts.scheme](parts.hostname or "", parts.port, timeout=_TIMEOUT_SECONDS)
        try:
            for event_id, event in events[:_EVENTS_TOGETHER]:
                self._send(connection, event)
                taken = Delivered(event_id)
        except (OSError, http.client.HTTPException) as error:
            if taken == (before or Delivered()):
                raise OSError(str(error) or type(error).__name__) from error
        finally:
            connection.close()
        return taken

    def _send(self, connection: http.client.HTTPConnection, event: str) -> None:
        parts = urlsplit(self.url)
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {self.key}"} if self.key else {})
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", path, event.encode(), headers)
        answer = connection.getresponse()
        answer.read()
        if answer.status >= 500 or answer.status in _LATER or 300 <= answer.status < 400:
            raise OSError(f"it answers {answer.status} {answer.reason}")
