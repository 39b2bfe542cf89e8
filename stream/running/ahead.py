"""An iterator that runs in a thread of its own, some way ahead of whoever takes its items."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")
U = TypeVar("U")

_ITEMS_MAX = 64


def ahead(
    items: Iterable[T],
    weight: Callable[[T], int],
    limit: int,
    finish: Callable[[T], U],
    stop: threading.Event | None = None,
    together: int = 0,
) -> Generator[list[U]]:
    """What `finish` makes of each of `items`, which are produced in a thread of their own while those that wait for the
    consumer weigh less than `limit`.

    Those that wait already are given at once, as long as they weigh less than `together`; nobody waits for more of
    them. So a consumer that is slower than the producer gets several, and one that is faster each alone.

    `finish` is called where there is time for it: by the producer as long as the consumer has something to go on with,
    by the consumer where it would have to wait. Closing the generator ends the thread behind the item in hand; `stop`
    is set then, and behind the last item.

    >>> list(ahead(range(3), weight=lambda _: 1, limit=2, finish=str))
    [['0'], ['1'], ['2']]
    """
    waiting: _Waiting[T, U] = _Waiting(weight, limit, finish)
    thread = threading.Thread(target=_produce, args=(items, waiting), name="ade-stream-read", daemon=True)
    thread.start()
    try:
        while not isinstance(taken := waiting.get(together), _End):
            yield [item.value if isinstance(item, _Finished) else finish(item) for item in taken]
        if taken.error is not None:
            raise taken.error
    finally:
        waiting.close()
        if stop is not None:
            stop.set()
        thread.join()


@dataclass(frozen=True, slots=True)
class _Finished(Generic[U]):
    """What the producer has finished itself."""

    value: U


@dataclass(frozen=True, slots=True)
class _End:
    """What a producer hands over last."""

    error: BaseException | None = None


def _produce(items: Iterable[T], waiting: _Waiting[T, U]) -> None:
    end = _End()
    try:
        for item in items:
            if not waiting.put(item):
                return
    except BaseException as error:  # noqa: BLE001 - raised again on the consumer's side
        end = _End(error)
    waiting.end(end)


class _Waiting(Generic[T, U]):
    """The items between the two threads.

    Once they weigh as much as they may, the producer rests until half of it is taken: two threads that wake each other
    for every item spend more on that than on the items.
    """

    def __init__(self, weight: Callable[[T], int], limit: int, finish: Callable[[T], U]) -> None:
        self._weigh, self._limit, self._finish = weight, limit, finish
        self._items: deque[tuple[T | _Finished[U], int]] = deque()
        self._weight = 0
        self._end: _End | None = None
        self._closed = False
        lock = threading.Lock()
        self._filled, self._taken = threading.Condition(lock), threading.Condition(lock)

    def put(self, item: T) -> bool:
        """Hand `item` over, as soon as there is room behind it; False where the consumer has gone."""
        weight = self._weigh(item)
        handed = _Finished(self._finish(item)) if self._items else item
        with self._taken:
            self._items.append((handed, weight))
            self._weight += weight
            self._filled.notify()
            if self._weight >= self._limit or len(self._items) >= _ITEMS_MAX:
                self._taken.wait_for(self._has_room)
            return not self._closed

    def end(self, end: _End) -> None:
        """Say that no item will follow."""
        with self._filled:
            self._end = end
            self._filled.notify()

    def get(self, together: int) -> list[T | _Finished[U]] | _End:
        """The next items, or the end. Only the first may have to be finished: it was alone when it came."""
        with self._filled:
            self._filled.wait_for(lambda: self._items or self._end)
            if not self._items:
                assert self._end is not None  # noqa: S101 - what was waited for
                return self._end
            taken: list[T | _Finished[U]] = []
            weight = 0
            while self._items and (not taken or weight + self._items[0][1] < together):
                item, its = self._items.popleft()
                taken.append(item)
                weight += its
            self._weight -= weight
            if self._has_room():
                self._taken.notify()
            return taken

    def close(self) -> None:
        """Let the producer go, and what waits."""
        with self._taken:
            self._closed = True
            self._items.clear()
            self._taken.notify()

    def _has_room(self) -> bool:
        return self._closed or (self._weight <= self._limit // 2 and len(self._items) <= _ITEMS_MAX // 2)
