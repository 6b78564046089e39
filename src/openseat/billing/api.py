"""The part of the API for prices, leases and invoices."""

from __future__ import annotations

from fastapi import APIRouter

from openseat.billing import contracts_api, invoices_api

router = APIRouter()
router.include_router(contracts_api.router)
router.include_router(invoices_api.router)
