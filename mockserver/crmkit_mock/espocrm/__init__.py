"""The mocks of EspoCRM and AutoCRM."""

from __future__ import annotations

from crmkit_mock.espocrm.server import MockAutoCRM, MockEspoCRM

__all__ = ["MockAutoCRM", "MockEspoCRM"]
