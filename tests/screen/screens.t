#!/bin/sh
# Screens as text: each NAME.script is played on the mail of make-home.py, and what it
# dumps is held against NAME.golden.  UPDATE_GOLDEN=1 accepts what is there.
top=${srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
build=${builddir:-$top/build-check}
PABAL=$build/src/pabal
[ -x "$PABAL" ] || { echo "1..0 # SKIP no $PABAL: build first"; exit 0; }
command -v python3 >/dev/null 2>&1 || { echo "1..0 # SKIP no python3"; exit 0; }
T=$(mktemp -d "${TMPDIR:-/tmp}/pabal-screen-XXXXXX")
trap 'rm -rf "$T"' EXIT
LC_ALL=C.UTF-8 TZ=UTC
export LC_ALL TZ
n=0 bad=0
for script in "$top"/tests/screen/*.script; do
	[ -z "${ONLY-}" ] || [ "$ONLY" = "$(basename "$script" .script)" ] || continue
	name=$(basename "$script" .script) golden=${script%.script}.golden
	rm -rf "${T:?}/home"
	PABAL=$PABAL python3 "$top/tests/screen/make-home.py" "$T/home" "$name"
	sed -n 's/^#conf //p' "$script" | cat - "$T/home/pabal/config" >"$T/conf" && cat "$T/conf" >"$T/home/pabal/config"
	HOME=$T/home XDG_CONFIG_HOME=$T/home XDG_DATA_HOME=$T/home XDG_CACHE_HOME=$T/home \
		"$PABAL" --script "$script" >"$T/out" 2>"$T/err" && code=0 || code=$?
	sed -e "s|$T/home|HOME|g" -e 's/<[0-9a-f]\{24\}\.[0-9a-f]*@/<ID@/' "$T/out" >"$T/out.clean"
	n=$((n + 1))
	if [ -n "${UPDATE_GOLDEN-}" ]; then cp "$T/out.clean" "$golden"; fi
	if [ $code = 0 ] && cmp -s "$T/out.clean" "$golden"; then echo "ok $n - $name looks as it should"
	else
		bad=1; echo "not ok $n - $name looks as it should"
		diff "$golden" "$T/out.clean" | head -n 60 | sed 's/^/# /'; sed 's/^/# /' "$T/err" | head -n 20
	fi
	n=$((n + 1))
	if grep -q 'a turn took' "$T/err"; then bad=1; echo "not ok $n - $name: no turn is slow"; sed 's/^/# /' "$T/err"
	else echo "ok $n - $name: no turn is slow"; fi
done
echo "1..$n"
exit $bad
