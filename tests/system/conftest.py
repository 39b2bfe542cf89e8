"""A landing folder, a warehouse path and the shipped configs for each test."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.system.drops import settled_samples
from tests.system.examples import load_examples
from tests.system.lived import lived_in
from tests.system.processes import SHIPPED_CONFIGS, Place, Watch, load, watching, write_configs
from tests.system.terminals import Opener, opening

Starter = Callable[[Place], Watch]


def empty_place(folder: Path) -> Place:
    """The shipped configs of orders and employees, an empty landing folder, no warehouse yet."""
    landing = folder / "landing"
    for dataset in ("employees", "orders"):
        (landing / dataset).mkdir(parents=True)
    return Place(write_configs(folder / "configs", "employees", "orders"), landing, folder / "warehouse" / "ade.db")


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """An empty place."""
    return empty_place(tmp_path)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Starter]:
    """Starts `watch`, ready when it returns; whatever still runs after the test is killed."""
    with ExitStack() as running:
        counter = iter(range(1, 1000))
        yield lambda place: running.enter_context(watching(place, tmp_path / f"watch-{next(counter)}.log"))


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opener]:
    """Opens real terminals with a command in each; closed behind the test."""
    with opening(tmp_path) as opener:
        yield opener


@pytest.fixture(scope="session")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """The sample drops, loaded by one `run` with the shipped configs. Only to be looked at."""
    folder = tmp_path_factory.mktemp("loaded")
    settled_samples(folder / "landing")
    place = Place(SHIPPED_CONFIGS, folder / "landing", folder / "ade.db")
    load(place)
    return place


@pytest.fixture(scope="session")
def examples(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """The real sets, loaded by one `run` with the example configs. Only to be looked at."""
    return load_examples(tmp_path_factory.mktemp("examples"))


@pytest.fixture(scope="session")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A warehouse that has been through all that leaves a trace. Only to be looked at."""
    return lived_in(tmp_path_factory.mktemp("lived"))


@pytest.fixture
def copied(loaded: Place, tmp_path: Path) -> Place:
    """A copy of the loaded sample drops, to be changed."""
    shutil.copytree(loaded.landing, tmp_path / "landing")
    shutil.copy(loaded.warehouse, tmp_path / "ade.db")
    return Place(SHIPPED_CONFIGS, tmp_path / "landing", tmp_path / "ade.db")
