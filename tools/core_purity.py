"""The lint that keeps the decision core pure.

``core`` gets time, identifiers and randomness as arguments and touches nothing outside itself.
Import contracts cannot say "only the standard library, and not all of that", so this reads the
syntax tree:  ``python tools/core_purity.py [FOLDER]`` prints each breach and exits 1 if there is
any.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

CORE = Path(__file__).resolve().parents[1] / "src/openseat/core"

#: What of the standard library a pure decision may use. Everything else is a clock, a source of
#: chance, input or output, or another thread of control.
ALLOWED = frozenset(
    {
        "__future__", "abc", "array", "base64", "bisect", "calendar", "collections", "copy",
        "dataclasses", "datetime", "decimal", "enum", "fractions", "functools", "hashlib", "heapq",
        "itertools", "json", "math", "operator", "random", "re", "statistics", "string", "struct",
        "textwrap", "types", "typing", "unicodedata", "zlib", "zoneinfo",
    }
)  # fmt: skip

#: Parts of packages that are otherwise banned.
ALLOWED_PARTS = frozenset({"collections.abc", "urllib.parse"})

#: Allowed modules have some functions that are not pure.
BANNED_CALLS = frozenset(
    {
        "datetime.now", "datetime.utcnow", "datetime.today", "date.today", "datetime.datetime.now",
        "datetime.datetime.utcnow", "datetime.datetime.today", "datetime.date.today",
        "random.SystemRandom", "print", "input", "open", "exec", "eval", "__import__", "breakpoint",
        "id", "hash",
    }
)  # fmt: skip
#: Of `random`, only a generator seeded by the caller.
ALLOWED_RANDOM = frozenset({"Random"})


def breaches(folder: Path) -> Iterator[str]:
    """Yield every breach in the files under ``folder`` as ``path:line: what``."""
    for path in sorted(folder.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
        for node in ast.walk(tree):
            for line, what in _breaches_of(node):
                yield f"{path}:{line}: {what}"


def _breaches_of(node: ast.AST) -> Iterator[tuple[int, str]]:
    match node:
        case ast.Import(names=names):
            for alias in names:
                if not _may_import(alias.name):
                    yield node.lineno, f"core may not import {alias.name}"
        case ast.ImportFrom(module=module, names=names, level=level):
            if level or not _may_import(module or ""):
                yield node.lineno, f"core may not import from {'.' * level}{module or ''}"
            elif module == "random":
                for alias in names:
                    if alias.name not in ALLOWED_RANDOM:
                        yield node.lineno, f"core may not use random.{alias.name}"
        case ast.Call(func=function, args=arguments):
            name = _dotted(function)
            chance = name.startswith("random.") and name.split(".")[1] not in ALLOWED_RANDOM
            if chance or name in BANNED_CALLS:
                yield node.lineno, f"core may not call {name}()"
            elif name in {"Random", "random.Random"} and not arguments:
                yield node.lineno, "a Random without a seed differs from run to run"


def _may_import(module: str) -> bool:
    if module == "openseat.core" or module.startswith("openseat.core."):
        return True
    return module in ALLOWED_PARTS or module in ALLOWED


def _dotted(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=value, attr=name):
            return f"{_dotted(value)}.{name}"
        case _:
            return "?"


def main(arguments: list[str]) -> int:
    """Print the breaches; return 1 if there are any."""
    found = list(breaches(Path(arguments[0]) if arguments else CORE))
    for breach in found:
        sys.stdout.write(breach + "\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
