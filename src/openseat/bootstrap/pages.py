"""The web pages: built once for each content of ``web/``, outside the clone."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from openseat.bootstrap.console import StepError
from openseat.bootstrap.environment import only_one
from openseat.bootstrap.node import Node, find_node

#: Made by tools inside ``web/``; never a source.
_NOT_SOURCES = frozenset({"node_modules", "dist", "coverage", ".vite", "test-results"})
_ATTEMPTS = 3
#: Some tools colour their errors even when told not to.
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")

Note = Callable[[str], None]


def built_pages(clone: Path, cache: Path) -> Path:
    """Return the folder of the pages built from the clone's ``web/``, existing or not."""
    digest = hashlib.sha256()
    web = clone / "web"
    for path in _sources(web):
        digest.update(f"{path.relative_to(web)}\0".encode())
        digest.update(path.read_bytes())
    return cache / f"pages-{digest.hexdigest()[:16]}"


def build_pages(clone: Path, cache: Path, note: Note) -> Path:
    """Return the folder of the built pages, building them if need be.

    Raises:
        StepError: Node or its packages cannot be had, or the pages do not build.
    """
    pages = built_pages(clone, cache)
    if pages.is_dir():
        return pages
    cache.mkdir(parents=True, exist_ok=True)
    with only_one(cache / "pages.lock"):
        if pages.is_dir():
            return pages
        with sources(clone, cache, note) as (node, web):
            note("building the pages")
            run_node(
                [str(node.program), "node_modules/vite/bin/vite.js", "build"],
                web,
                {**node.environment(), "OPENSEAT_WEB_DIST": str(web / "built")},
                "the pages do not build",
            )
            (web / "built").rename(pages)
    return pages


@contextmanager
def sources(clone: Path, cache: Path, note: Note) -> Iterator[tuple[Node, Path]]:
    """Copy ``web/`` beside links to what its tests compare it with; yield Node and the copy.

    The browser packages are installed; everything is removed afterwards.

    Raises:
        StepError: Node or the packages cannot be had.
    """
    node = find_node(clone, cache, note)
    modules = _install_packages(clone / "web", cache, node, note)
    work = cache / f"pages-work-{os.getpid()}"
    web = work / "web"
    shutil.rmtree(work, ignore_errors=True)
    try:
        shutil.copytree(clone / "web", web, ignore=shutil.ignore_patterns(*_NOT_SOURCES))
        (web / "node_modules").symlink_to(modules / "node_modules")
        for name in ("src", "contracts"):
            (work / name).symlink_to(clone / name)
        yield node, web
    finally:
        shutil.rmtree(work, ignore_errors=True)


def run_node(command: list[str], folder: Path, environment: dict[str, str], problem: str) -> None:
    """Run a command of the browser toolchain in ``folder``.

    Raises:
        StepError: it failed; the message begins with ``problem`` and ends with its last lines.
    """
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        said = _COLOUR.sub("", done.stdout + done.stderr).strip().splitlines()[-15:]
        raise StepError(f"{problem}:\n" + "\n".join(said))


def _install_packages(web: Path, cache: Path, node: Node, note: Note) -> Path:
    names = ("package.json", "package-lock.json")
    digest = hashlib.sha256()
    for name in names:
        digest.update((web / name).read_bytes())
    folder = cache / f"node-{digest.hexdigest()[:16]}"
    if folder.is_dir():
        return folder
    with only_one(cache / f"{folder.name}.lock"):
        if folder.is_dir():
            return folder
        note("installing the browser packages")
        partial = folder.with_suffix(".partial")
        for attempt in range(1, _ATTEMPTS + 1):
            shutil.rmtree(partial, ignore_errors=True)
            partial.mkdir(parents=True)
            for name in names:
                shutil.copy(web / name, partial)
            try:
                run_node(
                    node.npm("ci", "--no-audit", "--no-fund", "--ignore-scripts"),
                    partial,
                    node.environment(),
                    "the browser packages cannot be installed; check the network and the npm "
                    "registry setting, then run the command again",
                )
                break
            except StepError:
                if attempt == _ATTEMPTS:
                    raise
        partial.rename(folder)
    return folder


def _sources(web: Path) -> Iterator[Path]:
    for path in sorted(web.iterdir()):
        if path.name in _NOT_SOURCES:
            continue
        if path.is_dir():
            yield from sorted(inner for inner in path.rglob("*") if inner.is_file())
        else:
            yield path
