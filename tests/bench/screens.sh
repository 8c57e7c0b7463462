#!/bin/sh
# make bench, third part: the screens on a pseudo-terminal beside mutt and neomutt.
# BENCH_SIZES sets the sizes (1000,10000,100000; add 1000000 for the large one),
# BENCH_BOXES a folder that keeps the made mailboxes, BENCH_SCREENS the parts
# (start,keys,bytes,busy,turns,memory,idle), BENCH_KEYS how many keys, BENCH_IDLE
# for how many seconds nothing is done, BENCH_ROUNDS how often, TMPDIR the disk.
top=${srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
build=${builddir:-$top}
case ",${BENCH_ONLY:-screens}," in *,screens,*) ;; *) exit 0 ;; esac
T=$(mktemp -d "${TMPDIR:-/tmp}/pabal-screens-XXXXXX") || exit 99
trap 'rm -rf "$T"' EXIT
trap 'exit 1' INT TERM HUP
LC_ALL=C.UTF-8 TZ=UTC
export LC_ALL TZ
T=$T PABAL=$build/src/pabal PABALD=$build/src/pabald BOXES=$build/tests/bench/boxes python3 "$top/tests/bench/screens.py"
