from __future__ import annotations

import stat
from pathlib import Path

import pytest

from openseat.platform.fetch import Engine
from openseat.platform.ports import Ports
from openseat.switch.asterisk.configuration import documents, write_configuration
from openseat.switch.asterisk.dialplan import ECHO, extensions
from openseat.switch.asterisk.site import SwitchSite

ENGINE = Engine("22.10.1", Path("/m"), Path("/d"), ("asterisk",), ("sipp",))


def site(folder: Path, role="main", host="127.0.0.1") -> SwitchSite:
    ports = Ports(20000)
    return SwitchSite(
        role=role, engine=ENGINE, folder=folder, sip_host=host,
        ports=ports.main if role == "main" else ports.carrier,
        ari_secret="ari-secret", ami_secret="ami-secret", prompts=folder / "prompts",
    )  # fmt: skip


@pytest.fixture(params=["main", "carrier"])
def either(request, tmp_path):
    return site(tmp_path, request.param)


def test_control_interfaces_listen_on_loopback_whatever_the_sip_address(tmp_path):
    texts = documents(site(tmp_path, host="0.0.0.0"))
    assert "bindaddr=127.0.0.1" in texts["http.conf"]
    assert "bindaddr=127.0.0.1" in texts["manager.conf"]
    assert "permit=127.0.0.1/255.255.255.255" in texts["manager.conf"]
    assert "bind=0.0.0.0:20004" in texts["pjsip.conf"]


def test_there_is_no_anonymous_endpoint_and_no_identifying_by_login_alone(either):
    texts = documents(either)
    assert "[anonymous]" not in texts["pjsip.conf"]
    assert "identifier_anonymous" not in texts["modules.conf"]
    assert "auth_username" not in texts["pjsip.conf"]


def test_modules_are_listed_one_by_one(either):
    text = documents(either)["modules.conf"]
    loads = [line for line in text.splitlines() if line.startswith("load")]
    assert "autoload=no" in text
    assert len(loads) == len(set(loads))


def test_the_main_switch_can_neither_run_programs_nor_route(tmp_path):
    text = documents(site(tmp_path))["modules.conf"]
    for name in ("app_system", "func_shell", "res_agi", "app_dial", "app_queue", "func_curl"):
        assert f"{name}.so" not in text
    assert "live_dangerously = no" in documents(site(tmp_path))["asterisk.conf"]


def test_the_dialplan_hands_over_and_decides_nothing(tmp_path):
    text = extensions(site(tmp_path))
    text = "\n".join(line for line in text.splitlines() if ECHO not in line)
    applications = {
        line.partition(",")[2].rpartition(",")[2].partition("(")[0]
        if line.startswith("exten")
        else line.partition("n,")[2].partition("(")[0]
        for line in text.splitlines()
        if line.strip().startswith(("exten", "same"))
    }
    assert applications <= {"Stasis", "Wait", "Hangup", "trunk)", "phone)", "To)})"}
    assert "exten => h" not in text


def test_a_phone_may_hear_itself_for_a_while_and_no_trunk_may(tmp_path):
    contexts = extensions(site(tmp_path)).split("\n[")
    (echo,) = [context for context in contexts if ECHO in context]
    assert echo.startswith("from-phone]")
    assert "TIMEOUT(absolute)" in echo


def test_files_with_secrets_are_the_owners_alone(tmp_path):
    made = site(tmp_path / "switch")
    write_configuration(made)
    for path in made.etc.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path.name
    assert stat.S_IMODE(made.etc.stat().st_mode) & 0o077 == 0


def test_writing_again_keeps_the_certificate_and_local_files(tmp_path):
    made = site(tmp_path / "switch")
    write_configuration(made)
    certificate = (made.etc / "tls.crt").read_bytes()
    (made.etc / "extensions_local.conf").write_text("[mine]\n", encoding="utf-8")
    (made.etc / "http.conf").write_text("changed by hand", encoding="utf-8")
    write_configuration(made)
    assert (made.etc / "tls.crt").read_bytes() == certificate
    assert (made.etc / "extensions_local.conf").read_text(encoding="utf-8") == "[mine]\n"
    assert "enabled=yes" in (made.etc / "http.conf").read_text(encoding="utf-8")


def test_a_deep_folder_gets_a_short_place_for_its_control_socket(tmp_path):
    deep = site(tmp_path / ("x" * 120))
    assert len(str(deep.run / "asterisk.ctl")) < 108
    assert deep.run == site(tmp_path / ("x" * 120)).run


def test_the_two_switches_share_no_port(tmp_path):
    main, carrier = site(tmp_path), site(tmp_path, "carrier")
    assert f"bindport={main.ports.http}" in documents(main)["http.conf"]
    assert main.ports.http != carrier.ports.http
    assert main.ports.rtp.last < carrier.ports.rtp.first
