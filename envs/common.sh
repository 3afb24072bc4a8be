# What envs/setup.sh and envs/tools.sh share: messages, paths, and what .deploy records.
# shellcheck shell=bash

cd "$(dirname "${BASH_SOURCE[0]}")/.."
export TZ="${TZ:-UTC}"

VENV=.venv
CONDA_PREFIX_OWN=.conda       # a conda that mamba or micromamba has installed
CONDA_PREFIX_TEST=.conda-test # R with testthat, where R comes from conda

# This folder holds only the command conda.
export PATH="$PWD/$CONDA_PREFIX_OWN/condabin:$PATH"

say() { printf '%s\n' "$*" >&2; }

stop() {
    say "ERROR: $1"
    shift
    local line
    for line in "$@"; do say "       $line"; done
    exit 1
}

make_scratch() {
    scratch="$(mktemp -d)"
    trap 'rm -rf "$scratch"' EXIT
}

has() { command -v "$1" >/dev/null 2>&1; }

# Where R comes from: native, conda, or nothing before the first set-up.
recorded() { cat .deploy 2>/dev/null || true; }

# Put the project's Python and R first. Snakemake starts each job in its own conda environment;
# tests need one environment that has everything.
use_paths() { # "test", or nothing
    if [ "$(recorded)" = conda ] && [ "${1:-}" = test ]; then
        export PATH="$PWD/$CONDA_PREFIX_TEST/bin:$PATH"
    fi
    export PATH="$PWD/$VENV/bin:$PATH"
}

suitable_python() {
    "$1" -c 'import ensurepip, sys, venv; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' \
        >/dev/null 2>&1
}

# The first Python that can make .venv. python3 comes first: it is what the user has chosen.
find_python() {
    local candidate
    for candidate in "${PYTHON:-}" python3 python3.11 python3.12 python3.13 python3.14 \
        "$(conda info --base 2>/dev/null || true)/bin/python"; do
        if [ -n "$candidate" ] && suitable_python "$candidate"; then
            printf '%s\n' "$candidate"
            return
        fi
    done
    return 1
}
