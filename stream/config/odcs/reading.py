"""An ODCS file as a part of a dataset's config, in the config's own words, and from which line each part comes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError
from pydantic.alias_generators import to_camel, to_snake

from processors.errors import ConfigError
from stream.config.columns import ColumnConfig
from stream.config.odcs.constraints import Written, enum_rule, option_rules
from stream.config.odcs.date_patterns import ISO, strftime_format
from stream.config.odcs.document import DOCUMENTATION, VENDOR, CustomProperty, Document, Property, Quality, SchemaObject
from stream.config.odcs.quality import missing_values, quality_rules
from stream.config.odcs.types import column_type
from stream.config.problems import Location, placed, problem, repeated
from stream.config.rules.base import error_code
from stream.config.strict import NAME
from stream.config.yaml_files import mapping, text_of

_KNOWN = ", ".join(map(to_camel, ColumnConfig.model_fields))
#: What a table's custom properties may say of a dataset.
_OF_DATASET = ("null_tokens", "timezone", "event_time", "processors")


@dataclass(slots=True)
class Contract:
    """What a contract says. `content`: keys of a config. `rules`: each with its place in the contract. `places`: where
    in the contract a location of the config comes from. `notices`: what in it has no counterpart in a config.
    """

    path: Path
    node: yaml.Node
    content: dict[str, Any] = field(default_factory=dict)
    rules: list[tuple[Written, Location]] = field(default_factory=list)
    places: dict[Location, Location] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def place(self, where: Location) -> tuple[str, Location]:
        """Where a location of the contract is."""
        return placed(self.path, self.node)(where)

    def notice(self, where: Location, what: str) -> None:
        """Something that is not taken over."""
        self.notices.append(f"{self.place(where)[0]}: {what}; it is left out.")

    def fault(self, where: Location, what: str) -> None:
        """Something that cannot be."""
        self.problems.append(f"{self.place(where)[0]}: {what}.")

    def say(self, location: Location, value: Any, where: Location) -> None:
        """Put a value into the config's content, and remember where it comes from."""
        place: dict[int | str, Any] = self.content  # type: ignore[assignment]
        for part in location[:-1]:
            place = place.setdefault(part, {})
        place[location[-1]] = value
        self.places[location] = where

    def rule(self, rule: Written, where: Location) -> None:
        """Add a rule; one that is there already is not said twice, and one of the same name gets another."""
        names = {error_code(other): other for other, _ in self.rules}
        name = error_code(rule)
        if names.get(name) == rule:
            return
        if name in names:
            rule = rule | {"name": next(f"{name}_{n}" for n in range(2, 1000) if f"{name}_{n}" not in names)}
        self.rules.append((rule, where))


def read_contract(path: Path, dataset: str, declared: Mapping[str, Any]) -> Contract:
    """What the contract says of a dataset, of which the config itself declares some columns. Raises ConfigError."""
    otherwise = "is no contract of the Open Data Contract Standard, which is a mapping."
    node, written = mapping(path, text_of(path, "the contract"), otherwise)
    try:
        document = Document.model_validate(written)
    except ValidationError as error:
        told = [problem(placed(path, node), dict(detail), Document) for detail in error.errors()]
        raise ConfigError("\n".join(told)) from error
    contract = Contract(path, node)
    contract.problems += [f"{path}:{line}: key {key!r} is written twice." for key, line in repeated(node)]
    if not document.api_version.startswith("v3."):
        contract.fault(("apiVersion",), f"apiVersion {document.api_version!r} is not read; those of version 3 are")
    _others(contract, (), document.others)
    position = _chosen(contract, document.schema_, dataset)
    if position is not None:
        _read_object(contract, ("schema", position), document.schema_[position], declared)
    if contract.problems:
        raise ConfigError("\n".join(contract.problems))
    return contract


def _chosen(contract: Contract, objects: Sequence[SchemaObject], dataset: str) -> int | None:
    """The object that is the dataset, or the only one."""
    named = [place for place, each in enumerate(objects) if dataset in {each.name, each.physical_name}]
    if len(named) == 1 or len(objects) == 1:
        return named[0] if named else 0
    names = ", ".join(each.name for each in objects) or "none"
    contract.fault(("schema",), f"no single schema object has the name or physicalName {dataset!r}; there are: {names}")
    return None


def _others(contract: Contract, where: Location, keys: Sequence[str]) -> None:
    for key in keys:
        if key not in DOCUMENTATION:
            contract.notice((*where, key), f"{key!r} has no counterpart in a config")


def _read_object(contract: Contract, where: Location, table: SchemaObject, declared: Mapping[str, Any]) -> None:
    if table.description:
        contract.say(("description",), table.description, (*where, "description"))
    for position, written in enumerate(table.properties):
        _read_property(contract, (*where, "properties", position), written, declared)
    _key(contract, where, table.properties)
    for position, quality in enumerate(table.quality):
        _read_quality(contract, (*where, "quality", position), quality, None)
    for position, custom in _ours(table.custom_properties):
        place, name = (*where, "customProperties", position), to_snake(custom.property)
        if name not in _OF_DATASET:
            known = ", ".join(map(to_camel, _OF_DATASET))
            contract.fault(place, f"{VENDOR} knows no property {custom.property!r} of a table; known are {known}")
        contract.say((name,), custom.value, place)
    _others(contract, where, table.others)


def _ours(properties: Sequence[CustomProperty]) -> list[tuple[int, CustomProperty]]:
    return [(position, custom) for position, custom in enumerate(properties) if custom.vendor == VENDOR]


def _key(contract: Contract, where: Location, properties: Sequence[Property]) -> None:
    parts = sorted((each.primary_key_position, at, each.name) for at, each in enumerate(properties) if each.primary_key)
    if parts:
        contract.say(("key",), [name for *_, name in parts], (*where, "properties", parts[0][1]))


def _read_property(contract: Contract, where: Location, written: Property, declared: Mapping[str, Any]) -> None:
    name = written.name
    if not re.match(NAME, name):
        told = f"{name!r} is no name of a column, which has letters, digits and _"
        contract.fault((*where, "name"), f"{told}; give it one, and say physicalName: {name!r}")
        return
    if name in contract.content.get("columns", {}):
        contract.fault((*where, "name"), f"{name!r} is described twice")
    contract.say(("columns", name), {}, where)
    if written.description:
        contract.say(("columns", name, "description"), written.description, (*where, "description"))
    if written.physical_name and written.physical_name != name:
        contract.say(("columns", name, "source"), written.physical_name, (*where, "physicalName"))
    for position, custom in _ours(written.custom_properties):
        place, key = (*where, "customProperties", position), to_snake(custom.property)
        if key not in ColumnConfig.model_fields:
            contract.fault(place, f"{VENDOR} knows no property {custom.property!r} of a column; known are {_KNOWN}")
        contract.say(("columns", name, key), custom.value, place)
    kind = _type(contract, where, written, declared)
    if kind:
        _values(contract, where, written, kind)
    _others(contract, where, written.others)


def _type(contract: Contract, where: Location, written: Property, declared: Mapping[str, Any]) -> str | None:
    """The column's type: what the config says, else what our own custom property does, else what the standard's do."""
    column = contract.content["columns"][written.name]
    said = declared.get(written.name)
    known = (said.get("type") if isinstance(said, Mapping) else None) or column.get("type")
    if known:
        return str(known)
    place = (*where, "logicalType" if written.logical_type else "physicalType" if written.physical_type else "name")
    try:
        kind = column_type(written.logical_type, written.physical_type, written.logical_type_options)
    except ValueError as error:
        contract.fault(
            place,
            f"{error}. Say in the config how the cells are read, as in \
columns: {{{written.name}: {{type: string}}}}",
        )
        return None
    contract.say(("columns", written.name, "type"), kind, place)
    return kind


def _values(contract: Contract, where: Location, written: Property, kind: str) -> None:
    """The rules on the values of a column, its formats, and its time zone."""
    name, options = written.name, written.logical_type_options
    checks = len(contract.rules)
    for position, quality in enumerate(written.quality):
        _read_quality(contract, (*where, "quality", position), quality, name)
    if written.required and not any(_requires(rule) for rule, _ in contract.rules[checks:]):
        contract.rule({"check": "not_null", "column": name}, (*where, "required"))
    for option, rule in option_rules(name, kind, options):
        place = (*where, "logicalTypeOptions", option)
        if isinstance(rule, ValueError):
            contract.notice(place, str(rule))
        else:
            contract.rule(rule, place)
    if written.enum:
        contract.rule(enum_rule(name, written.enum), (*where, "enum"))
    if written.unique:
        contract.rule({"check": "unique", "columns": [name]}, (*where, "unique"))
    if kind in {"date", "timestamp"}:
        _times(contract, (*where, "logicalTypeOptions"), name, options)


def _requires(rule: Written) -> bool:
    return rule.get("check") == "not_null" and rule.get("action") != "warn" and not rule.get("when")


def _times(contract: Contract, where: Location, name: str, options: Mapping[str, Any]) -> None:
    pattern, zone = str(options.get("format") or ""), options.get("defaultTimezone")
    if pattern and pattern not in ISO and "formats" not in contract.content["columns"][name]:
        try:
            contract.say(("columns", name, "formats"), [strftime_format(pattern)], (*where, "format"))
        except ValueError as error:
            contract.fault((*where, "format"), str(error))
    if zone is not None and "timezone" not in contract.content:
        contract.say(("timezone",), zone, (*where, "defaultTimezone"))
    elif zone not in {None, contract.content.get("timezone")}:
        contract.notice((*where, "defaultTimezone"), f"{zone!r} is another time zone than that of the columns before")


def _read_quality(contract: Contract, where: Location, quality: Quality, column: str | None) -> None:
    try:
        rules = quality_rules(quality, column)
    except ValueError as error:
        contract.notice(where, f"{quality.name or 'this quality rule'}: {error}")
        return
    for rule in rules:
        contract.rule(rule, where)
    tokens = missing_values(quality)
    if tokens and column:
        contract.say(("columns", column, "null_tokens"), tokens, where)
    _others(contract, where, quality.others)
