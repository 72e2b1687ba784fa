"""One line for each attempt, on the logger `crmkit`.

What is in it is an allow-list, so that nothing private gets in: method, path template, status,
milliseconds and attempt; never a body, a header, a query or the values of a path.
`CRMKIT_LOG=debug` (or `info`) in the environment sends the lines to standard error. Then the
loggers `httpx` and `httpcore`, whose lines hold whole addresses and headers, show warnings only.
"""

from __future__ import annotations

import logging
import os

logger = logging.getLogger("crmkit")
logger.addHandler(logging.NullHandler())


def _switch_on(level: str | None) -> None:
    if not level:
        return
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(name)s %(levelname)s %(message)s"))
    logger.addHandler(handler)
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)
    number = logging.getLevelNamesMapping().get(level.upper())
    if number is None:
        logger.warning("CRMKIT_LOG: unknown level %r, expected debug or info", level)
    else:
        logger.setLevel(number)


_switch_on(os.environ.get("CRMKIT_LOG"))
