#!/bin/sh
# Two pabals, neomutt, Dovecot and a delivery agent on the same Maildirs, and pabal beside
# a program that appends to the same mbox.  SHARED_SECONDS=600 for a long run.
. "${srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/cli/lib.sh"
command -v python3 >/dev/null 2>&1 || skip_all "no python3"

chmod 711 "$T"
mkdir "$T/work"
python3 "$top/tests/cli/shared-check.py" "$PABAL" "$T/work" "${SHARED_SECONDS:-60}" ${SHARED_SEED:+"$SHARED_SEED"} >"$T/out" 2>"$T/err"
is "$?:$(cat "$T/err")" "0:" "they work side by side"
grep '^#' "$T/out"
# none KIND NAME
none() { is "$(grep "^$1 " "$T/out" | cut -c 1-1000)" "" "$2"; }
none command "every pabal ended well, or said that it is locked"
none lost "every message is there, where its owner put it"
none twice "and once"
none torn "and whole"
none flags "with the flags that its owner set last"
none index "and lists say what is on the disk"

done_testing
