rule manifest:
    input:
        metrics=f"{RESULTS}/metrics.csv",
        # Checksums of images are in the images.csv of their layer.
        sources=STUDY.all_files() + IMAGE_LISTS,
        splits=expand(f"{RESULTS}/{{dataset}}/splits.csv", dataset=DATASETS),
        models=final_models(),
        versions=VALIDATED,
    output:
        in_report(
            f"{RESULTS}/manifest.json",
            "manifest",
            "configuration, checksums, versions",
        ),
    log:
        f"{RESULTS}/logs/manifest.log",
    localrule: True
    conda:
        "../../envs/python.yaml"
    params:
        config=canonical(CONFIG),
        snakemake=version("snakemake"),
        deployment=DEPLOYMENT,
        code=code("report/write_manifest.py"),
    message:
        "Write down configuration, seeds, checksums and versions"
    script:
        "../scripts/report/write_manifest.py"


rule findings:
    input:
        unpack(tables_of_findings),
        **with_variants("samples", "timing"),
        checks=checks_of,
    output:
        **evaluated("findings"),
    log:
        f"{RESULTS}/logs/{{dataset}}/findings.log",
    wildcard_constraints:
        dataset=CONFIGURED_ONLY,
    priority: 5
    localrule: True
    conda:
        "../../envs/python.yaml"
    params:
        datasets=for_dataset(STUDY.slices.findings_setting),
        code=code("report/write_findings.py"),
    message:
        "Put the findings about {wildcards.dataset} into words"
    script:
        "../scripts/report/write_findings.py"


rule summarise:
    input:
        **files_of_all("samples", "splits", "data"),
        ranking=f"{RESULTS}/ranking.csv",
        findings=f"{RESULTS}/findings.csv",
        estimates=f"{RESULTS}/estimates.csv",
        comparisons=f"{RESULTS}/comparisons.csv",
        selection=f"{RESULTS}/selection.csv",
        coverage=f"{RESULTS}/coverage.csv",
        failures=f"{RESULTS}/failures.csv",
        timing=f"{RESULTS}/timing.csv",
        manifest=f"{RESULTS}/manifest.json",
    output:
        f"{RESULTS}/summary.md",
        f"{RESULTS}/methods.md",
        in_report(f"{RESULTS}/summary.html", "summary", "answer, table of models, methods"),
        f"{RESULTS}/references.bib",
    log:
        f"{RESULTS}/logs/summary.log",
    localrule: True
    conda:
        "../../envs/python.yaml"
    params:
        datasets=STUDY.slices.summary_setting(),
        images=IMAGES,
        code=code("report/summarise.py"),
    message:
        "Write the summary and the methods"
    script:
        "../scripts/report/summarise.py"


# One page with all of it, to explore and to pass on.
rule explorer:
    input:
        **tables_of_explorer(),
        **files_of_all("samples", "predictions", "data"),
        preprocessing=[f"{RESULTS}/{name}/preprocessing.h5" for name in STUDY.with_normalised()],
        sheets=[sheet for name in DATASETS for sheet in STUDY.sheets(name)],
        methods=f"{RESULTS}/methods.md",
        references=f"{RESULTS}/references.bib",
        figures=dataset_figures(),
        page=EXPLORER_PAGE,
    output:
        f"{RESULTS}/explorer.html",
    log:
        f"{RESULTS}/logs/explorer.log",
    localrule: True
    conda:
        "../../envs/python.yaml"
    params:
        datasets=STUDY.slices.explorer_setting(),
        run=CONFIG["run"],
        links=linked_tables,
        code=code("report/explorer.py"),
    message:
        "Put everything on one page to explore"
    script:
        "../scripts/report/explorer.py"


# It reads the logs of all jobs before it.
rule efficiency:
    input:
        timing=[file for name in DATASETS for file in trained_tables(name, "timing")],
        figures=drawn_figures(),
        summary=f"{RESULTS}/summary.md",
        explorer=f"{RESULTS}/explorer.html",
    output:
        efficiency=f"{RESULTS}/efficiency.csv",
        jobs=f"{RESULTS}/jobs.csv",
    log:
        f"{RESULTS}/logs/efficiency.log",
    localrule: True
    conda:
        "../../envs/python.yaml"
    params:
        results=lambda wc, output: os.path.dirname(output.efficiency),
        datasets=DATASETS,
        code=code("report/efficiency.py"),
    message:
        "Sum up what the run cost"
    script:
        "../scripts/report/efficiency.py"


rule draw_efficiency:
    input:
        **rules.efficiency.output,
    output:
        efficiency_svg=f"{IMAGES}/efficiency.svg",
        efficiency_png=report(
            f"{IMAGES}/efficiency.png",
            caption=os.path.abspath(f"{CAPTIONS}/efficiency.rst"),
            category="All data sets",
            labels={"content": "efficiency"},
        ),
    log:
        f"{RESULTS}/logs/draw_efficiency.log",
    benchmark:
        f"{RESULTS}/benchmarks/draw_efficiency.tsv"
    conda:
        "../../envs/r.yaml"
    resources:
        mem_mb=mem_mb(500, 4),
        runtime=runtime(30),
    params:
        code=code("figures/draw_efficiency.R"),
    message:
        "Draw what the run cost"
    script:
        "../scripts/figures/draw_efficiency.R"


# The last rule, so that failed models change the exit status of a run but nothing else.
rule report_failures:
    input:
        failures=f"{RESULTS}/failures.csv",
        metrics=f"{RESULTS}/metrics.csv",
        tables=tables_of_run() + rules.efficiency.output,
        summary=f"{RESULTS}/summary.md",
        manifest=f"{RESULTS}/manifest.json",
        figures=drawn_figures() + rules.draw_efficiency.output,
    output:
        f"{RESULTS}/verdict.txt",
    log:
        f"{RESULTS}/logs/report_failures.log",
    retries: 0
    localrule: True
    conda:
        "../../envs/python.yaml"
    params:
        on_failure=CONFIG["on_failure"],
        code=code("report/report_failures.py"),
    message:
        "Look for failed models"
    script:
        "../scripts/report/report_failures.py"
