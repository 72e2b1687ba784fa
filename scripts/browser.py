"""Find the browser that tests of the mock's pages drive; install Debian's where that may be done.

Nothing is fetched but the operating system's own packages: elsewhere the tests are skipped, and
this says so.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

PACKAGES = ("chromium", "chromium-driver")
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
DRIVERS = ("chromedriver",)


def find(names: tuple[str, ...]) -> str | None:
    """Return the path of the first program of some names that there is; None without one."""
    return next((path for path in map(shutil.which, names) if path), None)


def missing() -> str:
    """Return what is missing to test in a browser; empty if nothing is."""
    names = [names[0] for names in (BROWSERS, DRIVERS) if find(names) is None]
    return f"not installed: {', '.join(names)}" if names else ""


def main() -> int:
    """Install the browser if it is missing and apt-get may; return the exit status."""
    if not missing():
        return 0
    apt = shutil.which("apt-get")
    if apt is not None and hasattr(os, "geteuid") and os.geteuid() == 0:
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for arguments in (
            ["update", "-qq"],
            ["install", "-qq", "--yes", "--no-install-recommends", *PACKAGES],
        ):
            done = subprocess.run(
                [apt, *arguments], check=False, capture_output=True, text=True, env=environment
            )
            if done.returncode != 0:
                print(done.stderr.strip() or done.stdout.strip(), file=sys.stderr)
                break
    if missing():
        print(f"the mock's pages are not tested in a browser: {missing()}", file=sys.stderr)
    # Whoever has no browser can still run the other long tests.
    return 0


if __name__ == "__main__":
    sys.exit(main())
