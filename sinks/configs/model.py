"""What a dataset's config comes to, in parts, so that it can be said which of them is another."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from processors.assessing.expectations import canonical


@dataclass(frozen=True, slots=True)
class ConfigVersion:
    """A config as it is meant, whatever it is written like.

    `parts`: each as canonical JSON, by name. `definition`: all of them as one canonical JSON object, of which `hash`
    is the SHA-256, hexadecimal.

    >>> ConfigVersion({"raw": "true", "kpis": "{}"}).definition
    '{"kpis":{},"raw":true}'
    """

    parts: Mapping[str, str] = field(compare=False)
    definition: str = field(init=False, repr=False, compare=False)
    hash: str = field(init=False)

    def __post_init__(self) -> None:
        """Parts are canonical, so that putting them together in the order of their names is, too."""
        pairs = (f"{json.dumps(name)}:{self.parts[name]}" for name in sorted(self.parts))
        definition = "{" + ",".join(pairs) + "}"
        object.__setattr__(self, "definition", definition)
        object.__setattr__(self, "hash", hashlib.sha256(definition.encode()).hexdigest())

    @classmethod
    def of(cls, definition: str) -> Self:
        """The config with this definition."""
        parts: Mapping[str, Any] = json.loads(definition)
        return cls({name: canonical(part) for name, part in parts.items()})
