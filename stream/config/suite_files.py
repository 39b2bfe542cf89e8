"""Suites: files of rules beside the configs. A config is read as if the rules of its suite stood in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from processors.errors import ConfigError
from stream.config.problems import Location, Place, placed, problem, repeated
from stream.config.steps import SuiteConfig
from stream.config.yaml_files import mapping, text_of


@dataclass(frozen=True, slots=True)
class _Suite:
    """Where a suite's locations are, its rules as they are written, and what is wrong beside them."""

    place: Place
    rules: list[Any]
    problems: list[str]


def with_suites(path: Path, node: yaml.Node, content: dict[str, Any]) -> tuple[dict[str, Any], Place, list[str]]:
    """The config at `path` with the rules of its suites in their place; where each location of it is; and what is wrong
    with the suites, but for their rules, which are judged where they stand then.

    Raises ConfigError where a suite cannot be read, or has no rules.
    """
    own, steps = placed(path, node), content.get("processors")
    suites: dict[int, _Suite] = {}
    for position, named in _named(steps):
        where, _ = own(("processors", position, "validation", "suite"))
        suites[position] = _read(path.parent / named, where)
    if not suites:
        return content, own, []
    spliced = [_with(step, suites.get(position)) for position, step in enumerate(content["processors"])]
    problems = [problem for suite in suites.values() for problem in suite.problems]
    return {**content, "processors": spliced}, _place(own, suites), problems


def _named(steps: object) -> Iterator[tuple[int, str]]:
    """The positions of steps that name a suite, unless they are wrong in another way; and the names."""
    for position, step in enumerate(steps if isinstance(steps, list) else ()):
        validation = step.get("validation") if isinstance(step, Mapping) else None
        if isinstance(validation, Mapping) and isinstance(validation.get("rules", []), list):
            named = validation.get("suite")
            if isinstance(named, str):
                yield position, named


def _with(step: Any, suite: _Suite | None) -> Any:
    """The step with the rules of its suite before its own."""
    if suite is None:
        return step
    validation = {key: value for key, value in step["validation"].items() if key != "suite"}
    return {**step, "validation": {**validation, "rules": [*suite.rules, *validation.get("rules", [])]}}


def _read(path: Path, where: str) -> _Suite:
    """`where`: the line that names the suite."""
    if not path.is_file():
        raise ConfigError(f"{where}: there is no suite {path}. Its path begins where the config is.")
    known = ", ".join(SuiteConfig.model_fields)
    node, content = mapping(path, text_of(path, "the suite"), f"must be a mapping. Known keys: {known}.")
    place = placed(path, node)
    problems = [f"{path}:{line}: key {key!r} is written twice." for key, line in repeated(node)]
    problems += _beside_rules(place, content)
    rules = content.get("rules")
    if not rules or not isinstance(rules, list):
        raise ConfigError("\n".join(problems))
    return _Suite(place, rules, problems)


def _beside_rules(place: Place, content: Mapping[str, Any]) -> list[str]:
    try:
        SuiteConfig.model_validate(content)
    except ValidationError as error:
        told = [dict(detail) for detail in error.errors() if detail["loc"][0] != "rules" or len(detail["loc"]) == 1]
        return [problem(place, detail, SuiteConfig) for detail in told]
    return []


def _place(own: Place, suites: Mapping[int, _Suite]) -> Place:
    """The suite's rules come first, so that those of the config are counted on from there."""

    def place(where: Location) -> tuple[str, Location]:
        match where:
            case ("processors", int(position), "validation", "rules", int(rule), *rest) if position in suites:
                suite, count = suites[position], len(suites[position].rules)
                return suite.place(("rules", rule, *rest)) if rule < count else own((*where[:4], rule - count, *rest))
        return own(where)

    return place
