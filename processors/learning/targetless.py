"""The steps of a dataset for rows of which the target is not known yet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from processors.chain import Chain
from processors.features import Derive
from processors.outcome import Processor
from processors.rules.expressions import parsed
from processors.rules.rules import Rule
from processors.schema import Cast
from processors.validation import Validate


def targetless(chain: Chain, target: str) -> Chain:
    """The same steps for files that lack the column `target`: it is null, and what is derived from it mostly too; no
    rule is asked that looks at any of these."""
    return Chain(tuple(_steps(chain, target)))


def unknown_without(chain: Chain, target: str) -> frozenset[str]:
    """The column `target`, and all that is derived from it."""
    unknown = {target}
    for step in chain.steps:
        for feature in step.features if isinstance(step, Derive) else ():
            if not unknown.isdisjoint(parsed(feature.sql).meta.root_names()):
                unknown.add(feature.name)
    return frozenset(unknown)


def _steps(chain: Chain, target: str) -> Iterator[Processor]:
    unknown = unknown_without(chain, target)
    for step in chain.steps:
        if isinstance(step, Cast):
            columns = (replace(each, optional=each.optional or each.name == target) for each in step.columns)
            yield replace(step, columns=tuple(columns))
        elif isinstance(step, Validate):
            yield replace(step, rules=tuple(rule for rule in step.rules if unknown.isdisjoint(_looked_at(rule))))
        else:
            yield step


def _looked_at(rule: Rule) -> set[str]:
    """The columns that a rule looks at."""
    condition = [] if rule.when is None else parsed(rule.when).meta.root_names()
    return {*rule.check.broken().meta.root_names(), *condition}
