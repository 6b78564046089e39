"""Outbound pacing: how many numbers to dial now."""

from openseat.core.pacing.appointments import AppointmentRules, Turn
from openseat.core.pacing.blending import BlendRules, Inbound
from openseat.core.pacing.budget import NuisanceBudget
from openseat.core.pacing.pacer import Decision, Pacer, Reason
from openseat.core.pacing.preview import Due, PreviewRules
from openseat.core.pacing.rules import Mode, PacingRules

__all__ = [
    "AppointmentRules",
    "BlendRules",
    "Decision",
    "Due",
    "Inbound",
    "Mode",
    "NuisanceBudget",
    "Pacer",
    "PacingRules",
    "PreviewRules",
    "Reason",
    "Turn",
]
