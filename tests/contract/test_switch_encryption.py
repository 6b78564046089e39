"""TLS and SRTP on the real switch: who is heard, what the wire shows, and who is refused."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from openseat.core.effects import Answer, Bridge, Originate
from openseat.core.inputs import EndpointChanged, LegAnswered, LegArrived, LegEnded, TrunkChanged
from openseat.platform.ports import PortRange
from openseat.switch.asterisk import carrier
from openseat.switch.port import Phone
from openseat.testing.asterisk_stage import AsteriskPerson, AsteriskStage
from openseat.testing.stage import PHONES, TRUNK, seat
from openseat.testing.switches import RunningSwitch, RunningSwitches, running_switches
from openseat.testing.wiretap import Wiretap, tapped

pytestmark = pytest.mark.switch

CARRIER_HOST, TAP = "127.0.0.2", "127.0.0.3"
"""An address of its own for the carrier: a connection is known by nothing else."""

CUSTOMER_HZ, AGENT_HZ = 440, 700
CLEAR_SHARE = 0.5
ENCRYPTED = Phone(endpoint="8101", password="phone-8101-password", srtp=True)


@dataclass
class Line:
    """The stage, and what passes on its wire."""

    stage: AsteriskStage
    tap: Wiretap
    sip_log: Path

    async def dials(self, by: str, caller: str) -> AsteriskPerson:
        """A customer dials in over one of the carrier's ways to the main switch."""
        body = {"endpoint": f"PJSIP/4001@{by}", "app": "carrier", "callerId": caller}
        await self.stage.carry("POST", f"channels/{caller}", body)
        return AsteriskPerson(caller, self.stage)

    async def answered(self, by: str, caller: str) -> tuple[LegArrived, AsteriskPerson]:
        """The same, until the leg is up."""
        person = await self.dials(by, caller)
        arrived = await self.stage.given(LegArrived, caller=caller)
        self.stage.switch.apply([Answer(leg_id=arrived.leg_id)])
        await self.stage.given(LegAnswered, leg_id=arrived.leg_id)
        return arrived, person

    async def rung(self, endpoint: str) -> tuple[str, AsteriskPerson]:
        """An agent on an answered leg."""
        leg_id = f"leg-{endpoint}"
        self.stage.switch.apply(
            [Originate(leg_id=leg_id, agent_id=seat(endpoint), timeout_ms=10_000)]
        )
        person = await self.stage.called(endpoint)
        await person.answer()
        await self.stage.given(LegAnswered, leg_id=leg_id)
        assert isinstance(person, AsteriskPerson)
        return leg_id, person

    async def phones(self, *phones: Phone) -> None:
        """The main switch's phones from now on, each with its agent."""
        await self.stage.switch.push_phones(phones)
        for phone in phones:
            self.stage.switch.bind(seat(phone.endpoint), phone.endpoint)

    def media_lines(self) -> set[bytes]:
        """The kinds of audio asked for in the SDP of every call so far."""
        packets = self.sip_log.read_bytes().splitlines()
        return {line.split()[2] for line in packets if line.startswith(b"m=audio")}


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[RunningSwitches]:
    with running_switches(tmp_path) as made:
        made.carrier.stop()
        site = made.carrier.site
        few = PortRange(site.ports.rtp.first, site.ports.rtp.first + 19)
        ports = replace(site.ports, rtp=few)
        made.carrier = RunningSwitch(replace(site, sip_host=CARRIER_HOST, ports=ports))
        made.carrier.start()
        yield made
        made.carrier.stop()


@pytest.fixture
async def line(pair: RunningSwitches, tmp_path: Path) -> AsyncIterator[Line]:
    stage = AsteriskStage(pair)
    await stage.open()
    log = tmp_path / "sip.pcap"
    await stage.carry("POST", "asterisk/modules/res_pjsip_logger.so")
    await stage.carrier_says(f"pjsip set logger pcap {log}")
    await stage.carrier_says("pjsip set logger on")
    rtp = pair.carrier.site.ports.rtp
    async with tapped(CARRIER_HOST, TAP, rtp) as tap:
        yield Line(stage, tap, log)
    await stage.close()


async def test_a_call_on_an_encrypted_trunk_is_heard_by_both_and_by_nobody_between(line: Line):
    stage, pair = line.stage, line.stage.pair
    await stage.teach_encryption()
    await stage.name_media_address(carrier.MAIN_ENCRYPTED, TAP)
    await stage.switch.push_trunks([carrier.encrypted_trunk(pair.carrier.site)])
    await stage.given(TrunkChanged, trunk_id=carrier.ENCRYPTED_TRUNK, reachable=True)
    arrived, customer = await line.answered(carrier.MAIN_ENCRYPTED, "13800138000")
    assert arrived.trunk_id == carrier.ENCRYPTED_TRUNK
    leg_id = "leg-out"
    stage.switch.apply(
        [
            Originate(
                leg_id=leg_id,
                number="10086",
                trunk_id=carrier.ENCRYPTED_TRUNK,
                timeout_ms=10_000,
                caller_number="4001",
            )
        ]
    )
    other = await stage.called("10086")
    await other.answer()
    await stage.given(LegAnswered, leg_id=leg_id)
    stage.switch.apply([Bridge(bridge_id="talk", legs=(arrived.leg_id, leg_id))])
    # Each side sends to where it hears the other from: the main switch, which only knows the tap,
    # must be the first to send on the second leg.
    await customer.speak(CUSTOMER_HZ)
    assert await other.hears(CUSTOMER_HZ)
    await other.speak(AGENT_HZ)
    assert await customer.hears(AGENT_HZ)
    assert line.media_lines() == {b"RTP/SAVP"}
    assert sum(len(packets) > 30 for packets in line.tap.streams.values()) >= 2
    assert (line.tap.heard(CUSTOMER_HZ), line.tap.heard(AGENT_HZ)) == (0, 0)


async def test_on_a_plain_trunk_whoever_is_between_hears_both(line: Line):
    """What the test above would see if nothing were encrypted."""
    stage = line.stage
    await stage.name_media_address(carrier.MAIN, TAP)
    arrived, customer = await line.answered(carrier.MAIN, "13800138000")
    assert arrived.trunk_id == TRUNK
    leg_id, agent = await line.rung(PHONES[0].endpoint)
    stage.switch.apply([Bridge(bridge_id="talk", legs=(arrived.leg_id, leg_id))])
    await agent.speak(AGENT_HZ)
    assert await customer.hears(AGENT_HZ)
    await customer.speak(CUSTOMER_HZ)
    assert await agent.hears(CUSTOMER_HZ)
    assert line.media_lines() == {b"RTP/AVP"}
    assert line.tap.heard(CUSTOMER_HZ) > CLEAR_SHARE
    assert line.tap.heard(AGENT_HZ) > CLEAR_SHARE


async def test_a_phone_that_speaks_tls_and_srtp_is_called_and_heard(line: Line):
    stage = line.stage
    await stage.teach_encryption()
    await line.phones(*PHONES, ENCRYPTED)
    await stage.plug_in(ENCRYPTED)
    await stage.given(EndpointChanged, agent_id=seat(ENCRYPTED.endpoint), reachable=True)
    first, agent = await line.rung(ENCRYPTED.endpoint)
    assert line.media_lines() == {b"RTP/SAVP"}
    second, colleague = await line.rung(PHONES[0].endpoint)
    stage.switch.apply([Bridge(bridge_id="talk", legs=(first, second))])
    await agent.speak(AGENT_HZ)
    await colleague.speak(CUSTOMER_HZ)
    assert await agent.hears(CUSTOMER_HZ)
    assert await colleague.hears(AGENT_HZ)


async def test_a_phone_in_the_clear_is_refused_where_encryption_is_demanded(line: Line):
    stage = line.stage
    plain, demanded = PHONES[0], replace(PHONES[0], srtp=True)
    # The phone itself stays as it was: UDP and RTP in the clear.
    await stage.switch.push_phones([demanded, *PHONES[1:]])
    stage.seen.clear()
    stage.switch.apply(
        [Originate(leg_id="leg-plain", agent_id=seat(plain.endpoint), timeout_ms=10_000)]
    )
    ended = await stage.given(LegEnded, leg_id="leg-plain")
    assert ended.cause not in (0, 16, 19)
    body = {"endpoint": f"PJSIP/4001@{plain.endpoint}", "app": "carrier"}
    await stage.carry("POST", "channels/in-the-clear", body)
    await stage.event("ChannelDestroyed", "in-the-clear")
    assert not [one for one in stage.seen if isinstance(one, LegArrived)]


async def test_a_trunk_in_the_clear_is_refused_where_encryption_is_demanded(line: Line):
    stage, pair = line.stage, line.stage.pair
    await stage.switch.push_trunks([carrier.encrypted_trunk(pair.carrier.site)])
    await stage.given(TrunkChanged, trunk_id=carrier.ENCRYPTED_TRUNK, reachable=True)
    stage.seen.clear()
    await line.dials(carrier.MAIN, "13800138000")
    await stage.event("ChannelDestroyed", "13800138000")
    assert not [one for one in stage.seen if isinstance(one, LegArrived)]
