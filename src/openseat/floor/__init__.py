"""The floor: the one process that drives a cell's core against its switch."""
