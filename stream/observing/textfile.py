"""Metrics as a file that node_exporter's textfile collector reads: always a whole one."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Self

from prometheus_client import CollectorRegistry, generate_latest

from processors.errors import ConfigError
from stream.replacing import replacing_bytes

EVERY_SECONDS = 15.0


class Textfile:
    """Written at the beginning of a `with`, every 15 seconds, and by `write` at its end, by whoever ends it. Raises
    ConfigError where it cannot be written at first; later it is `told`, once."""

    def __init__(self, path: Path, registry: CollectorRegistry, tell: Callable[[str], None]) -> None:
        self._path, self._registry, self._tell = path, registry, tell
        self._ended, self._is_told = threading.Event(), False
        self._thread = threading.Thread(target=self._again, name="ade-stream-textfile", daemon=True)

    def __enter__(self) -> Self:
        try:
            self._write()
        except OSError as error:
            told = f"{self._path} cannot be written: {error.strerror}. Name another file with --metrics-textfile."
            raise ConfigError(told) from error
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()
        self._try()

    def _again(self) -> None:
        while not self._ended.wait(EVERY_SECONDS):
            self._try()

    def _try(self) -> None:
        try:
            self._write()
            self._is_told = False
        except OSError as error:
            if not self._is_told:
                self._tell(f"{self._path}: the metrics cannot be written: {error.strerror}; it is tried again.")
            self._is_told = True

    def _write(self) -> None:
        with replacing_bytes(self._path) as file:
            file.write(generate_latest(self._registry))
