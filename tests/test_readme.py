"""The README is true: what is made from the program is as the program says, the rest works."""

from __future__ import annotations

import os
import re
import tomllib
from typing import TYPE_CHECKING

import pytest

from orderlink.cli import COMMANDS
from orderlink.config import load_config
from tests.readme import PARTS, README, ROOT, with_parts

if TYPE_CHECKING:
    from pathlib import Path

TEXT = README.read_text("utf-8")


def part(name: str, text: str) -> str:
    found = re.search(rf"<!-- {name} -->\n(.*?)<!-- /{name} -->", text, re.DOTALL)
    assert found is not None
    return found[1]


@pytest.fixture(scope="module")
def made() -> str:
    return with_parts(TEXT)


@pytest.mark.parametrize("name", PARTS)
def test_what_is_made_from_the_program_is_up_to_date(name: str, made: str) -> None:
    assert part(name, TEXT) == part(name, made), "run: python -m tests.readme"


BLOCKS = re.findall(r"```toml\n(.*?)```", TEXT, re.DOTALL)
START = BLOCKS[0]
"""The whole configuration of the five-minute start; the others are tables to add to it."""


@pytest.mark.parametrize("added", ["", *BLOCKS[1:]])
def test_the_toml_of_the_readme_loads(
    added: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = f"{START}\n{added}"
    path = tmp_path / "orderlink.toml"
    path.write_text(text)
    for name in re.findall(r'env = "(\w+)"', text):
        monkeypatch.setenv(name, "value")
    config = load_config(path)
    tables = tomllib.loads(text)
    assert set(config.marketplaces) == set(tables["marketplaces"])
    assert (config.alerts is not None) == ("alerts" in tables)


def test_every_command_that_the_readme_names_exists() -> None:
    named = set(re.findall(r"`orderlink ([a-z][a-z-]*)", TEXT)) | set(
        re.findall(r"/orderlink ([a-z][a-z-]*)", TEXT)
    )
    assert named <= set(COMMANDS)
    assert len(named) > 8


def test_every_file_that_the_readme_links_to_exists() -> None:
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", TEXT) if "://" not in link]
    assert links
    assert not [link for link in links if not (ROOT / link).exists()]


def test_every_part_of_the_package_that_the_design_names_exists() -> None:
    design = TEXT.partition("## Design")[2].partition("How an order")[0]
    table = [line.split("|")[1] for line in design.splitlines() if line.startswith("| `")]
    named = [name for cell in table for name in re.findall(r"`([\w./]+)`", cell)]
    assert named
    assert not [name for name in named if not (ROOT / "orderlink" / name).exists()]


def test_the_readmes_two_commands_are_what_ci_runs() -> None:
    script = (ROOT / ".ci/run").read_text("utf-8")
    assert "install --quiet --disable-pip-version-check '.[test]'" in script
    assert 'orderlink" demo' in script
    assert os.access(ROOT / ".ci/run", os.X_OK)
