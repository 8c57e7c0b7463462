#!/bin/sh
# pabald with clients that smuggle, stall, flood, lie and go away.
. "${srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/cli/lib.sh"

command -v python3 >/dev/null || skip_all "no python3"
tsv=${PABAL_CORPUS:+$PABAL_CORPUS/attack-inputs/smuggle-server.tsv}
[ -r "${tsv:-/nonexistent}" ] || tsv=
python3 "$top/tests/cli/hostile-check.py" "$PABALD" "$T" ${tsv:+"$tsv"}
