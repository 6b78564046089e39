"""Why a prompt is refused."""

from __future__ import annotations

from openseat.core.errors import CoreError


class PromptError(CoreError):
    """A prompt that cannot be taken or made.

    Codes: prompt.too_large, prompt.not_audio, prompt.unsupported_format,
    prompt.too_short, prompt.too_long, prompt.silent, prompt.bad_name,
    prompt.unknown_language, prompt.not_found, prompt.speech_failed.
    """
