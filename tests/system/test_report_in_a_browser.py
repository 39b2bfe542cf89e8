"""A report as a real browser shows it: light, dark, on a phone, and without a complaint."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.system.browser import browse, needs_chromium, screenshot
from tests.system.processes import Place, entered

pytestmark = needs_chromium
PHONE = 360

#: Loads a page as wide as a phone, everything unfolded, and tells how wide its content is, and what stands out of it.
_MEASURED = """<!doctype html><title>waiting</title><iframe src="{page}" width="{width}" height="800"></iframe>
<script>
document.querySelector("iframe").onload = event => {{
  const page = event.target.contentDocument;
  page.querySelectorAll("details").forEach(each => each.open = true);
  const out = [...page.querySelectorAll("section *")].filter(each => !each.closest(".scroll")
    && !each.closest("svg") && each.getBoundingClientRect().right > {width});
  const small = [...page.querySelectorAll("svg text")].filter(each => each.getBoundingClientRect().height < 9);
  document.title = [page.documentElement.scrollWidth, out.length, small.length].join(" ");
}};
</script>"""


@pytest.fixture(scope="module")
def report(loaded: Place, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of the sample drops."""
    path = tmp_path_factory.mktemp("report") / "report.html"
    assert entered(loaded, "report", f"--output={path}").returncode == 0
    return path


def test_a_browser_shows_all_of_it_and_complains_of_nothing(report: Path, tmp_path: Path) -> None:
    shown, complaints = browse(report, tmp_path, "--dump-dom")
    assert complaints == []
    assert shown.count("<section") == report.read_text("utf-8").count("<section") == 4


def test_it_is_light_where_the_reader_wants_light_and_dark_where_dark(report: Path, tmp_path: Path) -> None:
    assert sum(screenshot(report, tmp_path, "light")) > 3 * 230
    assert sum(screenshot(report, tmp_path, "dark")) < 3 * 40


def test_on_a_phone_nothing_stands_out_and_letters_stay_readable(report: Path, tmp_path: Path) -> None:
    frame = report.with_name("frame.html")
    frame.write_text(_MEASURED.format(page=report.name, width=PHONE), "utf-8")
    shown, complaints = browse(frame, tmp_path, "--dump-dom", "--allow-file-access-from-files")
    [(width, out, small)] = re.findall(r"<title>(\d+) (\d+) (\d+)</title>", shown)
    assert (int(width), out, small, complaints) == (PHONE, "0", "0", [])
