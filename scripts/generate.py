"""`make generate`: openapi/*.yaml → generated/.

Unchanged input is noticed before the generator is imported. A document that cannot be generated
from stops with one line, and generated/ stays as it was.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(Path(__file__).resolve().parent))

from codegen.output import STAMP, fingerprint, is_current, put_in_place  # noqa: E402  # after the path is set


def main(argv: list[str] | None = None) -> int:
    """Generate, and return the exit code: 0 for done, 1 for a document that cannot be used."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--root", type=Path, default=ROOT, help="folder that holds openapi/ and generated/"
    )
    parser.add_argument("--force", action="store_true", help="generate even if nothing has changed")
    arguments = parser.parse_args(argv)
    openapi, generated = (
        arguments.root / "openapi",
        arguments.root / "generated" / "crmkit_generated",
    )
    stamp = generated.parent / STAMP
    scripts = Path(__file__).resolve().parent
    if not arguments.force and is_current(stamp, fingerprint(openapi, scripts, generated)):
        print("generated/ is up to date")
        return 0
    import tempfile

    from codegen.document import DocumentError
    from codegen.package import build

    documents = sorted(openapi.glob("*.yaml"))
    if not documents:
        print(
            f"{openapi}: holds no document to generate from; write openapi/<crm>.yaml",
            file=sys.stderr,
        )
        return 1
    try:
        with tempfile.TemporaryDirectory() as folder:
            fresh = Path(folder) / "crmkit_generated"
            build(documents, fresh)
            changed = put_in_place(fresh, generated)
    except DocumentError as error:
        print(error, file=sys.stderr)
        return 1
    stamp.write_text(
        json.dumps(fingerprint(openapi, scripts, generated), indent=1) + "\n", encoding="utf-8"
    )
    print(f"generated {', '.join(path.stem for path in documents)}: {len(changed)} files changed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
