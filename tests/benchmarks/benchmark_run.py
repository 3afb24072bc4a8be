"""Where the CPU seconds of a finished run went, measured inside its jobs, start-ups included.

    python tests/benchmarks/benchmark_run.py results

The argument is the folder of a run from the start. Every log ends with what its script used. What
was tuning, fitting and predicting stands in timing.csv, and for the jobs that shuffle features,
which fit models again, in their logs.
"""

import csv
import re
import sys
from pathlib import Path

USEFUL = ("tune", "fit", "predict", "shuffle")


def main(results: Path) -> None:
    jobs, stages = {}, {}
    for log in (results / "logs").rglob("*.log"):
        text = log.read_text(errors="replace")
        used = re.findall(r"^used ([\d.]+) CPU s", text, flags=re.M)
        if used:
            jobs[str(log.relative_to(results / "logs"))] = float(used[-1])
        for seconds in re.findall(r"^fitted and predicted in ([\d.]+) CPU s", text, flags=re.M):
            stages["shuffle"] = stages.get("shuffle", 0) + float(seconds)
    with open(results / "timing.csv", newline="") as file:
        for row in csv.DictReader(file):
            stages[row["stage"]] = stages.get(row["stage"], 0) + float(row["cpu_seconds"])
    total = sum(jobs.values())
    useful = sum(stages.get(stage, 0) for stage in USEFUL)
    longest = max(jobs, key=jobs.get)
    print(f"{len(jobs)} jobs, {total:.0f} CPU s")
    for stage, seconds in stages.items():
        print(f"  {stage:<8} {seconds:7.1f}")
    print(f"outside tuning, fitting, predicting: {1 - useful / total:.1%} (target: at most 20 %)")
    share = jobs[longest] / total
    print(f"longest job: {longest} {jobs[longest]:.0f} CPU s, {share:.1%} (target: at most 25 %)")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
