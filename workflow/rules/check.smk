# `snakemake check` tries everything that can fail in a run, in under a minute. Each model is trained
# by the code of the run on a part of one split. No step of a run reads these files.
CUT = f"{RESULTS}/validation/{{dataset}}"
CHECK_INPUT = dict(
    **dataset_files("data", "samples", "splits", "preprocessing"),
    cut_splits=f"{CUT}/splits.csv",
    cut_preprocessing=f"{CUT}/preprocessing.h5",
)


rule check_cut:
    input:
        **dataset_files("samples", "splits", "preprocessing"),
    output:
        **dataset_files("splits", "preprocessing", folder=CUT),
    log:
        f"{RESULTS}/logs/validation/{{dataset}}_cut.log",
    benchmark:
        f"{RESULTS}/benchmarks/validation/{{dataset}}_cut.tsv"
    # The models wait for it.
    priority: 10
    conda:
        "../../envs/python.yaml"
    resources:
        mem_mb=mem_mb(500, 2),
        runtime=runtime(30),
    params:
        task=for_dataset(STUDY.task),
        code=code("learn/check_cut.py"),
    message:
        "Cut a small part out of {wildcards.dataset}"
    script:
        "../scripts/learn/check_cut.py"


rule check_models_python:
    input:
        **CHECK_INPUT,
    output:
        tried=f"{CUT}/python.txt",
        costs=f"{CUT}/python/costs.csv",
    log:
        f"{RESULTS}/logs/validation/{{dataset}}_python.log",
    benchmark:
        f"{RESULTS}/benchmarks/validation/{{dataset}}_python.tsv"
    conda:
        "../../envs/python.yaml"
    resources:
        mem_mb=mem_mb(800, 4),
        runtime=runtime(30),
    params:
        **check_params("python"),
        code=code("learn/check_models.py"),
    message:
        "Try the scikit-learn models on a small part of {wildcards.dataset}"
    script:
        "../scripts/learn/check_models.py"


rule check_models_r:
    input:
        **CHECK_INPUT,
    output:
        tried=f"{CUT}/r.txt",
        costs=f"{CUT}/r/costs.csv",
    log:
        f"{RESULTS}/logs/validation/{{dataset}}_r.log",
    benchmark:
        f"{RESULTS}/benchmarks/validation/{{dataset}}_r.tsv"
    # It takes longest.
    priority: 5
    conda:
        "../../envs/r.yaml"
    resources:
        mem_mb=mem_mb(800, 4),
        runtime=runtime(30),
    params:
        **check_params("r"),
        code=code("learn/check_models.R"),
    message:
        "Try the caret models on a small part of {wildcards.dataset}"
    script:
        "../scripts/learn/check_models.R"


rule forecast:
    input:
        splits=expand(f"{RESULTS}/{{dataset}}/splits.csv", dataset=DATASETS),
        costs=expand(f"{CUT}/{{language}}/costs.csv", dataset=DATASETS, language=STUDY.languages()),
    output:
        table=FORECAST,
        text=f"{RESULTS}/validation/forecast.txt",
    log:
        f"{RESULTS}/logs/validation/forecast.log",
    localrule: True
    conda:
        "../../envs/python.yaml"
    params:
        datasets=canonical(DATASETS),
        plans=canonical(STUDY.slices.job_plans()),
        timing=EARLIER,
        # For the forecast to be made again if it changes.
        timing_sha256=lambda wc: sha256_file(EARLIER) if os.path.exists(EARLIER) else None,
        cores=workflow.nodes or workflow.cores,
        where=lambda wc, output: output.table,
        code=code("report/forecast.py"),
    message:
        "Forecast what a run will cost"
    script:
        "../scripts/report/forecast.py"


# Without an output, so that it always runs; the screen shows its log.
rule check:
    input:
        validated=VALIDATED,
        checks=expand(f"{RESULTS}/{{dataset}}/checks.csv", dataset=CONFIG["datasets"]),
        strata=[f"{RESULTS}/subgroup_samples.csv"] if STUDY.with_subgroups() else [],
        tried=expand(f"{CUT}/{{language}}.txt", dataset=DATASETS, language=STUDY.languages()),
        forecast=f"{RESULTS}/validation/forecast.txt",
    log:
        f"{RESULTS}/logs/check.log",
    localrule: True
    conda:
        "../../envs/python.yaml"
    params:
        passed=STUDY.check_passed(),
    message:
        "Configuration, data and models are in order"
    shell:
        "cat {input.forecast:q} > {log} && printf '\\n%s\\n' {params.passed:q} >> {log}"
