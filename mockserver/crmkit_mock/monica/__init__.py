"""The mock of Monica 4."""

from __future__ import annotations

from crmkit_mock.monica.server import MockMonica

__all__ = ["MockMonica"]
