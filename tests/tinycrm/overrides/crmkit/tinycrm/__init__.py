"""TinyCRM API 1: people."""

from crmkit_generated.tinycrm.models import Person, PersonInput

from .client import AsyncTinyCRM, TinyCRM

__all__ = ["AsyncTinyCRM", "Person", "PersonInput", "TinyCRM"]
