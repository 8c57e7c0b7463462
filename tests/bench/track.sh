#!/bin/sh
# make bench, fifth part: a notice recorded among a million tracked recipients
# (BENCH_TRACK sets how many).
top=${srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
build=${builddir:-$top}
case ",${BENCH_ONLY:-track}," in *,track,*) ;; *) exit 0 ;; esac
T=$(mktemp -d "${TMPDIR:-/tmp}/pabal-track-XXXXXX") || exit 99
trap 'rm -rf "$T"' EXIT
trap 'exit 1' INT TERM HUP
"$build/tests/bench/track" "$T" "${BENCH_TRACK:-1000000}"
