#!/bin/sh
# make bench, second part: mailboxes, index and search beside their peers, in one
# run, as ratios.  BENCH_SIZES sets the sizes (1000,10000,100000; add 1000000 for
# the large one), BENCH_BOXES a folder that keeps the made mailboxes, TMPDIR the
# disk, BENCH_ROUNDS how often.
top=${srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
build=${builddir:-$top}
case ",${BENCH_ONLY:-boxes}," in *,boxes,*) ;; *) exit 0 ;; esac
T=$(mktemp -d "${TMPDIR:-/tmp}/pabal-boxes-XXXXXX") || exit 99
trap 'rm -rf "$T"' EXIT INT TERM HUP
T=$T PABAL=$build/src/pabal BOXES=$build/tests/bench/boxes python3 "$top/tests/bench/boxes.py"
