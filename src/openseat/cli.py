"""``bin/openseat``: the commands of a running or installed OpenSeat."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module


@dataclass(frozen=True, slots=True)
class Command:
    """One command; its module is imported only when it is used, so that every start is quick.

    The module has ``main(arguments: list[str]) -> int``.
    """

    module: str
    help: str

    def run(self, arguments: list[str]) -> int:
        """Carry the command out and return its exit code."""
        main: Callable[[list[str]], int] = import_module(self.module).main
        return main(arguments)


COMMANDS: dict[str, Command] = {
    "status": Command("openseat.installation.show_status", "what runs, since when, what crashed"),
    "doctor": Command("openseat.installation.doctor", "what is wrong with this machine"),
    "logs": Command("openseat.installation.show_logs", "what the processes wrote"),
    "passwords": Command("openseat.installation.show_passwords", "where to look, how to sign in"),
    "supervise": Command("openseat.installation.supervise", "run the processes (bin/up does it)"),
    "prepare-database": Command("openseat.installation.database", "roles, schema, demo floor"),
    "projections": Command("openseat.worker.command", "where the folds stand; fold one anew"),
    "audit": Command("openseat.platform.audit_command", "is the audit trail whole"),
    "prompts": Command("openseat.prompts.cli", "list, add and speak announcements"),
    "replay": Command("openseat.figures.replay", "a day of calls from a file, figures checked"),
    "demo": Command("openseat.simulation.demo", "simulated customers and agents, real calls"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command named by ``arguments`` (the process's own when None)."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    width = max(len(name) for name in COMMANDS)
    listing = "\n".join(f"  {name:<{width}}  {it.help}" for name, it in COMMANDS.items())
    parser = argparse.ArgumentParser(
        "bin/openseat",
        description="Operate OpenSeat on this machine.",
        epilog=f"commands:\n{listing}\n\n`bin/openseat COMMAND --help` tells more.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("command", choices=COMMANDS, metavar="COMMAND")
    chosen = parser.parse_args(given[:1])
    return COMMANDS[chosen.command].run(given[1:])


if __name__ == "__main__":
    sys.exit(main())
