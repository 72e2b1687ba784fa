"""The mock of TinyCRM."""

from crmkit_mock.tinycrm.server import MockTinyCRM

__all__ = ["MockTinyCRM"]
