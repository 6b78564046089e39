"""Agents and queues as table files: taken out, edited by people, brought back."""
