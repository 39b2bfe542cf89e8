"""What a model is: what is predicted, from what, and who learns it. Nothing here loads a library of estimators."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from processors.columns import ColumnType
from processors.feature_views.model import FeatureView
from processors.splitting.model import Split

Task: TypeAlias = Literal["regression", "classification"]
#: What follows an alarm: nothing else; a learner that begins anew; the challenger in the place of the champion.
OnAlarm: TypeAlias = Literal["alert", "reset", "promote_challenger"]
Detector: TypeAlias = Literal["adwin", "page_hinkley"]


@dataclass(frozen=True, slots=True)
class Step:
    """An estimator by its dotted name within its library, such as `linear_model.LinearRegression`. `options`: the
    arguments that make it, in the order of their names; one that is made of a name itself is a Step."""

    estimator: str
    options: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Drift:
    """Who watches the prequential error, and what is done when it has changed."""

    detectors: tuple[Detector, ...]
    on_alarm: OnAlarm = "alert"


@dataclass(frozen=True, slots=True)
class Online:
    """A learner that follows the committed rows. `steps`: transformers, then the estimator, of river. `tick_rows`: so
    many rows are predicted with one state, and then learned together. `categories_max`: of one column. `scoring`:
    whether the prediction of every row is kept, and its error."""

    steps: tuple[Step, ...]
    tick_rows: int = 100
    categories_max: int = 100
    scoring: bool = False
    drift: Drift | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """An estimator of scikit-learn. `split`: one of the view, or the model's own. `metric`: by which a
    challenger is held against the champion; it is promoted where it is better by the share `min_improvement`."""

    estimator: Step
    split: Split
    metric: str
    min_improvement: float = 0.0


@dataclass(frozen=True, slots=True)
class Model:
    """What is predicted from what. `view`: without one, rows are those of the dataset; with one, those that have a
    vector in it, and its features may be inputs. `target`: a column of the dataset, with its type. `numbers` and
    `categories`: the inputs, columns of the dataset or features of the view. `fill`: what stands in the place of a
    null; without it, a row with a null is refused.

    `definition`: the YAML as canonical JSON. `definition_hash`: of all on which learning depends. `schema_hash`: of the
    names and types of target and inputs.
    """

    name: str
    dataset: str
    view: FeatureView | None
    task: Task
    target: tuple[str, ColumnType]
    numbers: tuple[tuple[str, ColumnType], ...]
    categories: tuple[str, ...]
    fill: tuple[tuple[str, float | str], ...]
    online: Online | None
    batch: Batch | None
    definition: str
    definition_hash: str
    schema_hash: str
