# A first configuration for a user's own tables, if the configuration asks for it.
if STUDY.init:

    # Without an output, so that it always runs; the last screen shows its log.
    rule init:
        log:
            f"{RESULTS}/logs/init.log",
        localrule: True
        conda:
            "../../envs/python.yaml"
        params:
            given=STUDY.init,
            code=code("study/init.py"),
        message:
            f"Propose a configuration for {STUDY.init['table']}"
        script:
            "../scripts/study/init.py"
