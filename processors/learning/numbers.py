"""Arrays of floats as text of JSON, every bit of them.

>>> packed = pack(np.array([[0.1, 1.0], [1.0, -2.5]]))
>>> unpack(packed).tolist()
[[0.1, 1.0], [1.0, -2.5]]
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt


def pack(array: npt.NDArray[np.float64]) -> dict[str, Any]:
    """An array as its shape and its little-endian bytes in base64: a tenth of the time that digits take."""
    data = np.ascontiguousarray(array, dtype="<f8").tobytes()
    return {"shape": list(array.shape), "f8": base64.b64encode(data).decode("ascii")}


def unpack(packed: Mapping[str, Any]) -> npt.NDArray[np.float64]:
    """The array that was packed, writable."""
    data = base64.b64decode(packed["f8"])
    return np.frombuffer(data, dtype="<f8").astype(np.float64).reshape(packed["shape"])


def packed(state: Any) -> Any:
    """Plain state with all arrays in it packed."""
    if isinstance(state, np.ndarray):
        return pack(state)
    if isinstance(state, dict):
        return {name: packed(value) for name, value in state.items()}
    return [packed(each) for each in state] if isinstance(state, list) else state


def unpacked(state: Any) -> Any:
    """The state that `packed` was given."""
    if isinstance(state, dict):
        if state.keys() == {"shape", "f8"}:
            return unpack(state)
        return {name: unpacked(value) for name, value in state.items()}
    return [unpacked(each) for each in state] if isinstance(state, list) else state
