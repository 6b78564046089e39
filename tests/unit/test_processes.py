from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from openseat.platform.processes import ProcessRecord


def test_this_process_is_recognised_from_its_record(tmp_path: Path):
    record = ProcessRecord.of(os.getpid())
    assert record is not None
    record.write(tmp_path / "me.pid")
    found = ProcessRecord.read(tmp_path / "me.pid")
    assert found == record
    assert found.alive()


def test_a_reused_process_id_is_not_mistaken():
    record = ProcessRecord.of(os.getpid())
    assert record is not None
    assert not replace(record, start_time=record.start_time - 1).alive()
    assert not replace(record, boot="another").alive()


def test_an_ended_process_is_not_alive_even_before_it_is_reaped():
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    record = ProcessRecord.of(process.pid)
    assert record is not None
    assert record.alive()
    process.kill()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert not record.alive()
    process.communicate()
    assert ProcessRecord.of(process.pid) is None


def test_a_damaged_record_says_nothing(tmp_path: Path):
    path = tmp_path / "x.pid"
    assert ProcessRecord.read(path) is None
    for text in ("", "{", "[]", '{"pid": 1}'):
        path.write_text(text)
        assert ProcessRecord.read(path) is None
