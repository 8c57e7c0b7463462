#!/bin/sh
# kill -9 at 100 moments (PABAL_SLOW=1: 1,000): pabal --fetch from pabald.
. "${srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/cli/lib.sh"

command -v python3 >/dev/null || skip_all "no python3"
python3 "$top/tests/cli/kill-check.py" fetch "$PABAL" "$PABALD" "$T"
