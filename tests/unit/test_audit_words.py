"""Every deed that is put on record is told in words, in both languages, and can be looked for."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WEB = ROOT / "web" / "src"
RECORDED = re.compile(
    r"(?:\brecord|\b_do|\b_note|\b_note_own)\((?:[^()\"]|\n)*?\"([a-z_]+\.[a-z_]+)\""
    r"|\baction=\"([a-z_]+\.[a-z_]+)\""
)
AREAS = "alarms directory figures messages platform realtime recordings screens".split()
"""Areas of the product whose deeds are named in their code."""


def recorded() -> set[str]:
    found: set[str] = set()
    for area in AREAS:
        for file in (ROOT / "src" / "openseat" / area).rglob("*.py"):
            for match in RECORDED.finditer(file.read_text(encoding="utf-8")):
                found.add(match[1] or match[2])
    return found


def test_the_search_finds_what_is_recorded() -> None:
    found = recorded()
    assert {"session.started", "agent.forced_out", "alarm.acknowledged", "webhook.tested"} <= found
    assert len(found) > 30


def test_every_deed_can_be_looked_for() -> None:
    text = (WEB / "admin" / "audit" / "actions.ts").read_text(encoding="utf-8")
    listed = set(re.findall(r"'([a-z_]+\.[a-z_]+)'", text))
    assert recorded() - listed == set()


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_every_deed_has_words(language: str) -> None:
    assets = (WEB / "locales" / language / "assets.ts").read_text(encoding="utf-8")
    audit = assets[assets.index("  audit: {") :]
    done, action = audit[audit.index("done: {") :].split("action: {")[:2]
    admin = (WEB / "locales" / language / "admin.ts").read_text(encoding="utf-8")
    kinds = set(
        re.findall(r"^      '?([a-z_-]+)'?: ", admin[admin.index("    kind: {") :], re.MULTILINE)
    )
    ways = set(re.findall(r"^      ([a-z_]+): ", done, re.MULTILINE))
    whole = set(re.findall(r"^      ([a-z_]+): ", action[: action.index("\n    }")], re.MULTILINE))
    wordless = {
        one
        for one in recorded()
        if one.replace(".", "_") not in whole
        and not (one.split(".")[0] in kinds and one.split(".")[1] in ways)
    }
    assert wordless == set()
