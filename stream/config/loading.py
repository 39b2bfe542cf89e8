"""Reading the YAML files. Whatever is wrong is one message with file, line and the keys that are known there."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError

from processors.errors import ConfigError
from stream.config.compiling import Dataset, compile_dataset
from stream.config.models import DatasetConfig

_Location = tuple[int | str, ...]


def load_configs(folder: Path) -> dict[str, Dataset]:
    """Every `*.yaml` directly in `folder`, by dataset name. Raises ConfigError with all problems of all files."""
    if not folder.is_dir():
        raise ConfigError(f"{folder}: there is no such folder. Name the folder of the dataset configs with --configs.")
    paths = sorted([*folder.glob("*.yaml"), *folder.glob("*.yml")])
    if not paths:
        raise ConfigError(f"{folder}: holds no *.yaml file. Write one for each dataset; see configs/orders.yaml.")
    problems: list[str] = []
    datasets: dict[str, Dataset] = {}
    for path in paths:
        try:
            dataset = load_config(path)
        except ConfigError as error:
            problems.append(str(error))
            continue
        problems += _clashes(path, dataset, datasets)
        datasets[dataset.name] = dataset
    if problems:
        raise ConfigError("\n".join(problems))
    return datasets


def load_config(path: Path) -> Dataset:
    """The dataset that one file describes. Raises ConfigError, a line for each problem."""
    try:
        text = path.read_text("utf-8")
        node, content = yaml.compose(text, Loader=yaml.SafeLoader), yaml.safe_load(text)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}.") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigError(_syntax(path, error)) from error
    if node is None or not isinstance(content, dict):
        raise ConfigError(f"{path}:1: must be a mapping. Known keys: {', '.join(DatasetConfig.model_fields)}.")
    problems = [f"{path}:{line}: key {key!r} is written twice." for key, line in _repeated(node)]
    try:
        return _compile(path, node, content, problems)
    except ValidationError as error:
        problems += [_problem(path, node, dict(detail)) for detail in error.errors()]
        raise ConfigError("\n".join(problems)) from error


def _compile(path: Path, node: yaml.Node, content: dict[str, Any], problems: Sequence[str]) -> Dataset:
    config = DatasetConfig.model_validate(content)
    dataset, faults = compile_dataset(config)
    lines = [*problems, *(f"{path}:{_line(node, where)}: {_dotted(where)}: {why}." for where, why in faults)]
    if lines:
        raise ConfigError("\n".join(lines))
    return dataset


def _clashes(path: Path, dataset: Dataset, others: dict[str, Dataset]) -> list[str]:
    known = {name.lower(): name for name in others}
    if dataset.name.lower() in known:
        return [f"{path}: dataset {dataset.name!r} is described twice; SQL does not tell upper from lower case."]
    return []


def _syntax(path: Path, error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    where = f"{path}:{mark.line + 1}" if mark else str(path)
    return f"{where}: is no YAML: {getattr(error, 'problem', None) or error}."


def _problem(path: Path, root: yaml.Node, detail: dict[str, Any]) -> str:
    where: _Location = tuple(part for part in detail["loc"] if part not in _TAGS)
    place = f"{path}:{_line(root, where)}"
    if detail["type"] == "extra_forbidden":
        known = ", ".join(_known_keys(detail["loc"]))
        return f"{place}: unknown key {_dotted(where)!r}. Known keys: {known}."
    if detail["type"] == "missing":
        return f"{place}: key {_dotted(where)!r} is missing."
    message = str(detail["msg"]).removeprefix("Value error, ")
    given = detail.get("input")
    shown = f" (found {given!r})" if isinstance(given, str | int | float | bool) else ""
    return f"{place}: {_dotted(where) or 'the file'}: {message[:1].lower()}{message[1:]}{shown}."


#: pydantic names the chosen member of a union in the location; the YAML has no such key.
_TAGS = {"not_null", "range", "one_of", "matches", "timestamp", "unique", "expression"}


def _known_keys(location: _Location) -> list[str]:
    """The keys of the model in which the last part of `location` is unknown."""
    schema: dict[str, Any] = DatasetConfig.model_json_schema()
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
    return dict(place.get("additionalProperties") or {})


def _resolve(schema: dict[str, Any], place: dict[str, Any]) -> dict[str, Any]:
    for option in place.get("anyOf", []):
        if "$ref" in option:
            return _resolve(schema, option)
    if "$ref" in place:
        return _resolve(schema, schema["$defs"][place["$ref"].rsplit("/", 1)[-1]])
    return place


def _dotted(location: _Location) -> str:
    return ".".join(str(part) for part in location)


def _line(node: yaml.Node, location: _Location) -> int:
    """The line (from 1) of the deepest node on the way of `location` that the file has."""
    line = node.start_mark.line + 1
    for part in location:
        child = _child(node, part)
        if child is None:
            break
        line, node = child
    return line


def _child(node: yaml.Node, part: int | str) -> tuple[int, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(part):
                return key.start_mark.line + 1, value
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return node.value[part].start_mark.line + 1, node.value[part]
    return None


def _repeated(node: yaml.Node) -> list[tuple[str, int]]:
    found: list[tuple[str, int]] = []
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen:
                found.append((key.value, key.start_mark.line + 1))
            seen.add(key.value)
            found += _repeated(value)
    if isinstance(node, yaml.SequenceNode):
        for value in node.value:
            found += _repeated(value)
    return found


def json_schema(model: type[BaseModel] = DatasetConfig) -> dict[str, Any]:
    """The JSON Schema (2020-12) of a dataset's YAML, for editors."""
    schema: dict[str, Any] = model.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "ade-stream dataset", **schema}
