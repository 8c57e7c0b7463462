#!/bin/sh
# The loop through Postfix (submission) and Dovecot (POP3): alice writes, bob reads.
. "${srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/cli/lib.sh"
. "$top/tests/cli/peers.sh"

make_certs || skip_all "openssl makes no certificate here"
for u in alice:a0 bob:b0 carol:c0; do dovecot_user "${u%:*}" "${u#*:}"; done
dovecot_up
postfix_up

person alice "Alice <alice@dv.test>" "smtp = smtp://alice@localhost:$pf_sub" "password = a0" "tls-trust-file = $T/tls.crt"
person tls "Alice <alice@dv.test>" "smtp = smtps://alice@localhost:$pf_tls" "password = a0" "tls-trust-file = $T/tls.crt"
person bare "Alice <alice@dv.test>" "smtp = smtp+plain://127.0.0.1:$pf_bare"
for u in bob:b0 carol:c0; do
	person "${u%:*}" "${u%:*}@dv.test" "pop3 = pop3s://${u%:*}@localhost:$dv_pop3s" "password = ${u#*:}" "tls-trust-file = $T/tls.crt" "leave-on-server = no"
done
# queue manager and virtual deliver in their own time
arrived() { [ "$(find "$T/dv/mail/$1/new" -type f | wc -l)" -ge "$2" ]; }
take() {
	rm -rf "$T/home-bob/pabal/mail"
	until_ok 20 arrived bob "${1:-1}" || sed 's/^/# /' "$T/pf/log" | tail -n 20
	as bob --fetch
	f=$(messages bob | tail -n 1)
}
# came NAME BODY FILE...: bob has what alice sent, text and files
came() {
	what=$1 body=$2; shift 2
	take
	as bob --extract 1 "$f" -o - >"$T/got"
	same "$T/got" "$body" "$what: the text"
	n=2
	for file; do
		as bob --extract $n "$f" -o - >"$T/got"
		same "$T/got" "$file" "$what: ${file##*/}"
		n=$((n + 1))
	done
}

printf '첫 줄\n둘째 줄\n.\n..\n.점\n\n From here\nFrom there\n' >"$T/korean"
printf '.\n..\n...\n\n.' >"$T/dots.in"; printf '.\n..\n...\n\n.\n' >"$T/dots"
python3 -c 'import sys
sys.stdout.buffer.write(b"x" * 998 + b"\n" + b"y" * 5000 + b"\n." + b"z" * 2999 + b"\n" + "한".encode() * 900 + b"\n")' >"$T/long"
printf '\307\321\261\333 \377\376 8-bit\n' >"$T/bits"
head -c 200000 /dev/urandom >"$T/blob.bin"
printf '제목,값\r\n첫째,1\r\n' >"$T/표.csv"

for way in alice tls bare; do
	for body in korean dots long bits; do
		in=$T/$body; [ ! -e "$in.in" ] || in=$in.in
		out=$(as "$way" -s "시험 $body" -a "$T/blob.bin" "$T/표.csv" --trace="$T/trace" -- bob@dv.test <"$in" 2>&1); code=$?
		is "$code:$out" "0:" "$way, $body: sent in silence"
		came "$way, $body" "$T/$body" "$T/blob.bin" "$T/표.csv"
		below "$f" >"$T/below"
		[ "$way" = bare ] || same "$T/below" "$(messages "$way" Sent)" "$way, $body: the whole message is that of Sent"
		rm -rf "$T/home-$way/pabal/mail"
	done
done
is "$(LC_ALL=C grep -c '[^ -~	]' "$f")" 0 "a server without 8BITMIME gets no 8 bits"
ok "$(grep -q 'with ESMTPSA' "$f" && echo 1 || echo 0)" "which was the one without TLS"

# a whole message in 8 bits, for both kinds of server
printf 'From: alice@dv.test\nTo: bob@dv.test\nSubject: raw\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n한글 그대로\n.\n' >"$T/raw"
as tls -t --trace="$T/trace" <"$T/raw"
ok "$(grep -q '^C: MAIL FROM:<alice@dv.test>.* BODY=8BITMIME' "$T/trace"; echo $?)" "8 bits are announced"
take; below "$f" | grep -v '^\(Date\|Message-ID\):' | diff - "$T/raw" >"$T/diff"
is "$(cat "$T/diff")" "" "and come back as they were"
as bare -t <"$T/raw"
take; as bob --extract 1 "$f" -o - >"$T/got"; sed '1,/^$/d' "$T/raw" >"$T/want"
same "$T/got" "$T/want" "without 8BITMIME they come back decoded the same"
rm -rf "$T/home-tls/pabal/mail" "$T/home-bare/pabal/mail"

# ---- login ----
for auth in SCRAM-SHA-256 SCRAM-SHA-1 CRAM-MD5 PLAIN LOGIN; do
	person "a-$auth" "Alice <alice@dv.test>" "smtp = smtp://alice@localhost:$pf_sub" "password = a0" "tls-trust-file = $T/tls.crt" "auth = $auth"
	rm -f "$T/trace"
	out=$(echo x | as "a-$auth" --trace="$T/trace" -s "auth $auth" bob@dv.test 2>&1); code=$?
	is "$code:$out:$(grep -c "^C: AUTH $auth" "$T/trace")" "0::1" "login by $auth"
	is "$(sed -n '/^C: STARTTLS/q;/^C: AUTH/p' "$T/trace")" "" "$auth: only after STARTTLS"
	is "$(grep -c -e AGFsaWNlAGEw -e ' a0$' "$T/trace")" 0 "$auth: no secret in the transcript"
	take
	has "$(cat "$f")" "ESMTPSA" "$auth: Postfix says that it was logged in"
done
person wrong "Alice <alice@dv.test>" "smtp = smtp://alice@localhost:$pf_sub" "password = no" "tls-trust-file = $T/tls.crt"
out=$(echo x | as wrong -s x bob@dv.test 2>&1); code=$?
is "$code:$(as wrong --outbox --json | wc -l)" "77:1" "a wrong password: exit code 77, the mail stays queued"
has "$out" "535" "with the server's words"
person clear "Alice <alice@dv.test>" "smtp = smtp+plain://alice@127.0.0.1:$pf_sub" "password = a0"
rm -f "$T/trace"
out=$(echo x | as clear --trace="$T/trace" -s x bob@dv.test 2>&1); code=$?
is "$(grep -c '^C: AUTH' "$T/trace"):$(as clear --outbox --json | wc -l)" "0:1" "where no login is offered none is tried, the mail stays queued"
person mitm "Alice <alice@dv.test>" "smtp = smtp://alice@localhost:$pf_sub" "password = a0" "tls-trust-file = $T/other.crt"
rm -f "$T/trace"
out=$(echo x | as mitm --trace="$T/trace" -s x bob@dv.test 2>&1); code=$?
is "$code:$(grep '^C: ' "$T/trace" | grep -cv -e '^C: EHLO' -e '^C: STARTTLS$'):$(as mitm --outbox --json | wc -l)" "0:0:1" "a certificate of somebody else: nothing is sent, it waits"

# ---- recipients ----
out=$(echo part | as alice -s part bob@dv.test nobody@dv.test carol@dv.test 2>&1); code=$?
is "$code" 69 "one refused of three: exit code 69"
has "$out" "nobody@dv.test: 550 5.1.1 " "which one, and the server's words"
take; until_ok 20 arrived carol 1; as carol --fetch
is "$(messages bob | wc -l):$(messages carol | wc -l)" "1:1" "the other two have it"
is "$(as alice --outbox --json | python3 -c 'import json,sys
print([(r["address"], r["state"], r["code"]) for r in json.loads(sys.stdin.readline())["recipients"]])')" \
	"[('bob@dv.test', 'accepted', 250), ('nobody@dv.test', 'failed', 550), ('carol@dv.test', 'accepted', 250)]" "the outbox knows each"
as alice --drop "$(as alice --outbox | head -n 1 | cut -d' ' -f1)"
out=$(echo none | as alice -s none no1@dv.test no2@dv.test 2>&1); code=$?
is "$code:$(as alice --outbox --json | wc -l)" "69:1" "all refused: exit code 69, the text is kept"
as alice --drop "$(as alice --outbox | head -n 1 | cut -d' ' -f1)"

# ---- size ----
head -c 4000000 /dev/urandom >"$T/huge.bin"
rm -f "$T/trace"
out=$(echo huge | as alice --trace="$T/trace" -s huge -a "$T/huge.bin" bob@dv.test 2>&1); code=$?
is "$code:$(as alice --outbox --json | wc -l)" "69:1" "larger than the server takes: exit code 69, the text is kept"
is "$(grep -c -e '^C: DATA' -e '^C: BDAT' -e '^C: MAIL' "$T/trace")" 0 "and not a byte of it was sent"
has "$out" "3000000" "the server's limit is named"

# ---- several at once ----
n=0 p=
for i in 1 2 3 4 5 6 7 8; do echo "p $i" | as alice -s "p$i" bob@dv.test 2>>"$T/par" & p="$p $!"; done
for i in $p; do wait "$i" || n=$((n + 1)); done
is "$n:$(cat "$T/par")" "0:" "eight at once"
take 8
is "$(messages bob | wc -l)" 8 "all eight arrive"

done_testing
