"""Whether runs are told to anybody, and to whom."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from processors.errors import ConfigError
from processors.features import Derive, Feature
from sinks.lineage.teller import Teller
from stream.config import Dataset

if TYPE_CHECKING:
    from stream.lineage.delivery import Complain, Target

#: How events name the place of jobs, where nobody says.
NAMESPACE = "ade-stream"


@dataclass(frozen=True, slots=True)
class Telling:
    """To whom runs are told: a `file` of JSON lines, an HTTP receiver at a `url`, both, or nobody. `key`: with which
    the receiver knows us. Raises ConfigError where one of them cannot be meant."""

    file: Path | None = None
    url: str | None = None
    namespace: str = NAMESPACE
    key: str | None = None

    def __post_init__(self) -> None:
        """Before anything starts."""
        if self.url is not None and not _is_url(self.url):
            raise ConfigError(f"--lineage-url {self.url!r}: write it as http://HOST:PORT/api/v1/lineage.")
        if self.file is not None and not self.file.parent.is_dir():
            raise ConfigError(f"--lineage-file {self.file}: there is no folder {self.file.parent}. Make it first.")

    @property
    def is_wanted(self) -> bool:
        """Whether there is anybody."""
        return self.file is not None or self.url is not None

    def teller(self, datasets: Mapping[str, Dataset], landing: Path, warehouse: Path) -> Teller | None:
        """Who tells; None where nobody wants to know."""
        if not self.is_wanted:
            return None
        from importlib.metadata import version

        features = {name: derived(each) for name, each in datasets.items()}
        paths = str(landing.absolute()), str(warehouse.absolute())
        return Teller(self.namespace, *paths, version("ade-stream"), features)

    def delivering(self, warehouse: Path, complain: Complain | None = None) -> AbstractContextManager[None]:
        """While the block runs, and when it ends, events are delivered. `complain`: of a target that is not there."""
        return _delivering(warehouse, [*self._targets()], complain or _on_stderr) if self.is_wanted else nullcontext()

    def _targets(self) -> Iterator[Target]:
        from stream.lineage.ndjson import EventFile
        from stream.lineage.receiver import Receiver

        if self.file is not None:
            yield EventFile(self.file.absolute())
        if self.url is not None:
            yield Receiver(self.url, self.key)


#: Nobody is told.
SILENT = Telling()


def _is_url(text: str) -> bool:
    """Whether it is the URL of a receiver."""
    try:
        parts = urlsplit(text)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def derived(dataset: Dataset) -> dict[str, Feature]:
    """The columns that its steps compute from others."""
    steps = [step for step in dataset.chain.steps if isinstance(step, Derive)]
    return {feature.name: feature for step in steps for feature in step.features}


def _on_stderr(sentence: str) -> None:
    sys.stderr.write(f"ade-stream: {sentence}\n")


@contextmanager
def _delivering(warehouse: Path, targets: list[Target], complain: Complain) -> Iterator[None]:
    from stream.lineage.delivery import Delivery

    deliveries = [Delivery(warehouse, target, [each.name for each in targets], complain) for target in targets]
    for delivery in deliveries:
        delivery.start()
    try:
        yield
    finally:
        for delivery in deliveries:
            delivery.finish()
