"""A dataset's configuration: one YAML file, checked as a whole before anything starts."""

from stream.config.compiling.dataset import Dataset, compile_dataset
from stream.config.loading import load_configs
from stream.config.models import DatasetConfig

__all__ = ["Dataset", "DatasetConfig", "compile_dataset", "load_configs"]
