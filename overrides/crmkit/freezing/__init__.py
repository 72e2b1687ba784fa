"""What PyInstaller has to know to freeze a program that uses crmkit; it looks here by itself."""

from __future__ import annotations

from pathlib import Path

__all__ = ["hook_dirs"]


def hook_dirs() -> list[str]:
    """Return the folders with PyInstaller's hooks, for its entry point `hook-dirs`."""
    return [str(Path(__file__).parent)]
