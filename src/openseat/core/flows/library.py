"""The flows and business hours that runs of a cell may come to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from openseat.core.config import CellConfig, HoursConfig
from openseat.core.flows.parse import read
from openseat.core.flows.steps import Flow

KEPT_VERSIONS = 5
"""Earlier versions of a flow kept for calls under way that must be loaded again."""


@dataclass(frozen=True, slots=True)
class Library:
    """Published flows, with their latest earlier versions, and business hours."""

    flows: Mapping[str, Flow] = field(default_factory=dict[str, Flow])
    hours: Mapping[str, HoursConfig] = field(default_factory=dict[str, HoursConfig])
    earlier: Mapping[tuple[str, int], Flow] = field(default_factory=dict[tuple[str, int], Flow])

    @classmethod
    def of(cls, config: CellConfig, before: Library | None = None) -> Library:
        """Return the library of a configuration.

        `before` is the library so far: a flow that did not change is taken from it
        unparsed, and one that did stays findable by its version. A flow that
        cannot be read at all is left out: a call to it fails as `flow_gone`.
        """
        flows: dict[str, Flow] = {}
        earlier = dict(before.earlier) if before else {}
        for flow_id, wanted in config.flows.items():
            old = before.flows.get(flow_id) if before else None
            if old is not None and old.version == wanted.version:
                flows[flow_id] = old
                continue
            if old is not None:
                earlier[flow_id, old.version] = old
            made, _ = read(wanted.definition, flow_id=flow_id, version=wanted.version)
            if made is not None:
                flows[flow_id] = made
        counts: dict[str, int] = {}
        for flow_id, version in sorted(earlier, key=lambda key: -key[1]):
            counts[flow_id] = counts.get(flow_id, 0) + 1
            if counts[flow_id] > KEPT_VERSIONS:
                del earlier[flow_id, version]
        return cls(flows, config.hours, earlier)

    def find(self, flow_id: str, version: int | None = None) -> Flow | None:
        """Return a flow: the wanted version if it is still known, else the present one."""
        if version is not None and (flow_id, version) in self.earlier:
            return self.earlier[flow_id, version]
        return self.flows.get(flow_id)
