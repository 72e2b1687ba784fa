"""EspoCRM: the names of `crmkit.autocrm`, for those who know the product by its own name.

    from crmkit.espocrm import EspoCRM, where, Account
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .autocrm import *  # noqa: F403  # all of them are public
    from .autocrm import AsyncEspoCRM as AsyncEspoCRM
    from .autocrm import EspoCRM as EspoCRM
    from .autocrm import where as where
else:
    from . import autocrm

    __all__ = autocrm.__all__

    def __getattr__(name: str) -> object:
        return getattr(autocrm, name)

    def __dir__() -> list[str]:
        return dir(autocrm)
