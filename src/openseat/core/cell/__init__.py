"""The cell: every decision about its calls, agents and queues, and the state behind them."""

from openseat.core.cell.cell import Cell, Outcome, replay
from openseat.core.cell.state import STATE_VERSION, CellState

__all__ = ["STATE_VERSION", "Cell", "CellState", "Outcome", "replay"]
