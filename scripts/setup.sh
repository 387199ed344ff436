# Sourced by the other scripts: `setup EXTRA` makes .venv in this checkout and installs what EXTRA needs.
# Nothing outside the checkout is touched; a second call does nothing unless the list of packages changed.

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$top" || exit 1
python="$top/.venv/bin/python"

export PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1

say() { printf '%s\n' "$*" >&2; }

find_python() {
    local candidate
    for candidate in "${PYTHON:-python3}" python3.14 python3.13 python3.12 python3.11; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
            printf '%s' "$candidate"
            return 0
        fi
    done
    say "sheetcrm needs Python 3.11 or newer; none was found on the PATH (set PYTHON to name one)."
    return 1
}

setup() {
    local extra=$1 stamp wanted base
    stamp="$top/.venv/installed-$extra"
    wanted=$(cat pyproject.toml scripts/constraints.txt | cksum)
    if [ -x "$python" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ]; then
        return 0
    fi
    base=$(find_python) || exit 2
    if [ ! -x "$python" ]; then
        say "Making .venv with $("$base" --version) …"
        "$base" -m venv .venv || {
            say "python -m venv did not work; on Debian or Ubuntu: apt install python3-venv"
            exit 2
        }
    fi
    say "Installing sheetcrm[$extra] into .venv (once; a minute or two) …"
    "$python" -m pip install --quiet --constraint scripts/constraints.txt --editable ".[$extra]" >&2 || exit 2
    printf '%s' "$wanted" >"$stamp"
}
