"""What is wrong in a config, where, and what would be right: file, line and the keys that are known there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import yaml
from pydantic import BaseModel

from stream.config.rules import CHECKS

Location = tuple[int | str, ...]


def syntax(path: Path, error: Exception) -> str:
    """What is no YAML, as a line of text."""
    mark = getattr(error, "problem_mark", None)
    where = f"{path}:{mark.line + 1}" if mark else str(path)
    return f"{where}: is no YAML: {getattr(error, 'problem', None) or error}."


#: Where a location of the config is written: `file:line`, and the location in that file.
Place: TypeAlias = Callable[[Location], tuple[str, Location]]


def placed(path: Path, root: yaml.Node) -> Place:
    """The places of a single file."""
    return lambda where: (f"{path}:{line(root, where)}", where)


def problem(placed: Place, detail: dict[str, Any], model: type[BaseModel]) -> str:
    """One of pydantic's findings about a `model` as a line of text."""
    place, where = placed(_in_yaml(detail["loc"]))
    if detail["type"] == "extra_forbidden":
        known = ", ".join(_known_keys(detail["loc"], model))
        return f"{place}: unknown key {dotted(where)!r}. Known keys: {known}."
    if detail["type"] == "missing":
        return f"{place}: key {dotted(where)!r} is missing."
    message = str(detail["msg"]).removeprefix("Value error, ")
    given = detail.get("input")
    shown = f" (found {given!r})" if isinstance(given, str | int | float | bool) else ""
    return f"{place}: {dotted(where) or 'the file'}: {message[:1].lower()}{message[1:]}{shown}."


def _in_yaml(location: Location) -> Location:
    """Behind a rule's position pydantic names the rule's check, for which the YAML has no key."""
    return tuple(
        part
        for place, part in enumerate(location)
        if not (part in CHECKS and place >= 2 and location[place - 2] == "rules")
    )


def _known_keys(location: Location, model: type[BaseModel]) -> list[str]:
    """The keys of the model in which the last part of `location` is unknown."""
    schema: dict[str, Any] = model.model_json_schema()
    place: dict[str, Any] = schema
    for part in location[:-1]:
        place = _step(_resolve(schema, place), part)
    return list(_resolve(schema, place).get("properties", {}))


def _step(place: dict[str, Any], part: int | str) -> dict[str, Any]:
    if isinstance(part, int):
        return dict(place.get("items", {}))
    if part in place.get("properties", {}):
        return dict(place["properties"][part])
    if "discriminator" in place:
        return {"$ref": place["discriminator"]["mapping"][part]}
    patterns = place.get("patternProperties") or {"": place.get("additionalProperties") or {}}
    return dict(next(iter(patterns.values())))


def _resolve(schema: dict[str, Any], place: dict[str, Any]) -> dict[str, Any]:
    either = [] if "discriminator" in place else place.get("oneOf", [])
    for option in (*place.get("anyOf", []), *either):
        if "$ref" in option:
            return _resolve(schema, option)
    if "$ref" in place:
        return _resolve(schema, schema["$defs"][place["$ref"].rsplit("/", 1)[-1]])
    return place


def dotted(location: Location) -> str:
    """A location as it is written in a message."""
    return ".".join(str(part) for part in location)


def line(node: yaml.Node, location: Location) -> int:
    """The line (from 1) of the deepest node on the way of `location` that the file has."""
    return _deepest(node, location)[0]


def depth(node: yaml.Node, location: Location) -> int:
    """How many parts of `location` the file has."""
    return _deepest(node, location)[1]


def _deepest(node: yaml.Node, location: Location) -> tuple[int, int]:
    line = node.start_mark.line + 1
    for steps, part in enumerate(location):
        child = _child(node, part)
        if child is None:
            return line, steps
        line, node = child
    return line, len(location)


def _child(node: yaml.Node, part: int | str) -> tuple[int, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(part):
                return key.start_mark.line + 1, value
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return node.value[part].start_mark.line + 1, node.value[part]
    return None


def repeated(root: yaml.Node) -> list[tuple[str, int]]:
    """The keys that a mapping has twice, with the line of the second."""
    found: list[tuple[str, int]] = []
    visited: set[int] = set()
    nodes = [root]
    while nodes:
        node = nodes.pop()
        if id(node) in visited:  # an anchor, perhaps one that holds itself
            continue
        visited.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            nodes += node.value
        if isinstance(node, yaml.MappingNode):
            keys = [key.value for key, _ in node.value]
            found += [
                (key.value, key.start_mark.line + 1) for at, (key, _) in enumerate(node.value) if key.value in keys[:at]
            ]
            nodes += [value for _, value in node.value]
    return sorted(found, key=lambda each: each[1])
