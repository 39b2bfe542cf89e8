"""Events as OpenLineage's own classes read them, which know every field by name."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from openlineage.client.event_v2 import InputDataset, Job, OutputDataset, Run, RunEvent, RunState
from openlineage.client.generated.base import BaseFacet
from openlineage.client.generated.column_lineage_dataset import (
    ColumnLineageDatasetFacet,
    Fields,
    InputField,
    Transformation,
)
from openlineage.client.generated.data_quality_assertions_dataset import Assertion, DataQualityAssertionsDatasetFacet
from openlineage.client.generated.data_quality_metrics_input_dataset import (
    ColumnMetrics,
    DataQualityMetricsInputDatasetFacet,
)
from openlineage.client.generated.dataset_version_dataset import DatasetVersionDatasetFacet
from openlineage.client.generated.error_message_run import ErrorMessageRunFacet
from openlineage.client.generated.job_type_job import JobTypeJobFacet
from openlineage.client.generated.output_statistics_output_dataset import OutputStatisticsOutputDatasetFacet
from openlineage.client.generated.parent_run import Job as ParentJob
from openlineage.client.generated.parent_run import ParentRunFacet, Root, RootJob, RootRun
from openlineage.client.generated.parent_run import Run as ParentRun
from openlineage.client.generated.processing_engine_run import ProcessingEngineRunFacet
from openlineage.client.generated.schema_dataset import SchemaDatasetFacet, SchemaDatasetFacetFields

Event = dict[str, Any]


def read_events(path: Path) -> list[Event]:
    """The events of a file, each of which is sound."""
    events = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    for event in events:
        parsed(event)
    return events


def parsed(event: Event) -> RunEvent:
    """An event. Raises TypeError where a field is none of OpenLineage's, and ValueError where it does not fit."""
    run, job = event["run"], event["job"]
    made = RunEvent(
        eventTime=event["eventTime"],
        eventType=RunState[event["eventType"]],
        producer=event["producer"],
        run=Run(run["runId"], _facets(run["facets"])),
        job=Job(job["namespace"], job["name"], _facets(job["facets"])),
        inputs=[_read(each) for each in event["inputs"]],
        outputs=[_written(each) for each in event["outputs"]],
    )
    assert event["schemaURL"] == made.schemaURL
    assert set(event) == {"schemaURL", "eventTime", "eventType", "producer", "run", "job", "inputs", "outputs"}
    return made


def _read(said: Mapping[str, Any]) -> InputDataset:
    return InputDataset(**{**said, "facets": _facets(said["facets"]), "inputFacets": _facets(said["inputFacets"])})


def _written(said: Mapping[str, Any]) -> OutputDataset:
    return OutputDataset(**{**said, "facets": _facets(said["facets"]), "outputFacets": _facets(said["outputFacets"])})


def _facets(facets: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    return {name: _facet(name, said) for name, said in facets.items()}


def _facet(name: str, said: Mapping[str, Any]) -> BaseFacet:
    told = {key: value for key, value in said.items() if key not in {"_producer", "_schemaURL"}}
    made = _made(name, told)
    assert said["_schemaURL"] == made._get_schema()
    return made


#: Facets whose fields are plain.
_PLAIN: Mapping[str, Callable[..., BaseFacet]] = {
    "outputStatistics": OutputStatisticsOutputDatasetFacet,
    "processing_engine": ProcessingEngineRunFacet,
    "errorMessage": ErrorMessageRunFacet,
    "jobType": JobTypeJobFacet,
    "version": DatasetVersionDatasetFacet,
}


def _made(name: str, said: dict[str, Any]) -> BaseFacet:
    match name:
        case "schema":
            return SchemaDatasetFacet([SchemaDatasetFacetFields(**each) for each in said["fields"]])
        case "columnLineage":
            return ColumnLineageDatasetFacet({field: _column(each) for field, each in said["fields"].items()})
        case "dataQualityAssertions":
            return DataQualityAssertionsDatasetFacet([Assertion(**each) for each in said["assertions"]])
        case "dataQualityMetrics":
            columns = {column: ColumnMetrics(**each) for column, each in said.pop("columnMetrics").items()}
            return DataQualityMetricsInputDatasetFacet(columns, **said)
        case "parent":
            root = Root(RootRun(**said["root"]["run"]), RootJob(**said["root"]["job"]))
            return ParentRunFacet(ParentRun(**said["run"]), ParentJob(**said["job"]), root)
    return _PLAIN[name](**said)


def _column(said: dict[str, Any]) -> Fields:
    inputs = [
        InputField(**{**each, "transformations": [Transformation(**one) for one in each["transformations"]]})
        for each in said["inputFields"]
    ]
    return Fields(inputs)
