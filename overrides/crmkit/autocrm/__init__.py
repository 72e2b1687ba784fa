"""AutoCRM and EspoCRM: two clients of one API.

    from crmkit.autocrm import AccountInput, AutoCRM, EspoCRM, where

Names are loaded when they are first used. All models of `crmkit_generated.autocrm.models` are here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from crmkit.core.lazy import lazily

if TYPE_CHECKING:
    from crmkit_generated.autocrm.models import *  # noqa: F403  # all of them are public

    from . import webhooks as webhooks
    from . import where as where
    from .client import AsyncAutoCRM as AsyncAutoCRM
    from .client import AsyncEspoCRM as AsyncEspoCRM
    from .client import AutoCRM as AutoCRM
    from .client import EspoCRM as EspoCRM
    from .custom_fields import CustomFields as CustomFields
    from .where import Where as Where
else:
    from crmkit_generated.autocrm import models

    __all__, __getattr__, __dir__ = lazily(
        __name__,
        {
            **dict.fromkeys(models.__all__, "crmkit_generated.autocrm.models"),
            **dict.fromkeys(["AsyncAutoCRM", "AsyncEspoCRM", "AutoCRM", "EspoCRM"], "client"),
            "CustomFields": "custom_fields",
            "Where": "where",
        },
    )
    from . import webhooks, where  # noqa: F401  # no names that can be loaded from a module
