"""The rules of one dataset that look at other rows, and those of others that look at its rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sinks.base import IdRange, Span
from sinks.database.connection import Connection
from sinks.database.identifiers import literal
from sinks.relations.contest import Contest, Rows, is_any_contested, is_any_verdict
from sinks.relations.indexes import own_index, referred_index, referrers
from sinks.relations.monotonic import MonotonicContest
from sinks.relations.references import Referred, Referring
from sinks.relations.sides import Sides, find_places, record_verdicts
from sinks.relations.unique import UniqueContest
from sinks.table import Monotonic, Reference, Relation, Table, Unique

#: Of a verdict: it is the one that is recorded.
_STANDS = """(lost = EXISTS (
    SELECT 1 FROM meta_duplicates d
    WHERE d._id = verdicts._id AND d.rule = verdicts.rule AND (NOT lost OR d.first_id IS verdicts.other_id)))"""


@dataclass(frozen=True, slots=True)
class Rejudged:
    """`lost`: rows of the committed span that lost under some rule. `moved`: ids of rows beyond it, of any dataset,
    that changed sides. `accepted_by_file`: what both change in the files' balances; 0 where rows beyond the span lose
    by other reasons than before."""

    lost: int = 0
    moved: tuple[int, ...] = ()
    accepted_by_file: Mapping[int, int] = field(default_factory=dict)


class Relations:
    """Every method runs inside the caller's transaction.

    `tables`: of all datasets, by name. `among`: a table of row ids; where it is given, only these rows of a span go and
    come.
    """

    def __init__(
        self, connection: Connection, table: Table, tables: Mapping[str, Table], among: str | None = None
    ) -> None:
        self._connection = connection
        self._rows = Rows(connection, table.dataset, among)
        tables = {**tables, table.dataset: table}
        own = [(rule, self._contest(table, rule, tables)) for rule in table.relations]
        #: Rules whose reasons say what the row lost to has.
        self._quoting = [rule.rule for rule in table.relations if isinstance(rule, Monotonic)]
        looked_into = list(referrers(table.dataset, tables))
        #: Decided only where a key is contested; and in any case.
        self._by_key: list[Contest] = [each for rule, each in own if isinstance(rule, Unique)]
        self._in_any_case: list[Contest] = [each for rule, each in own if not isinstance(rule, Unique)]
        #: Of other datasets' rows, and therefore decided last: the names of their indexes.
        self._beyond: dict[str, Contest] = {}
        for other, rule in looked_into:
            index = referred_index(other, rule, tables)
            contest = Referred(self._rows, rule, index, own_index(other, rule, tables))
            if other.dataset == table.dataset:
                self._by_key.append(contest)
            else:
                self._beyond[index.name] = contest
        concerned = {table.dataset: table, **{other.dataset: other for other, _ in looked_into}}
        self._sides = [Sides(connection, each) for each in concerned.values()]

    def _contest(self, table: Table, rule: Relation, tables: Mapping[str, Table]) -> Contest:
        index = own_index(table, rule, tables)
        match rule:
            case Unique():
                return UniqueContest(self._rows, rule, index)
            case Monotonic():
                return MonotonicContest(self._rows, rule, index, dict(table.columns)[rule.column])
            case Reference():
                return Referring(self._rows, rule, index, referred_index(table, rule, tables))

    @property
    def _all(self) -> list[Contest]:
        return [*self._by_key, *self._in_any_case, *self._beyond.values()]

    @property
    def are_none(self) -> bool:
        """Whether nothing that a row of the dataset has makes a difference to any other."""
        return not self._all

    def release(self, span: Span | IdRange) -> None:
        """Give up the keys of the span's rows, before they are taken away, and what was said of them: also under rules
        that the config has no more."""
        for contest in self._all:
            contest.release(span)
        within = (span.id_first, span.id_last)
        self._connection.run(f"DELETE FROM meta_duplicates WHERE {self._rows.within()}", *within)

    def judge(self, span: Span | IdRange, *, closes: bool = True) -> Rejudged:
        """Let the span's freshly staged rows be judged with all that they make a difference to, and move what lost out.

        Unless this `closes` what is stored at once, the rows of other datasets wait: what they refer to may come again.
        """
        for contest in self._all:
            contest.enter(span)
        beyond = self._beyond if closes else {}
        is_contested = bool(self._by_key or beyond) and is_any_contested(self._connection)
        by_key = [*self._by_key, *beyond.values()] if is_contested else []
        for contest in (*by_key, *self._in_any_case):
            contest.decide(span)
        is_judged = by_key or self._in_any_case
        rejudged = self._follow(span) if is_judged and is_any_verdict(self._connection) else Rejudged()
        if is_contested:
            waiting = "FALSE" if closes else f"name IN ({', '.join(map(literal, self._beyond))})"
            self._connection.run(f"DELETE FROM contested WHERE NOT ({waiting})")
        return rejudged

    def forget(self) -> None:
        """The transaction was undone: what is known in memory may be wrong."""
        for contest in self._all:
            contest.forget()

    def _follow(self, span: Span | IdRange) -> Rejudged:
        self._leave_standing(span)
        told_anew = self._told_anew(span)
        record_verdicts(self._connection)
        find_places(self._connection)
        for sides in self._sides:
            sides.change()
        rejudged = self._account(span, told_anew)
        for table in ("verdicts", "moved", "places"):
            self._connection.run(f"DELETE FROM {table}")
        return rejudged

    def _leave_standing(self, span: Span | IdRange) -> None:
        """Rows beyond the span that lost to the same row, or won, as before: nothing of them is written anew. Where a
        date is replayed, those are most of them.

        Unless their reason quotes what the other row has, which may be another value now.
        """
        quoting = ", ".join(map(literal, self._quoting))
        self._connection.run(
            f"DELETE FROM verdicts WHERE NOT ({self._rows.within()}) AND rule NOT IN ({quoting}) AND {_STANDS}",
            *(span.id_first, span.id_last),
        )

    def _told_anew(self, span: Span | IdRange) -> list[int]:
        """The files beyond the span with rows whose verdicts are others than those that are recorded."""
        files = self._connection.rows(
            f"SELECT DISTINCT _id >> 32 FROM verdicts WHERE NOT ({self._rows.within()}) AND NOT {_STANDS}",
            *(span.id_first, span.id_last),
        )
        return [int(str(file_id)) for (file_id,) in files]

    def _account(self, span: Span | IdRange, told_anew: Iterable[int]) -> Rejudged:
        rows = self._connection.rows("SELECT _id >> 32, sum(accepted) FROM moved GROUP BY 1")
        within = (span.id_first, span.id_last)
        lost = f"SELECT count(*) FROM moved WHERE accepted = -1 AND {self._rows.within()}"
        moved = f"SELECT _id FROM moved WHERE NOT ({self._rows.within()})"
        return Rejudged(
            self._connection.integer(lost, *within),
            tuple(int(str(row[0])) for row in self._connection.rows(moved, *within)),
            dict.fromkeys(told_anew, 0) | {int(str(file)): int(str(change)) for file, change in rows},
        )
