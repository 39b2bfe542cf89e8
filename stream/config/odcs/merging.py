"""A config and the contract that it names, as one: what the config says itself wins, the contract's is added."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from processors.errors import ConfigError
from stream.config.problems import Location, Place, depth
from stream.config.rules.base import error_code

if TYPE_CHECKING:
    from stream.config.odcs.reading import Contract


def with_contract(
    path: Path, node: yaml.Node, content: dict[str, Any], own: Place
) -> tuple[dict[str, Any], Place, list[str]]:
    """The config at `path` with what its contract adds; where each location of it is; what of the contract is left out.

    `own`: where the locations of `content` are. Raises ConfigError where the contract cannot be read.
    """
    named = content.get("contract")
    if not isinstance(named, str):
        return content, own, []
    contract = _read(path, own, named, content)
    merged = {**contract.content, **content}
    merged["columns"] = _columns(contract.content.get("columns", {}), content.get("columns"))
    merged["processors"] = _processors(contract, content, merged)
    return merged, _place(node, own, contract), contract.notices


def _read(path: Path, own: Place, named: str, content: Mapping[str, Any]) -> Contract:
    from stream.config.odcs.reading import read_contract

    file = path.parent / named
    if not file.is_file():
        raise ConfigError(f"{own(('contract',))[0]}: there is no contract {file}. Its path begins where the config is.")
    declared = content.get("columns")
    return read_contract(file, str(content.get("dataset")), declared if isinstance(declared, Mapping) else {})


def _columns(theirs: Mapping[str, Any], own: Any) -> Any:
    """The contract's columns in its order, with the settings that the config adds; then the config's own."""
    if not isinstance(own, Mapping):
        return dict(theirs) if own is None else own
    both = {
        name: {**column, **own[name]} if isinstance(own.get(name), Mapping) else own.get(name, column)
        for name, column in theirs.items()
    }
    return both | {name: column for name, column in own.items() if name not in theirs}


@dataclass(slots=True)
class _Step:
    """A step as it is written, and the rules of a validation, each with its place in the contract it is from."""

    written: Any
    rules: list[tuple[Any, Location | None]] | None

    @classmethod
    def of(cls, written: Any) -> _Step:
        validation = written.get("validation") if isinstance(written, Mapping) else None
        rules = validation.get("rules") if isinstance(validation, Mapping) else None
        return cls(written, [(rule, None) for rule in rules] if isinstance(rules, list) else None)

    @property
    def whole(self) -> Any:
        """The step with its rules."""
        if self.rules is None:
            return self.written
        return {**self.written, "validation": {**self.written["validation"], "rules": [rule for rule, _ in self.rules]}}


def _processors(contract: Contract, content: Mapping[str, Any], merged: Mapping[str, Any]) -> Any:
    """The config's steps, and the contract's rules in them; without any, the contract's own, or the usual ones."""
    said = merged.get("processors", [])
    if not isinstance(said, list):
        return said
    steps = [_Step.of(step) for step in content["processors"]] if "processors" in content else _own(contract, merged)
    taken = {error_code(rule) for step in steps for rule, _ in step.rules or () if isinstance(rule, Mapping)}
    rest = [each for each in contract.rules if error_code(each[0]) not in taken and not _is_key(each[0], steps, merged)]
    steps = _added(steps, rest)
    for position, step in enumerate(steps):
        for place, (_, where) in enumerate(step.rules or ()):
            if where is not None:
                contract.places["processors", position, "validation", "rules", place] = where
    return [step.whole for step in steps]


def _own(contract: Contract, merged: Mapping[str, Any]) -> list[_Step]:
    """The contract's steps, in which rules stand by name; one that has none any more was taken out of the contract."""
    if "processors" not in contract.content:
        quality = {"trim": True, **({"duplicates": ["key"]} if merged.get("key") else {})}
        return [_Step({"schema": {}}, None), _Step({"quality": quality}, None)]
    named = {error_code(rule): (rule, where) for rule, where in contract.rules}
    steps = [_Step.of(step) for step in contract.content["processors"]]
    for step in steps:
        if step.rules is not None:
            known = [rule for rule, _ in step.rules if not isinstance(rule, str) or rule in named]
            step.rules = [named[rule] if isinstance(rule, str) else (rule, None) for rule in known]
    return [step for step in steps if step.rules != []]


def _is_key(rule: Mapping[str, Any], steps: Sequence[_Step], merged: Mapping[str, Any]) -> bool:
    """Whether a rule says that the key is unique, and a step looks for its duplicates already."""
    settings = [step.written.get("quality") for step in steps if isinstance(step.written, Mapping)]
    sought = [each.get("duplicates") for each in settings if isinstance(each, Mapping)]
    judged = any("key" in each for each in sought if isinstance(each, list))
    return judged and rule.get("check") == "unique" and rule.get("columns") == merged.get("key")


def _added(steps: list[_Step], rest: Sequence[tuple[Any, Location]]) -> list[_Step]:
    """Steps with more rules: behind those of the first validation, or in one at the end."""
    if not rest:
        return steps
    position = next((place for place, step in enumerate(steps) if step.rules is not None), None)
    if position is None:
        return [*steps, _Step({"validation": {}}, list(rest))]
    step = steps[position]
    return [*steps[:position], _Step(step.written, [*(step.rules or ()), *rest]), *steps[position + 1 :]]


def _place(node: yaml.Node, own: Place, contract: Contract) -> Place:
    """Where a location stands: in the file that knows more of it, and in the config if both do."""

    def place(where: Location) -> tuple[str, Location]:
        known = next((n for n in range(len(where), 0, -1) if where[:n] in contract.places), 0)
        if known <= depth(node, where):
            return own(where)
        return contract.place((*contract.places[where[:known]], *where[known:]))

    return place
