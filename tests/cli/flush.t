#!/bin/sh
# Twenty processes empty one outbox into a server that drops, delays and refuses at random.
. "${srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/cli/lib.sh"

command -v python3 >/dev/null || skip_all "no python3"
python3 "$top/tests/cli/flush-check.py" "$PABAL" "$T"
