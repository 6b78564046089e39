"""Figures: interval tables folded from the journal, and the KPIs read from them."""
