"""Leave out the imports that an emitted module does not need, of all that it may need."""

from __future__ import annotations

import re

__all__ = ["only_needed"]

_IMPORT = re.compile(r"( *)((?:from \S+ )?import )(.+)")


def only_needed(text: str) -> str:
    """Return a module without the imports of names that stand nowhere else in it.

    ruff would do that as well, but it looks at a module again for each handful that it takes out.

    Args:
        text: The module, each of its imports on one line.
    """
    lines = text.splitlines()
    found = [_IMPORT.fullmatch(line) for line in lines]
    rest = "\n".join(line for line, match in zip(lines, found, strict=True) if match is None)
    names = set(re.findall(r"\w+", rest))
    kept: list[str] = []
    for line, match in zip(lines, found, strict=True):
        if match is None or "__future__" in line:
            kept.append(line)
            continue
        needed = [one for one in match[3].split(", ") if one.split()[-1] in names]
        if needed:
            kept.append(f"{match[1]}{match[2]}{', '.join(needed)}")
    return "\n".join(kept) + "\n"
