"""Names in SQL. Every identifier that a person or a file chose goes through `quote`."""

from __future__ import annotations


def quote(identifier: str) -> str:
    """`identifier` as a quoted SQL identifier.

    >>> quote('amount"; DROP TABLE stg_orders; --')
    '"amount""; DROP TABLE stg_orders; --"'
    """
    return '"' + identifier.replace('"', '""') + '"'


def literal(text: str) -> str:
    """`text` as a SQL string literal, for places that take no bound parameter (an index expression, a JSON key)."""
    return "'" + text.replace("'", "''") + "'"


def staged(dataset: str) -> str:
    """The staged table's name, not quoted."""
    return f"stg_{dataset}"


def duplicate_rows(dataset: str) -> str:
    """The table of typed rows that lost under a rule that looks at other rows, not quoted."""
    return f"dup_{dataset}"


def feature_rows(view: str) -> str:
    """The table of a view's vectors, a row for each staged row that is part of it, not quoted."""
    return f"feats_{view}"


def latest_features(view: str) -> str:
    """The table of the latest vector of each entity, not quoted."""
    return f"feats_{view}_latest"


def feature_changes(view: str) -> str:
    """Where triggers write down what changed beneath a view, not quoted. No name has a dot, so no two meet."""
    return f"feats_{view}.changes"


def predictions(model: str) -> str:
    """The table of a model's predictions, not quoted."""
    return f"preds_{model}"


def rule_keys(kind: str, dataset: str, rule: str) -> str:
    """The name of the keys of one rule that looks at other rows, not quoted. No name has a dot, so no two meet."""
    return f"{kind}_{dataset}.{rule}"
