"""Simulated people: customers on the carrier and agents at SIP phones, on real telephone calls."""
