from __future__ import annotations

import stat
from pathlib import Path

import pytest

from openseat.platform.secrets import NAMES, SecretMissingError, Secrets


def test_secrets_are_made_once_differ_and_are_the_owners_alone(tmp_path: Path):
    secrets = Secrets(tmp_path / "secrets")
    secrets.ensure()
    first = {name: secrets.read(name) for name in NAMES}
    secrets.ensure()
    assert {name: secrets.read(name) for name in NAMES} == first
    assert len(set(first.values())) == len(NAMES)
    assert stat.S_IMODE(secrets.folder.stat().st_mode) == 0o700
    for path in secrets.folder.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_new_secret_joins_those_of_an_older_installation(tmp_path: Path):
    secrets = Secrets(tmp_path)
    secrets.ensure()
    kept = secrets.read("ari")
    (tmp_path / "floor_link").unlink()
    secrets.ensure()
    assert secrets.read("floor_link")
    assert secrets.read("ari") == kept


def test_a_folder_opened_by_accident_is_closed_again(tmp_path: Path):
    folder = tmp_path / "secrets"
    folder.mkdir(mode=0o755)
    Secrets(folder).ensure()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_there_are_no_default_secrets(tmp_path: Path):
    with pytest.raises(SecretMissingError, match="run bin/up"):
        Secrets(tmp_path).read("ari")
    with pytest.raises(SecretMissingError, match="no secret called"):
        Secrets(tmp_path).read("../ari")


def test_typed_passwords_have_no_characters_that_look_alike(tmp_path: Path):
    secrets = Secrets(tmp_path)
    secrets.ensure()
    assert not set(secrets.read("demo_admin")) & set("0o1liIO")
