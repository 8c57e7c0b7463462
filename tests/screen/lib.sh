# What the tests that play scripts share.
# shellcheck shell=sh
. "${srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/cli/lib.sh"
command -v python3 >/dev/null 2>&1 || skip_all "no python3"

fresh() { rm -rf "$T/home-jane"; python3 "$top/tests/screen/make-home.py" "$T/home-jane"; sed -i "1i save-to = $T/saved" "$T/home-jane/pabal/config"; mkdir -p "$T/saved"; }
# play: a script from standard input; its output in $T/out
play() {
	cat >"$T/script"
	(cd "$T" && as jane --script "$T/script") >"$T/out" 2>"$T/err" && code=0 || code=$?
	[ $code = 0 ] || { sed 's/^/# /' "$T/err"; tail -n 30 "$T/out" | sed 's/^/# /'; }
}
# screen NAME: what was dumped under that name
screen() { awk -v n="== $1" '/^== / { on = $0 == n; next } on' "$T/out"; }
ids() { as jane --list "$1" --sort -received --json | python3 -c 'import json, sys
print(*[d["message_id"].split("@")[0] + d["flags"] for d in map(json.loads, sys.stdin)])'; }
