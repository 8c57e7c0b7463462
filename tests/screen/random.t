#!/bin/sh
# Random keys on mail of the corpus, under whatever sanitizers this build has: nothing
# crashes, no turn is slow, and the script comes to its end.  PABAL_SLOW=1: 50,000 keys.
top=${srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
build=${builddir:-$top/build-check}
PABAL=$build/src/pabal
[ -x "$PABAL" ] || { echo "1..0 # SKIP no $PABAL: build first"; exit 0; }
command -v python3 >/dev/null 2>&1 || { echo "1..0 # SKIP no python3"; exit 0; }
T=$(mktemp -d "${TMPDIR:-/tmp}/pabal-random-XXXXXX")
trap 'rm -rf "$T"' EXIT
LC_ALL=C.UTF-8 TZ=UTC
export LC_ALL TZ
chmod 755 "$T"
# Keys may type any path: nothing outside of the folder can be written.
run="env"
[ "$(id -u)" != 0 ] || ! command -v setpriv >/dev/null 2>&1 || run="setpriv --reuid=65534 --regid=65534 --clear-groups env"
n=0 bad=0 each=1000 seeds="1 2 3"
[ -z "${PABAL_SLOW-}" ] || { each=5000 seeds="1 2 3 4 5 6 7 8 9 10"; }
for seed in $seeds; do
	rm -rf "${T:?}/home" "${T:?}/work"
	mkdir "$T/work"
	python3 "$top/tests/screen/make-home.py" "$T/home"
	i=0
	if [ -d "${PABAL_CORPUS:-/nonexistent}" ]; then
		find "$PABAL_CORPUS" -name '*.eml' -size -300k | LC_ALL=C sort | awk "NR % 23 == $seed % 23" | head -n 150 | while read -r f; do
			i=$((i + 1)); cp "$f" "$T/home/pabal/mail/INBOX/cur/$((1770000000 + i)).M$i.corpus:2,"
		done
	fi
	python3 "$top/tests/screen/random-keys.py" "$seed" "$each" >"$T/script"
	cp "$PABAL" "$T/pabal"
	[ "$run" = env ] || chown -R 65534:65534 "$T"
	(cd "$T/work" && $run HOME="$T/home" XDG_CONFIG_HOME="$T/home" XDG_DATA_HOME="$T/home" XDG_CACHE_HOME="$T/home" \
		timeout 1200 "$T/pabal" --script "$T/script" >"$T/out" 2>"$T/err") && code=0 || code=$?
	n=$((n + 1))
	if [ $code = 0 ]; then echo "ok $n - $each random keys with seed $seed"; else bad=1; echo "not ok $n - $each random keys with seed $seed (code $code)"; tail -n 40 "$T/err" | sed 's/^/# /'; fi
	n=$((n + 1))
	if grep -q 'a turn took' "$T/err"; then bad=1; echo "not ok $n - no turn was slow with seed $seed"; grep 'a turn took' "$T/err" | head | sed 's/^/# /'
	else echo "ok $n - no turn was slow with seed $seed"; fi
done
echo "1..$n"
exit $bad
