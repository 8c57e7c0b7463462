#!/bin/sh
# kill -9 at 100 moments (PABAL_SLOW=1: 1,000): pabald, while mail comes in and goes out.
. "${srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/cli/lib.sh"

command -v python3 >/dev/null || skip_all "no python3"
python3 "$top/tests/cli/kill-check.py" server "$PABAL" "$PABALD" "$T"
