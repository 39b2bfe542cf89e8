"""What the YAML of a model may say. Field descriptions are the reference, and go into the JSON Schema."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BeforeValidator, Discriminator, Field, Tag, model_validator

from processors.learning.model import Detector, OnAlarm, Task
from stream.config.splits import SplitConfig
from stream.config.strict import Name, Strict

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_FRACTIONS = {"train": 0.6, "validation": 0.2, "test": 0.2}
_DOTTED = r"^[a-z][a-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*)+$"

#: An estimator within its library, such as linear_model.LinearRegression.
Dotted: TypeAlias = Annotated[str, Field(pattern=_DOTTED)]
Metric: TypeAlias = Literal["mae", "rmse", "r2", "accuracy", "log_loss", "f1"]
#: By which models of a task are held against each other; the first one by default.
METRICS: dict[Task, tuple[Metric, ...]] = {
    "regression": ("mae", "rmse", "r2"),
    "classification": ("accuracy", "log_loss", "f1"),
}


_PLAIN, _STEP = "(plain)", "(step)"
#: What pydantic names in a location, and a YAML has no key for: which kind of option it takes something for.
KINDS = frozenset({_PLAIN, _STEP})


def _is_plain(value: object) -> object:
    if isinstance(value, list | dict) or value is None:
        raise ValueError("must be a number, a text, true or false")
    return value


#: A value of which no other is made.
Plain: TypeAlias = Annotated[bool | int | float | str, BeforeValidator(_is_plain)]


def _kind(option: object) -> str:
    return _STEP if isinstance(option, dict | StepConfig) else _PLAIN


class InputsConfig(Strict):
    """What a prediction is made from: columns of the dataset, and features of the view."""

    numbers: tuple[Name, ...] = Field((), description="Columns or features of type number, integer, decimal, boolean.")
    categories: tuple[Name, ...] = Field(
        (), description="Columns or features of type category, string, integer: a column of 0 and 1 for each value."
    )
    fill: dict[Name, Plain] = Field(
        {}, description="What stands in the place of a null, by input; without it, a row with a null there is refused."
    )

    @model_validator(mode="after")
    def _some(self) -> InputsConfig:
        if not self.numbers and not self.categories:
            raise ValueError("needs some numbers or categories")
        return self


class StepConfig(Strict):
    """A transformer or an estimator of river."""

    river: Dotted = Field(
        description="Its name within river, such as preprocessing.StandardScaler; or sklearn.linear_model.SGDRegressor "
        "or SGDClassifier, by river's adapter."
    )
    with_: dict[Name, Option] = Field(
        {}, alias="with", description="Its arguments; one that is an object is written as a step: {river: optim.SGD}."
    )


Option: TypeAlias = Annotated[Annotated[Plain, Tag(_PLAIN)] | Annotated[StepConfig, Tag(_STEP)], Discriminator(_kind)]
StepConfig.model_rebuild()


class DriftConfig(Strict):
    """Who watches the prequential error, and what is done when it has changed."""

    detectors: tuple[Detector, ...] = Field(("adwin", "page_hinkley"), min_length=1)
    on_alarm: OnAlarm = Field(
        "alert",
        description="alert: tell it, no more. reset: the learner begins anew. promote_challenger: the challenger takes "
        "the place of the champion, if it is better by `promotion`.",
    )


class OnlineConfig(Strict):
    """A learner of river that follows the committed rows: it predicts each row, and learns it then."""

    steps: tuple[StepConfig, ...] = Field(min_length=1, description="Transformers, then the estimator.")
    tick_rows: int = Field(
        100, ge=1, le=100_000, description="So many rows are predicted with one state, and then learned together."
    )
    categories_max: int = Field(
        100, ge=1, le=10_000, description="Values of one column; a row with one more is refused as an example."
    )
    scoring: bool = Field(False, description="Keep the prediction of every row, and its error, in preds_<model>.")
    drift: DriftConfig | None = Field(None, description="Watch the prequential error; {} has the usual detectors.")


class ModelSplitConfig(SplitConfig):
    """A split of the view by its name, or one of the model's own."""

    of_view: Name | None = Field(None, description="A split in the view's YAML; or say fractions or boundaries.")

    def refuse(self) -> None:
        """Raise ValueError where it says too little or too much."""
        if self.of_view is None:
            super().refuse()
        elif self.model_fields_set != {"of_view"}:
            raise ValueError("of_view names a split that is written in the view; nothing else stands beside it")


def _named(split: object) -> object:
    return {"of_view": split} if isinstance(split, str) else split


_SplitConfig: TypeAlias = Annotated[
    ModelSplitConfig, BeforeValidator(_named, json_schema_input_type=Name | ModelSplitConfig)
]


class PromotionConfig(Strict):
    """When a challenger may take the place of the champion: both are measured on the challenger's test rows."""

    metric: Metric | None = Field(
        None, description="mae, rmse or r2 of a regression; accuracy, log_loss or f1 of a classification; the first."
    )
    min_improvement: float = Field(
        0.0, ge=0, description="By which share of the champion's figure the challenger must be better."
    )


class BatchConfig(Strict):
    """An estimator of scikit-learn, which `ade-stream train` fits."""

    sklearn: Dotted | None = Field(
        None,
        description="Its name within scikit-learn; by default linear_model.LinearRegression, and "
        "linear_model.LogisticRegression of a classification.",
    )
    with_: dict[Name, Plain] = Field({}, alias="with", description="Its arguments.")
    split: _SplitConfig = Field(
        default_factory=lambda: ModelSplitConfig.model_validate({"fractions": _FRACTIONS}),
        description="The parts to train, validate and test with: a split of the view by its name, or fractions or "
        "boundaries; by default 0.6, 0.2 and 0.2 of the time. Rows without an event time are at midnight (UTC) of "
        "their execution date.",
    )
    promotion: PromotionConfig = Field(default_factory=lambda: PromotionConfig.model_validate({}))


class ModelConfig(Strict):
    """What is predicted from what, and who learns it."""

    model: Name = Field(description="Names the model, and its table preds_<model>.")
    description: str = ""
    dataset: Name = Field(description="The dataset whose accepted rows are learned from.")
    view: Name | None = Field(
        None, description="A feature view of the dataset: its features may be inputs, and rows have a vector in it."
    )
    task: Task = Field(description="regression; or classification, of a boolean, or a number that is 0 or 1.")
    target: Name = Field(description="The column that is predicted.")
    inputs: InputsConfig
    online: OnlineConfig | None = Field(None, description="A learner that follows the committed rows.")
    batch: BatchConfig | None = Field(None, description="A model that `ade-stream train` fits; {} is a linear one.")

    @model_validator(mode="after")
    def _some(self) -> ModelConfig:
        if self.online is None and self.batch is None:
            raise ValueError("needs online or batch, or both: nobody would learn it")
        return self


def model_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a model's YAML, for editors."""
    return {"$schema": _DIALECT, **ModelConfig.model_json_schema(), "title": "ade-stream model"}
