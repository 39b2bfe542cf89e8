"""From a dataset's configuration to the objects that do the work: a chain of processors and the sink's table."""

from __future__ import annotations

import math
import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import polars as pl
from polars.exceptions import PolarsError

from processors.casting import cast, polars_type
from processors.chain import Chain
from processors.checks import Bound, Check, Holds, Matches, NotNull, OneOf, Range, ValidTimestamp
from processors.columns import Column, ColumnType
from processors.date_formats import ISO
from processors.expressions import row_expression
from processors.features import Derive, Feature, feature_type
from processors.outcome import Processor
from processors.quality import Clean
from processors.reasons import MISSING, NEW, OTHER_HEADER, REPEATED_HEADER, TYPE
from processors.schema import Cast
from processors.schemas.contract import Contract
from processors.schemas.model import Mode
from processors.standards import Standard, Standardise
from processors.validation import Rule, Validate
from sinks.base import Table, Unique
from stream.config.budget import BudgetConfig
from stream.config.dialect import DialectConfig
from stream.config.files import FilesConfig
from stream.config.models import (
    DatasetConfig,
    ExpressionRule,
    FeaturesConfig,
    LimitsConfig,
    MatchesRule,
    NotNullRule,
    OneOfRule,
    QualityConfig,
    RangeRule,
    RuleConfig,
    SchemaConfig,
    TimestampRule,
    UniqueRule,
    ValidationConfig,
)
from stream.reading.framing import Dialect

Location = tuple[int | str, ...]
Fault = tuple[Location, str]

_READER_RULES = {
    TYPE,
    NEW,
    MISSING,
    REPEATED_HEADER,
    OTHER_HEADER,
    "field_count",
    "encoding",
    "record_too_long",
    "field_too_long",
    "unterminated_quote",
    "unreadable",
}
_NUMERIC = {"integer", "number", "decimal"}
#: Of a decimal in Arrow.
_DIGITS_MAX = 38


@dataclass(frozen=True, slots=True)
class Dataset:
    """A dataset, ready to run.

    `config`: as its YAML has it; `table.amendments` are what the contract has gained beside. `fixed`: columns that
    cannot be widened.
    """

    name: str
    files: FilesConfig
    dialect: Dialect
    columns: tuple[Column, ...]
    table: Table
    chain: Chain
    batch_rows: int
    batch_bytes: int
    columns_max: int
    expanded_bytes_max: int
    config: DatasetConfig
    budget: BudgetConfig | None = None
    fixed: frozenset[str] = frozenset()
    #: What a contract that the config names says, and a config has no words for.
    notices: tuple[str, ...] = ()

    @property
    def cast(self) -> Cast:
        """The step that reads text, of which a sound config has one."""
        return next(step for step in self.chain.steps if isinstance(step, Cast))

    @property
    def folder(self) -> str:
        """The folder below the landing folder."""
        return self.files.folder or self.name


@dataclass(slots=True)
class _Draft:
    """What is known while the steps are read in their order."""

    config: DatasetConfig
    types: dict[str, ColumnType] = field(default_factory=dict)
    steps: list[Processor] = field(default_factory=list)
    unique: list[Unique] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    names: set[str] = field(default_factory=set)

    def fault(self, where: Sequence[int | str], why: str) -> None:
        told = why.split("\n\n")[0]  # libraries append plans and hints behind a blank line
        self.faults.append((tuple(where), " ".join(told.split())))

    def known(self, where: Sequence[int | str], column: str) -> bool:
        if column not in self.types:
            self.fault(
                where, f"there is no column {column!r}; the columns are {', '.join(self.types) or 'not cast yet'}"
            )
        return column in self.types


def compile_dataset(config: DatasetConfig, fixed: Collection[str] = ()) -> tuple[Dataset, list[Fault]]:
    """The dataset, and what is wrong with it: a location in the YAML and a sentence each.

    `fixed`: columns that cannot be widened; where others can, cells that do not fit these are rescued.
    """
    columns = _columns(config, fixed)
    draft = _Draft(config)
    _formats(draft, columns)
    for position, step in enumerate(config.processors):
        where = ("processors", position)
        if step.schema_ is not None:
            _schema(draft, where, columns, step.schema_)
        elif step.quality is not None:
            _quality(draft, (*where, "quality"), step.quality)
        elif step.validation is not None:
            _validation(draft, (*where, "validation"), step.validation)
        elif step.features is not None:
            _features(draft, (*where, "features"), step.features)
    _whole(draft)
    return _dataset(draft, columns), draft.faults


def _columns(config: DatasetConfig, fixed: Collection[str]) -> tuple[Column, ...]:
    """Where types may be widened, those that say what is a duplicate may not: their misfits are quarantined."""
    columns = tuple(column.column(name, config.timezone) for name, column in config.columns.items())
    if config.modes.misfits != "evolve":
        return columns
    keys = identifying(config)

    def misfits(name: str) -> Mode | None:
        return "quarantine" if name in keys else "rescue" if name in fixed else None

    return tuple(replace(column, misfits=misfits(column.name)) for column in columns)


def identifying(config: DatasetConfig) -> set[str]:
    """The columns that say which records are duplicates."""
    found: set[str] = set()
    for step in config.processors:
        duplicates = step.quality.duplicates if step.quality else ()
        found.update(config.columns if "exact" in duplicates else config.key if "key" in duplicates else ())
        rules = step.validation.rules if step.validation else ()
        found.update(column for rule in rules if isinstance(rule, UniqueRule) for column in rule.columns)
    return found


def _dataset(draft: _Draft, columns: tuple[Column, ...]) -> Dataset:
    config, limits = draft.config, draft.config.limits
    return Dataset(
        name=config.dataset,
        files=config.files,
        dialect=_dialect(config.dialect, limits),
        columns=columns,
        table=Table(
            config.dataset,
            tuple(draft.types.items()),
            config.event_time,
            _resolved(draft),
            config.raw,
            contract=Contract(columns, config.key),
        ),
        chain=Chain(tuple(draft.steps)),
        batch_rows=limits.batch_rows,
        batch_bytes=limits.batch_bytes,
        columns_max=limits.columns_max,
        expanded_bytes_max=limits.expanded_bytes_max,
        config=config,
        budget=config.budget,
    )


def _dialect(config: DialectConfig, limits: LimitsConfig) -> Dialect:
    return Dialect(
        delimiter=config.delimiter,
        quote=config.quote,
        header=config.header,
        record_bytes_max=limits.record_bytes_max,
        escape=config.escape,
        comment=config.comment,
        skip_lines=config.skip_lines,
        encoding=config.encoding,
        fallback=config.encoding_fallback,
        field_bytes_max=limits.field_bytes_max,
    )


def _resolved(draft: _Draft) -> tuple[Unique, ...]:
    """An exact duplicate agrees in every declared column."""
    declared = tuple(draft.config.columns)
    return tuple(replace(rule, columns=declared) if rule.exact else rule for rule in draft.unique)


def _whole(draft: _Draft) -> None:
    config = draft.config
    if not draft.types:
        draft.fault(("processors",), "one step must be schema, which casts the text to the columns' types")
    for name in config.key:
        if name not in config.columns:
            draft.fault(("key",), f"there is no column {name!r}; the columns are {', '.join(config.columns)}")
    event_time = config.event_time
    if event_time is not None and draft.types.get(event_time, ColumnType("string")).name != "timestamp":
        stamps = ", ".join(name for name, kind in draft.types.items() if kind.name == "timestamp") or "none"
        draft.fault(("event_time",), f"{event_time!r} is not a timestamp column; the timestamp columns are: {stamps}")


def _formats(draft: _Draft, columns: tuple[Column, ...]) -> None:
    """Formats that polars does not understand, found on a sample instead of on the first row."""
    for column in columns:
        for position, form in enumerate(column.type.formats):
            why = _format_problem(column.type, form)
            if why:
                draft.fault(("columns", column.name, "formats", position), why)


def _format_problem(kind: ColumnType, form: str) -> str | None:
    """A format is sound when it reads the day from what it writes."""
    if form == ISO:
        return None
    moment = datetime(2026, 11, 21, 13, 14, 15, tzinfo=UTC)
    try:
        text = pl.Series([moment]).dt.to_string(form)
        values, _ = cast(text, ColumnType(kind.name, formats=(form,)), ())
    except (PolarsError, ValueError) as error:
        return f"{form!r} is no usable format: {error}"
    return None if values.cast(pl.Date)[0] == moment.date() else f"{form!r} does not give back the day that it writes"


def _schema(draft: _Draft, where: Location, columns: tuple[Column, ...], config: SchemaConfig) -> None:
    if draft.types:
        draft.fault(where, "schema stands twice; the second would have no text left to cast")
    draft.types = {column.name: column.type for column in columns}
    modes = config.new_columns, config.missing_columns, config.misfits
    draft.steps.append(Cast(columns, draft.config.null_tokens, *modes, has_header=draft.config.dialect.header))
    standards = [column.standard(name) for name, column in draft.config.columns.items()]
    if told := tuple(standard for standard in standards if standard != Standard(standard.column)):
        draft.steps.append(Standardise(told))


def _quality(draft: _Draft, where: Location, config: QualityConfig) -> None:
    of_columns = {name: column.null_tokens for name, column in draft.config.columns.items() if column.null_tokens}
    draft.steps.append(Clean(config.trim, draft.config.null_tokens, tuple(of_columns.items())))
    if "key" in config.duplicates:
        if not draft.config.key:
            draft.fault((*where, "duplicates"), "duplicates: key needs the dataset's key")
        _add_unique(draft, where, Unique("duplicate_key", draft.config.key))
    if "exact" in config.duplicates:
        _add_unique(draft, where, Unique("duplicate_exact", (), exact=True))


def _add_unique(draft: _Draft, where: Location, rule: Unique) -> None:
    _claim(draft, where, rule.rule)
    draft.unique.append(rule)


def _claim(draft: _Draft, where: Location, name: str) -> None:
    if name.lower() in draft.names:
        draft.fault(where, f"rule name {name!r} is used twice; a rule's name is its error code")
    if name.lower() in _READER_RULES:
        draft.fault(where, f"rule name {name!r} is taken by a fault of the reader or the schema step")
    draft.names.add(name.lower())


def _validation(draft: _Draft, where: Location, config: ValidationConfig) -> None:
    rules: list[Rule] = []
    for position, rule in enumerate(config.rules):
        place = (*where, "rules", position)
        if isinstance(rule, UniqueRule):
            _unique(draft, place, rule)
            continue
        if isinstance(rule, ExpressionRule):
            compiled = _expression(draft, place, rule)
        else:
            compiled = _column_rule(draft, place, rule)
        if compiled is not None:
            _claim(draft, place, compiled.name)
            rules.append(compiled)
    draft.steps.append(Validate(tuple(rules)))


def _unique(draft: _Draft, where: Location, rule: UniqueRule) -> None:
    known = [draft.known((*where, "columns"), column) for column in rule.columns]
    if all(known):
        name = rule.name or "_".join([*rule.columns, "unique"])
        _add_unique(draft, where, Unique(name, rule.columns, severity=rule.severity, action=rule.action))


def _expression(draft: _Draft, where: Location, rule: ExpressionRule) -> Rule | None:
    try:
        _, kind = row_expression(rule.sql, _polars_types(draft.types))
    except ValueError as error:
        draft.fault((*where, "sql"), str(error))
        return None
    if kind != pl.Boolean:
        draft.fault((*where, "sql"), f"{rule.sql!r} gives {kind}, not true or false")
        return None
    return Rule(rule.name, f"must hold: {rule.sql}", None, Holds(rule.sql), rule.severity, rule.action)


_ColumnRule = NotNullRule | RangeRule | OneOfRule | MatchesRule | TimestampRule


def _column_rule(draft: _Draft, where: Location, rule: _ColumnRule) -> Rule | None:
    if not draft.known((*where, "column"), rule.column):
        return None
    try:
        check, asks = _check(rule, draft.types[rule.column], draft.config.timezone)
    except (ValueError, PolarsError) as error:
        draft.fault(where, str(error))
        return None
    name = rule.name or f"{rule.column}_{rule.check}"
    return Rule(name, f"{rule.column} {asks}", rule.column, check, rule.severity, rule.action)


def _check(rule: _ColumnRule, kind: ColumnType, timezone: str) -> tuple[Check, str]:
    """The check and what it asks, as the end of a sentence that begins with the column's name."""
    column = rule.column
    match rule:
        case NotNullRule():
            return NotNull(column), "must not be null"
        case RangeRule():
            low, high = (None if end is None else _bound(end, kind, timezone) for end in (rule.min, rule.max))
            return Range(column, low, high, rule.exclusive), _range_text(rule)
        case OneOfRule():
            one_of = OneOf(column, rule.values, kind)
            one_of.broken()
            return one_of, f"must be one of {', '.join(rule.values)}"
        case MatchesRule():
            _text_only(kind, rule.check)
            pl.Series([""]).str.contains(rf"\A(?:{rule.pattern})\z")
            return Matches(column, rule.pattern), f"must match {rule.pattern}"
        case TimestampRule():
            _text_only(kind, rule.check)
            stamp = ColumnType("timestamp", formats=rule.formats, timezone=timezone)
            for why in filter(None, (_format_problem(stamp, form) for form in rule.formats)):
                raise ValueError(why)
            return ValidTimestamp(column, stamp), "must be a valid timestamp"


def _text_only(kind: ColumnType, check: str) -> None:
    if not kind.is_text:
        raise ValueError(f"{check} judges text, and the column is cast to {kind.name} before it gets here")


def _range_text(rule: RangeRule) -> str:
    low, high = ("more than", "less than") if rule.exclusive else ("at least", "at most")
    ends = [f"{low} {rule.min}"] if rule.min is not None else []
    ends += [f"{high} {rule.max}"] if rule.max is not None else []
    return f"must be {' and '.join(ends)}"


def _bound(value: Bound, kind: ColumnType, timezone: str) -> Bound:
    """A range's end in the column's own type."""
    if kind.name in _NUMERIC and isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return _decimal_bound(value) if kind.name == "decimal" else _number_bound(value, kind)
    if kind.name == "date" and isinstance(value, date) and not isinstance(value, datetime):
        return value
    if kind.name == "timestamp" and isinstance(value, date):
        moment = value if isinstance(value, datetime) else datetime(value.year, value.month, value.day)  # noqa: DTZ001
        return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(timezone))
    raise ValueError(f"{value!r} is no bound for a column of type {kind.name}")


def _number_bound(value: float | Decimal, kind: ColumnType) -> Bound:
    """polars takes no integer beyond 64 bits: no integer lies behind such an end, and a number is compared as one."""
    if not isinstance(value, int) or -(2**63) <= value < 2**63:
        return value
    if kind.name == "number" and abs(value) <= sys.float_info.max:
        return float(value)
    return math.inf if value > 0 else -math.inf


def _decimal_bound(value: float | Decimal) -> Bound:
    """No decimal lies behind an end that is beyond its digits. Raises ValueError where the end has too many itself."""
    exact = Decimal(str(value))
    if exact.is_infinite() or exact.adjusted() >= _DIGITS_MAX:
        return math.inf if exact > 0 else -math.inf
    if max(exact.adjusted(), 0) - int(exact.as_tuple().exponent) >= _DIGITS_MAX:
        raise ValueError(f"{value!r} has more than the {_DIGITS_MAX} digits of a decimal; write fewer")
    return exact


def _features(draft: _Draft, where: Location, config: FeaturesConfig) -> None:
    features: list[Feature] = []
    for name, sql in config.columns.items():
        place = (*where, "columns", name)
        if name.lower() in {known.lower() for known in draft.types}:
            draft.fault(place, f"column {name!r} is there already")
        try:
            _, kind = row_expression(sql, _polars_types(draft.types))
            features.append(Feature(name, sql, feature_type(kind)))
        except ValueError as error:
            draft.fault(place, str(error))
            continue
        draft.types[name] = features[-1].type
    draft.steps.append(Derive(tuple(features)))


def _polars_types(types: Mapping[str, ColumnType]) -> dict[str, pl.DataType]:
    return {name: polars_type(kind) for name, kind in types.items()}


__all__ = ["Dataset", "Fault", "RuleConfig", "compile_dataset"]
