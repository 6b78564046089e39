# Finds a Python to begin with and points it at this clone. Sourced by the commands beside it.
OPENSEAT_CLONE=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P) || exit 1
PYTHON=
for candidate in python3 python3.14 python3.13 python3.12 python3.11; do
    found=$(command -v "$candidate") || continue
    if "$found" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        PYTHON=$found
        break
    fi
done
if [ -z "$PYTHON" ]; then
    echo "OpenSeat needs Python 3.11 or newer and found none." >&2
    echo "On Debian 12, Ubuntu 24.04 or newer: install the package python3." >&2
    exit 1
fi
PYTHONPATH=$OPENSEAT_CLONE/src
export PYTHONPATH
unset OPENSEAT_CLONE
