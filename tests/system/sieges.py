"""Dropping files and appending to one, all the time, while somebody else kills the reader."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

from tests.system.drops import HEADER, append, order, rename_into, write

DROPS_MAX = 400  # one read of the folder shows them all, in the order in which they came
_PAUSE_SECONDS = 0.12
_CHUNK_BYTES = 150


class Writer(threading.Thread):
    """Until it is stopped: now a file is dropped, named in the order of the drops, now some bytes are appended to the
    first file, cut anywhere. A stopped writer completes its last line. Equal seeds write equal bytes, as far as they
    get."""

    def __init__(self, folder: Path, seed: int) -> None:
        super().__init__(name="writer", daemon=True)
        self._folder, self._random = folder, Random(seed)
        self._ending = threading.Event()
        self._numbers = iter(range(1, 1_000_000))
        self.growing = write(folder / "orders_0000_grows.csv", HEADER)
        self.dropped = 0
        self.error: BaseException | None = None

    def run(self) -> None:
        """Write until stopped."""
        try:
            unwritten = b""
            while not self._ending.wait(_PAUSE_SECONDS * self._random.random()):
                unwritten = unwritten or "".join(self._lines(8)).encode()
                cut = self._random.randint(1, _CHUNK_BYTES)
                append(self.growing, unwritten[:cut])
                unwritten = unwritten[cut:]
                if self.dropped < DROPS_MAX and self._random.random() < 0.5:
                    self._drop()
            append(self.growing, unwritten)
        except BaseException as error:  # noqa: BLE001 - raised by `finish`
            self.error = error

    def finish(self) -> None:
        """Stop writing; raises what went wrong."""
        self._ending.set()
        self.join(30)
        if self.error is not None:
            raise self.error

    def _drop(self) -> None:
        self.dropped += 1
        text = HEADER + "".join(self._lines(self._random.randint(0, 60)))
        rename_into(self._folder / f"orders_{self.dropped:04d}.csv", text)

    def _lines(self, count: int) -> Iterator[str]:
        """Good orders, and now and then one with an id that was there before, without an amount, or cut off."""
        for _ in range(count):
            number, dice = next(self._numbers), self._random.random()
            if dice < 0.05:
                yield order(self._random.randint(1, number))
            elif dice < 0.08:
                yield order(number, amount="")
            elif dice < 0.1:
                yield order(number).rsplit(",", 2)[0] + "\n"
            else:
                yield order(number)


@contextmanager
def writing(folder: Path, seed: int) -> Iterator[Writer]:
    """A writer at work during the block."""
    writer = Writer(folder, seed)
    writer.start()
    try:
        yield writer
    finally:
        writer.finish()
