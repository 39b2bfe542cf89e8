"""A story on a terminal: a tree."""

from __future__ import annotations

import io

from rich.console import Console

from stream.screens.traces import tree

STORY = """orders/1.csv:2: staged
  row       1
  1 cast: 1 changed
            n: "7" -> 7
  stored    n=[7]
"""


def test_a_story_is_a_tree_of_its_lines() -> None:
    printed = io.StringIO()
    Console(file=printed, width=60).print(tree(STORY))
    assert [line.rstrip() for line in printed.getvalue().splitlines()] == [
        "orders/1.csv:2: staged",
        "├── row       1",
        "├── 1 cast: 1 changed",
        '│   └── n: "7" -> 7',
        "└── stored    n=[7]",
    ]
