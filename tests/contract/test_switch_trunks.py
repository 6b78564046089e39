"""The two ways a carrier is known: by its address, and by our own registration."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest

from openseat.core.effects import Originate
from openseat.core.inputs import LegAnswered, LegArrived, TrunkChanged
from openseat.switch.asterisk import carrier
from openseat.testing.asterisk_stage import AsteriskStage

pytestmark = pytest.mark.switch


@pytest.fixture
async def stage(switches) -> AsyncIterator[AsteriskStage]:
    made = AsteriskStage(switches)
    await made.open()
    password = switches.settings.secrets.read("trunk")
    await made.switch.push_trunks(carrier.trunks(switches.carrier.site, password))
    await made.given(TrunkChanged, trunk_id=carrier.ACCOUNT_TRUNK, reachable=True)
    yield made
    await made.close()


async def registered_contact(stage: AsteriskStage) -> str:
    """Return the contact that the main switch registered at the carrier."""
    found: list[str] = []
    while not found:
        text = await stage.carrier_says("database show registrar")
        found = re.findall(r'"uri":"(sip:openseat@[^"]+)"', text)
        await stage.passes(50)
    return found[0]


async def test_a_call_on_our_registration_is_known_by_it_though_two_trunks_share_an_address(stage):
    contact = await registered_contact(stage)
    asked = contact.replace("sip:openseat@", "sip:4007@")
    body = {"endpoint": f"PJSIP/{carrier.ACCOUNT}/{asked}", "app": "carrier", "callerId": "138"}
    await stage.carry("POST", "channels/by-account", body)
    arrived = await stage.given(LegArrived)
    assert (arrived.trunk_id, arrived.caller, arrived.called) == (
        carrier.ACCOUNT_TRUNK, "138", "4007",
    )  # fmt: skip
    await stage.dials("139", "4008")
    arrived = await stage.given(LegArrived)
    assert (arrived.trunk_id, arrived.called) == (carrier.IP_TRUNK, "4008")


async def test_calls_go_out_by_either_trunk(stage):
    for trunk_id, number in ((carrier.IP_TRUNK, "10086"), (carrier.ACCOUNT_TRUNK, "10010")):
        leg_id = f"out-{number}"
        stage.switch.apply(
            [
                Originate(
                    leg_id=leg_id,
                    number=number,
                    trunk_id=trunk_id,
                    timeout_ms=10_000,
                    caller_number="4001",
                )
            ]
        )
        await (await stage.called(number)).answer()
        await stage.given(LegAnswered, leg_id=leg_id)
