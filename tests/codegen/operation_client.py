"""Clients of the document of operation cases, made of its generated package."""

from __future__ import annotations

import importlib
import json
from types import MappingProxyType, ModuleType
from typing import Any

import httpx

from crmkit.core.client import AsyncClient, SyncClient
from crmkit.core.vendor import Vendor
from tests.codegen.server import Server

BASE_URL = "https://books.mock.invalid"


class BooksVendor(Vendor):
    """A vendor that sends conditions as JSON and uses the format JSON."""

    settings = MappingProxyType({"format": "json"})

    def spread(self, argument: str, values: list[Any]) -> dict[str, Any]:
        """Return the parameters of a list that the document describes with several parameters."""
        return {argument: json.dumps(values)}


def clients(package: ModuleType, server: Server) -> tuple[Any, Any]:
    """Return a sync and an async client of a server."""
    resources = importlib.import_module(f"{package.__name__}.resources")
    classes = (resources.Resources, SyncClient), (resources.AsyncResources, AsyncClient)
    sync, asynchronous = (type("Books", bases, {}) for bases in classes)
    transport = httpx.MockTransport(server)
    return (
        sync(BooksVendor(), BASE_URL, transport=transport),
        asynchronous(BooksVendor(), BASE_URL, transport=transport),
    )
