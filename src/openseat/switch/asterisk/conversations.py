"""Conversations: which bridge carries them, and who is moved in and out."""

from __future__ import annotations

from openseat.core.effects import Bridge, DropBridge, Unbridge
from openseat.switch.asterisk.ari import NO_REPLY, Reply
from openseat.switch.asterisk.control import REFUSED, Control
from openseat.switch.asterisk.legs import Conversation, Leg


class Conversations:
    """Carries out the effects on conversations (see `legs` for the two kinds of bridge)."""

    def __init__(self, control: Control) -> None:
        self._control = control
        self._book = control.book

    def bridge(self, effect: Bridge) -> None:
        """Put legs into a conversation."""
        joining: list[Leg] = []
        for leg_id in effect.legs:
            leg = self._control.live(leg_id, effect)
            if leg is not None:
                self._control.set_muted(leg, muted=leg_id in effect.muted)
                if leg.bridge_id != effect.bridge_id:
                    joining.append(leg)
        conversation = self._book.bridges.get(effect.bridge_id)
        if conversation is None:
            conversation = Conversation(effect.bridge_id, mixing=any(leg.mixed for leg in joining))
            self._open(conversation, joining)
        elif conversation.outgrown(joining):
            joining += self._begin_mixing(conversation)
        if not joining:
            return
        for leg in joining:
            self._control.free(leg)
            if leg.bridge_id:
                self._take_out([leg], self._book.bridges[leg.bridge_id])
            self._book.join(leg, conversation)

        def on_reply(reply: Reply) -> None:
            # One leg that is gone fails the request for all: the others join one by one.
            if not reply.ok:
                for leg in joining:
                    self._join_alone(leg, conversation, effect, last=len(joining) == 1)

        names = ",".join(leg.leg_id for leg in joining)
        uri = f"bridges/{conversation.actual_id}/addChannel?channel={names}"
        self._control.send(_about(conversation, joining), "POST", uri, None, on_reply)

    def mixing(self, bridge_id: str) -> str:
        """Have a conversation carried by a mixing bridge; return Asterisk's name of that.

        A plain one would become mixing, and plain again, with whatever is played into it.
        """
        conversation = self._book.bridges[bridge_id]
        if not conversation.mixing:
            moved = self._begin_mixing(conversation)
            for leg in moved:
                self._book.join(leg, conversation)
            names = ",".join(leg.leg_id for leg in moved)
            uri = f"bridges/{conversation.actual_id}/addChannel?channel={names}"
            self._control.send(_about(conversation, moved), "POST", uri)
        return conversation.actual_id

    def _open(self, conversation: Conversation, first: list[Leg]) -> None:
        self._book.bridges[conversation.bridge_id] = conversation
        about = _about(conversation, first)
        body = {"type": conversation.bridge_type}
        self._control.send(about, "POST", f"bridges/{conversation.actual_id}", body)

    def _begin_mixing(self, conversation: Conversation) -> list[Leg]:
        """Replace a plain bridge by a mixing one; return the legs that have to join it."""
        members = [self._book.legs[leg_id] for leg_id in sorted(conversation.members)]
        if members:
            self._take_out(members, conversation)
        self._control.send(
            _about(conversation, members), "DELETE", f"bridges/{conversation.actual_id}"
        )
        for leg in members:
            self._book.leave(leg)
        conversation.mixing = True
        self._open(conversation, members)
        return members

    def _take_out(self, legs: list[Leg], conversation: Conversation) -> None:
        names = ",".join(leg.leg_id for leg in legs)
        uri = f"bridges/{conversation.actual_id}/removeChannel?channel={names}"
        self._control.send(_about(conversation, legs), "POST", uri)

    def _join_alone(
        self, leg: Leg, conversation: Conversation, effect: Bridge, *, last: bool
    ) -> None:
        if leg.leg_id not in conversation.members:
            return

        def on_reply(reply: Reply) -> None:
            if not reply.ok and leg.leg_id in self._book.legs:
                self._book.leave(leg)
                self._control.fail(leg.leg_id, effect, REFUSED)

        if last:
            on_reply(Reply(NO_REPLY))
        else:
            uri = f"bridges/{conversation.actual_id}/addChannel?channel={leg.leg_id}"
            self._control.send(_about(conversation, [leg]), "POST", uri, None, on_reply)

    def unbridge(self, effect: Unbridge) -> None:
        """Take legs out of a conversation."""
        leaving = [
            leg
            for leg in (self._book.legs.get(leg_id) for leg_id in effect.legs)
            if leg is not None and leg.bridge_id == effect.bridge_id
        ]
        conversation = self._book.bridges.get(effect.bridge_id)
        if conversation is None or not leaving:
            return
        for leg in leaving:
            self._control.free(leg)
            self._book.leave(leg)
        self._take_out(leaving, conversation)

    def drop(self, effect: DropBridge) -> None:
        """Forget a conversation."""
        conversation = self._book.drop(effect.bridge_id)
        if conversation is not None:
            self._control.send(
                _about(conversation, []), "DELETE", f"bridges/{conversation.actual_id}"
            )


def _about(conversation: Conversation, legs: list[Leg]) -> tuple[str, ...]:
    return (conversation.bridge_id, *(leg.leg_id for leg in legs))
