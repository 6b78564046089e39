"""Prompts: recorded sentences and words that flows and queues play, by language and name."""

from pathlib import Path

SHIPPED = Path(__file__).with_name("shipped")
"""Folder of the prompts that come with OpenSeat: `<language>/<name>.wav`."""
