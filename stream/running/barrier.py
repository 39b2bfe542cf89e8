"""A mark in the stream of batches: when it comes out behind the sink, all that went in before it is committed."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from processors.parameters.model import Parameters

_LOOK_SECONDS = 0.5


@dataclass(slots=True, eq=False)
class Barrier:
    """Whoever reads batches puts it behind one of them, and whoever takes receipts lifts it.

    With a `dataset` and a `date`, the first records of that date wait for its parameters. Without, nothing more is
    there for now: it is time for what is derived from whole dates.
    """

    dataset: str | None = None
    date: str | None = None
    parameters: Parameters | None = None
    #: How long it took to sum dates up.
    seconds: float = 0.0
    _lifted: threading.Event = field(default_factory=threading.Event)

    def lift(self, parameters: Parameters | None = None) -> None:
        """All before it is committed, and these are the parameters that are waited for."""
        self.parameters = parameters
        self._lifted.set()

    @property
    def is_lifted(self) -> bool:
        """Whether all before it is committed."""
        return self._lifted.is_set()

    def wait(self, stop: threading.Event) -> bool:
        """Wait until it is lifted; False where `stop` was set before."""
        while not self._lifted.wait(_LOOK_SECONDS):
            if stop.is_set():
                return self._lifted.is_set()
        return True
