# The tables of the run, each joined from those of all data sets.
for step, tables in tables_to_join().items():

    rule:
        name:
            f"join_{step}"
        input:
            **tables,
        output:
            **{table: table_of_run(table) for table in tables},
        log:
            f"{RESULTS}/logs/join_{step}.log",
        localrule: True
        conda:
            "../../envs/python.yaml"
        params:
            code=code("evaluate/join_tables.py"),
        message:
            f"Join the tables of all data sets: {step.replace('_', ' ')}"
        script:
            "../scripts/evaluate/join_tables.py"
