"""Holds a page, or a part of it, to the rules of axe-core."""

from __future__ import annotations

import functools
from typing import Any

from playwright.sync_api import Page, expect

from openseat.bootstrap.pages import sources
from openseat.platform.settings import Settings

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]

STILL = """Promise.all(document.getAnimations()
  .filter(one => one.effect.getComputedTiming().iterations !== Infinity)
  .map(one => one.finished.catch(() => null))).then(() => null)"""
"""Waits until nothing moves or is faded in any more."""


@functools.cache
def _axe() -> str:
    """The checker's own program, from the browser packages."""
    paths = Settings.load().paths
    with sources(paths.clone, paths.cache, lambda _: None) as (_node, web):
        return (web / "node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")


def violations(page: Page, part: str = "html") -> list[str]:
    """Return what axe finds in the part that a selector names: rule, place, what is wrong.

    The page must have been opened with ``bypass_csp``.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(_axe())
    first = _look(page, part)
    if not first:
        return []
    # What came into the page while it was looked at is pale for a moment; a fault stays.
    second = _look(page, part)
    return [one for one in first if one in second]


def _look(page: Page, part: str) -> list[str]:
    expect(page.locator(part).locator(".bone").filter(visible=True)).to_have_count(0)
    page.evaluate(STILL)
    found: dict[str, Any] = page.evaluate(
        "([part, rules]) => axe.run(part, {runOnly: {type: 'tag', values: rules},"
        " resultTypes: ['violations']})",
        [part, RULES],
    )
    return [
        f"{one['id']}: {node['target']} {node['html'][:160]} {node['failureSummary'][:300]}"
        for one in found["violations"]
        for node in one["nodes"]
    ]
