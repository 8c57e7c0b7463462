#!/bin/sh
# What was sent comes back the same to the last byte below the trace fields.
# The corpus is sampled, one in eight; PABAL_SLOW=1 takes all of it.
. "${srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/cli/lib.sh"
command -v python3 >/dev/null 2>&1 || skip_all "no python3"

pabald s --capture --domain crepes.fr --user catch@crepes.fr:c0
person alice "Alice <alice@crepes.fr>" "smtp = smtp+plain://127.0.0.1:$s_smtp"
person catch "Catch <catch@crepes.fr>" "pop3 = pop3+plain://catch@127.0.0.1:$s_pop3" "password = c0"

# ---- the corpus ----
if [ -r "${PABAL_CORPUS:-}/manifest.tsv" ]; then
	step=8; [ -z "${PABAL_SLOW:-}" ] || step=1
	mkdir "$T/corpus"
	python3 "$top/tests/cli/bytes.py" "$PABAL" "$PABAL_CORPUS" "$T/corpus" "$s_smtp" "$s_pop3" $step >"$T/bytes.out" || echo "1 bytes.py ran" >>"$T/bytes.out"
	while read -r status name; do
		case $status in '#') printf '# %s\n' "$name" ;; *) ok "$status" "$name" ;; esac
	done <"$T/bytes.out"
else
	skip "no corpus: set PABAL_CORPUS"
fi

# ---- bodies made here ----
mkdir "$T/b"
python3 - "$T/b" <<'PY'
import os, random, sys
r = random.Random(5)
def put(name, data, want=None):
    for ext, d in ("in", data), ("want", data if want is None else want):
        with open("%s/%s.%s" % (sys.argv[1], name, ext), "wb") as f: f.write(d)
nl = lambda b: b.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
put("dots", b".\n..\n...\n.a\n\n.\n" * 50)
put("dot", b".\n")
put("smuggle", b"a\n.\nMAIL FROM:<x@example.org>\r\n.\r\nb\r.\rc\n.\r\n.\rd\r\n\r.\n", nl(b"a\n.\nMAIL FROM:<x@example.org>\r\n.\r\nb\r.\rc\n.\r\n.\rd\r\n\r.\n"))
put("bare-cr", b"one\rtwo\r\rthree\r", b"one\ntwo\n\nthree\n")
put("bare-lf", b"one\ntwo\n\nthree\n")
put("crlf", b"one\r\ntwo\r\n\r\nthree\r\n", b"one\ntwo\n\nthree\n")
put("mixed", b"one\r\ntwo\nthree\rfour\n\r\n", b"one\ntwo\nthree\nfour\n\n")
put("no-final-newline", b"no end", b"no end\n")
put("empty", b"")
put("newline", b"\n")
put("newlines", b"\n\n\n\n")
put("blanks", b"  \n\t\n line \n\ttab\t\n")
put("nul", b"a\0b\n\0\n")
put("latin1", bytes(range(0xa0, 0x100)) + b"\n")
put("korean-euc", "안녕하세요 전자우편\n".encode("euc-kr") * 20)
put("utf8", "한글 점 … 🐎\n".encode() * 20)
put("utf8-cut", "한글".encode()[:-1] + b"\n")
put("controls", bytes(c for c in range(1, 32) if c not in (10, 13)) + b"\x7f\n")
put("line-998", b"x" * 998 + b"\n")
put("line-999", b"x" * 999 + b"\n")
put("line-10000", b"x" * 10000 + b"\n.\n" + "한".encode() * 4000 + b"\n")
put("from", b"From here\n>From there\nFrom \n")
put("equals", b"=20 =\n=3D= \nend=\n")
put("headers", b"Subject: none\nX: y\n\nbody\n")
put("boundary", b"--\n--=\n--0\n--boundary--\n" * 10)
for n in (4095, 4096, 4097, 65535, 65536, 65537):
    text = (b"0123456789012345678901234567890123456789012345678901234\n" * 1200)[:n - 2] + b"\n."
    put("ends-%d" % n, text, text + b"\n")
for i in range(8):
    data = bytes(r.choice(b"\r\n.\0a\xea= ") for _ in range(r.randrange(1, 5000)))
    put("random-%d" % i, data, None)
PY
n=0 bad=
for f in "$T"/b/*.in; do
	name=$(basename "$f" .in)
	as alice -s "$name" x@example.org <"$f" >"$T/out" 2>&1 || bad="$bad $name:$?"
	[ -s "$T/out" ] && bad="$bad $name:$(cat "$T/out")"
	n=$((n + 1))
done
is "$bad" "" "$n bodies are sent in silence"
as catch --fetch >"$T/out" 2>&1
mkdir "$T/got"
for f in $(messages catch); do
	name=$(sed -n 's/^Subject: //p;/^$/q' "$f")
	[ -e "$T/b/$name.in" ] || continue
	below "$f" >"$T/got/$name.msg"
	as catch --extract 1 "$f" -o - >"$T/got/$name"
done
for f in "$T"/b/*.in; do
	name=$(basename "$f" .in)
	case $name in
	random-*)
		# whatever it is sent as, not a byte but line ends may change
		python3 - "$T/b/$name.in" "$T/got/$name" <<-'PY' && ok 0 "body $name" || ok 1 "body $name"
		import sys
		a, b = (open(p, "rb").read().replace(b"\r\n", b"\n").replace(b"\r", b"\n") for p in sys.argv[1:3])
		sys.exit(a.removesuffix(b"\n") != b.removesuffix(b"\n"))
		PY
		;;
	*) same "$T/got/$name" "$T/b/$name.want" "body $name" ;;
	esac
done
is "$(LC_ALL=C grep -lE '^.{999}' "$T"/got/*.msg)" "" "no line is over 998 octets"
is "$(LC_ALL=C grep -l "$(printf '\r')" "$T"/got/*.msg)" "" "no bare CR went out"
is "$(tr -d '\0' <"$T/got/nul.msg" | cmp - "$T/got/nul.msg" 2>&1)" "" "no NUL went out"

# ---- files ----
printf 'text\r\nwith CRLF\r\n' >"$T/crlf.txt"
printf 'text\rwith CR\r.\r' >"$T/cr.txt"
printf 'no end' >"$T/noend.txt"
: >"$T/empty.bin"
printf '.\n..\n.' >"$T/dots.txt"
head -c 3000000 /dev/urandom >"$T/random.bin"
printf 'a\0b' >"$T/nul.txt"
printf 'Subject: inside\r\n\r\nmail\r\n' >"$T/mail.eml"
set -- crlf.txt cr.txt noend.txt empty.bin dots.txt random.bin nul.txt mail.eml
(cd "$T" && echo files | as alice -s files -a "$@" -- x@example.org) >"$T/out" 2>&1
is "$?:$(cat "$T/out")" "0:" "$# odd files are sent"
as catch --fetch
m=$(grep -l '^Subject: files$' $(messages catch))
for f; do
	part=$(as catch --parts --json "$m" | python3 -c 'import json,sys
print([d["number"] for d in map(json.loads, sys.stdin) if d["filename"] == sys.argv[1]][0])' "$f")
	as catch --extract "$part" "$m" -o - >"$T/got.file"
	same "$T/got.file" "$T/$f" "file $f"
done
head -c 31457280 /dev/urandom >"$T/big.bin"
out=$(echo big | as alice -s big -a "$T/big.bin" x@example.org 2>&1)
is "$?:$out" "0:" "a file of 30 MiB is sent"
as catch --fetch
m=$(grep -l '^Subject: big$' $(messages catch))
as catch --extract 2 "$m" -o - >"$T/got.file"
same "$T/got.file" "$T/big.bin" "and comes back the same"
below "$m" | cmp -s - "$(grep -l '^Subject: big$' $(messages alice Sent))"
ok $? "the whole message is that of Sent"

done_testing
