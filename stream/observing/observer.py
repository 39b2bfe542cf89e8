"""What follows a run for the programs that watch over it; where nobody wants that, there is none."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from sinks.base import Finding, Receipt
from stream.logging.log import Log
from stream.observing.endpoint import Endpoint
from stream.observing.health import Health, Pulse, health
from stream.observing.metrics import Metrics
from stream.observing.textfile import Textfile
from stream.running.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Wanted:
    """Where metrics are to be had: in a file, and at a port."""

    textfile: Path | None = None
    port: int | None = None


class Observer:
    """Follows a run from `with` to its end, through all of its sessions. `ongoing`: it is to go on for ever. Raises
    ConfigError where the port or the file cannot be had."""

    def __init__(self, wanted: Wanted, warehouse: Path, log: Log, *, ongoing: bool) -> None:
        self._log, self._warehouse, self._ongoing = log, warehouse, ongoing
        self._look: Callable[[], Snapshot] | None = None
        self._pulse, self._metrics = Pulse(), Metrics(self._snapshot)
        self._wanted, self._resources = wanted, ExitStack()

    def __enter__(self) -> Self:
        registry, wanted = self._metrics.registry, self._wanted
        with ExitStack() as resources:
            if wanted.textfile is not None:
                textfile = Textfile(wanted.textfile, registry, lambda told: self._log.complain("metrics", told))
                resources.enter_context(textfile)
            if wanted.port is not None:
                endpoint = resources.enter_context(Endpoint(wanted.port, registry, self._health))
                self._log.complain("metrics", f"metrics are at {endpoint.url}/metrics", "info")
            self._resources = resources.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._metrics.is_up = False
        self._resources.close()

    def follow(self, datasets: Iterable[str], look: Callable[[], Snapshot]) -> None:
        """A session begins. `look`: the run as it stands."""
        self._metrics.expect(datasets)
        self._look = look
        self._pulse.beat()

    def turned(self) -> None:
        """The loop turned once more."""
        self._pulse.beat()

    def add(self, receipt: Receipt) -> None:
        """Count a commit."""
        self._pulse.beat()
        self._metrics.add(receipt)

    def find(self, finding: Finding) -> None:
        """Count a finding."""
        self._metrics.find(finding)

    def _snapshot(self) -> Snapshot | None:
        return None if self._look is None else self._look()

    def _health(self) -> Health:
        return health(self._snapshot(), self._pulse, self._warehouse, self._log.told, ongoing=self._ongoing)
