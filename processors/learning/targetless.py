"""The steps of a dataset for rows of which some columns are not known: the target, and what a model does not need."""

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


def without(chain: Chain, lacking: frozenset[str]) -> Chain:
    """The same steps for files that lack some columns: these are null, and what is derived from them mostly too; no
    rule is asked that looks at any of these."""
    return Chain(tuple(_steps(chain, lacking)))


def unknown_without(chain: Chain, lacking: frozenset[str]) -> frozenset[str]:
    """These columns, and all that is derived from them."""
    unknown = set(lacking)
    for name, sources in _derived(chain):
        if not unknown.isdisjoint(sources):
            unknown.add(name)
    return frozenset(unknown)


def needed(chain: Chain, columns: frozenset[str], target: str) -> frozenset[str]:
    """What has to be known so that `columns` are, and so that the rules about them can be asked that do not look at the
    target."""
    unknown = unknown_without(chain, frozenset({target}))
    found = _with_sources(chain, columns)
    rules = [_looked_at(rule) for step in chain.steps if isinstance(step, Validate) for rule in step.rules]
    asked = [looked for looked in rules if unknown.isdisjoint(looked) and not found.isdisjoint(looked)]
    return _with_sources(chain, found.union(*asked)) - unknown


def _with_sources(chain: Chain, columns: frozenset[str]) -> frozenset[str]:
    """These columns, and all that they are derived from."""
    found = set(columns)
    for name, sources in reversed(list(_derived(chain))):
        if name in found:
            found |= sources
    return frozenset(found)


def _derived(chain: Chain) -> Iterator[tuple[str, set[str]]]:
    """The columns that are derived, and from which, in their order."""
    for step in chain.steps:
        for feature in step.features if isinstance(step, Derive) else ():
            yield feature.name, set(parsed(feature.sql).meta.root_names())


def _steps(chain: Chain, lacking: frozenset[str]) -> Iterator[Processor]:
    unknown = unknown_without(chain, lacking)
    for step in chain.steps:
        if isinstance(step, Cast):
            columns = (replace(each, optional=each.optional or each.name in lacking) for each in step.columns)
            yield replace(step, columns=tuple(columns))
        elif isinstance(step, Validate):
            yield replace(step, rules=tuple(rule for rule in step.rules if unknown.isdisjoint(_looked_at(rule))))
        else:
            yield step


def _looked_at(rule: Rule) -> set[str]:
    """The columns that a rule looks at."""
    condition = [] if rule.when is None else parsed(rule.when).meta.root_names()
    return {*rule.check.broken().meta.root_names(), *condition}
