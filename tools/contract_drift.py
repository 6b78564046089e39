"""Are the files in ``contracts/`` and what is generated from them what the program says now?

``python tools/contract_drift.py`` prints what differs and how to bring it up to date, and exits 1.
"""

from __future__ import annotations

import difflib
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from openseat.bootstrap.pages import sources
from openseat.platform.settings import Settings

_SHOWN_LINES = 30


def main() -> int:
    """Compare every generated file with a fresh one."""
    settings = Settings.load()
    clone = settings.paths.clone
    drifted = False
    for kept, fresh, command in (
        (clone / "contracts/openapi.json", _openapi(settings), "python -m openseat.api --export"),
        (
            clone / "web/src/api/schema.d.ts",
            _page_types(settings),
            "cd web && npm run api",
        ),
    ):
        text = kept.read_text(encoding="utf-8") if kept.is_file() else ""
        if text != fresh:
            drifted = True
            _show(kept, text, fresh, command)
    return 1 if drifted else 0


def _openapi(settings: Settings) -> str:
    from openseat.api.__main__ import contract

    return contract(settings)


def _page_types(settings: Settings) -> str:
    def note(_: str) -> None:
        return

    with (
        sources(settings.paths.clone, settings.paths.cache, note) as (node, web),
        tempfile.TemporaryDirectory() as folder,
    ):
        made = Path(folder) / "schema.d.ts"
        subprocess.run(
            [
                str(node.program), "node_modules/openapi-typescript/bin/cli.js",
                str(settings.paths.clone / "contracts/openapi.json"), "-o", str(made),
            ],
            cwd=web,
            env=node.environment(),
            check=True,
            stdout=subprocess.DEVNULL,
        )  # fmt: skip
        return made.read_text(encoding="utf-8")


def _show(path: Path, kept: str, fresh: str, command: str) -> None:
    name = os.path.relpath(path)
    lines = list(
        difflib.unified_diff(kept.splitlines(), fresh.splitlines(), name, "fresh", lineterm="")
    )
    sys.stdout.write("\n".join(lines[:_SHOWN_LINES]) + f"\n{name} is out of date: {command}\n")


if __name__ == "__main__":
    sys.exit(main())
