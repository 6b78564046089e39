"""What documents point at is there: files, headings, pictures, commands, the other language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

CLONE = Path(__file__).resolve().parents[2]
HOW_TO = CLONE / "docs/how-to"
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
COMMAND = re.compile(r"(?<![\w/.-])((?:bin|bench|tools)/[\w.-]*\w)")
CODE = re.compile(r"```.*?```", re.DOTALL)
LARGEST_PICTURE = 250_000
"""Bytes: a clone carries them for ever."""


def documents() -> list[Path]:
    """Everything written for people who use or run OpenSeat."""
    return sorted([*CLONE.glob("*.md"), *CLONE.glob("docs/**/*.md"), *CLONE.glob("bench/*.md")])


def links(document: Path) -> Iterator[tuple[Path, str]]:
    """Return the files that a document leads to within the project, and the heading there."""
    for target in LINK.findall(CODE.sub("", document.read_text("utf-8"))):
        if not target.startswith(("http://", "https://", "mailto:")):
            path, _, heading = target.partition("#")
            yield (document.parent / path).resolve() if path else document, heading


def headings(document: Path) -> set[str]:
    """Return the anchors of a document's headings, as forges make them."""
    lines = CODE.sub("", document.read_text("utf-8")).splitlines()
    titles = [line.lstrip("#").strip() for line in lines if re.match(r"#+ ", line)]
    return {re.sub(r"[^\w\- ]", "", title).lower().replace(" ", "-") for title in titles}


def by_name(path: Path) -> str:
    """Name a document in the report."""
    return str(path.relative_to(CLONE))


@pytest.mark.parametrize("document", documents(), ids=by_name)
def test_its_links_lead_somewhere(document: Path) -> None:
    missing = [
        f"{target}#{heading}" if heading else str(target)
        for target, heading in links(document)
        if not target.exists() or (heading and heading not in headings(target))
    ]
    assert missing == []


@pytest.mark.parametrize("document", documents(), ids=by_name)
def test_the_commands_it_names_exist(document: Path) -> None:
    named = {name for name in COMMAND.findall(document.read_text("utf-8")) if "NAME" not in name}
    assert [name for name in sorted(named) if not (CLONE / name).exists()] == []


@pytest.mark.parametrize("document", sorted(HOW_TO.glob("*.md")), ids=by_name)
def test_a_how_to_has_its_twin_in_the_other_language(document: Path) -> None:
    name = document.name
    chinese = ".zh-CN.md"
    other = name.replace(chinese, ".md") if chinese in name else name.replace(".md", chinese)
    twin = HOW_TO / other
    assert twin.exists()
    assert (twin, "") in links(document)
    pictures = [target for target, _ in links(document) if target.suffix == ".png"]
    assert pictures == [target for target, _ in links(twin) if target.suffix == ".png"]
    sections = [line for line in document.read_text("utf-8").splitlines() if line.startswith("#")]
    theirs = [line for line in twin.read_text("utf-8").splitlines() if line.startswith("#")]
    assert [line.split(" ")[0] for line in sections] == [line.split(" ")[0] for line in theirs]


def test_every_picture_is_shown_and_small() -> None:
    shown = {target for document in documents() for target, _ in links(document)}
    pictures = set(HOW_TO.glob("pictures/*.png"))
    assert pictures
    assert pictures - shown == set()
    assert [path.name for path in pictures if path.stat().st_size > LARGEST_PICTURE] == []


def test_both_front_pages_lead_to_every_how_to() -> None:
    for page, chinese in (("README.md", False), ("README.zh-CN.md", True)):
        there = {target for target, _ in links(CLONE / page)}
        wanted = {p for p in HOW_TO.glob("*.md") if p.name.endswith(".zh-CN.md") == chinese}
        assert wanted - there == set()
