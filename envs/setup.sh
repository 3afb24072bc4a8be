#!/usr/bin/env bash
# Installs what is missing. The Makefile calls this; by hand:
#   envs/setup.sh run     what a run needs
#   envs/setup.sh test    what the tests need as well
#   envs/setup.sh slurm   the programs of a Slurm cluster, and Snakemake's plugin for it, for a test
# R comes from this machine (.deploy says `native`) or from conda (`conda`). The choice stays until
# DEPLOY=native or DEPLOY=conda changes it: other versions would run every step again.
set -euo pipefail

# shellcheck source=envs/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

DEPLOY="${DEPLOY:-auto}"
OLDEST_CONDA=24.7.1 # Snakemake's own limit
OLDEST_R=4.2

# The lines of a list file without its comments.
entries() { sed -e 's/#.*//' -e '/^[[:space:]]*$/d' "$@"; }

at_least() { [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]; }

# ---------------------------------------------------------------------------------------- Python

venv_works() { [ -x "$VENV/bin/pip" ] && "$VENV/bin/python" -c '' 2>/dev/null; }

install_python_packages() { # the requirement files as arguments
    local files=() file
    for file in "$@"; do files+=(--requirement "$file"); done
    if ! venv_works; then
        say "Making $VENV with $("$(find_python)" --version)."
        "$(find_python)" -m venv --clear "$VENV"
    fi
    say "Installing the Python packages of $* (takes a minute if all are new)."
    "$VENV/bin/pip" install --quiet --quiet --disable-pip-version-check --no-input --no-compile \
        --constraint envs/constraints.txt "${files[@]}"
    # pip would compile on one core. Files in the syntax of another Python version are skipped.
    # Python compiles the project's library by itself, but not where PYTHONDONTWRITEBYTECODE is set:
    # there every job would compile it again, a tenth of a short one.
    "$VENV/bin/python" -m compileall -q -q -j 4 "$VENV/lib" workflow/python || true
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
        say "Snakemake needs the command conda: $(conda_maker) installs it in $CONDA_PREFIX_OWN."
        "$(conda_maker)" create --yes --prefix "$PWD/$CONDA_PREFIX_OWN" --override-channels \
            --channel conda-forge "conda>=$OLDEST_CONDA"
        conda_works && return
    fi
    if has conda; then
        stop "conda $(conda_version) is too old: Snakemake needs $OLDEST_CONDA or later." \
            "Update it (conda update --name base conda), or install R and run with DEPLOY=native."
    fi
    stop "R should come from conda, but there is no conda on PATH." \
        "Install Miniforge, or install R and run with DEPLOY=native."
}

make_conda_test_environment() {
    [ -e "$CONDA_PREFIX_TEST/.complete" ] &&
        [ ! envs/r.yaml -nt "$CONDA_PREFIX_TEST/.complete" ] &&
        [ ! envs/r-test.yaml -nt "$CONDA_PREFIX_TEST/.complete" ] &&
        [ ! envs/bioconductor.yaml -nt "$CONDA_PREFIX_TEST/.complete" ] && return
    say "Making $CONDA_PREFIX_TEST, the R of the tests (takes a few minutes)."
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
    say "These Debian packages are missing and will be installed with their dependencies:"
    printf '%s ' "$@" | fold -s -w 96 | sed 's/^/    /' >&2
    say ""
    if [ -t 0 ] && [ -t 2 ]; then
        read -r -p "Install them now? [Y/n] " answer
        case "$answer" in
            "" | [Yy]*) ;;
            *) stop "Nothing was installed." "Install the packages above, or run with DEPLOY=conda." ;;
        esac
    fi
    say "Installing them (takes one to three minutes)."
    as_root env DEBIAN_FRONTEND=noninteractive apt-get --quiet=2 --option Dpkg::Use-Pty=0 \
        install --yes --no-install-recommends "$@" >"$scratch/apt.log" 2>&1 || {
        tail -n 20 "$scratch/apt.log" >&2
        stop "apt-get could not install the packages; its last lines are above."
    }
    say "Installed them."
}

# ------------------------------------------------------------------------------------- the choice

# Where R comes from: what the user says, else what was recorded, else the first possible way.
choose() {
    case "$DEPLOY" in
        native | conda) printf '%s\n' "$DEPLOY" && return ;;
        auto) ;;
        *) stop "DEPLOY is '$DEPLOY'; write auto, native or conda." ;;
    esac
    if [ -n "$(recorded)" ]; then
        recorded
    elif native_r_is_complete envs/apt.txt; then
        say "Using R of this machine, which has all packages."
        printf 'native\n'
    elif conda_works || conda_maker >/dev/null; then
        say "Using R from conda, with the versions of envs/r.yaml."
        printf 'conda\n'
    elif apt_is_possible; then
        say "Using R from this machine's own packages."
        printf 'native\n'
    else
        if has conda; then say "conda $(conda_version) is too old: Snakemake needs $OLDEST_CONDA or later."; fi
        stop "This machine has neither R with the packages of this project nor a way to install it." \
            "Install conda $OLDEST_CONDA or later (Miniforge brings it); or, on Debian or Ubuntu, as" \
            "root or with sudo:" \
            "apt-get install --no-install-recommends $(entries envs/apt.txt | paste -s -d ' ' -)"
    fi
}

# Installs the missing packages, and those tools that this release of Debian or Ubuntu offers.
install_with_tools() { # needed packages, "--", tools
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
    local goal="$1" deploy packages="" tools="" lists=()
    local r_lists=(envs/apt.txt) requirements=(envs/requirements.txt)
    make_scratch

    if [ "$goal" = test ]; then
        r_lists+=(envs/apt-test.txt)
        requirements+=(envs/requirements-test.txt)
    fi
    if has sbatch; then requirements+=(envs/requirements-slurm.txt); fi

    deploy="$(choose)"
    if ! venv_works && ! find_python >/dev/null; then lists+=(envs/apt-python.txt); fi
    if [ "$deploy" = conda ]; then
        require_conda
    elif ! native_r_is_complete "${r_lists[@]}"; then
        lists+=("${r_lists[@]}")
    fi
    if [ ${#lists[@]} -gt 0 ] && ! apt_is_possible; then explain_missing "${lists[@]}"; fi
    # The tests work without these tools, so a machine that cannot install them is no error.
    if [ "$goal" = test ] && apt_is_possible && ! { has dot && has shellcheck && has chromedriver; }; then
        tools="$(missing_debian_packages envs/apt-tools.txt)"
    fi
    if [ ${#lists[@]} -gt 0 ]; then packages="$(missing_debian_packages "${lists[@]}")"; fi
    if [ -n "$packages$tools" ]; then
        as_root env DEBIAN_FRONTEND=noninteractive apt-get --quiet=2 update
        # shellcheck disable=SC2086 # one word a package
        install_with_tools $packages -- $tools
    fi
    if [ "$deploy" = native ] && ! native_r_is_complete "${r_lists[@]}"; then
        stop "The R on PATH ($(command -v Rscript || printf 'none')) is not enough." \
            "It must be R $OLDEST_R or later with the packages of envs/apt.txt. These are missing:" \
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
    stop "Software that the project needs is missing, and it cannot be installed from here" \
        "(that takes Debian or Ubuntu, and root or sudo without a password)." \
        "Install what these Debian packages contain, then repeat the command:" \
        "$(entries "$@" | paste -s -d ' ' -)"
}

set_up_slurm() {
    local packages
    make_scratch
    packages="$(missing_debian_packages envs/apt-slurm.txt)"
    if [ -n "$packages" ]; then
        if ! apt_is_possible; then explain_missing envs/apt-slurm.txt; fi
        as_root env DEBIAN_FRONTEND=noninteractive apt-get --quiet=2 update
        # shellcheck disable=SC2086 # one word a package
        install_debian_packages $packages
    fi
    install_python_packages envs/requirements-slurm.txt
}

case "${1:-}" in
    run | test) set_up "$1" ;;
    slurm) set_up_slurm ;;
    *) stop "Say what to set up: run, test or slurm." ;;
esac
