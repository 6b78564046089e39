"""Billing: usage from the journal, prices by contract, invoices that can be traced to calls."""
