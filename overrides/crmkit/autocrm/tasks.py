"""Tasks, with links and mass actions."""

from __future__ import annotations

from crmkit_generated.autocrm.resources import tasks as generated

from .records import AsyncLinked, Linked


class Tasks(Linked, generated.Tasks):
    """Things to do."""

    entity_type = "Task"


class AsyncTasks(AsyncLinked, generated.AsyncTasks):
    """Things to do."""

    entity_type = "Task"
