#!/usr/bin/env bash
# Runs what setup.sh has set up. The Makefile calls this; by hand:
#   envs/tools.sh exec COMMAND…       run a command with the project's Python and R
#   envs/tools.sh snakemake ARGS…     run Snakemake as .deploy records
#   envs/tools.sh make ARGS…          the same with what make was given: CONFIG, CORES, ARGS and others
#   envs/tools.sh lint | draw CONFIG | container FILE | clean | pins     see the targets of the Makefile
set -euo pipefail

# shellcheck source=envs/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

run_snakemake() { # the command, then its arguments
    local options=() command=("$1")
    shift
    use_paths
    if [ "${command[0]}" = make ]; then
        export PYTHONPATH="workflow/python${PYTHONPATH:+:$PYTHONPATH}"
        command=(python -m omc.study.start)
    fi
    if [ "$(recorded)" = conda ]; then
        has conda || stop "R should come from conda (.deploy), but there is no conda on PATH." \
            "Repair PATH, or run with DEPLOY=native."
        options+=(--use-conda)
    else
        has Rscript || stop "R should come from this machine (.deploy), but there is no Rscript on PATH." \
            "Repair PATH, or run with DEPLOY=conda."
    fi
    # nice: others come first on a shared machine. --keep-going ends the list of values of the option
    # before it.
    options+=(--quiet host reason)
    exec nice -n "${NICE:-10}" "${command[@]}" "${options[@]}" --keep-going "$@"
}

lint() {
    local failed=0
    make_scratch
    use_paths test
    ruff check --quiet . || failed=1
    ruff format --quiet --check . || failed=1
    mypy --no-error-summary || failed=1
    snakefmt --check workflow || failed=1
    snakemake --lint >"$scratch/lint" 2>&1 || {
        cat "$scratch/lint" >&2
        failed=1
    }
    if [ "$(recorded)" = conda ]; then
        say "Skipped lintr: its rules differ between versions, and .lintr is for Debian's."
    else
        LC_ALL=C.UTF-8 Rscript --vanilla - <<'R' || failed=1
found <- lapply(c("workflow", "tests", "resources"), function(folder) lintr::lint_dir(folder))
for (lints in found) if (length(lints)) print(lints)
quit(status = as.integer(any(lengths(found) > 0)))
R
    fi
    if has shellcheck; then
        shellcheck --external-sources --check-sourced envs/setup.sh envs/tools.sh .ci/run || failed=1
    else
        say "Skipped shellcheck: it is not installed."
    fi
    [ "$failed" -eq 0 ] || stop "The checks above failed; \`make format\` fixes the formatting."
    say "Style: no problems."
}

draw() { # a configuration
    local kind
    make_scratch
    use_paths test
    has dot || stop "There is no command dot." "Install graphviz."
    # In a folder without results: a check that has passed is not drawn.
    ln -s "$PWD/resources" "$scratch/resources"
    for kind in dag rulegraph; do
        # tred drops each arrow that a longer path implies: dozens of them.
        snakemake --configfile "$1" --directory "$scratch" --forceall --quiet all "--$kind" dot | tred |
            dot -Tpng -Gdpi=130 -Gmargin=0.2 -Granksep=0.35 -Nfontsize=11 -Npenwidth=2 \
                -Epenwidth=1.2 -Ecolor=gray45 -o "images/$kind.png"
        say "Wrote images/$kind.png."
    done
}

container() { # the file to write
    make_scratch
    use_paths
    # Snakemake asks conda for its version and settings, which change nothing in the file.
    if ! has conda; then
        cat >"$scratch/conda" <<'CONDA'
#!/bin/sh
case "$*" in
    --version) echo conda 99.0.0 ;;
    *) echo '{"platform": "linux-64", "conda_prefix": "/", "get": {"channel_priority": "strict"}}' ;;
esac
CONDA
        chmod +x "$scratch/conda"
        export PATH="$scratch:$PATH"
    fi
    env -u OMC_IMAGE snakemake --containerize >"$scratch/Dockerfile" 2>"$scratch/log" || {
        cat "$scratch/log" >&2
        stop "Snakemake could not write the file; its message is above."
    }
    cp "$scratch/Dockerfile" "$1"
    say "Wrote $1."
}

clean() {
    local answer
    if [ -t 0 ] && [ -t 2 ]; then
        read -r -p "Remove everything in results/ and every folder in images/? [y/N] " answer
        case "$answer" in [Yy]*) ;; *) stop "Nothing was removed." ;; esac
    fi
    find results -mindepth 1 -maxdepth 1 ! -name .gitkeep -exec rm -rf {} +
    find images -mindepth 1 -maxdepth 1 \( -type d -o -name 'efficiency.*' \) -exec rm -rf {} +
}

write_pins() {
    make_scratch
    "$(find_python)" -m venv "$scratch/venv"
    "$scratch/venv/bin/pip" install --quiet --quiet --disable-pip-version-check --no-input \
        --requirement envs/requirements.txt --requirement envs/requirements-slurm.txt \
        --requirement envs/requirements-test.txt
    {
        sed '/^[^#]/,$d' envs/constraints.txt
        "$scratch/venv/bin/pip" freeze --all --exclude pip | tr '[:upper:]' '[:lower:]' | LC_ALL=C sort
    } >"$scratch/constraints.txt"
    cp "$scratch/constraints.txt" envs/constraints.txt
}

case "${1:-}" in
    exec) shift && use_paths test && exec "$@" ;;
    snakemake | make) run_snakemake "$@" ;;
    lint) lint ;;
    draw) draw "$2" ;;
    container) container "$2" ;;
    clean) clean ;;
    pins) write_pins ;;
    *) stop "Say what to do: exec, snakemake, make, lint, draw, container, clean or pins." ;;
esac
