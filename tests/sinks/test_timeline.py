"""The version of the file before, whatever order files come and go in."""

from __future__ import annotations

from bisect import bisect_right

from hypothesis import given
from hypothesis import strategies as st

from sinks.schemas.timeline import Place, Timeline

places = st.tuples(st.sampled_from(["2026-11-20", "2026-11-21", "2026-11-22"]), st.integers(1, 12))
steps = st.lists(st.tuples(places, st.none() | st.integers(1, 3)), max_size=40)


def following(files: dict[Place, int], place: Place) -> Place | None:
    """The next file behind a place."""
    ordered = sorted(files)
    at = bisect_right(ordered, place)
    return ordered[at] if at < len(ordered) else None


def naive(files: dict[Place, int], place: Place) -> int | None:
    """The version of the last file before a place, by looking at all of them."""
    return next((files[each] for each in sorted(files, reverse=True) if each < place), None)


@given(steps=steps, wanted=places)
def test_the_file_before_is_known_after_files_came_changed_and_went(
    steps: list[tuple[Place, int | None]], wanted: Place
) -> None:
    timeline, files = Timeline([]), dict[Place, int]()
    for place, version in steps:
        if place in files:
            timeline.remove(place, following(files, place))
            del files[place]
        if version is not None:
            timeline.insert(place, version, following(files, place))
            files[place] = version
        assert timeline.before(wanted) == naive(files, wanted)


@given(steps=steps)
def test_it_is_the_same_when_it_is_read_from_the_warehouse(steps: list[tuple[Place, int | None]]) -> None:
    files = {place: version for place, version in steps if version is not None}
    timeline = Timeline(sorted(files.items()))
    assert [timeline.before(place) for place in files] == [naive(files, place) for place in files]


def test_what_is_appended_needs_no_look_at_the_files_behind_it() -> None:
    timeline = Timeline([(("2026-11-20", 1), 1)])
    assert timeline.append(("2026-11-21", 2), 2)
    assert timeline.append(("2026-11-20", 3), 1)
    assert not timeline.append(("2026-11-20", 4), 2)
