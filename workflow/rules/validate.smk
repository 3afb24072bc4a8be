# Every mistake in models and data is found before the first model trains. Both languages have a part
# in every run, with models or without: Python preprocesses and scores, R draws.
VALIDATED = expand(f"{RESULTS}/validation/models_{{language}}.json", language=["python", "r"])


rule validate_models_python:
    input:
        code=code("learn/validate_models.py"),
    output:
        f"{RESULTS}/validation/models_python.json",
    log:
        f"{RESULTS}/logs/validation/models_python.log",
    benchmark:
        f"{RESULTS}/benchmarks/validation/models_python.tsv"
    priority: 20
    conda:
        "../../envs/python.yaml"
    threads: 1
    resources:
        mem_mb=mem_mb(1000, 0),
    params:
        models=STUDY.validation_setting("python"),
    message:
        "Check the scikit-learn models of the configuration and the Python packages"
    script:
        "../scripts/learn/validate_models.py"


rule validate_models_r:
    input:
        code=code("learn/validate_models.R"),
    output:
        f"{RESULTS}/validation/models_r.json",
    log:
        f"{RESULTS}/logs/validation/models_r.log",
    benchmark:
        f"{RESULTS}/benchmarks/validation/models_r.tsv"
    priority: 20
    conda:
        "../../envs/r.yaml"
    threads: 1
    resources:
        mem_mb=mem_mb(1000, 0),
    params:
        models=STUDY.validation_setting("r"),
    message:
        "Check the caret methods of the configuration and the R packages"
    script:
        "../scripts/learn/validate_models.R"


# Holds back the training of the first run until all is in order. Afterwards the file is a plain
# input: with a job upstream that has to run, Snakemake overlooks changes behind ancient() inputs,
# and a new model is validated in every run. (Its training checks its own model once more.)
if not os.path.exists(PASSED):

    rule validate:
        input:
            models=VALIDATED,
            preprocessing=expand(f"{RESULTS}/{{dataset}}/preprocessing.h5", dataset=DATASETS),
            checks=expand(f"{RESULTS}/{{dataset}}/checks.csv", dataset=CONFIG["datasets"]),
        output:
            touch(PASSED),
        localrule: True
        message:
            "Models and data are in order: training begins"
