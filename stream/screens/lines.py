"""Lines of the log, for pipes, services and terminals that cannot do more."""

from __future__ import annotations

from pathlib import Path

from sinks.base import Finding, Receipt
from stream.logging.entries import Entry, of_drift, of_finding, of_receipt, said
from stream.logging.log import Log
from stream.running.metrics import Meters


class Lines:
    """Writes one line an event to standard output, at once."""

    def __init__(self, meters: Meters, log: Log | None = None) -> None:
        self._meters, self._log = meters, log or Log()

    def started(self, watching: Path | None) -> None:
        """Say that the run is ready."""
        what = f"watching landing={watching}" if watching else "running"
        datasets = ",".join(self._meters.by_dataset)
        self._log.write(said("started", f"{what} datasets={datasets}", landing=watching and str(watching)))

    def show(self, receipt: Receipt, /) -> None:
        """A line for the commit, and one for each file at which the schema drifted."""
        self._log.write(of_receipt(receipt))
        for drift in receipt.drifts:
            self._log.write(of_drift(drift, self._log.declared))

    def tell(self, finding: Finding, /) -> None:
        """A line for the finding."""
        self._log.write(of_finding(finding))

    def say(self, sentence: str, /) -> None:
        """A line of its own."""
        self._log.write(said("said", sentence))

    def summary(self) -> None:
        """One line a dataset, with the sums of this run."""
        for dataset, meter in self._meters.by_dataset.items():
            sums = {
                "dataset": dataset,
                "files": len(meter.files),
                "records": meter.records,
                "accepted": meter.accepted,
                "rejected": meter.rejected,
                "set_aside": len(meter.set_aside),
                "drifts": meter.schema_drifts,
                "findings": meter.findings,
            }
            self._log.write(Entry("done", "info", sums))
