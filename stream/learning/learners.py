"""The learners of a warehouse: they learn between commits, in the thread that commits.

What waits for them is asked of the warehouse, where each commit writes into the log of learning in its own transaction.
So nothing is forgotten: what was committed before a kill is learned by the next run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sinks.base import Finding, Receipt
from sinks.warehouse import Warehouse
from stream.learning.following import Follower
from stream.screens.findings import complain, remark


class Learners:
    """Follow the commits of a warehouse. `notices`: which of them rest, and why."""

    def __init__(
        self, warehouse: Warehouse, tell: Callable[[Finding], None] = complain, remark: Callable[[str], None] = remark
    ) -> None:
        self._tell, self._remark = tell, remark
        self._followers = list(followers(warehouse))
        with warehouse.connection.transaction():
            for each in self._followers:
                each.meet()
        self.notices = tuple(f"{each.model.name}: {each.rests}" for each in self._followers if each.rests)

    def follow(self, receipt: Receipt) -> None:
        """Behind a commit: learn where enough has come. Raises WarehouseError."""
        batch = receipt.batch
        if batch.swap is not None and not batch.swap.closes:
            return  # its transaction is open
        for follower in self._followers:
            if follower.model.dataset == batch.dataset:
                follower.waiting += receipt.accepted
                if follower.waiting >= follower.rows_wanted:
                    self._step(follower)

    def catch_up(self, until: Callable[[], bool] = lambda: False) -> None:
        """Learn all that is there; `until` is asked between the transactions. Raises WarehouseError."""
        for follower in self._followers:
            while not until() and self._step(follower):
                pass

    def _step(self, follower: Follower) -> bool:
        step = follower.step()
        for finding in step.findings:
            self._tell(finding)
        for notice in step.notices:
            self._remark(notice)
        return step.is_more


def followers(warehouse: Warehouse, name: str | None = None) -> Iterator[Follower]:
    """The learners of all models, or of one, of the datasets as they are now."""
    for table in warehouse.tables.values():
        for model in table.models:
            if model.online is not None and name in {None, model.name}:
                yield Follower(warehouse.connection, model, model.online)
