from __future__ import annotations

from pathlib import Path

import pytest

from openseat.platform.fetch import FetchError
from openseat.platform.fetch.engine import usable
from openseat.platform.fetch.sources import Archive, host_suite_archive, switch_archive

DEB822 = """\
Types: deb
# a comment
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: http://mirror.example/debian-security
Suites: bookworm-security
Components: main
"""


def machine(root: Path, release: str, files: dict[str, str]) -> Path:
    (root / "etc/apt/sources.list.d").mkdir(parents=True)
    (root / "etc/os-release").write_text(release)
    for name, text in files.items():
        (root / "etc/apt" / name).write_text(text)
    return root


def test_debian_keeps_asterisk_in_unstable(tmp_path: Path):
    root = machine(
        tmp_path, "ID=debian\nVERSION_CODENAME=bookworm\n", {"sources.list.d/a.sources": DEB822}
    )
    assert switch_archive(root) == Archive(
        "http://mirror.example/debian",
        "sid",
        ("main",),
        "/usr/share/keyrings/debian-archive-keyring.gpg",
    )
    assert host_suite_archive(root).suite == "bookworm"


def test_ubuntu_has_a_new_one_in_its_series_under_development(tmp_path: Path):
    lines = (
        "# main archive\n"
        "deb-src http://mirror.example/ubuntu noble main\n"
        "deb [arch=amd64 signed-by=/k.gpg] http://mirror.example/ubuntu noble main restricted\n"
    )
    root = machine(tmp_path, 'ID=ubuntu\nVERSION_CODENAME="noble"\n', {"sources.list": lines})
    archive = switch_archive(root)
    assert archive.line() == (
        "deb [signed-by=/k.gpg] http://mirror.example/ubuntu devel main universe\n"
    )


def test_a_disabled_paragraph_and_a_pasted_key_are_understood(tmp_path: Path):
    text = (
        "Enabled: no\nTypes: deb\nURIs: http://off.example\nSuites: trixie\nComponents: main\n\n"
        "Types: deb deb-src\nURIs: http://on.example\nSuites: trixie\nComponents: main\n"
        "Signed-By:\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n"
    )
    root = machine(
        tmp_path, "ID=debian\nVERSION_CODENAME=trixie\n", {"sources.list.d/d.sources": text}
    )
    archive = switch_archive(root)
    assert archive.uri == "http://on.example"
    assert archive.signed_by is None


def test_another_system_is_told_what_to_install(tmp_path: Path):
    root = machine(tmp_path, 'ID=fedora\nPRETTY_NAME="Fedora 44"\n', {})
    with pytest.raises(FetchError, match=r"Fedora 44: install Asterisk 22.4 or newer and SIPp"):
        switch_archive(root)


def test_a_machine_without_an_archive_of_its_release_is_told_so(tmp_path: Path):
    root = machine(
        tmp_path,
        "ID=debian\nVERSION_CODENAME=bookworm\n",
        {"sources.list": "deb http://x.example stretch main\n"},
    )
    with pytest.raises(FetchError, match="debian bookworm"):
        switch_archive(root)
    with pytest.raises(FetchError, match="its own release"):
        host_suite_archive(root)


@pytest.mark.parametrize(
    ("version", "fits"),
    [
        ("18.20.0", False),
        ("20.6.0", False),
        ("20.14.0", True),
        ("21.8.9", False),
        ("22.3", False),
        ("22.4", True),
        ("22.10.1", True),
        ("23.0.0", True),
        ("23", True),
        ("20", False),
    ],
)
def test_only_an_asterisk_that_takes_requests_over_its_websocket_is_used(version: str, fits: bool):
    assert usable(version) is fits
