"""The hand-over from the judging to the committing thread: nothing lost, nothing out of order, nobody left waiting."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import closing

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stream.running.ahead import ahead


def same(item: int) -> int:
    """A finish that changes nothing, and a weight."""
    return item


def threads() -> list[str]:
    """The reading threads that run."""
    return [thread.name for thread in threading.enumerate() if thread.name == "ade-stream-read"]


@settings(max_examples=50, deadline=None)
@given(items=st.lists(st.integers(0, 9), max_size=200), limit=st.integers(1, 30), together=st.integers(0, 40))
def test_every_item_comes_out_finished_once_and_in_order(items: list[int], limit: int, together: int) -> None:
    taken = ahead(items, same, limit, str, together=together)
    assert [each for some in taken for each in some] == [str(item) for item in items]


@settings(max_examples=50, deadline=None)
@given(items=st.lists(st.integers(0, 9), max_size=200), together=st.integers(0, 40))
def test_what_comes_out_at_once_weighs_less_than_it_may_unless_it_is_one_alone(items: list[int], together: int) -> None:
    for some in ahead(items, same, 1000, same, together=together):
        assert len(some) == 1 or sum(some) < together


def test_what_waits_comes_out_at_once_and_nobody_waits_for_more() -> None:
    came, goes_on = threading.Event(), threading.Event()

    def produce() -> Iterator[int]:
        yield from range(4)
        came.set()
        goes_on.wait(20)
        yield 4

    with closing(ahead(produce(), lambda _: 1, 100, same, together=100)) as taken:
        first = next(taken)
        came.wait(20)
        waiting = [] if first == [0, 1, 2, 3] else next(taken)
        assert first + waiting == [0, 1, 2, 3]
        goes_on.set()
        assert next(taken) == [4]


def test_a_consumer_that_is_quicker_gets_each_item_alone() -> None:
    asked = threading.Semaphore(0)

    def produce() -> Iterator[int]:
        for item in range(20):
            asked.acquire(timeout=20)
            yield item

    with closing(ahead(produce(), lambda _: 1, 100, same, together=100)) as taken:
        for item in range(20):
            asked.release()
            assert next(taken) == [item]


@pytest.mark.parametrize("slow", ["producer", "consumer"])
def test_every_item_is_finished_once_whoever_is_slow(slow: str) -> None:
    finished: list[int] = []

    def finish(item: int) -> int:
        finished.append(item)
        return item

    def produce() -> Iterator[int]:
        for item in range(50):
            time.sleep(0.001 if slow == "producer" else 0)
            yield item

    with closing(ahead(produce(), lambda _: 1, 5, finish)) as taken:
        for _ in taken:
            time.sleep(0.001 if slow == "consumer" else 0)
    assert sorted(finished) == list(range(50))


def test_no_more_waits_than_the_limit_and_the_item_that_reached_it() -> None:
    produced, taken = 0, 0
    most = 0

    def produce() -> Iterator[int]:
        nonlocal produced
        for item in range(200):
            produced += 1
            yield item

    with closing(ahead(produce(), lambda _: 1, 10, same)) as items:
        for some in items:
            taken += len(some)
            time.sleep(0.001)
            most = max(most, produced - taken)
    assert most <= 11


def test_an_error_of_the_producer_comes_behind_the_items_before_it() -> None:
    def produce() -> Iterator[int]:
        yield 1
        raise ValueError("broken")

    items = ahead(produce(), same, 10, same)
    assert next(items) == [1]
    with pytest.raises(ValueError, match="broken"):
        next(items)
    assert threads() == []


def test_an_error_of_finish_comes_out_wherever_it_was_called() -> None:
    def finish(item: int) -> int:
        if item == 7:
            raise ValueError("broken")
        return item

    with pytest.raises(ValueError, match="broken"):
        list(ahead(range(20), same, 1000, finish))
    assert threads() == []


def test_a_consumer_that_goes_away_leaves_no_thread_and_wakes_a_producer_that_waits() -> None:
    stop = threading.Event()

    def produce() -> Iterator[int]:
        yield 1
        stop.wait(20)

    started = time.monotonic()
    with closing(ahead(produce(), same, 10, same, stop)) as items:
        next(items)
    assert time.monotonic() - started < 10
    assert threads() == []


def test_a_consumer_that_goes_away_frees_a_producer_that_has_no_room() -> None:
    with closing(ahead(iter(range(10**9)), lambda _: 1, 3, same)) as items:
        next(items)
    assert threads() == []
