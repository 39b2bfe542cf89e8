"""YAML files that are mappings: their text, what they say, and the nodes that tell on which line they say it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from processors.errors import ConfigError
from stream.config.problems import syntax


def text_of(path: Path, what: str = "") -> str:
    """The text of a file. Raises ConfigError, which calls the file `what`, where it cannot be read."""
    try:
        return path.read_text("utf-8")
    except OSError as error:
        raise ConfigError(f"{path}: {f'{what} ' if what else ''}cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise ConfigError(syntax(path, error)) from error


def mapping(path: Path, text: str, otherwise: str) -> tuple[yaml.Node, dict[str, Any]]:
    """The mapping of a file with this text. Raises ConfigError where it is no YAML, and where it is no mapping, which
    `otherwise` says."""
    try:
        node, content = yaml.compose(text, Loader=yaml.SafeLoader), yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ConfigError(syntax(path, error)) from error
    if node is None or not isinstance(content, dict):
        raise ConfigError(f"{path}:1: {otherwise}")
    return node, content
