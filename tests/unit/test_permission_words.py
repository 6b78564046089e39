"""Every permission stands in a role's form, with words in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from openseat.platform.auth_roles import HOLDERS

WEB = Path(__file__).parents[2] / "web" / "src"


def test_the_form_shows_every_permission_once() -> None:
    text = (WEB / "admin" / "fields" / "permissions.ts").read_text(encoding="utf-8")
    assert sorted(re.findall(r"'([a-z_]+\.[a-z_]+)'", text)) == sorted(HOLDERS)


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_every_permission_has_words(language: str) -> None:
    text = (WEB / "locales" / language / "permissions.ts").read_text(encoding="utf-8")
    can = text[text.index("can: {") :]
    named = dict(re.findall(r"^      ([a-z_]+): '(.+)',$", can, re.MULTILINE))
    assert named.keys() == {name.replace(".", "_") for name in HOLDERS}
    assert len(set(named.values())) == len(named)
