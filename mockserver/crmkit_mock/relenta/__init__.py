"""The mock of Relenta API v3."""

from crmkit_mock.relenta.server import MockRelenta

__all__ = ["MockRelenta"]
