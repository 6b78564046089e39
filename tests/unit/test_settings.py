from __future__ import annotations

import stat
from pathlib import Path

import pytest

from openseat.platform.settings import SettingError, Settings


def load(tmp_path: Path, **values: str) -> Settings:
    return Settings.load({"OPENSEAT_HOME": str(tmp_path / "home"), "HOME": "/nowhere", **values})


def test_nothing_but_loopback_unless_told_otherwise(tmp_path: Path):
    settings = load(tmp_path)
    assert settings.network.web_host == "127.0.0.1"
    assert settings.network.sip_host == "127.0.0.1"
    assert settings.ports.base == 20000
    assert settings.language == "zh-CN"
    assert settings.database.embedded


def test_a_child_reads_the_same_settings(tmp_path: Path):
    settings = load(
        tmp_path,
        OPENSEAT_BASE_PORT="31000",
        OPENSEAT_WEB_HOST="0.0.0.0",
        OPENSEAT_DATABASE_URL="postgresql://boss:pw@db.example:5433/postgres",
        OPENSEAT_RECORDING_FORMAT="alaw",
        OPENSEAT_LANGUAGE="en",
        OPENSEAT_CELL="north",
    )
    assert Settings.load(settings.environment()) == settings


def test_downloads_follow_the_users_cache_folder(tmp_path: Path):
    assert load(tmp_path).paths.cache == Path("/nowhere/.cache/openseat")
    assert load(tmp_path, XDG_CACHE_HOME="/c").paths.cache == Path("/c/openseat")
    assert load(tmp_path, OPENSEAT_CACHE="/d").paths.cache == Path("/d")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("OPENSEAT_BASE_PORT", "80"),
        ("OPENSEAT_BASE_PORT", "many"),
        ("OPENSEAT_RECORDING_FORMAT", "tape"),
        ("OPENSEAT_LANGUAGE", "xx"),
        ("OPENSEAT_LEASE_MS", "5"),
    ],
)
def test_an_unusable_value_is_refused_by_name(tmp_path: Path, name: str, value: str):
    with pytest.raises(SettingError, match=name):
        load(tmp_path, **{name: value})


def test_the_embedded_databases_address(tmp_path: Path):
    settings = load(tmp_path, OPENSEAT_BASE_PORT="31000")
    settings.secrets.ensure()
    password = settings.secrets.read("database_app")
    assert (
        settings.database_url("app")
        == f"postgresql://openseat_app:{password}@127.0.0.1:31001/openseat"
    )
    assert settings.database_url("superuser").endswith("@127.0.0.1:31001/postgres")


def test_a_given_servers_address_keeps_its_options(tmp_path: Path):
    given = "postgresql://boss:pw@db.example:5433/postgres?sslmode=require"
    settings = load(tmp_path, OPENSEAT_DATABASE_URL=given)
    settings.secrets.ensure()
    assert settings.database_url("superuser") == given
    owner = settings.database_url("owner")
    assert owner.startswith("postgresql://openseat_owner:")
    assert owner.endswith("@db.example:5433/openseat?sslmode=require")


def test_everything_an_installation_writes_is_under_its_home(tmp_path: Path):
    paths = load(tmp_path).paths
    paths.create()
    assert paths.run.is_dir()
    assert stat.S_IMODE(paths.recordings.stat().st_mode) == 0o700
    assert paths.spool.is_dir()
    assert all(path.is_relative_to(paths.home) for path in (paths.log, paths.web, paths.postgres))


def test_the_reference_names_every_setting(tmp_path: Path):
    reference = (Path(__file__).parents[2] / "docs/reference/settings.md").read_text("utf-8")
    settings = load(tmp_path, OPENSEAT_DATABASE_URL="postgresql://a@b/c")
    missing = [name for name in settings.environment() if f"`{name}`" not in reference]
    assert not missing
