#!/bin/sh
# The manuals say all options, settings and JSON keys, and are well formed.
top=${srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
build=${builddir:-$top/build-check}
n=0 bad=0
ok() { n=$((n + 1)); if [ -z "$1" ]; then echo "ok $n - $2"; else bad=1; echo "not ok $n - $2"; printf '%s\n' "$1" | sed 's/^/# /'; fi; }
[ -x "$build/src/pabal" ] || { echo "1..0 # SKIP no programs in $build"; exit 0; }

missing() { # PROGRAM PAGE
	"$build/src/$1" --help | grep -oE -- '--[a-z0-9-]+' | sort -u | while read -r o; do
		grep -qE -- "(Fl |\\\\-|-)-${o#--}([^a-z0-9-]|\$)" "$top/doc/$2" || echo "$o is not in $2"
	done
}
ok "$(missing pabal pabal.1)" "pabal.1 says every option of pabal --help"
ok "$(missing pabald pabald.8)" "pabald.8 says every option of pabald --help"
ok "$(sed -n 's/.*OPT_[A-Z]*, "\([a-z0-9-]*\)".*/\1/p' "$top/src/conf/opts.c" | while read -r k; do grep -q "^\.It Ic $k " "$build/doc/pabal.conf.5" || echo "$k"; done)" "pabal.conf.5 says every setting"
if command -v mandoc >/dev/null 2>&1; then
	ok "$(mandoc -Tlint -Wwarning "$top/doc/pabal.1" "$top/doc/pabald.8" "$build/doc/pabal.conf.5" 2>&1)" "mandoc finds nothing to say"
else
	n=$((n + 1)); echo "ok $n # SKIP no mandoc"
fi
if command -v shellcheck >/dev/null 2>&1; then
	ok "$(cd "$top" && shellcheck -S warning -e SC1090,SC1091,SC2154,SC2034,SC2044,SC2046 $(ls .ci/run contrib/try contrib/check contrib/bootstrap tests/lint/*.t tests/cli/*.t tests/screen/*.t tests/tty/*.t 2>/dev/null) 2>&1 | head -n 40)" "shellcheck finds nothing to warn of"
else
	n=$((n + 1)); echo "ok $n # SKIP no shellcheck"
fi
echo "1..$n"
exit $bad
