from __future__ import annotations

from openseat.switch.asterisk.ends import EndLog, Position


def line(leg_id: str, at: str = "1795293732.526697", cause: int = 16) -> str:
    return f'"{at}","{leg_id}","{{""hangupcause"":{cause},""hangupsource"":""x""}}"\n'


def make(tmp_path, text: str) -> EndLog:
    (tmp_path / "ends.csv").write_text(text, encoding="utf-8")
    return EndLog(tmp_path / "ends.csv", tmp_path / "listened.json")


def test_an_end_carries_its_cause_and_its_true_time(tmp_path):
    (end,) = make(tmp_path, line("leg-1", cause=17)).since(Position()).values()
    assert (end.leg_id, end.cause, end.at) == ("leg-1", 17, 1795293732526)


def test_a_missing_cause_counts_as_normal(tmp_path):
    log = make(tmp_path, line("leg-0", cause=0) + '"1795293732.5","leg-x","nonsense"\n')
    assert {end.leg_id: (end.cause, end.at) for end in log.since(Position()).values()} == {
        "leg-0": (16, 1795293732526),
        "leg-x": (16, 1795293732500),
    }


def test_no_log_means_no_ends(tmp_path):
    log = EndLog(tmp_path / "none.csv", tmp_path / "listened.json")
    assert log.since(Position("x", 100)) == {}
    assert log.position() == Position()


def test_broken_lines_and_a_line_being_written_are_left_out(tmp_path):
    text = "garbage\n" + '"not a time","leg-1","{}"\n' + line("leg-2") + line("leg-3")[:-20]
    assert set(make(tmp_path, text).since(Position())) == {"leg-2"}


def test_the_position_survives_and_only_what_follows_is_read_again(tmp_path):
    old = "".join(line(f"old-{n}") for n in range(2000))
    log = make(tmp_path, old)
    log.note("2026-11-21T20:00:00+00:00")
    position = EndLog(log.log, log.mark).position()
    assert position.startup == "2026-11-21T20:00:00+00:00"
    with log.log.open("a", encoding="utf-8") as file:
        file.write(line("new"))
    read = log.since(position)
    assert "new" in read
    assert "old-0" not in read, "what was heard long ago is not read again"


def test_a_rotated_log_is_read_from_its_beginning(tmp_path):
    log = make(tmp_path, line("first"))
    assert set(log.since(Position("x", 10_000_000))) == {"first"}


def test_a_damaged_position_is_no_position(tmp_path):
    log = make(tmp_path, "")
    log.mark.write_text("{broken", encoding="utf-8")
    assert log.position() == Position()
