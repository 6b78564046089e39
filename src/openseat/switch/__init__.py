"""Switches: the port, Asterisk's adapter, and the one in memory."""
