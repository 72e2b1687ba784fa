"""OnePageCRM API 1.2: contacts, actions, notes, deals, tags and settings of an account.

    from crmkit.onepagecrm import ContactInput, OnePageCRM, View

Names are loaded when they are first used. All models of `crmkit_generated.onepagecrm.models` are
here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from crmkit.core.lazy import lazily

if TYPE_CHECKING:
    from crmkit_generated.onepagecrm.models import *  # noqa: F403  # all of them are public

    from .client import AsyncOnePageCRM as AsyncOnePageCRM
    from .client import OnePageCRM as OnePageCRM
    from .view import View as View
else:
    from crmkit_generated.onepagecrm import models

    __all__, __getattr__, __dir__ = lazily(
        __name__,
        {
            **dict.fromkeys(models.__all__, "crmkit_generated.onepagecrm.models"),
            **dict.fromkeys(["AsyncOnePageCRM", "OnePageCRM"], "client"),
            "View": "view",
        },
    )
