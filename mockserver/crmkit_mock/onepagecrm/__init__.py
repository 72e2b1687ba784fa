"""The mock of OnePageCRM API 1.2.

What the vendor's pages leave open is assumed; each assumption is stated where the code acts on it,
and in the document.
"""

from crmkit_mock.onepagecrm.server import MockOnePageCRM

__all__ = ["MockOnePageCRM"]
