"""What a stored learner predicts, which does not depend on the order in which it met its features."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from processors.learning.examples import examples
from processors.learning.learner import Learner
from processors.learning.model import Model
from stream.schemas.contracts import load_contracts
from tests.learning.rides import CITIES, learner
from tests.system.processes import Place

PROBES = pa.record_batch(
    {
        "_id": pa.array(range(60), pa.int64()),
        "km": [1.5 * number for number in range(60)],
        "stops": [number % 5 for number in range(60)],
        "city": [list(CITIES)[number % 3] for number in range(60)],
    }
)


def compiled(place: Place, name: str = "price") -> Model:
    """The model as its config has it."""
    datasets = load_contracts(place.configs, place.warehouse)
    return next(model for each in datasets.values() for model in each.table.models if model.name == name)


def predictions(place: Place, name: str = "price") -> npt.NDArray[np.float64]:
    """What the learner predicts of the probes."""
    model = compiled(place, name)
    return Learner.load(model, learner(place, name)["state"]).predict(examples(model, PROBES))


def close(found: npt.NDArray[np.float64], expected: npt.NDArray[np.float64]) -> None:
    """Equal to 1e-9, relative to the larger."""
    assert np.abs(expected).max() > 1
    np.testing.assert_allclose(found, expected, rtol=1e-9)
