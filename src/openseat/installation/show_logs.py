"""``bin/openseat logs``: what the processes wrote."""

from __future__ import annotations

import argparse
import subprocess
import sys

from openseat.platform.settings import Settings


def main(arguments: list[str]) -> int:
    """Print the end of one process's log or of all, or follow them."""
    settings = Settings.load()
    folder = settings.paths.log
    names = sorted(path.stem for path in folder.glob("*.log"))
    parser = argparse.ArgumentParser("bin/openseat logs")
    parser.add_argument("name", nargs="*", help=f"of: {', '.join(names) or 'none yet'}")
    parser.add_argument("-n", "--lines", type=int, default=20)
    parser.add_argument("-f", "--follow", action="store_true", help="go on as they grow")
    options = parser.parse_args(arguments)
    unknown = set(options.name) - set(names)
    if unknown:
        parser.error(f"there is no log of {', '.join(sorted(unknown))}")
    files = [str(folder / f"{name}.log") for name in options.name or names]
    if not files:
        sys.stdout.write(f"There are no logs in {folder} yet: run bin/up\n")
        return 0
    follow = ["-F"] if options.follow else []
    command = ["tail", "-n", str(options.lines), *follow, "--", *files]
    try:
        return subprocess.run(command, check=False).returncode
    except KeyboardInterrupt:
        return 0
