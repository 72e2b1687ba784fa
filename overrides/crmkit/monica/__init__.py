"""Monica's API, release 4: contacts and everything that is noted about them.

    from crmkit.monica import ContactInput, File, Monica, Relationship

Names are loaded when they are first used. All models of `crmkit_generated.monica.models` are here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from crmkit.core.lazy import lazily

if TYPE_CHECKING:
    from crmkit.core.types import File as File
    from crmkit_generated.monica.models import *  # noqa: F403  # all of them are public

    from .client import AsyncMonica as AsyncMonica
    from .client import Monica as Monica
else:
    from crmkit_generated.monica import models

    __all__, __getattr__, __dir__ = lazily(
        __name__,
        {
            **dict.fromkeys(models.__all__, "crmkit_generated.monica.models"),
            **dict.fromkeys(["AsyncMonica", "Monica"], "client"),
            "File": "crmkit.core.types",
        },
    )
