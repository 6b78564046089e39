"""Prompts: recorded sentences and words that flows and queues play, by language and name."""
