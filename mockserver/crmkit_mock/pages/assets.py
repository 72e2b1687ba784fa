"""The files that pages need: our own, and Swagger UI's where its package is installed."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path

_OWN = Path(__file__).parent / "static"
#: Package that carries Swagger UI, and where it has its files. It is not imported.
PACKAGE = "mkdocs_swagger_ui_tag"
_SWAGGER = {
    "swagger-ui.css": "swagger-ui/stylesheets/swagger-ui.css",
    "swagger-ui-bundle.js": "swagger-ui/javascripts/swagger-ui-bundle.js",
}
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


@cache
def find_asset(name: str) -> tuple[bytes, str] | None:
    """Return a file by its name, and its media type; None if there is none."""
    path = _swagger_file(name) if name in _SWAGGER else _OWN / name
    # Only names of a folder's own files: nothing leads out of it.
    if path is None or "/" in name or "\\" in name or not path.is_file():
        return None
    return path.read_bytes(), _TYPES[path.suffix]


def has_swagger_ui() -> bool:
    """Return whether the package that carries Swagger UI is installed, with its files."""
    return all(find_asset(name) is not None for name in _SWAGGER)


def _swagger_file(name: str) -> Path | None:
    spec = find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(spec.submodule_search_locations[0]) / _SWAGGER[name]
