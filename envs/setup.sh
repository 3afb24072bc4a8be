#!/usr/bin/env bash
# Sets up what is missing and starts the tools with it. The Makefile calls this; by hand:
#   envs/setup.sh run|test            set up what a run, or the tests as well, need
#   envs/setup.sh exec COMMAND…       run a command with the project's Python and R
#   envs/setup.sh snakemake ARGS…     run Snakemake the way that .deploy records
#   envs/setup.sh lint | draw CONFIG | clean | pins      see the targets of the Makefile
# R comes from the machine (.deploy says `native`) or from conda (`conda`). The choice stays as it
# is until DEPLOY=native or DEPLOY=conda changes it: with other versions every step runs again.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
export TZ="${TZ:-UTC}"

DEPLOY="${DEPLOY:-auto}"
OLDEST_CONDA=24.7.1 # Snakemake's own limit
OLDEST_R=4.2
VENV=.venv
CONDA_PREFIX_OWN=.conda       # a conda that was made with mamba or micromamba
CONDA_PREFIX_TEST=.conda-test # R with testthat, where R comes from conda

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

# The lines of a list file without its comments.
entries() { sed -e 's/#.*//' -e '/^[[:space:]]*$/d' "$@"; }

at_least() { [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]; }

# ---------------------------------------------------------------------------------------- Python

suitable_python() {
    "$1" -c 'import ensurepip, sys, venv; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' \
        >/dev/null 2>&1
}

# The first Python that can make .venv; python3 first, as that is the one the user has chosen.
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

venv_works() { [ -x "$VENV/bin/pip" ] && "$VENV/bin/python" -c '' 2>/dev/null; }

install_python_packages() { # the requirement files as arguments
    local files=() file
    for file in "$@"; do files+=(--requirement "$file"); done
    if ! venv_works; then
        say "Making $VENV with $("$(find_python)" --version)."
        "$(find_python)" -m venv --clear "$VENV"
    fi
    say "Installing the Python packages of $* (a minute when they are all new)."
    "$VENV/bin/pip" install --quiet --quiet --disable-pip-version-check --no-input --no-compile \
        --constraint envs/constraints.txt "${files[@]}"
    # pip compiles on one core. A file that is no Python of this version is left as it is.
    "$VENV/bin/python" -m compileall -q -q -j 4 "$VENV/lib" || true
}

# --------------------------------------------------------------------------------------------- R

# The R packages of apt lists that the R on PATH lacks, without their prefix and in lower case.
missing_r_packages() { # apt lists as arguments
    entries "$@" | sed -n 's/^r-\(cran\|bioc\)-//p' | LC_ALL=C sort >"$scratch/wanted"
    if has Rscript; then
        Rscript --vanilla -e 'writeLines(tolower(unlist(lapply(.libPaths(), list.files))))'
    fi | LC_ALL=C sort -u >"$scratch/present"
    LC_ALL=C comm -23 "$scratch/wanted" "$scratch/present"
}

r_is_recent() {
    has Rscript && at_least "$OLDEST_R" "$(Rscript --vanilla -e 'cat(format(getRversion()))')"
}

native_r_is_complete() { r_is_recent && [ -z "$(missing_r_packages "$@")" ]; } # apt lists

# ----------------------------------------------------------------------------------------- conda

conda_version() { conda --version 2>/dev/null | sed 's/^conda //'; }

conda_works() { has conda && at_least "$OLDEST_CONDA" "$(conda_version)"; }

# Snakemake calls `conda` itself; mamba and micromamba can make one for it.
conda_maker() {
    local maker
    for maker in mamba micromamba; do
        if has "$maker"; then
            printf '%s\n' "$maker"
            return
        fi
    done
    return 1
}

require_conda() {
    conda_works && return
    if conda_maker >/dev/null; then
        say "Snakemake needs the command conda; making one in $CONDA_PREFIX_OWN with $(conda_maker)."
        "$(conda_maker)" create --yes --prefix "$PWD/$CONDA_PREFIX_OWN" --override-channels \
            --channel conda-forge "conda>=$OLDEST_CONDA"
        conda_works && return
    fi
    if has conda; then
        stop "conda $(conda_version) is too old: Snakemake needs $OLDEST_CONDA or later." \
            "Update it (conda update --name base conda), or install R and run with DEPLOY=native."
    fi
    stop "R is to come from conda, but there is no conda on PATH." \
        "Install Miniforge, or install R and run with DEPLOY=native."
}

make_conda_test_environment() {
    [ -e "$CONDA_PREFIX_TEST/.complete" ] &&
        [ ! envs/r.yaml -nt "$CONDA_PREFIX_TEST/.complete" ] &&
        [ ! envs/r-test.yaml -nt "$CONDA_PREFIX_TEST/.complete" ] &&
        [ ! envs/bioconductor.yaml -nt "$CONDA_PREFIX_TEST/.complete" ] && return
    say "Making $CONDA_PREFIX_TEST, the R of the tests (some minutes)."
    rm -rf "$CONDA_PREFIX_TEST"
    conda env create --quiet --prefix "$PWD/$CONDA_PREFIX_TEST" --file envs/r.yaml
    conda env update --quiet --prefix "$PWD/$CONDA_PREFIX_TEST" --file envs/r-test.yaml
    conda env update --quiet --prefix "$PWD/$CONDA_PREFIX_TEST" --file envs/bioconductor.yaml
    touch "$CONDA_PREFIX_TEST/.complete"
}

# ------------------------------------------------------------------------------------------- apt

apt_is_possible() {
    has apt-get && has dpkg-query && { [ "$(id -u)" -eq 0 ] || sudo -n true 2>/dev/null; }
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -n "$@"; fi
}

# The packages of apt lists that are not installed.
missing_debian_packages() {
    entries "$@" | LC_ALL=C sort >"$scratch/wanted"
    # shellcheck disable=SC2016 # dpkg-query expands these itself
    dpkg-query --show --showformat '${db:Status-Abbrev}${Package}\n' 2>/dev/null |
        sed -n 's/^ii //p' | LC_ALL=C sort -u >"$scratch/present"
    LC_ALL=C comm -23 "$scratch/wanted" "$scratch/present"
}

install_debian_packages() { # one transaction for all
    local answer
    say "These Debian packages are missing and will be installed, with what they need:"
    printf '%s ' "$@" | fold -s -w 96 | sed 's/^/    /' >&2
    say ""
    if [ -t 0 ] && [ -t 2 ]; then
        read -r -p "Install them now? [Y/n] " answer
        case "$answer" in
            "" | [Yy]*) ;;
            *) stop "Nothing was installed." "Install the packages above, or run with DEPLOY=conda." ;;
        esac
    fi
    say "Installing them (one to three minutes)."
    as_root env DEBIAN_FRONTEND=noninteractive apt-get --quiet=2 --option Dpkg::Use-Pty=0 \
        install --yes --no-install-recommends "$@" >"$scratch/apt.log" 2>&1 || {
        tail -n 20 "$scratch/apt.log" >&2
        stop "apt-get could not install the packages; its last lines stand above."
    }
    say "Installed them."
}

# ------------------------------------------------------------------------------------- the choice

recorded() { cat .deploy 2>/dev/null || true; }

# Where R comes from: what the user says, else what was recorded, else the first way that is open.
choose() {
    case "$DEPLOY" in
        native | conda) printf '%s\n' "$DEPLOY" && return ;;
        auto) ;;
        *) stop "DEPLOY is '$DEPLOY'; write auto, native or conda." ;;
    esac
    if [ -n "$(recorded)" ]; then
        recorded
    elif native_r_is_complete envs/apt.txt; then
        say "R on this machine has all packages: it is used."
        printf 'native\n'
    elif conda_works || conda_maker >/dev/null; then
        say "R comes from conda, with the versions of envs/r.yaml."
        printf 'conda\n'
    elif apt_is_possible; then
        say "R comes from this machine's own packages."
        printf 'native\n'
    else
        if has conda; then say "conda $(conda_version) is too old: $OLDEST_CONDA is needed."; fi
        stop "R with the packages of this project was not found, nor a way to install it." \
            "Install conda $OLDEST_CONDA or later (Miniforge brings it); or, on Debian or Ubuntu, as" \
            "root or with sudo:" \
            "apt-get install --no-install-recommends $(entries envs/apt.txt | paste -s -d ' ' -)"
    fi
}

# Installs what is missing of a list of packages, and of those that are only nice to have what this
# release of Debian or Ubuntu offers.
install_missing_debian_packages() { # needed packages, "--", tools
    local package missing=() optional=""
    for package in "$@"; do
        case "$package" in
            --) optional=yes ;;
            *) if [ -z "$optional" ] || apt_offers "$package"; then missing+=("$package"); fi ;;
        esac
    done
    if [ ${#missing[@]} -gt 0 ]; then install_debian_packages "${missing[@]}"; fi
}

apt_offers() { [ -n "$(apt-cache madison "$1" 2>/dev/null)" ]; }

set_up() { # run or test
    local goal="$1" deploy packages="" tools="" lists=() r_lists=(envs/apt.txt) requirements=(envs/requirements.txt)
    make_scratch

    if [ "$goal" = test ]; then
        r_lists+=(envs/apt-test.txt)
        requirements+=(envs/requirements-test.txt)
    fi

    deploy="$(choose)"
    if ! venv_works && ! find_python >/dev/null; then lists+=(envs/apt-python.txt); fi
    if [ "$deploy" = conda ]; then
        require_conda
    elif ! native_r_is_complete "${r_lists[@]}"; then
        lists+=("${r_lists[@]}")
    fi
    if [ ${#lists[@]} -gt 0 ] && ! apt_is_possible; then explain_missing "${lists[@]}"; fi
    # The tests get on without these, so that they stop nobody who cannot install them.
    if [ "$goal" = test ] && apt_is_possible && ! { has dot && has shellcheck && has chromedriver; }; then
        tools="$(missing_debian_packages envs/apt-tools.txt)"
    fi
    if [ ${#lists[@]} -gt 0 ]; then packages="$(missing_debian_packages "${lists[@]}")"; fi
    if [ -n "$packages$tools" ]; then
        as_root env DEBIAN_FRONTEND=noninteractive apt-get --quiet=2 update
        # shellcheck disable=SC2086 # one word a package
        install_missing_debian_packages $packages -- $tools
    fi
    if [ "$deploy" = native ] && ! native_r_is_complete "${r_lists[@]}"; then
        stop "The R on PATH ($(command -v Rscript || printf 'none')) does not do." \
            "It must be R $OLDEST_R or later with the packages of envs/apt.txt; it lacks:" \
            "$(missing_r_packages "${r_lists[@]}" | paste -s -d ' ' -)" \
            "Install them into it, put another R first on PATH, or run with DEPLOY=conda."
    fi

    install_python_packages "${requirements[@]}"
    if [ "$deploy" = conda ] && [ "$goal" = test ]; then make_conda_test_environment; fi
    if [ "$(recorded)" != "$deploy" ]; then printf '%s\n' "$deploy" >.deploy; fi
    touch "$VENV/.stamp-run"
    if [ "$goal" = test ]; then touch "$VENV/.stamp-test"; fi
}

explain_missing() {
    stop "Something that the project needs is missing, and this machine's packages cannot be" \
        "installed from here (that takes Debian or Ubuntu, and root or sudo without a password)." \
        "Install what these Debian packages hold, then repeat the command:" \
        "$(entries "$@" | paste -s -d ' ' -)"
}

# -------------------------------------------------------------------------------- starting things

# jobs run in conda environments (Snakemake sees to that); tests run in one that has it all.
use_paths() {
    if [ "$(recorded)" = conda ] && [ "${1:-}" = test ]; then
        export PATH="$PWD/$CONDA_PREFIX_TEST/bin:$PATH"
    fi
    export PATH="$PWD/$VENV/bin:$PATH"
}

run_snakemake() {
    local options=()
    use_paths
    if [ "$(recorded)" = conda ]; then
        has conda || stop "R is to come from conda (.deploy), but there is no conda on PATH." \
            "Repair PATH, or run with DEPLOY=native."
        options+=(--use-conda)
    else
        has Rscript || stop "R is to be this machine's (.deploy), but there is no Rscript on PATH." \
            "Repair PATH, or run with DEPLOY=conda."
    fi
    if [ -t 2 ]; then options+=(--logger rich); else options+=(--quiet host reason); fi
    # An option without a value ends the list of the one before it.
    exec snakemake "${options[@]}" --keep-going "$@"
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
        say "lintr is left out: its rules differ between versions, and .lintr is for Debian's."
    else
        LC_ALL=C.UTF-8 Rscript --vanilla - <<'R' || failed=1
found <- lapply(c("workflow", "tests", "resources"), function(folder) lintr::lint_dir(folder))
for (lints in found) if (length(lints)) print(lints)
quit(status = as.integer(any(lengths(found) > 0)))
R
    fi
    if has shellcheck; then
        shellcheck envs/setup.sh .ci/run || failed=1
    else
        say "shellcheck is left out: it is not installed."
    fi
    [ "$failed" -eq 0 ] || stop "The checks above failed; \`make format\` mends what is only layout."
    say "Style: no complaints."
}

draw() { # a configuration
    local kind
    use_paths test
    has dot || stop "The command dot is missing." "Install graphviz."
    for kind in dag rulegraph; do
        # tred leaves out an arrow where others lead the same way: dozens of them.
        snakemake --configfile "$1" --forceall --quiet all "--$kind" dot | tred |
            dot -Tpng -Gdpi=130 -Gmargin=0.2 -Granksep=0.35 -Nfontsize=11 -Npenwidth=2 \
                -Epenwidth=1.2 -Ecolor=gray45 -o "images/$kind.png"
        say "Wrote images/$kind.png."
    done
}

clean() {
    local answer
    if [ -t 0 ] && [ -t 2 ]; then
        read -r -p "Remove everything in results/ and every folder in images/? [y/N] " answer
        case "$answer" in [Yy]*) ;; *) stop "Nothing was removed." ;; esac
    fi
    find results -mindepth 1 -maxdepth 1 ! -name .gitkeep -exec rm -rf {} +
    find images -mindepth 1 -maxdepth 1 -type d -exec rm -rf {} +
}

write_pins() {
    make_scratch
    "$(find_python)" -m venv "$scratch/venv"
    "$scratch/venv/bin/pip" install --quiet --quiet --disable-pip-version-check --no-input \
        --requirement envs/requirements.txt --requirement envs/requirements-test.txt
    {
        sed '/^[^#]/,$d' envs/constraints.txt
        "$scratch/venv/bin/pip" freeze | tr '[:upper:]' '[:lower:]' | LC_ALL=C sort
    } >"$scratch/constraints.txt"
    cp "$scratch/constraints.txt" envs/constraints.txt
}

# This folder holds nothing but the command conda.
export PATH="$PWD/$CONDA_PREFIX_OWN/condabin:$PATH"

case "${1:-}" in
    run | test) set_up "$1" ;;
    exec) shift && use_paths test && exec "$@" ;;
    snakemake) shift && run_snakemake "$@" ;;
    lint) lint ;;
    draw) draw "$2" ;;
    clean) clean ;;
    pins) write_pins ;;
    *) stop "Say what to do: run, test, exec, snakemake, lint, draw, clean or pins." ;;
esac
