#!/bin/sh
# 200 MiB through send, pabald, fetch and --extract, each in under 32 MiB of
# resident memory. Under sanitizers 20 MiB, and memory is not looked at.
. "${srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/cli/lib.sh"
command -v python3 >/dev/null 2>&1 || skip_all "no python3"

mib=200 limit=32768
if grep -q __asan_init "$PABAL"; then mib=20 limit=; fi
[ "$(df -Pk "$T" | awk 'NR == 2 { print $4 }')" -gt $((mib * 1024 * 6)) ] || skip_all "less than $((mib * 6)) MiB free in ${T%/*}"

# pabald in a coat that says at its end how much it held at most
cat >"$T/coat" <<-PY
#!/usr/bin/env python3
import resource, signal, subprocess, sys
p = subprocess.Popen(["$PABALD"] + sys.argv[1:])
signal.signal(signal.SIGTERM, lambda *a: p.terminate())
code = p.wait()
open("$T/held", "w").write("%d %d\\n" % (code, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss))
PY
chmod +x "$T/coat"
PABALD=$T/coat
pabald s --domain crepes.fr --user alice@crepes.fr:a0 --user bob@crepes.fr:b0 --max-size $((512 << 20))
person alice "Alice <alice@crepes.fr>" "smtp = smtps://alice%40crepes.fr@localhost:$s_smtps" "password = a0" "tls-trust-file = $T/s/pabald.crt"
person bob "Bob <bob@crepes.fr>" "pop3 = pop3s://bob%40crepes.fr@localhost:$s_pop3s" "password = b0" "tls-trust-file = $T/s/pabald.crt" "leave-on-server = no"

# measured WHO ARGUMENTS...: pabal as a person; sets $code and $kib, the most it held
measured() {
	who=$1; shift
	HOME=$T/home-$who XDG_CONFIG_HOME=$T/home-$who XDG_DATA_HOME=$T/home-$who XDG_CACHE_HOME=$T/home-$who python3 -c 'import os, resource, subprocess, sys
code = subprocess.run(sys.argv[2:]).returncode
open(sys.argv[1], "w").write("%d %d\n" % (code, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss))' "$T/measured" "$PABAL" "$@"
	read -r code kib <"$T/measured"
}
# small NAME KIB
small() {
	[ -n "$limit" ] || { skip "$1: memory under sanitizers says nothing"; return; }
	[ "$2" -gt 0 ] && [ "$2" -lt $limit ]
	ok $? "$1: at most $2 KiB resident, under $limit"
}

head -c $((mib << 20)) /dev/urandom >"$T/big.bin"
sum=$(cksum <"$T/big.bin")
echo 'big' >"$T/text"
measured alice -s big -a "$T/big.bin" bob@crepes.fr <"$T/text" 2>"$T/err"
is "$code:$(cat "$T/err")" "0:" "$mib MiB are sent"
small "pabal -s" "$kib"
rm "$T/big.bin"
sent=$(messages alice Sent); size=$(wc -c <"$sent"); sent=$(cksum <"$sent")
rm -r "$T/home-alice"
measured bob --fetch 2>"$T/err"
is "$code:$(cat "$T/err")" "0:" "and fetched"
small "pabal --fetch" "$kib"
f=$(messages bob)
is "$(tail -c "$size" "$f" | cksum)" "$sent" "the message is that of Sent"
mkdir "$T/out"
measured bob --extract 2 "$f" -o "$T/out"
is "$code:$(cksum <"$T/out/big.bin")" "0:$sum" "the file is the same"
small "pabal --extract" "$kib"
measured bob --extract 2 - -o "$T/out" <"$f"
is "$code:$(cksum <"$T/out/big-2.bin")" "0:$sum" "from standard input too"
small "pabal --extract from standard input" "$kib"
rm -r "$T/out"
measured bob --parts --json "$f" >"$T/parts"
small "pabal --parts" "$kib"
measured bob --show "$f" >"$T/shown"
small "pabal --show" "$kib"
measured bob --list >"$T/listed"
small "pabal --list" "$kib"
# a message that comes whole, with a text of one line
rm "$f"
{ printf 'To: bob@crepes.fr\nSubject: line\n\n'; head -c $((mib << 20)) /dev/zero | tr '\0' x; } >"$T/line"
person alice "Alice <alice@crepes.fr>" "smtp = smtp+plain://127.0.0.1:$s_smtp" "sent = no"
measured alice -t <"$T/line" 2>"$T/err"
is "$code:$(cat "$T/err")" "0:" "$mib MiB in a single line, by -t"
small "pabal -t" "$kib"
rm "$T/line"
measured bob --fetch
f=$(messages bob)
is "$(as bob --extract 1 "$f" -o - | head -c $((mib << 20)) | tr -d x | wc -c):$(as bob --extract 1 "$f" -o - | wc -c)" "0:$(((mib << 20) + 1))" "it comes back"
measured bob --show "$f" >/dev/null
small "pabal --show of a single line" "$kib"
stop "$s_pid"
read -r code kib <"$T/held"
is "$code" 0 "pabald ends well"
small "pabald through all of it" "$kib"

done_testing
