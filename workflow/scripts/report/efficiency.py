"""Write down when each job was at work, and what the run cost and gained."""

from pathlib import Path

from omc.core.logs import logged

if __name__ == "__main__":
    with logged(snakemake):
        from omc.core.csv_files import write_csv
        from omc.core.tables import EFFICIENCY, JOBS
        from omc.report.efficiency import (
            efficiency_rows,
            job_rows,
            read_jobs,
            snakemake_seconds,
        )

        results, timing = Path(snakemake.params.results), snakemake.input.timing
        jobs = read_jobs(results, snakemake.params.datasets, timing)
        rows = efficiency_rows(jobs, snakemake_seconds())
        write_csv(snakemake.output.efficiency, EFFICIENCY, rows)
        write_csv(snakemake.output.jobs, JOBS, job_rows(jobs))
