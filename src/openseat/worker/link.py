"""Takes news of stored recordings to the floor by its link."""

from __future__ import annotations

from openseat.core.errors import CoreError
from openseat.core.inputs import RecordingStored
from openseat.floor.link import FloorLink, FloorUnavailable
from openseat.recordings.finaliser import FloorAway, Unfinishable


class LinkSender:
    """`openseat.recordings.finaliser.Sender` over a `FloorLink`."""

    def __init__(self, link: FloorLink) -> None:
        self._link = link

    async def send(self, stored: RecordingStored) -> None:
        """See the protocol."""
        try:
            await self._link.send(stored)
        except FloorUnavailable as error:
            raise FloorAway(str(error)) from error
        except CoreError as error:
            if error.code == "floor.not_durable":
                raise FloorAway(error.code) from error
            raise Unfinishable(f"the floor refuses it: {error}") from error
