#!/bin/sh
# pabal -s and --flush into servers that are absent, full, slow, rude or lying: every
# scenario of tests/cli/scenarios and of the corpus, one line a scenario.
. "${srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/cli/lib.sh"

command -v python3 >/dev/null || skip_all "no python3"
command -v openssl >/dev/null || skip_all "no openssl"
more=${PABAL_CORPUS:+$PABAL_CORPUS/attack-inputs/evil-smtp.json}
[ -r "${more:-/nonexistent}" ] || { more=; echo "# PABAL_CORPUS is not set or has no evil-smtp.json: only the scenarios of the tree"; }
# shellcheck disable=SC2086
python3 "$top/tests/cli/rude-check.py" smtp "$PABAL" "$T" "$top/tests/cli/scenarios/smtp.json" ${more:+"$more"}
