"""Hold the locked packages against the known vulnerabilities: 1 where one has any.

Where the data cannot be reached, nothing is known, and that is said: it is no failure.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

LOCK = Path(__file__).parent / "requirements.lock"
COMMAND = ["-r", str(LOCK), "--require-hashes", "--disable-pip", "--format", "json"]
SECONDS = 300


def main() -> int:
    """Ask pip-audit, and judge its answer."""
    command = [sys.executable, "-m", "pip_audit", *COMMAND]
    try:
        ended = subprocess.run(  # noqa: S603 - pip-audit of this environment
            command, capture_output=True, text=True, check=False, timeout=SECONDS
        )
        packages = json.loads(ended.stdout)["dependencies"]
    except (subprocess.TimeoutExpired, ValueError):
        packages = []
    asked = [one for one in packages if "skip_reason" not in one]
    found = [(one, vulnerability) for one in asked for vulnerability in one["vulns"]]
    say = sys.stdout.write
    if not asked:
        say("pip-audit: its data cannot be reached from here, so that nothing is known\n")
        return 0
    for one, vulnerability in found:
        fixed = ", ".join(vulnerability["fix_versions"]) or "none"
        say(f"{one['name']} {one['version']}: {vulnerability['id']}, fixed in: {fixed}\n")
    say(f"pip-audit: {len(asked)} of {len(packages)} packages known, {len(found)} findings\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
