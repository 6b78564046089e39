from __future__ import annotations

from pathlib import Path

import pytest

from openseat.platform.migrate import FOLDER, newest_revision


def write(folder: Path, name: str, revision: str, follows: str | None) -> None:
    (folder / "versions").mkdir(exist_ok=True)
    text = f'revision = "{revision}"\ndown_revision = {follows!r}\n'
    (folder / "versions" / name).write_text(text)


def test_the_newest_revision_is_the_one_no_other_follows(tmp_path: Path):
    write(tmp_path, "a.py", "0001", None)
    write(tmp_path, "b.py", "0002", "0001")
    write(tmp_path, "c.py", "0003", "0002")
    assert newest_revision(tmp_path) == "0003"


def test_two_newest_revisions_are_an_error(tmp_path: Path):
    write(tmp_path, "a.py", "0001", None)
    write(tmp_path, "b.py", "0002", "0001")
    write(tmp_path, "c.py", "0003", "0001")
    with pytest.raises(ValueError, match="not one newest"):
        newest_revision(tmp_path)


def test_this_programs_own_migrations_are_one_line():
    assert newest_revision(FOLDER)
