"""An ODCS file as it is written, as far as it says how data looks. What else stands in it is kept as extra."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import AliasGenerator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel

#: Custom properties and quality rules of this vendor are ours.
VENDOR = "ade-stream"


def _text(value: object) -> object:
    """YAML reads a version 1.0 as a number."""
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


_Text: TypeAlias = Annotated[str, BeforeValidator(_text)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="allow", frozen=True, alias_generator=AliasGenerator(alias=to_camel))

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, written: object) -> object:
        """A key without a value says nothing."""
        return (
            {key: value for key, value in written.items() if value is not None}
            if isinstance(written, dict)
            else written
        )

    @property
    def others(self) -> list[str]:
        """The keys that are not read here."""
        return list(self.model_extra or {})


class CustomProperty(_Part):
    """What a tool adds to a contract. Of those of other vendors we know nothing."""

    property: str
    value: Any
    vendor: str | None = None


class Arguments(_Part):
    """What a metric is about."""

    properties: list[str] | None = None
    valid_values: list[Any] | None = None
    missing_values: list[Any] | None = None
    pattern: str | None = None


class Quality(_Part):
    """A quality rule."""

    type: Literal["text", "library", "sql", "custom"] | None = None
    metric: str | None = None
    rule: str | None = None
    name: str | None = None
    severity: str | None = None
    arguments: Arguments = Arguments()
    valid_values: list[Any] | None = None
    must_be: Any = None
    must_be_less_than: Any = None
    must_be_less_or_equal_to: Any = None
    unit: str | None = None
    engine: str | None = None
    implementation: Any = None
    custom_properties: list[CustomProperty] = Field(default_factory=list)


class Property(_Part):
    """A column."""

    name: str
    physical_name: _Text | None = None
    logical_type: str | None = None
    physical_type: str | None = None
    logical_type_options: dict[str, Any] = Field(default_factory=dict)
    description: str = ""
    required: bool = False
    unique: bool = False
    primary_key: bool = False
    primary_key_position: int = -1
    enum: list[Any] = Field(default_factory=list)
    quality: list[Quality] = Field(default_factory=list)
    custom_properties: list[CustomProperty] = Field(default_factory=list)


class SchemaObject(_Part):
    """A table."""

    name: str
    physical_name: _Text | None = None
    description: str = ""
    properties: list[Property] = Field(default_factory=list)
    quality: list[Quality] = Field(default_factory=list)
    custom_properties: list[CustomProperty] = Field(default_factory=list)


class Document(_Part):
    """A contract."""

    api_version: str
    kind: Literal["DataContract"]
    schema_: list[SchemaObject] = Field(default_factory=list, alias="schema")


_TOLD = """
id businessName deprecated synonyms authoritativeDefinitions tags context physicalType logicalType
dataGranularityDescription partitioned partitionKeyPosition classification encryptedName transformSourceObjects
transformLogic transformDescription examples criticalDataElement semanticType businessImpact description dimension
method schedule scheduler version name tenant status servers dataProduct domain support price team roles
slaDefaultElement slaProperties customProperties contractCreatedTs
"""
#: What tells people about data, or where it is, and nothing of how a record looks.
DOCUMENTATION = frozenset(_TOLD.split())
