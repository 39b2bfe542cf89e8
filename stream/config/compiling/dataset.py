"""From a dataset's configuration to the objects that do the work: a chain of processors and the sink's table."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from processors.chain import Chain
from processors.columns import Column, ColumnType
from processors.feature_views.sql.definition import Definition
from processors.features import Derive, Feature, feature_type
from processors.parameters.model import Statistic
from processors.rules.expressions import row_expression
from processors.schema import Cast
from processors.schemas.contract import Contract
from processors.schemas.model import Mode
from processors.standards import Standard
from sinks.table import Table, Unique
from stream.config.budget import BudgetConfig
from stream.config.compiling.cleaning import add_cleaning
from stream.config.compiling.draft import Draft, Fault, Location, polars_types, standardise
from stream.config.compiling.formats import format_problem
from stream.config.compiling.identity import compared
from stream.config.compiling.rules import add_rules
from stream.config.dialect import DialectConfig
from stream.config.files import FilesConfig
from stream.config.kpis import kpi_faults
from stream.config.learning.compiling import ModelDefinition
from stream.config.models import DatasetConfig, LimitsConfig
from stream.config.steps import FeaturesConfig, SchemaConfig
from stream.config.suites import suite_of
from stream.reading.framing import Dialect


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
    #: Where each of `table.references` stands in the config.
    reference_locations: tuple[Location, ...] = ()
    #: Of `table.views`, as they are written.
    definitions: tuple[Definition, ...] = ()
    #: Of `table.models`, likewise.
    model_definitions: tuple[ModelDefinition, ...] = ()

    @property
    def cast(self) -> Cast:
        """The step that reads text, of which a sound config has one."""
        return next(step for step in self.chain.steps if isinstance(step, Cast))

    @property
    def wanted(self) -> tuple[Statistic, ...]:
        """What its steps would know of rows that were loaded before."""
        return self.chain.wanted

    @property
    def folder(self) -> str:
        """The folder below the landing folder."""
        return self.files.folder or self.name


def compile_dataset(config: DatasetConfig, fixed: Collection[str] = ()) -> tuple[Dataset, list[Fault]]:
    """The dataset, and what is wrong with it: a location in the YAML and a sentence each.

    `fixed`: columns that cannot be widened; where others can, cells that do not fit these are rescued.
    """
    columns = _columns(config, fixed)
    draft = Draft(config)
    _formats(draft, columns)
    for position, step in enumerate(config.processors):
        where = ("processors", position)
        if step.quality is None:
            standardise(draft)
        if step.schema_ is not None:
            _schema(draft, where, columns, step.schema_)
        elif step.quality is not None:
            add_cleaning(draft, (*where, "quality"), step.quality)
        elif step.validation is not None:
            add_rules(draft, (*where, "validation"), step.validation)
        elif step.features is not None:
            _features(draft, (*where, "features"), step.features)
    standardise(draft)
    _whole(draft)
    return _dataset(draft, columns), draft.faults


def _columns(config: DatasetConfig, fixed: Collection[str]) -> tuple[Column, ...]:
    """Where types may be widened, those that are compared with other records may not: their misfits are quarantined."""
    columns = tuple(column.column(name, config.timezone) for name, column in config.columns.items())
    if config.modes.misfits != "evolve":
        return columns
    keys = compared(config)

    def misfits(name: str) -> Mode | None:
        return "quarantine" if name in keys else "rescue" if name in fixed else None

    return tuple(replace(column, misfits=misfits(column.name)) for column in columns)


def _dataset(draft: Draft, columns: tuple[Column, ...]) -> Dataset:
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
            monotonic=tuple(draft.monotonic),
            references=tuple(rule for _, rule in draft.references),
            set_rules=tuple(draft.set_rules),
            profiling=None if config.profile is None else config.profile.profiling,
            suite=suite_of(config),
            scoring=config.score.scoring,
            exports=config.exports,
            kpis=tuple(kpi.kpi(name) for name, kpi in config.kpis.items()),
        ),
        chain=Chain(tuple(draft.steps)),
        batch_rows=limits.batch_rows,
        batch_bytes=limits.batch_bytes,
        columns_max=limits.columns_max,
        expanded_bytes_max=limits.expanded_bytes_max,
        config=config,
        budget=config.budget,
        reference_locations=tuple(where for where, _ in draft.references),
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


def _resolved(draft: Draft) -> tuple[Unique, ...]:
    """An exact duplicate agrees in every declared column."""
    declared = tuple(draft.config.columns)
    return tuple(replace(rule, columns=declared) if rule.exact else rule for rule in draft.unique)


def _whole(draft: Draft) -> None:
    config = draft.config
    if not draft.types:
        draft.fault(("processors",), "one step must be schema, which casts the text to the columns' types")
    for name in config.key:
        if name not in config.columns:
            draft.fault(("key",), f"there is no column {name!r}; the columns are {', '.join(config.columns)}")
    for position, name in enumerate((config.profile.columns if config.profile else None) or ()):
        draft.known(("profile", "columns", position), name)
    for name, kpi in config.kpis.items():
        for where, why in kpi_faults(config.dataset, kpi.kpi(name), draft.types):
            draft.fault(("kpis", name, *where), why)
    event_time = config.event_time
    if event_time is not None and draft.types.get(event_time, ColumnType("string")).name != "timestamp":
        stamps = ", ".join(name for name, kind in draft.types.items() if kind.name == "timestamp") or "none"
        draft.fault(("event_time",), f"{event_time!r} is not a timestamp column; the timestamp columns are: {stamps}")


def _formats(draft: Draft, columns: tuple[Column, ...]) -> None:
    """Formats that polars does not understand, found on a sample instead of on the first row."""
    for column in columns:
        for position, form in enumerate(column.type.formats):
            why = format_problem(column.type, form)
            if why:
                draft.fault(("columns", column.name, "formats", position), why)


def _schema(draft: Draft, where: Location, columns: tuple[Column, ...], config: SchemaConfig) -> None:
    if draft.types:
        draft.fault(where, "schema stands twice; the second would have no text left to cast")
    draft.types = {column.name: column.type for column in columns}
    modes = config.new_columns, config.missing_columns, config.misfits
    draft.steps.append(Cast(columns, draft.config.null_tokens, *modes, has_header=draft.config.dialect.header))
    standards = [column.standard(name) for name, column in draft.config.columns.items()]
    draft.standards = tuple(standard for standard in standards if standard != Standard(standard.column))


def _features(draft: Draft, where: Location, config: FeaturesConfig) -> None:
    features: list[Feature] = []
    for name, sql in config.columns.items():
        place = (*where, "columns", name)
        if name.lower() in {known.lower() for known in draft.types}:
            draft.fault(place, f"column {name!r} is there already")
        try:
            _, kind = row_expression(sql, polars_types(draft.types))
            features.append(Feature(name, sql, feature_type(kind)))
        except ValueError as error:
            draft.fault(place, str(error))
            continue
        draft.types[name] = features[-1].type
    draft.steps.append(Derive(tuple(features)))
