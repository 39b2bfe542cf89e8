"""Plain lines, for pipes, logs and terminals that cannot do more."""

from __future__ import annotations

from pathlib import Path

from sinks.base import Finding, Receipt
from stream.running.metrics import Meters
from stream.screens.events import clock, drifted, found, sentence
from stream.screens.output import write


class Lines:
    """Writes one line an event to standard output, at once."""

    def __init__(self, meters: Meters) -> None:
        self._meters = meters

    def started(self, watching: Path | None) -> None:
        """Say that the run is ready."""
        what = f"watching landing={watching}" if watching else "running"
        self._write(f"{what} datasets={','.join(self._meters.by_dataset)}")

    def show(self, receipt: Receipt, /) -> None:
        """A line for the commit, and one for each file at which the schema drifted."""
        self._write(sentence(receipt))
        for drift in receipt.drifts:
            self._write(drifted(drift))

    def tell(self, finding: Finding, /) -> None:
        """A line for the finding."""
        self._write(found(finding))

    def say(self, sentence: str, /) -> None:
        """A line of its own."""
        self._write(sentence)

    def summary(self) -> None:
        """One line a dataset, with the sums of this run."""
        for dataset, meter in self._meters.by_dataset.items():
            self._write(
                f"done dataset={dataset} files={len(meter.files)} records={meter.records} accepted={meter.accepted} "
                f"rejected={meter.rejected} set_aside={len(meter.set_aside)} drifts={meter.schema_drifts} "
                f"findings={meter.findings}"
            )

    @staticmethod
    def _write(line: str) -> None:
        write(f"{clock()} {line}\n")
