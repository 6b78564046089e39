"""Where this machine gets its packages from, read from its own apt sources at run time.

Nothing here knows an archive's address: a mirror, a proxy or an offline copy that the machine's
owner configured is used as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from openseat.platform.fetch.errors import FetchError

#: Debian leaves Asterisk out of its releases and keeps it in unstable; Ubuntu's releases carry one
#: that is too old, and its series under development a new one.
_SUITES = {"debian": ("sid", ("main",)), "ubuntu": ("devel", ("main", "universe"))}

_ONE_LINE = re.compile(
    r"^deb\s+(?:\[(?P<options>[^\]]*)\]\s+)?(?P<uri>\S+)\s+(?P<suite>\S+)\s+(?P<parts>.+)$"
)


@dataclass(frozen=True, slots=True)
class Archive:
    """One package archive, suite and signing key."""

    uri: str
    suite: str
    components: tuple[str, ...]
    #: Keyring file, or None for the keys apt trusts anyway.
    signed_by: str | None = None

    def line(self) -> str:
        """Return the archive as one line of an apt sources file."""
        options = f"[signed-by={self.signed_by}] " if self.signed_by else ""
        return f"deb {options}{self.uri} {self.suite} {' '.join(self.components)}\n"


def switch_archive(root: Path = Path("/")) -> Archive:
    """Return the archive that carries Asterisk for this machine.

    Args:
        root: the file system to read; a test gives its own.

    Raises:
        FetchError: the machine is not Debian or Ubuntu, or names no archive of its release.
    """
    release = _release(root)
    distribution = release.get("ID", "")
    codename = release.get("VERSION_CODENAME", "")
    if distribution not in _SUITES:
        name = release.get("PRETTY_NAME", "this system")
        raise FetchError(
            f"OpenSeat fetches Asterisk on Debian and Ubuntu only, and this is {name}: "
            "install Asterisk 22.4 or newer and SIPp so that `asterisk` and `sipp` are on the PATH"
        )
    for archive in host_archives(root):
        if archive.suite != codename:
            continue
        suite, components = _SUITES[distribution]
        return Archive(archive.uri, suite, components, archive.signed_by)
    raise FetchError(
        f"no archive of {distribution} {codename} is among the apt sources of this machine: "
        "add one, or install Asterisk 22.4 or newer and SIPp yourself"
    )


def host_suite_archive(root: Path = Path("/")) -> Archive:
    """Return the archive this machine's own release comes from.

    Raises:
        FetchError: its apt sources name none.
    """
    codename = _release(root).get("VERSION_CODENAME", "")
    for archive in host_archives(root):
        if archive.suite == codename:
            return archive
    raise FetchError("the apt sources of this machine name no archive of its own release")


def host_archives(root: Path = Path("/")) -> Iterator[Archive]:
    """Yield every archive in the machine's apt sources, one for each suite."""
    apt = root / "etc/apt"
    for path in (apt / "sources.list", *sorted((apt / "sources.list.d").glob("*"))):
        if not path.is_file():
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        if path.suffix == ".sources":
            yield from _paragraphs(text)
        elif path.suffix == ".list":
            yield from _lines(text)


def _release(root: Path) -> dict[str, str]:
    try:
        text = (root / "etc/os-release").read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    pairs = (line.partition("=") for line in text.splitlines() if "=" in line)
    return {name: value.strip().strip('"') for name, _, value in pairs}


def _lines(text: str) -> Iterator[Archive]:
    for line in text.splitlines():
        found = _ONE_LINE.match(line.strip())
        if found is None:
            continue
        signed_by = None
        for option in (found["options"] or "").split():
            name, _, value = option.partition("=")
            if name == "signed-by":
                signed_by = value
        yield Archive(found["uri"], found["suite"], tuple(found["parts"].split()), signed_by)


def _paragraphs(text: str) -> Iterator[Archive]:
    for paragraph in re.split(r"\n\s*\n", text):
        fields: dict[str, str] = {}
        name = ""
        for line in paragraph.splitlines():
            if line.startswith("#"):
                continue
            if line[:1].isspace() and name:
                fields[name] += " " + line.strip()
            elif ":" in line:
                name, _, value = line.partition(":")
                name = name.strip().lower()
                fields[name] = value.strip()
        if "deb" not in fields.get("types", "").split() or fields.get("enabled") == "no":
            continue
        # A key pasted into the file itself cannot be named on one line; apt's own keys serve then.
        signed_by = fields.get("signed-by")
        if signed_by is not None and not signed_by.startswith("/"):
            signed_by = None
        for uri in fields.get("uris", "").split():
            for suite in fields.get("suites", "").split():
                yield Archive(uri, suite, tuple(fields.get("components", "").split()), signed_by)
