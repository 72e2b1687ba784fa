"""EspoCRM: the names of `crmkit.autocrm`, for those who know the product by its own name.

from crmkit.espocrm import Account, CustomFields, EspoCRM, webhooks, where
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .autocrm import *  # noqa: F403  # all of them are public
else:
    from . import autocrm
    from .core.lazy import lazily

    __all__, __getattr__, __dir__ = lazily(
        __name__, dict.fromkeys([*autocrm.__all__, "webhooks", "where"], "crmkit.autocrm")
    )
