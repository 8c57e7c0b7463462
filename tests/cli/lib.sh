# What the end-to-end tests share; sourced by every tests/cli/*.t.
# A test has a folder of its own ($T), a pabald on free ports where it asks for
# one, and people with homes of their own. Everything ends with the test.
# shellcheck shell=sh

top=${srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
build=${builddir:-$top/build-check}
PABAL=$build/src/pabal PABALD=$build/src/pabald
[ -x "$PABAL" ] || { echo "1..0 # SKIP no $PABAL: build first"; exit 0; }
T=$(mktemp -d "${TMPDIR:-/tmp}/pabal-cli-XXXXXX")
LC_ALL=C.UTF-8 TZ=UTC
export LC_ALL TZ
n_test=0 n_bad=0 pids=

# ends exactly the processes this test started
finish() {
	for p in $pids; do kill "$p" 2>/dev/null || :; done
	for p in $pids; do wait "$p" 2>/dev/null || :; done
	cd / && rm -rf "$T"
}
trap finish EXIT
trap 'exit 1' HUP INT TERM

# ok STATUS NAME: TAP from an exit status
ok() {
	n_test=$((n_test + 1))
	if [ "$1" = 0 ]; then printf 'ok %d - %s\n' $n_test "$2"; else n_bad=$((n_bad + 1)); printf 'not ok %d - %s\n' $n_test "$2"; fi
}
# is GOT WANT NAME
is() {
	if [ "$1" = "$2" ]; then ok 0 "$3"; else ok 1 "$3"; printf '%s\n' "$1" | sed 's/^/#   got  /'; printf '%s\n' "$2" | sed 's/^/#   want /'; fi
}
# has TEXT PART NAME: the part stands in the text
has() {
	case $1 in *"$2"*) ok 0 "$3" ;; *) ok 1 "$3"; printf '%s\n' "$1" | head -n 80 | sed 's/^/#   got  /'; echo "#   want ... $2 ..." ;; esac
}
hasnt() { case $1 in *"$2"*) ok 1 "$3"; echo "#   found $2" ;; *) ok 0 "$3" ;; esac; }
# same FILE FILE NAME: byte for byte
same() { cmp "$1" "$2" >"$T/cmp.out" 2>&1 && ok 0 "$3" || { ok 1 "$3"; sed 's/^/# /' "$T/cmp.out"; }; }
skip() { n_test=$((n_test + 1)); echo "ok $n_test # SKIP $1"; }
skip_all() { echo "1..0 # SKIP $1"; exit 0; }
done_testing() { echo "1..$n_test"; exit $((n_bad > 0)); }

# until_ok SECONDS COMMAND...: waits until the command succeeds
until_ok() {
	tries=$(($1 * 50)); shift
	until "$@" >/dev/null 2>&1; do
		tries=$((tries - 1)); [ $tries -gt 0 ] || return 1
		sleep 0.02
	done
}

# pabald NAME OPTIONS...: starts one; its folder is $T/NAME, its ports $NAME_smtp ...
pabald() {
	name=$1; shift
	rm -f "$T/$name.ready"
	"$PABALD" --root "$T/$name" --ready-file "$T/$name.ready" --smtp 127.0.0.1:0 --pop3 127.0.0.1:0 \
		--smtps 127.0.0.1:0 --pop3s 127.0.0.1:0 "$@" 2>>"$T/$name.err" &
	eval "${name}_pid=$!"
	pids="$pids $!"
	until_ok 20 test -s "$T/$name.ready" || { echo "Bail out! pabald did not start"; cat "$T/$name.err"; exit 1; }
	while IFS='=' read -r key value; do eval "${name}_${key}=${value##*:}"; done <"$T/$name.ready"
}
stop() { kill "$1" 2>/dev/null; wait "$1" 2>/dev/null || :; }

# person NAME ADDRESS LINES...: a home with a configuration
person() {
	who=$1 address=$2; shift 2
	mkdir -p "$T/home-$who/pabal"
	{ printf '[account %s]\naddress = %s\n' "$who" "$address"; for line in "$@"; do printf '%s\n' "$line"; done; } >"$T/home-$who/pabal/config"
	chmod 600 "$T/home-$who/pabal/config"
}
# as NAME ARGUMENTS...: pabal as that person
as() {
	who=$1; shift
	HOME=$T/home-$who XDG_CONFIG_HOME=$T/home-$who XDG_DATA_HOME=$T/home-$who XDG_CACHE_HOME=$T/home-$who "$PABAL" "$@"
}
# messages NAME [BOX]: the files of a person's mailbox
messages() { find "$T/home-$1/pabal/mail/${2:-INBOX}/new" "$T/home-$1/pabal/mail/${2:-INBOX}/cur" -type f 2>/dev/null | sort; }
# below FILE: a message without the trace fields that the server put on top
below() { awk 'b { print; next } /^(Return-Path|X-Original-To|Delivered-To|Received):/ { t = 1; next } t && /^[ \t]/ { next } { b = 1; print }' "$1"; }
