"""Thresholds on the live floor, alarms, and webhooks that tell of them."""
