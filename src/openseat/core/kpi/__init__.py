"""Figures: one fold from the journal's facts to tallies, and the KPIs made from them.

    fold, ledger = Fold(), QuarterLedger()
    for fact in facts:
        fold.apply(fact, ledger)
    by_queue = ledger.sums(Dimension.QUEUE, Calendar("Asia/Shanghai", Width.HALF_HOUR))

The live floor gives the same fold a `Today` instead, and reads `today.queue(queue_id, now)`.
"""

from openseat.core.kpi.fold import VERSION, Fold
from openseat.core.kpi.intervals import Calendar, Interval, Width
from openseat.core.kpi.ledger import Ledger, QuarterLedger, Today
from openseat.core.kpi.place import Dimension, Place
from openseat.core.kpi.tally import Tally, merge, total

__all__ = [
    "VERSION",
    "Calendar",
    "Dimension",
    "Fold",
    "Interval",
    "Ledger",
    "Place",
    "QuarterLedger",
    "Tally",
    "Today",
    "Width",
    "merge",
    "total",
]
