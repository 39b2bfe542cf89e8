"""A contract as a data owner writes it by the documentation of the standard, and folders of configs with one."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft201909Validator

from stream.config import Dataset, load_configs
from stream.config.odcs.writing import odcs_text

SHIPMENTS = """\
apiVersion: v3.1.0
kind: DataContract
id: 53581432-6c55-4ba2-a65f-72344a91553a
name: Shipments
version: 1.1.0
status: active
domain: logistics
description:
  purpose: Parcels that left a warehouse.
servers:
  - server: drop
    type: local
    path: ./shipments/*.csv
    format: csv
schema:
  - name: shipments
    physicalName: shipments_v1
    logicalType: object
    description: One record a parcel.
    tags: [logistics]
    properties:
      - name: shipment_id
        physicalName: Shipment Id
        logicalType: string
        description: The number on the parcel.
        required: true
        unique: true
        primaryKey: true
        primaryKeyPosition: 1
        logicalTypeOptions:
          pattern: ^S-[0-9]{4}$
        examples: [S-0001]
      - name: sent_on
        logicalType: date
        required: true
        logicalTypeOptions:
          format: dd.MM.yyyy
          minimum: "2020-01-01"
      - name: delivered_at
        logicalType: timestamp
        logicalTypeOptions:
          defaultTimezone: Europe/Oslo
      - name: weight
        logicalType: number
        physicalType: DECIMAL(8,3)
        logicalTypeOptions:
          exclusiveMinimum: 0
          maximum: 1000
      - name: parcels
        logicalType: integer
        logicalTypeOptions:
          minimum: 1
          multipleOf: 1
      - name: price
        logicalType: number
        physicalType: DOUBLE
        quality:
          - metric: nullValues
            mustBe: 0
            severity: warning
      - name: carrier
        logicalType: string
        logicalTypeOptions:
          minLength: 2
          maxLength: 10
        quality:
          - name: Known carrier
            type: library
            metric: invalidValues
            arguments:
              validValues: [posten, dhl, ups]
            mustBe: 0
      - name: insured
        logicalType: boolean
    quality:
      - metric: duplicateValues
        arguments:
          properties: [shipment_id, sent_on]
        mustBe: 0
slaProperties:
  - property: latency
    value: 4
    unit: d
"""
CONFIG = "dataset: shipments\ncontract: contracts/shipments.odcs.yaml\n"


def folder_with(folder: Path, contract: str = SHIPMENTS, config: str = CONFIG, name: str = "shipments") -> Path:
    """A folder of configs with one dataset and its contract."""
    (folder / "contracts").mkdir(parents=True, exist_ok=True)
    (folder / "contracts" / f"{name}.odcs.yaml").write_text(contract, "utf-8")
    (folder / f"{name}.yaml").write_text(config, "utf-8")
    return folder


def loaded(folder: Path, contract: str = SHIPMENTS, config: str = CONFIG) -> Dataset:
    """The dataset of a config and its contract."""
    (dataset,) = load_configs(folder_with(folder, contract, config)).values()
    return dataset


def there_and_back(dataset: Dataset, folder: Path) -> Dataset:
    """The dataset of a config that says nothing but where the contract is, which was written from another."""
    name = dataset.name
    folder_with(folder, odcs_text(dataset.config), f"dataset: {name}\ncontract: contracts/{name}.odcs.yaml\n", name)
    return load_configs(folder)[name]


def faults_by_the_standard(contract: str) -> list[str]:
    """What the JSON Schema of the standard, as its own package ships it, says against a contract."""
    schema: dict[str, Any] = json.loads((files("open_data_contract_standard") / "schema.json").read_text("utf-8"))
    found = Draft201909Validator(schema).iter_errors(yaml.safe_load(contract))
    return [f"{'/'.join(map(str, fault.path))}: {fault.message}" for fault in found]
