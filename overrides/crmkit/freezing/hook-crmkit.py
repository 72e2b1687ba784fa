"""Name for PyInstaller the modules of the clients, which are imported when they are first used."""

from __future__ import annotations

from PyInstaller.utils.hooks import collect_submodules

#: What clients never import, and what needs the packages of extras.
_APART = ("crmkit.cli", "crmkit.contract", "crmkit.freezing")

hiddenimports = [
    *collect_submodules("crmkit", filter=lambda name: not name.startswith(_APART)),
    *collect_submodules("crmkit_generated"),
]
