"""Small changes to a dataset's YAML as a person would make them: nothing else in the text moves.

A value is inserted at the place where the parser says that its neighbour ends. Loading the text and dumping it anew, as
libraries for such round trips do, would keep the comments, but wrap lines, indent lists and choose quotes in a way of
its own.

>>> print(with_column("columns:  # all\\n  a: {type: string}  # first\\n\\nkey: [a]\\n", "b", {"type": "integer"}))
columns:  # all
  a: {type: string}  # first
  b: {type: integer}
<BLANKLINE>
key: [a]
<BLANKLINE>
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

import yaml

#: May stand in YAML as it is, also within brackets, unless it means something (such as `yes`).
_BARE = re.compile(r"[A-Za-z_][A-Za-z0-9_ ]*")


def with_column(text: str, name: str, described: Mapping[str, object]) -> str:
    """The YAML with one more column, behind the others. Raises ValueError where that cannot be written there."""
    columns = _columns(text)
    entries = ", ".join(f"{key}: {_written(value)}" for key, value in described.items())
    expected = yaml.safe_load(text)
    expected["columns"][name] = dict(described)
    return _checked(_with_entry(text, columns, name, f"{{{entries}}}"), expected)


def with_name(text: str, column: str, names: Sequence[str], further: str) -> str:
    """The YAML with one more name of a column in its `source`; `names`: those that it has now.

    Raises ValueError where that cannot be written there.
    """
    described = _child(_columns(text), column)
    source = None if described is None else _child(described, "source")
    if not isinstance(described, yaml.MappingNode):
        raise ValueError(f"there is no column {column}")  # noqa: TRY004
    if source is None:
        changed = _with_entry(text, described, "source", _written([*names, further]))
    elif isinstance(source, yaml.SequenceNode):
        changed = _with_item(text, source, _written(further))
    else:
        begin, end = source.start_mark.index, source.end_mark.index
        changed = f"{text[:begin]}[{text[begin:end]}, {_written(further)}]{text[end:]}"
    expected = yaml.safe_load(text)
    expected["columns"][column] = {**expected["columns"][column], "source": [*names, further]}
    return _checked(changed, expected)


def _columns(text: str) -> yaml.MappingNode:
    columns = _child(yaml.compose(text, Loader=yaml.SafeLoader), "columns")
    if not isinstance(columns, yaml.MappingNode):
        raise ValueError("there is no mapping of columns")  # noqa: TRY004 - of a file, not of an argument
    return columns


def _child(node: yaml.Node | None, key: str) -> yaml.Node | None:
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    return next((value for name, value in pairs if name.value == key), None)


def _with_entry(text: str, mapping: yaml.MappingNode, key: str, value: str) -> str:
    if not mapping.flow_style:
        return _with_line(text, mapping, f"{key}: {value}")
    end = _end(*mapping.value[-1])
    return f"{text[:end]}, {key}: {value}{text[end:]}"


def _with_item(text: str, sequence: yaml.SequenceNode, item: str) -> str:
    if not sequence.flow_style:
        return _with_line(text, sequence, f"- {item}")
    end = sequence.value[-1].end_mark.index if sequence.value else sequence.start_mark.index + 1
    return f"{text[:end]}{', ' if sequence.value else ''}{item}{text[end:]}"


def _with_line(text: str, block: yaml.CollectionNode, line: str) -> str:
    """A further line of a block, indented like its first, behind what stands in the line of its last."""
    last_key, last = block.value[-1] if isinstance(block, yaml.MappingNode) else (block.value[-1], block.value[-1])
    behind = len(text[: _end(last_key, last)].rstrip())  # a text in several lines ends where the next key begins
    ends = re.compile(r"\r?\n").search(text, behind)
    at, line_end = (ends.start(), ends.group()) if ends else (len(text), "\n")
    return f"{text[:at]}{line_end}{_indent(text, block)}{line}{text[at:]}"


def _indent(text: str, block: yaml.CollectionNode) -> str:
    """What a block's lines begin with; an anchor or a tag stands in the line before its first."""
    first = block.value[0][0] if isinstance(block, yaml.MappingNode) else block.value[0]
    if first.start_mark.line == block.start_mark.line:
        return " " * block.start_mark.column
    begin = first.start_mark.index - first.start_mark.column
    return " " * (len(text[begin:]) - len(text[begin:].lstrip(" ")))


def _end(key: yaml.Node, value: yaml.Node) -> int:
    """Where a value's last letter stands; of one that is only named here (an alias), the end of its key."""
    if value.start_mark.index < key.start_mark.index:
        return int(key.end_mark.index)
    if isinstance(value, yaml.CollectionNode) and not value.flow_style and value.value:
        last = value.value[-1]
        return _end(*last) if isinstance(last, tuple) else _end(last, last)
    return int(value.end_mark.index)


def _written(value: object) -> str:
    """A value in one line of YAML."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return f"[{', '.join(map(_written, value))}]"
    bare = str(value)
    if _BARE.fullmatch(bare) and bare == bare.strip() and yaml.safe_load(bare) == bare:
        return bare
    return json.dumps(bare, ensure_ascii=False)


def _checked(changed: str, expected: object) -> str:
    try:
        found = yaml.safe_load(changed)
    except yaml.YAMLError:
        found = None
    if found != expected:
        raise ValueError("its YAML is written in a way that is not changed safely")
    return changed
