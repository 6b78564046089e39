"""Which handler answers which input.

`Configure` is not here: the cell itself takes in a new picture of the directory.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from openseat.core import events as e
from openseat.core import inputs as i
from openseat.core.agents import LinkBack, LinkLost
from openseat.core.cell import (
    announcing,
    arriving,
    asking,
    conferring,
    dialling,
    ending,
    flowing,
    greeting,
    hosting,
    legs,
    people,
    phoning,
    queueing,
    recovery,
    sending,
    service_line,
    supervising,
    talking,
    trunk_test,
)
from openseat.core.cell.turn import Turn
from openseat.core.flows.actions import Fetched


def _leg_ended(turn: Turn, it: i.LegEnded) -> None:
    ending.leg_ended(turn, it.leg_id, it.cause, it.at)


def _playback_ended(turn: Turn, it: i.PlaybackEnded) -> None:
    call = turn.call_of(it.leg_id)
    if call is None or asking.said(turn, call, it.playback_id, ok=it.ok):
        return
    if greeting.playback_ended(turn, call, it.playback_id):
        return
    if announcing.playback_ended(turn, call, it.playback_id, ok=it.ok):
        return
    if service_line.serves(call):
        service_line.played(turn, call, it.playback_id)
    elif not queueing.announcement_ended(turn, call, it.playback_id):
        flowing.playback_ended(turn, call, it.playback_id, it.ok)


def _recording_ended(turn: Turn, it: i.RecordingEnded) -> None:
    for call in turn.state.calls.values():
        if it.recording_id in call.recordings:
            ending.recording_ended(
                turn, call, it.recording_id, ok=it.ok, duration_ms=it.duration_ms
            )
            return


def _effect_failed(turn: Turn, it: i.EffectFailed) -> None:
    call = turn.call_of(it.leg_id)
    if call is not None and it.effect == "Overhear":
        supervising.overhearing_failed(turn, call, it.leg_id)
    if call is not None and it.effect == "StartRecording":
        for recording_id, leg_id in list(call.recordings.items()):
            if leg_id == it.leg_id:
                ending.recording_ended(turn, call, recording_id, ok=False)


def _switch_lost(turn: Turn, _it: i.SwitchLost) -> None:
    if turn.state.switch_lost_at is None:
        turn.record_cell(e.SwitchWasLost())


def _trunk_changed(turn: Turn, it: i.TrunkChanged) -> None:
    if turn.state.trunks.get(it.trunk_id) is not it.reachable:
        turn.record_cell(e.TrunkWasChanged(trunk_id=it.trunk_id, reachable=it.reachable))


def _phone_registered(turn: Turn, it: i.PhoneRegistered) -> None:
    known = turn.state.phones.get(it.endpoint)
    before = known.address if known is not None else ""
    if before != it.address and not (before and it.address == i.ADDRESS_UNKNOWN):
        turn.record_cell(e.PhoneWasRegistered(endpoint=it.endpoint, address=it.address))


def _link(turn: Turn, it: i.AgentLink) -> None:
    agent = turn.agent(it.agent_id)
    turn.stimulate(agent, LinkBack() if it.connected else LinkLost())
    phoning.link_lost(turn, agent)


def _http_replied(turn: Turn, it: i.HttpReplied) -> None:
    call = turn.state.calls.get(turn.requests.pop(it.request_id, ""))
    if call is not None:
        flowing.tell(turn, call, Fetched(status=it.status, body=it.body))


def _stored(turn: Turn, it: i.RecordingStored) -> None:
    part = it.segment_id or "whole"
    if f"{it.recording_id}/{part}" not in turn.state.stored:
        event = e.RecordingWasStored(
            call_id=it.call_id,
            recording_id=it.recording_id,
            segment_id=it.segment_id,
            path=it.path,
            sha256=it.sha256,
            bytes=it.bytes,
            duration_ms=it.duration_ms,
        )
        turn.record_stored(event, it.client_id)


HANDLERS: Final[Mapping[type[Any], Callable[[Turn, Any], None]]] = {
    i.LegArrived: arriving.arrived,
    i.LegRinging: lambda turn, it: legs.ringing(turn, it.leg_id),
    i.LegAnswered: lambda turn, it: legs.answered(turn, it.leg_id),
    i.LegEnded: _leg_ended,
    i.DigitPressed: lambda turn, it: legs.digit(turn, it.leg_id, it.digit),
    i.PlaybackEnded: _playback_ended,
    i.RecordingEnded: _recording_ended,
    i.LegSpoke: trunk_test.spoke,
    i.EffectFailed: _effect_failed,
    i.SwitchLost: _switch_lost,
    i.SwitchRestored: recovery.switch_restored,
    i.EndpointChanged: people.phone_changed,
    i.PhoneRegistered: _phone_registered,
    i.TrunkChanged: _trunk_changed,
    i.SignIn: people.sign_in,
    i.ChangePhone: people.change_phone,
    i.SignOut: people.own_state,
    i.SetIdle: people.own_state,
    i.SetBusy: people.own_state,
    i.SetOutboundOnly: people.own_state,
    i.ExtendAfterCallWork: people.own_state,
    i.AgentLink: _link,
    i.RefuseOffer: lambda turn, it: people.refuse(turn, it.agent_id),
    i.Hold: lambda turn, it: talking.hold(turn, it.agent_id),
    i.Resume: lambda turn, it: talking.resume(turn, it.agent_id),
    i.HangUp: lambda turn, it: talking.hang_up(turn, it.agent_id),
    i.Transfer: lambda turn, it: sending.transfer(turn, it.agent_id, it.target),
    i.Consult: lambda turn, it: conferring.consult(turn, it.agent_id, it.target),
    i.ReturnToCustomer: lambda turn, it: conferring.return_to_customer(turn, it.agent_id),
    i.CompleteTransfer: lambda turn, it: conferring.complete_transfer(turn, it.agent_id),
    i.Conference: lambda turn, it: conferring.conference(turn, it.agent_id),
    i.Swap: lambda turn, it: conferring.swap(turn, it.agent_id),
    i.Mute: hosting.mute,
    i.RemoveParty: hosting.remove_party,
    i.EndConference: lambda turn, it: hosting.end_conference(turn, it.agent_id),
    i.PressKeys: hosting.press_keys,
    i.PlayPrompt: announcing.play,
    i.StopPrompt: lambda turn, it: announcing.stop(turn, it.agent_id),
    i.DialOut: dialling.dial_out,
    i.PickUp: dialling.pick_up,
    i.RecordCall: lambda turn, it: talking.record_on_demand(
        turn, it.agent_id, recorded=it.recorded
    ),
    i.PromiseCallback: people.promise_callback,
    i.ReconnectPhone: phoning.reconnect,
    i.Dispose: people.dispose,
    i.PauseCallRecording: lambda turn, it: talking.pause_recording(
        turn, it.agent_id, paused=it.paused
    ),
    i.EndCall: people.end_call,
    i.CheckTrunk: trunk_test.begin,
    i.Supervise: supervising.supervise,
    i.EndSupervision: supervising.end_by_command,
    i.HttpReplied: _http_replied,
    i.RecordingStored: _stored,
}
"""Total over `core.inputs.Input` but for `Configure`; a test holds it to that."""
