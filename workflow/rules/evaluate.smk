# Each data set is evaluated when its own models are done, together with its variants, and before
# others are trained (priority 5), so that its figures do not wait for them. Its tables have the names
# of those of the run, which joins.smk joins from them.
rule join_models:
    input:
        **dataset_files("splits", "preprocessing"),
        **joined_tables(*PREDICTED, *TABLES),
        # The checks refuse a positive class that does not exist.
        checks=lambda wc: f"{RESULTS}/{STUDY.base(wc.dataset)}/checks.csv",
    output:
        **evaluated(*PREDICTED, *TABLES),
    log:
        f"{RESULTS}/logs/{{dataset}}/join_models.log",
    priority: 5
    localrule: True
    conda:
        "../../envs/python.yaml"
    resources:
        # Those of the group of the Slurm profile: when it is submitted, no other rule has its files.
        mem_mb=mem_mb(800, 10),
        runtime=runtime(15),
    params:
        made_with=for_dataset(STUDY.slices.training_keys),
        code=code("evaluate/join_models.py"),
    message:
        "Join the tables of all models of {wildcards.dataset}"
    script:
        "../scripts/evaluate/join_models.py"


rule score:
    input:
        **with_variants("predictions", "splits"),
    output:
        **evaluated("metrics"),
    log:
        f"{RESULTS}/logs/{{dataset}}/score.log",
    benchmark:
        f"{RESULTS}/benchmarks/{{dataset}}/score.tsv"
    wildcard_constraints:
        dataset=CONFIGURED_ONLY,
    priority: 5
    conda:
        "../../envs/python.yaml"
    resources:
        mem_mb=mem_mb(800, 10),
        runtime=runtime(15),
    params:
        datasets=for_dataset(STUDY.slices.scoring_setting),
        code=code("evaluate/score.py"),
    message:
        "Score the models of {wildcards.dataset}"
    script:
        "../scripts/evaluate/score.py"


rule delong:
    input:
        **dataset_files("predictions", "samples"),
    output:
        f"{RESULTS}/{{dataset}}/delong.csv",
    log:
        f"{RESULTS}/logs/{{dataset}}/delong.log",
    benchmark:
        f"{RESULTS}/benchmarks/{{dataset}}/delong.tsv"
    wildcard_constraints:
        dataset=one_of(STUDY.with_delong()),
    priority: 5
    conda:
        "../../envs/r.yaml"
    resources:
        mem_mb=mem_mb(800, 10),
        runtime=runtime(15),
    params:
        models=for_dataset(STUDY.model_names),
        # JSON text, as the label may be anything.
        positive=lambda wc: canonical(STUDY.datasets[wc.dataset]["outcome"]["positive"]),
        code=code("evaluate/delong.R"),
    message:
        "Compare the ROC curves in the cohorts of {wildcards.dataset}"
    script:
        "../scripts/evaluate/delong.R"


rule compare_models:
    input:
        **with_variants("predictions", "inner_predictions", "splits", "samples"),
        **evaluated("metrics"),
        delong=lambda wc: [
            f"{RESULTS}/{name}/delong.csv"
            for name in STUDY.with_variants(wc.dataset)
            if name in STUDY.with_delong()
        ],
    output:
        **evaluated(*COMPARED),
    log:
        f"{RESULTS}/logs/{{dataset}}/compare_models.log",
    benchmark:
        f"{RESULTS}/benchmarks/{{dataset}}/compare_models.tsv"
    wildcard_constraints:
        dataset=CONFIGURED_ONLY,
    priority: 5
    conda:
        "../../envs/python.yaml"
    resources:
        mem_mb=mem_mb(800, 10),
        runtime=runtime(15),
    params:
        datasets=for_dataset(STUDY.slices.comparison_setting),
        scheme=CONFIG["resampling"]["scheme"],
        rope=CONFIG["comparison"]["rope"],
        seed=CONFIG["seed"],
        code=code("evaluate/compare_models.py"),
    message:
        "Estimate, compare and rank the models of {wildcards.dataset}"
    script:
        "../scripts/evaluate/compare_models.py"


rule describe_predictions:
    input:
        **with_variants("predictions", "splits", "samples"),
    output:
        **evaluated(*DESCRIBED),
    log:
        f"{RESULTS}/logs/{{dataset}}/describe_predictions.log",
    benchmark:
        f"{RESULTS}/benchmarks/{{dataset}}/describe_predictions.tsv"
    wildcard_constraints:
        dataset=CONFIGURED_ONLY,
    priority: 5
    conda:
        "../../envs/python.yaml"
    resources:
        mem_mb=mem_mb(800, 10),
        runtime=runtime(15),
    params:
        datasets=for_dataset(STUDY.slices.scoring_setting),
        scheme=CONFIG["resampling"]["scheme"],
        seed=CONFIG["seed"],
        threshold_range=CONFIG["comparison"]["threshold_range"],
        code=code("evaluate/describe_predictions.py"),
    message:
        "Describe the predictions of {wildcards.dataset}: calibration, curves, confusion, samples"
    script:
        "../scripts/evaluate/describe_predictions.py"


rule describe_survival:
    input:
        **with_variants("predictions", "inner_predictions", "splits", "samples"),
    output:
        **evaluated(*SURVIVAL),
    log:
        f"{RESULTS}/logs/{{dataset}}/describe_survival.log",
    benchmark:
        f"{RESULTS}/benchmarks/{{dataset}}/describe_survival.tsv"
    wildcard_constraints:
        dataset=CONFIGURED_ONLY,
    priority: 5
    conda:
        "../../envs/python.yaml"
    resources:
        mem_mb=mem_mb(800, 10),
        runtime=runtime(15),
    params:
        datasets=lambda wc: canonical(STUDY.with_variants(wc.dataset)),
        scheme=CONFIG["resampling"]["scheme"],
        seed=CONFIG["seed"],
        code=code("evaluate/describe_survival.py"),
    message:
        "Describe the survival predictions of {wildcards.dataset}: horizons, groups of risk"
    script:
        "../scripts/evaluate/describe_survival.py"


rule score_subgroups:
    input:
        **dataset_files("predictions", "splits", "samples"),
        strata=f"{RESULTS}/subgroup_samples.csv",
    output:
        subgroups=f"{RESULTS}/{{dataset}}/subgroups.csv",
        heterogeneity=f"{RESULTS}/{{dataset}}/heterogeneity.csv",
    log:
        f"{RESULTS}/logs/{{dataset}}/subgroups.log",
    benchmark:
        f"{RESULTS}/benchmarks/{{dataset}}/subgroups.tsv"
    wildcard_constraints:
        dataset=one_of(STUDY.with_subgroups()),
    priority: 5
    conda:
        "../../envs/python.yaml"
    resources:
        mem_mb=mem_mb(1000, 10),
        runtime=runtime(60),
    params:
        setting=for_dataset(STUDY.slices.subgroup_setting),
        code=code("evaluate/score_subgroups.py"),
    message:
        "Score the models of {wildcards.dataset} by subgroup"
    script:
        "../scripts/evaluate/score_subgroups.py"


rule compare_variants:
    input:
        **dataset_files("predictions", "splits", "samples"),
        **evaluated("metrics"),
        variants=lambda wc: [
            f"{RESULTS}/{name}/predictions.csv" for name in STUDY.with_variants(wc.dataset)[1:]
        ],
    output:
        **evaluated("variants"),
    log:
        f"{RESULTS}/logs/{{dataset}}/variants.log",
    benchmark:
        f"{RESULTS}/benchmarks/{{dataset}}/variants.tsv"
    wildcard_constraints:
        dataset=CONFIGURED_ONLY,
    priority: 5
    conda:
        "../../envs/python.yaml"
    resources:
        mem_mb=mem_mb(800, 10),
        runtime=runtime(15),
    params:
        variants=for_dataset(STUDY.slices.variant_setting),
        scheme=CONFIG["resampling"]["scheme"],
        seed=CONFIG["seed"],
        code=code("evaluate/compare_variants.py"),
    message:
        "Compare {wildcards.dataset} with its variants: single layers, groups ignored"
    script:
        "../scripts/evaluate/compare_variants.py"


rule compare_baselines:
    input:
        **dataset_files("predictions", "splits", "samples"),
        **evaluated("metrics", "picks"),
        variants=lambda wc: [
            f"{RESULTS}/{name}/predictions.csv" for name in STUDY.baselines_alone(wc.dataset)
        ],
        prevalidated=lambda wc: [
            file
            for name in STUDY.baselines_alone(wc.dataset)
            for file in prevalidation_files(name)
        ],
    output:
        **evaluated("added_value"),
    log:
        f"{RESULTS}/logs/{{dataset}}/added_value.log",
    benchmark:
        f"{RESULTS}/benchmarks/{{dataset}}/added_value.tsv"
    wildcard_constraints:
        dataset=CONFIGURED_ONLY,
    priority: 5
    conda:
        "../../envs/python.yaml"
    resources:
        mem_mb=mem_mb(800, 10),
        runtime=runtime(15),
    params:
        variants=for_dataset(STUDY.slices.added_value_setting),
        scheme=CONFIG["resampling"]["scheme"],
        seed=CONFIG["seed"],
        thresholds=CONFIG["comparison"]["thresholds"],
        code=code("evaluate/compare_baselines.py"),
    message:
        "Compare {wildcards.dataset} with its baseline layer alone"
    script:
        "../scripts/evaluate/compare_baselines.py"


# The features that the models use: their stability, a consensus ranking, and what shuffling the top
# features costs the best model of each language. All models together decide on the top features, so
# that a new model in either language runs these rules again for both.
PERMUTE_INPUT = dict(
    **dataset_files("data", "samples", "splits", "preprocessing"),
    **evaluated("tuning", "failures"),
    plan=lambda wc: f"{RESULTS}/{STUDY.base(wc.dataset)}/permutation_plan.csv",
)


rule signature:
    input:
        **with_variants("data", "importance"),
        **evaluated("ranking"),
    output:
        **evaluated(*SIGNATURE),
    log:
        f"{RESULTS}/logs/{{dataset}}/signature.log",
    benchmark:
        f"{RESULTS}/benchmarks/{{dataset}}/signature.tsv"
    wildcard_constraints:
        dataset=CONFIGURED_ONLY,
    priority: 5
    conda:
        "../../envs/python.yaml"
    resources:
        mem_mb=mem_mb(800, 5),
        runtime=runtime(15),
    params:
        datasets=for_dataset(STUDY.slices.comparison_setting),
        code=code("evaluate/signature.py"),
    message:
        "Compare the features that the models of {wildcards.dataset} use"
    script:
        "../scripts/evaluate/signature.py"


rule label_features:
    input:
        **dataset_files("data"),
        **evaluated("signature"),
        annotation=f"{RESULTS}/{{dataset}}/annotation.csv",
        labels=for_dataset(STUDY.label_files),
    output:
        **evaluated("feature_labels"),
    log:
        f"{RESULTS}/logs/{{dataset}}/label_features.log",
    benchmark:
        f"{RESULTS}/benchmarks/{{dataset}}/label_features.tsv"
    wildcard_constraints:
        dataset=CONFIGURED_ONLY,
    priority: 5
    conda:
        "../../envs/python.yaml"
    resources:
        mem_mb=mem_mb(500, 5),
        runtime=runtime(30),
    params:
        setting=for_dataset(STUDY.slices.label_setting),
        code=code("evaluate/label_features.py"),
    message:
        "Label the features of the signature of {wildcards.dataset}"
    script:
        "../scripts/evaluate/label_features.py"


rule permute_python:
    input:
        **PERMUTE_INPUT,
    output:
        f"{RESULTS}/{{dataset}}/python/permuted.csv",
    log:
        f"{RESULTS}/logs/{{dataset}}/python/permute.log",
    benchmark:
        f"{RESULTS}/benchmarks/{{dataset}}/python/permute.tsv"
    priority: 5
    conda:
        "../../envs/python.yaml"
    resources:
        mem_mb=mem_mb(800, 4),
        runtime=runtime(60),
    params:
        **check_params("python"),
        code=code("learn/permute.py"),
    message:
        "Shuffle features for the best scikit-learn model of {wildcards.dataset}"
    script:
        "../scripts/learn/permute.py"


rule permute_r:
    input:
        **PERMUTE_INPUT,
    output:
        f"{RESULTS}/{{dataset}}/r/permuted.csv",
    log:
        f"{RESULTS}/logs/{{dataset}}/r/permute.log",
    benchmark:
        f"{RESULTS}/benchmarks/{{dataset}}/r/permute.tsv"
    priority: 5
    conda:
        "../../envs/r.yaml"
    resources:
        mem_mb=mem_mb(800, 4),
        runtime=runtime(60),
    params:
        **check_params("r"),
        code=code("learn/permute.R"),
    message:
        "Shuffle features for the best caret model of {wildcards.dataset}"
    script:
        "../scripts/learn/permute.R"


rule permutation_importance:
    input:
        **{language: permuted_tables(language) for language in STUDY.languages()},
        plan=f"{RESULTS}/{{dataset}}/permutation_plan.csv",
    output:
        **evaluated("permutation_importance"),
    log:
        f"{RESULTS}/logs/{{dataset}}/permutation_importance.log",
    benchmark:
        f"{RESULTS}/benchmarks/{{dataset}}/permutation_importance.tsv"
    wildcard_constraints:
        dataset=CONFIGURED_ONLY,
    priority: 5
    conda:
        "../../envs/python.yaml"
    resources:
        mem_mb=mem_mb(800, 10),
        runtime=runtime(60),
    params:
        datasets=for_dataset(STUDY.slices.comparison_setting),
        code=code("evaluate/permutation_importance.py"),
    message:
        "Score the predictions of shuffled features of {wildcards.dataset}"
    script:
        "../scripts/evaluate/permutation_importance.py"
