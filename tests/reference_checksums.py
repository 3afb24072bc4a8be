"""Keep or compare the tables of the default, the quick and the example runs, byte for byte.

By hand, before and after a change that must not change a number (CI does not run it):

    python tests/reference_checksums.py keep FILE      write the SHA-256 of the tables in results/
    python tests/reference_checksums.py compare FILE   compare them; status 1 where one differs
"""

import hashlib
import json
import sys
from pathlib import Path

RESULTS = Path(__file__).parents[1] / "results"
RUNS = ("", "quick", "multiomics", "microbiome", "spectra", "tuning", "images")
TABLES = ("metrics.csv", "estimates.csv", "comparisons.csv", "selection.csv")


def checksums() -> dict[str, str]:
    """SHA-256 by path, relative to results/, of every table that is there."""
    paths = [Path(run, table) for run in RUNS for table in TABLES]
    return {
        str(path): hashlib.sha256((RESULTS / path).read_bytes()).hexdigest()
        for path in paths
        if (RESULTS / path).exists()
    }


def main(action: str, file: str) -> int:
    """Do what the command line asks for; returns the exit status."""
    if action == "keep":
        Path(file).write_text(json.dumps(checksums(), indent=2) + "\n", encoding="utf-8")
        return 0
    kept, now = json.loads(Path(file).read_text(encoding="utf-8")), checksums()
    for path, digest in kept.items():
        state = "equal" if now.get(path) == digest else "DIFFERS" if path in now else "not run"
        print(f"{path}: {state}")
    return int(any(now.get(path, digest) != digest for path, digest in kept.items()))


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1] not in ("keep", "compare"):
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
