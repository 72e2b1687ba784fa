"""Compare what is public with the last release, and ask for the version that the changes need.

    .venv/bin/python scripts/compatibility.py            # against the last tag v*
    .venv/bin/python scripts/compatibility.py v0.1.0     # against another one

Two things are compared: the public names of the packages, by griffe, and the documents in openapi/,
which others generate from. A change that breaks callers needs a new major version, before 1.0 a new
minor one.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import griffe
import yaml

ROOT = Path(__file__).resolve().parent.parent
#: Import packages and the folders that they are in.
SEARCH = ("overrides", "generated", "mockserver")
PACKAGES = ("crmkit", "crmkit_generated", "crmkit_mock")
METHODS = ("get", "put", "post", "patch", "delete")


def git(root: Path, *arguments: str) -> str:
    """Return what git prints."""
    command = ["git", "-C", str(root), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def last_release(root: Path) -> str | None:
    """Return the newest tag of a release, or None if there is none yet."""
    tags = git(root, "tag", "--list", "v*", "--sort=-version:refname", "--merged", "HEAD").split()
    return tags[0] if tags else None


# -- public names ------------------------------------------------------------------------------


def public_names(package: griffe.Object) -> dict[str, str]:
    """Return the paths that callers import names by, and the path where each is defined."""
    found: dict[str, str] = {}
    inner = (member for member in package.members.values() if isinstance(member, griffe.Module))
    for module in (package, *(member for member in inner if member.is_init_module)):
        for name, member in module.members.items():
            if name.startswith("_"):
                continue
            if member.is_alias:
                found[f"{module.path}.{name}"] = str(getattr(member, "target_path", ""))
            elif member.is_class or member.is_function or member.is_attribute:
                found[f"{module.path}.{name}"] = f"{module.path}.{name}"
    return found


def open_up(module: griffe.Module | griffe.Object) -> None:
    """Let griffe look into all modules, also where a list of names leaves them out.

    Names are compared where they are defined; which of them are public is decided here.
    """
    if isinstance(module, griffe.Module):
        module.exports = None
    for inner in module.members.values():
        if isinstance(inner, griffe.Module):  # not an alias, which may lead back here
            open_up(inner)


def broken_names(root: Path, ref: str, packages: tuple[str, ...] = PACKAGES) -> list[str]:
    """Return the changes of public names since a release that break callers."""
    found = []
    for name in packages:
        paths = [folder for folder in SEARCH if (root / folder / name).exists()]
        if not paths:
            continue
        old = griffe.load_git(name, ref=ref, repo=root, search_paths=paths, resolve_aliases=True)
        new = griffe.load(name, search_paths=[root / path for path in paths], resolve_aliases=True)
        if isinstance(old, griffe.Alias) or isinstance(new, griffe.Alias):
            raise TypeError(f"{name} is not a package")
        public, now = public_names(old), public_names(new)
        open_up(old)
        open_up(new)
        found += [f"{path}: Public name was removed" for path in public.keys() - now.keys()]
        for breakage in griffe.find_breaking_changes(old, new):
            path = breakage.obj.path
            generated = name == "crmkit_generated"  # all of it is public
            if generated or any(f"{path}.".startswith(f"{own}.") for own in public.values()):
                line = breakage.explain(griffe.ExplanationStyle.ONE_LINE)
                line = re.sub(r"\x1b\[[\d;]*m", "", line)  # colors
                found.append(line.partition(": ")[2] or line)
        for path in set(public.values()):
            found += swallowed(old, new, path.removeprefix(f"{name}."))
    return sorted(set(found))


def swallowed(old: griffe.Object, new: griffe.Object, path: str) -> Iterator[str]:
    """Yield the parameters that are gone from functions that take `**` settings.

    Griffe takes it that those accept any name; ours refuse what they do not know.
    """
    try:
        before, after = old[path], new[path]
    except KeyError:
        return  # of another package, or gone, which is reported
    for inner in before.functions if before.is_class else ():
        if inner in after.members and after.members[inner].is_function:
            names = {parameter.name for parameter in after.members[inner].parameters}
            for parameter in before.functions[inner].parameters:
                if parameter.name not in names:
                    yield f"{before.path}.{inner}({parameter.name}): Parameter was removed"


# -- documents ---------------------------------------------------------------------------------


def operations(document: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the operations of a document by their ids."""
    return {
        operation["operationId"]: {**operation, "method": method, "path": path}
        for path, item in document.get("paths", {}).items()
        for method, operation in item.items()
        if method in METHODS and "operationId" in operation
    }


def parameters(document: Mapping[str, Any], operation: Mapping[str, Any]) -> dict[str, bool]:
    """Return the parameters of an operation, and whether each is required."""
    shared = document.get("components", {}).get("parameters", {})
    found = {}
    for parameter in operation.get("parameters", []):
        name = parameter.get("$ref", "").rpartition("/")[2]
        resolved = shared.get(name, {}) if name else parameter
        found[str(resolved.get("name"))] = bool(resolved.get("required"))
    return found


def broken_operations(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    """Yield what a document no longer lets callers do."""
    now = operations(new)
    for id, operation in operations(old).items():
        if id not in now:
            yield f"operation {id} is gone"
            continue
        for key in ("method", "path"):
            if now[id][key] != operation[key]:
                yield f"operation {id}: {key} was {operation[key]}, is {now[id][key]}"
        before, after = parameters(old, operation), parameters(new, now[id])
        for name in before.keys() - after.keys():
            yield f"operation {id}: parameter {name} is gone"
        for name, required in after.items():
            if required and not before.get(name, False):
                yield f"operation {id}: parameter {name} is now required"


def broken_schemas(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    """Yield the members that a document no longer has, or has in another form."""
    before = old.get("components", {}).get("schemas", {})
    after = new.get("components", {}).get("schemas", {})
    for name, schema in before.items():
        if name not in after:
            yield f"schema {name} is gone"
            continue
        properties = after[name].get("properties", {})
        for member, was in schema.get("properties", {}).items():
            if member not in properties:
                yield f"schema {name}: {member} is gone"
                continue
            for key in ("type", "format", "$ref", "x-crmkit-format", "x-crmkit-name"):
                if was.get(key) != properties[member].get(key):
                    yield f"schema {name}: {key} of {member} is another"
        if name.endswith("Input"):
            for member in set(after[name].get("required", ())) - set(schema.get("required", ())):
                yield f"schema {name}: {member} is now required"


def broken_documents(root: Path, ref: str) -> list[str]:
    """Return the changes of documents since a release that break those who generate from them."""
    found = []
    for name in git(root, "ls-tree", "--name-only", ref, "openapi/").splitlines():
        if not name.endswith(".yaml"):
            continue
        if not (root / name).exists():
            found.append(f"{name}: the document is gone")
            continue
        old = yaml.safe_load(git(root, "show", f"{ref}:{name}"))
        new = yaml.safe_load((root / name).read_text("utf-8"))
        changes = [*broken_operations(old, new), *broken_schemas(old, new)]
        found += [f"{name}: {change}" for change in sorted(changes)]
    return found


# -- versions ----------------------------------------------------------------------------------


def needed(version: str) -> str:
    """Return the least version after a release that may break callers."""
    major, minor, _ = (int(part) for part in version.split("."))
    return f"{major + 1}.0.0" if major else f"0.{minor + 1}.0"


def is_enough(version: str, least: str) -> bool:
    """Return whether a version is at least another."""
    return [int(part) for part in version.split(".")] >= [int(part) for part in least.split(".")]


def main(arguments: list[str], root: Path = ROOT) -> int:
    """Compare, print what breaks, and return the exit status."""
    ref = arguments[0] if arguments else last_release(root)
    if ref is None:
        print("there is no release yet to compare with")
        return 0
    version, released = (
        str(tomllib.loads(text)["project"]["version"])
        for text in (
            (root / "pyproject.toml").read_text("utf-8"),
            git(root, "show", f"{ref}:pyproject.toml"),
        )
    )
    least = needed(released)
    broken = broken_names(root, ref) + broken_documents(root, ref)
    for change in broken:
        print(change)
    if broken and not is_enough(version, least):
        print(
            f"{len(broken)} changes since {ref} break callers: the version must be {least} or "
            f"higher, and is {version}",
            file=sys.stderr,
        )
        return 1
    print(f"{len(broken)} changes since {ref} break callers; {version} allows that")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
