"""The processes of an installation."""

from __future__ import annotations

from pathlib import Path

from openseat.installation.roles import children
from openseat.platform.settings import Settings


def test_every_process_is_there_once_and_after_what_it_needs(tmp_path: Path) -> None:
    settings = Settings.load({"OPENSEAT_HOME": str(tmp_path)})
    settings.secrets.ensure()
    names = [spec.name for spec in children(settings)]
    assert len(names) == len(set(names))
    for spec in children(settings):
        assert all(names.index(other) < names.index(spec.name) for other in spec.requires)
