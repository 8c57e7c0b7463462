#!/bin/sh
# pabald and Postfix pass mail on to each other, each to users of the other one: alice's
# server is pabald, bob's are Postfix and Dovecot.  What each of them is told of his mail.
. "${srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/cli/lib.sh"
. "$top/tests/cli/peers.sh"

make_certs || skip_all "openssl makes no certificate here"
for u in bob:b0 carol:c0; do dovecot_user "${u%:*}" "${u#*:}"; done
a=$(free_ports 1)
dovecot_up
postfix_up "smtpd_sasl_auth_enable = no" "mynetworks = 127.0.0.0/8" "smtpd_relay_restrictions = permit_mynetworks, reject" \
	"smtpd_recipient_restrictions = check_recipient_access inline:{ { slow@dv.test = 450 4.2.1 The mailbox is busy } }" \
	"smtpd_tls_security_level = may" "smtp_tls_security_level = may" "relay_domains = crepes.test" "relay_transport = smtp" \
	"transport_maps = inline:{ crepes.test=smtp:[127.0.0.1]:$a }" \
	"queue_run_delay = 1s" "minimal_backoff_time = 1s" "maximal_backoff_time = 1s" "delay_warning_time = 1s"
way=$pf_in
# crepes OPTIONS...: alice's server
crepes() {
	rm -f "$T/crepes.ready"
	"$PABALD" --root "$T/crepes" --ready-file "$T/crepes.ready" --smtp "127.0.0.1:$a" --pop3 127.0.0.1:0 --trace="$T/crepes.trace" --domain crepes.test \
		--user alice@crepes.test:a0 --relay "dv.test=127.0.0.1:$way" --retry 1s --warn 2s --max-size 100000 "$@" 2>>"$T/crepes.err" &
	crepes_pid=$!
	pids="$pids $!"
	until_ok 20 test -s "$T/crepes.ready" || { echo "Bail out! pabald did not start"; cat "$T/crepes.err"; exit 1; }
	person alice "Alice <alice@crepes.test>" "smtp = smtp+plain://alice%40crepes.test@127.0.0.1:$a" \
		"pop3 = pop3+plain://alice%40crepes.test@127.0.0.1:$(sed -n 's/^pop3=.*://p' "$T/crepes.ready")" "password = a0"
}
crepes
person bob "Bob <bob@dv.test>" "smtp = smtp+plain://127.0.0.1:$pf_in" "pop3 = pop3s://bob@localhost:$dv_pop3s" "password = b0" "tls-trust-file = $T/tls.crt"

# "STATE CODE | each notice's STATE CODE by WHOM once" of a recipient
heard() { as "$1" --track --json "$2" | python3 -c 'import json, sys
d = json.loads(sys.stdin.readline())
print(d["state"], d["code"], "|", ", ".join(sorted({"%s %s by %s" % (h["state"], h["code"], h["by"]) for h in d["history"] if h["notice"]})))'; }
comes_to() { as "$1" --fetch; [ "$(heard "$1" "$2")" = "$3" ]; }
# tells WHO RECIPIENT WANT NAME
tells() { within 60 comes_to "$1" "$2" "$3"; is "$(heard "$1" "$2")" "$3" "$4"; }
reason() { as "$1" --track --json "$2" | python3 -c 'import json, sys; print(json.loads(sys.stdin.readline())["reason"])'; }
has_mail() { as "$1" --fetch; as "$1" --list | grep -q "$2"; }
all='--notify success,failure,delay'

# ---- alice writes: pabald passes on to Postfix ----
printf 'first\n.\n\303\251t\303\251\n' >"$T/text"
# shellcheck disable=SC2086
out=$(as alice -s 'To bob' $all bob@dv.test <"$T/text" 2>&1); code=$?
is "$code:$out" "0:" "alice writes to bob"
within 60 has_mail bob 'To bob'; ok $? "he has it"
f=$(messages bob | head -n 1)
as bob --extract 1 "$f" -o - >"$T/got"
same "$T/got" "$T/text" "as she wrote it"
below "$f" >"$T/below"
same "$T/below" "$(messages alice Sent | head -n 1)" "the whole message, byte for byte"
has "$(sed -n '/^Received:/,/^[A-Z][a-z-]*: /p' "$f")" "by mx.dv.test (Postfix) with ESMTPS id" "it went under TLS, as Postfix offered it"
has "$(cat "$f")" "by crepes.test (pabald) with ESMTPA" "both left their trace"
is "$(grep -c '^Return-Path: <alice@crepes.test>' "$f")" 1 "and one its Return-Path"
tells alice bob@dv.test "delivered 2.0.0 | delivered 2.0.0 by mx.dv.test" "Postfix reports that it was delivered"
notice=$(messages alice | head -n 1)
is "$(as alice --notice --json "$notice" | python3 -c 'import json, sys
d = json.load(sys.stdin); r = d["recipients"][0]; print(d["kind"], r["address"], r["original"], r["action"], d["original"]["envelope_id"])')" \
	"dsn bob@dv.test bob@dv.test delivered $(as alice --track --json bob@dv.test | sed 's/.*"envelope_id":"\([^"]*\)".*/\1/;q')" "with what she handed in"
echo x | as alice -s 'to nobody' nobody@dv.test
tells alice nobody@dv.test "failed 5.1.1 | failed 5.1.1 by 127.0.0.1:$pf_in" "a user whom Postfix does not know: pabald reports it"
has "$(reason alice nobody@dv.test)" "User unknown in virtual mailbox table" "in the words of Postfix"
# one message to three
echo x | as alice -s 'to three' bob@dv.test gone@dv.test carol@dv.test
tells alice gone@dv.test "failed 5.1.1 | failed 5.1.1 by 127.0.0.1:$pf_in" "one of three is unknown"
is "$(as alice --track --json --limit 1 | python3 -c 'import json, sys
print(*[d["recipient"] + " " + d["state"] for d in map(json.loads, sys.stdin)], sep=", ")')" "bob@dv.test accepted, gone@dv.test failed, carol@dv.test accepted" "the others have it"
echo x | as alice -s 'to slow' slow@dv.test
tells alice slow@dv.test "delayed 4.2.1 | delayed 4.2.1 by 127.0.0.1:$pf_in" "not now: it is late"
stop "$crepes_pid"
crepes --give-up 3s
tells alice slow@dv.test "expired 5.4.7 | delayed 4.2.1 by 127.0.0.1:$pf_in, expired 5.4.7 by 127.0.0.1:$pf_in" "and in the end given up"
is "$(as alice --list | grep -c 'Mail is late')" 1 "it was told once that it is late"
stop "$crepes_pid"
way=$pf_bare
crepes
# shellcheck disable=SC2086
echo x | as alice -s 'to carol' $all carol@dv.test
tells alice carol@dv.test "relayed 2.1.9 | relayed 2.1.9 by 127.0.0.1:$pf_bare" "passed on to a server that knows no notices: pabald reports that"
stop "$crepes_pid"

# ---- bob writes: Postfix passes on to pabald ----
# shellcheck disable=SC2086
echo y | as bob -s 'Late' $all alice@crepes.test
tells bob alice@crepes.test "delayed 4.4.1 | delayed 4.4.1 by mx.dv.test" "her server is off: Postfix tells bob that it is late"
crepes
within 60 has_mail alice 'Late'; ok $? "once it is there again she has it"
tells bob alice@crepes.test "delivered 2.0.0 | delayed 4.4.1 by mx.dv.test, delivered 2.0.0 by crepes.test" "and pabald reports that it was delivered, by way of Postfix"
f=$(grep -l '^Subject: Late' $(messages alice))
below "$f" >"$T/below"
same "$T/below" "$(messages bob Sent | head -n 1)" "the whole message, byte for byte"
has "$(cat "$f")" "by crepes.test (pabald) with ESMTPS" "under TLS, as pabald offered it"
echo y | as bob -s 'to nobody' nobody@crepes.test
tells bob nobody@crepes.test "failed 5.1.1 | failed 5.1.1 by 127.0.0.1" "a user whom pabald does not know: Postfix reports it"
has "$(reason bob nobody@crepes.test)" "550 5.1.1 No such user here" "in the words of pabald"
head -c 200000 /dev/zero | tr '\0' x | fold | as bob -s 'too large' alice@crepes.test
tells bob alice@crepes.test "failed 5.3.4 | failed 5.3.4 by mx.dv.test" "larger than pabald takes: Postfix reports it"

until_ok 20 sh -c "[ -z \"\$(ls '$T/crepes/queue/outbox' | grep -v tmp)\" ]"; ok $? "nothing waits at her server"
is "$(grep -c 'Sanitizer\|runtime error' "$T/crepes.err")" 0 "no sanitizer spoke"
[ $n_bad = 0 ] || tail -n 60 "$T/pf/log" | sed 's/^/# /'
done_testing
