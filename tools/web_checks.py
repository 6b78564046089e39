"""Type check, unit tests and build of the pages, in a copy so that the clone stays clean."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from openseat.bootstrap.pages import build_pages, sources
from openseat.platform.settings import Settings


def main() -> int:
    """Run the checks; return 1 when one fails."""
    settings = Settings.load()

    def note(text: str) -> None:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()

    with sources(settings.paths.clone, settings.paths.cache, note) as (node, web):
        for script in ("vue-tsc/bin/vue-tsc.js --noEmit", "vitest/vitest.mjs run"):
            name, *words = script.split()
            note(f"$ {script}")
            done = subprocess.run(
                [str(node.program), str(Path("node_modules") / name), *words],
                cwd=web,
                env=node.environment(),
                stdin=subprocess.DEVNULL,
                check=False,
            )
            if done.returncode:
                return 1
    build_pages(settings.paths.clone, settings.paths.cache, note)
    return 0


if __name__ == "__main__":
    sys.exit(main())
