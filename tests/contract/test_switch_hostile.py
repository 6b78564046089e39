"""The real switch among people who mean no good, and under garbage."""

from __future__ import annotations

import random
import socket
from collections.abc import AsyncIterator

import pytest

from openseat.core.effects import Answer
from openseat.core.inputs import LegAnswered, LegArrived, SwitchLost
from openseat.switch.asterisk.health import answers
from openseat.testing.asterisk_stage import AsteriskStage
from openseat.testing.stage import PHONES

pytestmark = pytest.mark.switch

_PATIENCE_S = 5.0


@pytest.fixture
async def stage(switches) -> AsyncIterator[AsteriskStage]:
    made = AsteriskStage(switches)
    await made.open()
    yield made
    await made.close()


def invite(port: int, caller: str, called: str, own_port: int) -> bytes:
    return (
        f"INVITE sip:{called}@127.0.0.1:{port} SIP/2.0\r\n"
        f"Via: SIP/2.0/UDP 127.0.0.1:{own_port};branch=z9hG4bK{random.getrandbits(64):x};rport\r\n"
        f"From: <sip:{caller}@127.0.0.1>;tag=1\r\nTo: <sip:{called}@127.0.0.1>\r\n"
        f"Call-ID: {random.getrandbits(64):x}\r\nCSeq: 1 INVITE\r\nMax-Forwards: 70\r\n"
        f"Contact: <sip:{caller}@127.0.0.1:{own_port}>\r\nContent-Length: 0\r\n\r\n"
    ).encode()


def final_status(port: int, caller: str, called: str) -> int:
    """Send an INVITE from a port nobody knows, and return the first final answer's status."""
    with socket.socket(type=socket.SOCK_DGRAM) as sender:
        sender.bind(("127.0.0.1", 0))
        sender.settimeout(_PATIENCE_S)
        own_port = sender.getsockname()[1]
        sender.sendto(invite(port, caller, called, own_port), ("127.0.0.1", port))
        while True:
            status = int(sender.recv(65536).split()[1])
            if status >= 200:
                return status


@pytest.mark.parametrize("caller", ["13800138000", PHONES[0].endpoint, "trunk-carrier", "openseat"])
async def test_strangers_cannot_call_whoever_they_claim_to_be(stage, caller):
    port = stage.pair.main.site.ports.sip
    assert final_status(port, caller, "4001") in {401, 403}
    assert (await stage.left_over())[0] == 0
    assert not [one for one in stage.seen if isinstance(one, LegArrived)]


async def test_a_wrong_password_does_not_let_a_phone_in(stage):
    port = stage.pair.main.site.ports.sip
    with socket.socket(type=socket.SOCK_DGRAM) as sender:
        sender.bind(("127.0.0.1", 0))
        sender.settimeout(_PATIENCE_S)
        name, own_port = PHONES[0].endpoint, sender.getsockname()[1]
        register = (
            invite(port, name, name, own_port)
            .replace(b"INVITE sip:" + name.encode() + b"@", b"REGISTER sip:")
            .replace(b"1 INVITE", b"1 REGISTER")
            .replace(
                b"Content-Length",
                f'Authorization: Digest username="{name}", realm="openseat", nonce="0", '
                f'uri="sip:127.0.0.1", response="{"0" * 32}"\r\nContent-Length'.encode(),
            )
        )
        sender.sendto(register, ("127.0.0.1", port))
        assert int(sender.recv(65536).split()[1]) in {401, 403}


def garbage(rng: random.Random, port: int) -> bytes:
    whole = bytearray(invite(port, "13800138000", "4001", 5060))
    kind = rng.randrange(5)
    if kind == 0:
        return rng.randbytes(rng.randrange(1, 2000))
    if kind == 1:
        return bytes(whole[: rng.randrange(len(whole))])
    if kind == 2:
        for _ in range(20):
            whole[rng.randrange(len(whole))] = rng.randrange(256)
        return bytes(whole)
    if kind == 3:
        return bytes(whole).replace(b"70", b"9" * 400).replace(b"CSeq: 1", b"CSeq: -1")
    return bytes(whole).replace(b"Length: 0", b"Length: 99999") + b"v=0\r\n" * 200


async def test_sip_garbage_hurts_neither_the_switch_nor_the_floor(stage):
    site = stage.pair.main.site
    rng = random.Random(20)
    with socket.socket(type=socket.SOCK_DGRAM) as sender:
        for _ in range(500):
            sender.sendto(garbage(rng, site.ports.sip), ("127.0.0.1", site.ports.sip))
    for _ in range(10):
        with socket.create_connection(("127.0.0.1", site.ports.sip), _PATIENCE_S) as stream:
            stream.sendall(garbage(rng, site.ports.sip))
    await stage.dials("13800138000", "4001")
    leg_id = (await stage.given(LegArrived, caller="13800138000")).leg_id
    stage.switch.apply([Answer(leg_id=leg_id)])
    await stage.given(LegAnswered, leg_id=leg_id)
    assert answers(site)
    assert not [one for one in stage.seen if isinstance(one, SwitchLost)]


async def test_control_interfaces_are_on_loopback_only_and_want_the_secret(stage):
    site = stage.pair.main.site
    with socket.create_connection(("127.0.0.1", site.ports.ami), _PATIENCE_S) as stream:
        stream.sendall(b"Action: Login\r\nUsername: openseat\r\nSecret: wrong\r\n\r\n")
        said = b""
        while b"Authentication" not in said:
            piece = stream.recv(4096)
            assert piece
            said += piece
    assert b"Authentication failed" in said
    with socket.create_connection(("127.0.0.1", site.ports.http), _PATIENCE_S) as stream:
        stream.sendall(b"GET /ari/channels HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert stream.recv(4096).startswith(b"HTTP/1.1 401")
