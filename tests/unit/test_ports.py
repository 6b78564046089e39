from __future__ import annotations

import pytest

from openseat.platform.ports import HIGHEST_BASE, LOWEST_BASE, SPAN, Ports


def test_every_port_lies_within_the_span_and_none_is_used_twice():
    ports = Ports(30000)
    numbers = [
        *ports.listening().values(),
        ports.main.sip_tls,
        ports.carrier.sip_tls,
        *(ports.scratch(number) for number in range(80)),
        *range(ports.main.rtp.first, ports.main.rtp.last + 1),
        *range(ports.carrier.rtp.first, ports.carrier.rtp.last + 1),
    ]
    assert len(numbers) == len(set(numbers))
    assert all(30000 <= number < 30000 + SPAN for number in numbers)


@pytest.mark.parametrize("base", [LOWEST_BASE, HIGHEST_BASE])
def test_the_outermost_bases_are_usable(base: int):
    assert Ports(base).carrier.rtp.last <= 65535


@pytest.mark.parametrize("base", [0, LOWEST_BASE - 1, HIGHEST_BASE + 1])
def test_a_base_without_room_is_refused_by_name(base: int):
    with pytest.raises(ValueError, match="OPENSEAT_BASE_PORT"):
        Ports(base)


@pytest.mark.parametrize("number", [-1, 80])
def test_scratch_ports_end_where_they_are_said_to(number: int):
    with pytest.raises(ValueError, match="scratch"):
        Ports(30000).scratch(number)


def test_a_port_range_knows_its_ports():
    rtp = Ports(30000).main.rtp
    assert rtp.first in rtp
    assert rtp.last + 1 not in rtp
