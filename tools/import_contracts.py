"""Checks the import contracts of pyproject.toml: ``python tools/import_contracts.py [FOLDER]``."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

CLONE = Path(__file__).resolve().parents[1]


def main(arguments: list[str]) -> int:
    """Check the clone, or a copy of it in the given folder; return 1 when a contract is broken."""
    folder = Path(arguments[0]) if arguments else CLONE
    os.chdir(folder)
    sys.path.insert(0, str(folder / "src"))
    status = lint_imports(config_filename="pyproject.toml", no_cache=True, no_logo=True)
    return 0 if status == EXIT_STATUS_SUCCESS else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
