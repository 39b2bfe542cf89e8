"""Distances between two distributions over the same bins.

PSI, the population stability index: sum of (q - p) ln(q / p) over the bins (Siddiqi, "Credit Risk Scorecards", 2006;
Lewis, "An Introduction to Credit Scoring", 1994, also for the usual thresholds 0.1 and 0.25). It is Jeffreys'
divergence of the two. An empty bin would make it infinite: half a row is added to each bin of both.

The Jensen-Shannon distance: the square root of the Jensen-Shannon divergence (Lin, "Divergence measures based on the
Shannon entropy", 1991) with logarithms to the base 2; a metric (Endres and Schindelin, 2003) between 0 and 1. It needs
no smoothing. Its thresholds here, 0.1 and 0.2, are about those of PSI: where two distributions are alike, PSI is close
to 8 ln 2 times the divergence.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

#: Rows that are added to each bin.
SMOOTHING = 0.5
#: PSI over the Jensen-Shannon divergence in bits, where the distributions are nearly the same.
PSI_PER_BIT = 8 * math.log(2)
_DEVIATIONS = 2.0


def psi(reference: Sequence[float], rows: Sequence[float]) -> float:
    """The population stability index of two lists of counts, a bin each.

    >>> round(psi([500, 500], [500, 500]), 9), round(psi([500, 500], [250, 750]), 3)
    (0.0, 0.274)
    """
    expected, actual = _shares(reference, SMOOTHING), _shares(rows, SMOOTHING)
    return math.fsum((q - p) * math.log(q / p) for p, q in zip(expected, actual, strict=True))


def jensen_shannon(reference: Sequence[float], rows: Sequence[float]) -> float:
    """The Jensen-Shannon distance of two lists of counts, a bin each; neither may be empty.

    >>> jensen_shannon([1, 0], [0, 1]), jensen_shannon([1, 3], [2, 6])
    (1.0, 0.0)
    """
    expected, actual = _shares(reference, 0), _shares(rows, 0)
    middle = [(p + q) / 2 for p, q in zip(expected, actual, strict=True)]
    divergence = (_relative_entropy(expected, middle) + _relative_entropy(actual, middle)) / 2
    return math.sqrt(min(1.0, max(0.0, divergence)))


def chance(bins: int, reference_rows: float, rows: float) -> float:
    """The PSI that two samples of one distribution seldom exceed: its mean and two standard deviations.

    It is close to (1/n + 1/m) times a chi-squared variable with bins - 1 degrees of freedom (Yurdakul and Naranjo,
    "Statistical properties of the population stability index", Journal of Risk Model Validation, 2020).
    """
    freedom = bins - 1
    return (freedom + _DEVIATIONS * math.sqrt(2 * freedom)) * (1 / reference_rows + 1 / rows)


def _shares(counts: Sequence[float], more: float) -> list[float]:
    total = math.fsum(counts) + more * len(counts)
    return [(count + more) / total for count in counts]


def _relative_entropy(shares: Sequence[float], others: Sequence[float]) -> float:
    return math.fsum(p * math.log2(p / q) for p, q in zip(shares, others, strict=True) if p)
