#!/bin/sh
# make bench, fourth part: transfer encodings, structure, extraction and pages beside
# their peers, and the worst inputs at three sizes.  BENCH_MIME selects
# (base64,memory,qp,tree,extract,html,bounds), BENCH_MIB the size of the encoded
# files (64), BENCH_BAD divides the sizes of the worst inputs, BENCH_ROUNDS how
# often, TMPDIR the disk.
top=${srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
build=${builddir:-$top}
case ",${BENCH_ONLY:-mime}," in *,mime,*) ;; *) exit 0 ;; esac
T=$(mktemp -d "${TMPDIR:-/tmp}/pabal-mime-XXXXXX") || exit 99
trap 'rm -rf "$T"' EXIT
trap 'exit 1' INT TERM HUP
T=$T PABAL=$build/src/pabal MIME=$build/tests/bench/mime PEER=$build/tests/bench/mimepeer python3 "$top/tests/bench/mime.py"
