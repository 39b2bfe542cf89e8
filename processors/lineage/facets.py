"""Facets of OpenLineage: what an event says beside who read and wrote what.

Their schemas: https://openlineage.io/spec/facets; the one of each is named in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from processors.assessing.assessment import Result
from processors.lineage.columns import Made

#: JSON, as an event has it.
Json: TypeAlias = dict[str, Any]

_SPEC = "https://openlineage.io/spec/facets"
_VERSIONS: Mapping[str, str] = {
    "ColumnLineageDatasetFacet": "1-2-0",
    "DataQualityAssertionsDatasetFacet": "1-1-0",
    "DataQualityMetricsInputDatasetFacet": "1-0-3",
    "DatasetVersionDatasetFacet": "1-0-1",
    "ErrorMessageRunFacet": "1-0-1",
    "JobTypeJobFacet": "2-0-4",
    "NominalTimeRunFacet": "1-0-1",
    "OutputStatisticsOutputDatasetFacet": "1-0-2",
    "ParentRunFacet": "1-2-0",
    "ProcessingEngineRunFacet": "1-1-1",
    "SchemaDatasetFacet": "1-2-0",
}


def schema(fields: Iterable[tuple[str, str]], producer: str) -> Json:
    """Names and types of columns."""
    return _facet("SchemaDatasetFacet", producer, fields=[{"name": name, "type": kind} for name, kind in fields])


def column_lineage(columns: Iterable[Made], source: tuple[str, str], producer: str) -> Json:
    """From which fields of the dataset `source` (a namespace and a name) each column is made."""
    namespace, dataset = source
    fields = {
        made.name: {
            "inputFields": [
                {"namespace": namespace, "name": dataset, "field": field, "transformations": [_transformation(made)]}
                for field in made.sources
            ]
        }
        for made in columns
        if made.sources
    }
    return _facet("ColumnLineageDatasetFacet", producer, fields=fields)


def _transformation(made: Made) -> Json:
    return {"type": "DIRECT", "subtype": made.making, "description": made.sql, "masking": False}


def assertions(results: Iterable[Result], names: Mapping[str, str], producer: str) -> Json:
    """What was expected of records, one assertion for each column that a rule is about. `names`: of the columns in the
    file, by their own."""
    found = [each for result in results for each in _assertions(result, names)]
    return _facet("DataQualityAssertionsDatasetFacet", producer, assertions=found)


def _assertions(result: Result, names: Mapping[str, str]) -> list[Json]:
    asked = result.expectation
    said = {
        "assertion": asked.check,
        "success": result.unexpected_count == 0,
        "severity": "error" if asked.severity == "error" else "warn",
        "name": asked.name,
        "expected": "0",
        "actual": str(result.unexpected_count),
        "content": asked.definition,
        "contentType": "json",
    }
    return [{**said, "column": names[name]} for name in asked.columns if name in names] or [said]


def quality_metrics(records: int, size: int | None, columns: Mapping[str, tuple[int, int]], producer: str) -> Json:
    """How much was read, of a file of that `size` or of a table, and of each column how many values and how many nulls
    were accepted."""
    metrics = {name: {"count": count, "nullCount": nulls} for name, (count, nulls) in columns.items()}
    counts = {"rowCount": records} | ({} if size is None else {"bytes": size, "fileCount": 1})
    return _facet("DataQualityMetricsInputDatasetFacet", producer, **counts, columnMetrics=metrics)


def output_statistics(rows: int, producer: str) -> Json:
    """How many rows were written."""
    return _facet("OutputStatisticsOutputDatasetFacet", producer, rowCount=rows)


def version(name: str, producer: str) -> Json:
    """Which version of it was written."""
    return _facet("DatasetVersionDatasetFacet", producer, datasetVersion=name)


def parent(run: str, job: tuple[str, str], producer: str) -> Json:
    """The run of which this one is a part. `job`: its namespace and name."""
    of = {"run": {"runId": run}, "job": {"namespace": job[0], "name": job[1]}}
    return _facet("ParentRunFacet", producer, **of, root=of)


def engine(version: str, producer: str) -> Json:
    """By what it was run."""
    return _facet("ProcessingEngineRunFacet", producer, name="ade-stream", version=version)


def error(message: str, producer: str) -> Json:
    """Why a run failed."""
    return _facet("ErrorMessageRunFacet", producer, message=message, programmingLanguage="Python")


def job_type(kind: str, producer: str, *, streams: bool) -> Json:
    """What kind of job it is: a COMMAND, or a LOAD that is a part of one."""
    processing = "STREAMING" if streams else "BATCH"
    return _facet("JobTypeJobFacet", producer, processingType=processing, integration="ADE_STREAM", jobType=kind)


def _facet(kind: str, producer: str, /, **said: Any) -> Json:
    return {"_producer": producer, "_schemaURL": f"{_SPEC}/{_VERSIONS[kind]}/{kind}.json#/$defs/{kind}", **said}
