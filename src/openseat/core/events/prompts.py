"""Prompts that agents play into their calls."""

from __future__ import annotations

from typing import ClassVar

from openseat.core.events.registry import event


@event("prompt.started")
class PromptStarted:
    """An agent had a prompt played to the customer; everybody in the conversation hears it."""

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    playback_id: str
    segment_id: str
    agent_id: str
    prompt: str
    language: str


@event("prompt.ended")
class PromptEnded:
    """The prompt is over.

    `outcome`: finished, stopped (by the agent), cut_off (hold, pause, or the conversation's end),
    failed (its sound is missing).
    """

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    playback_id: str
    agent_id: str
    prompt: str
    outcome: str
    played_ms: int
