"""What agents' phones show of customers whose project hides them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from openseat.core import effects as fx
from openseat.core import inputs as i
from openseat.core.cell import Cell
from openseat.core.identity import CountingIds
from openseat.core.masking import mask
from openseat.testing.cells import World, config


def world(*, masked: bool) -> World:
    made = config()
    projects = {key: replace(one, numbers_masked=masked) for key, one in made.projects.items()}
    w = World(Cell(replace(made, projects=projects), CountingIds("1")))
    w.sign_in("ag1001")
    return w


def shown(w: World) -> list[str]:
    """What the phones that rang were shown."""
    return [one.caller_number for one in w.effects if isinstance(one, fx.Originate)]


@pytest.mark.parametrize("masked", [True, False])
def test_a_customers_call_shows_the_mask(masked: bool) -> None:
    w = world(masked=masked)
    w.call_in()
    (call,) = w.cell.state.calls.values()
    assert shown(w) == [mask(call.caller) if masked else call.caller]
    assert call.caller.isdecimal() or call.caller.startswith("+")


@pytest.mark.parametrize("masked", [True, False])
def test_a_call_out_shows_the_mask_on_the_own_phone_and_dials_the_number(masked: bool) -> None:
    w = world(masked=masked)
    number = "+8613800000001"
    w.do(i.DialOut(agent_id="ag1001", number=number, project_id="p-a"))
    (own,) = [one for one in w.effects if isinstance(one, fx.Originate)]
    assert own.caller_number == (mask(number) if masked else number)
    w.do(i.LegAnswered(leg_id=own.leg_id))
    customer = [one for one in w.effects if isinstance(one, fx.Originate) and one.number]
    assert [one.number for one in customer] == [number]
