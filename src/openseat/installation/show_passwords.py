"""``bin/openseat passwords``: where to look and how to sign in."""

from __future__ import annotations

import argparse
import sys

from openseat.bootstrap.welcome import welcome
from openseat.platform.settings import Settings


def main(arguments: list[str]) -> int:
    """Print the address of the pages and the demonstration accounts."""
    argparse.ArgumentParser("bin/openseat passwords").parse_args(arguments)
    sys.stdout.write(welcome(Settings.load()) + "\n")
    return 0
