#!/bin/sh
# The notices that Postfix, Exim and OpenSMTPD write themselves: alice's server passes her
# mail on to each, which finds a next server that refuses it, takes it without notices or is
# off; what comes back to her is fetched, understood, and tracked.
. "${srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/cli/lib.sh"
. "$top/tests/cli/peers.sh"
make_certs || skip_all "openssl makes no certificate here"

# shellcheck disable=SC2046
set -- $(free_ports 2)
a=$1 dead=$2
# other addresses of loopback: a server that was off is passed by for a while, by its address
python3 "$top/tests/cli/next-hop.py" 127.0.0.2:0 "$T/next.ready" 2>"$T/next.err" &
pids="$pids $!"
until_ok 20 test -s "$T/next.ready" || skip_all "127.0.0.2 is no address here"
next=$(cat "$T/next.ready")

ways() { echo "crepes.test=127.0.0.1:$a $1.test=127.0.0.2:$next off.$1.test=127.0.0.3:$dead"; }
runs() { up="$up $1" relay="$relay --relay $1.test=127.0.0.1:$2 --relay off.$1.test=127.0.0.1:$2"; }
up='' relay=
if why=$(no_postfix); then
	skip "$why"
else
	mkdir -p "$T/dv/mail/nobody"
	postfix_up "smtpd_sasl_auth_enable = no" "mynetworks = 127.0.0.0/8" "smtpd_relay_restrictions = permit_mynetworks, reject" \
		"default_transport = smtp" "transport_maps = inline:{ crepes.test=smtp:[127.0.0.1]:$a, pf.test=smtp:[127.0.0.2]:$next, off.pf.test=smtp:[127.0.0.3]:$dead }" \
		"smtp_tls_security_level = may" "queue_run_delay = 1s" "minimal_backoff_time = 1s" "maximal_backoff_time = 1s" \
		"maximal_queue_lifetime = 10s" "delay_warning_time = 1s"
	runs pf "$pf_in"
fi
# shellcheck disable=SC2046
if exim_up $(ways ex); then runs ex "$ex_in"; else skip "$why"; fi
# shellcheck disable=SC2046
if opensmtpd_up $(ways os); then runs os "$os_in"; else skip "$why"; fi
[ -n "$up" ] || done_testing

# shellcheck disable=SC2086
"$PABALD" --root "$T/crepes" --ready-file "$T/crepes.ready" --smtp "127.0.0.1:$a" --pop3 127.0.0.1:0 --trace="$T/crepes.trace" \
	--domain crepes.test --user alice@crepes.test:a0 $relay --retry 1s --warn 1h 2>>"$T/crepes.err" &
pids="$pids $!"
until_ok 20 test -s "$T/crepes.ready" || { echo "Bail out! pabald did not start"; cat "$T/crepes.err"; exit 1; }
pop3=$(sed -n 's/^pop3=.*://p' "$T/crepes.ready")
person alice "Alice <alice@crepes.test>" "smtp = smtp+plain://alice%40crepes.test@127.0.0.1:$a" "pop3 = pop3+plain://alice%40crepes.test@127.0.0.1:$pop3" "password = a0"

for h in $up; do
	for u in nobody full old later ok; do echo x | as alice -s "$u at $h" --notify success,failure,delay "$u@$h.test"; done
	head -c 30000 /dev/zero | tr '\0' x | fold | as alice -s "big at $h" "big@$h.test"
	echo x | as alice -s "off at $h" "who@off.$h.test"
done

# "STATE CODE | each notice's STATE CODE once" of an address
heard() { as alice --track --json "$1" | python3 -c 'import json, sys
d = json.loads(sys.stdin.readline())
print(d["state"], d["code"], "|", ", ".join(sorted({h["state"] + " " + h["code"] for h in d["history"] if h["notice"]})))'; }
reason() { as alice --track --json "$1" | python3 -c 'import json, sys; print(json.loads(sys.stdin.readline())["reason"])'; }
comes_to() { # ADDRESS WHAT
	case $up in *os*) os_again ;; esac
	as alice --fetch
	[ "$(heard "$1")" = "$2" ]
}
# ends ADDRESS WANT NAME: how it ends, and what was heard on the way
ends() {
	within 90 comes_to "$1" "$2" || :
	is "$(heard "$1")" "$2" "$3"
}
# in_each NAME PROGRAM CODES: of what is too large, and its words; of what it gave up after a refusal for now;
# of a server that is off
in_each() {
	h=$1 name=$2
	case $up in *$h*) ;; *) return 0 ;; esac
	ends "nobody@$h.test" "failed 5.1.1 | failed 5.1.1" "$name: a user who does not exist"
	has "$(reason "nobody@$h.test")" "550 5.1.1 No such user here" "... in the words of the server behind it"
	ends "full@$h.test" "failed 5.2.2 | failed 5.2.2" "$name: a mailbox that is full"
	ends "old@$h.test" "failed 5.0.0 | failed 5.0.0" "$name: a refusal without an enhanced code"
	has "$(reason "old@$h.test")" "550 unknown here, says a server without codes" "... in its words"
	ends "big@$h.test" "failed $3 | failed $3" "$name: too large for the next server"
	has "$(reason "big@$h.test")" "$4" "... in words"
	ends "ok@$h.test" "relayed 2.0.0 | relayed 2.0.0" "$name: passed on to a server without notices"
	ends "later@$h.test" "expired $5 | delayed 4.7.1, expired $5" "$name: not now, late, and given up"
	ends "who@off.$h.test" "expired $6" "$name: nobody answers, late, and given up"
}
in_each pf Postfix 5.3.4 "exceeds size limit 20000 of server 127.0.0.2" 4.7.1 "4.4.1 | delayed 4.4.1, expired 4.4.1"
in_each ex Exim 5.3.4 "552 5.3.4 Too large" 4.7.1 "5.4.7 | delayed 4.0.0, expired 5.4.7"
in_each os OpenSMTPD 5.0.0 "message too large for peer" 4.4.7 "4.4.7 | delayed 4.0.0, expired 4.4.7"

# each of them by itself, as it lies in the mailbox
as alice --index
for f in $(messages alice); do as alice --notice --json "$f"; done >"$T/notices"
is "$(python3 -c 'import json, sys
all = [json.loads(l) for l in sys.stdin]
print({d["kind"] for d in all}, {len(d["recipients"]) for d in all}, all and min(bool(d["original"]["message_id"]) for d in all))' <"$T/notices")" \
	"{'dsn'} {1} True" "each notice is one, about one recipient, and names the message"
is "$(python3 -c 'import json, sys
print(*sorted({d["reporter"] for d in map(json.loads, sys.stdin)}))' <"$T/notices")" \
	"$(for h in $up; do case $h in pf) echo mx.dv.test ;; *) echo "mx.$h.test" ;; esac; done | sort | paste -sd' ' -)" "by whom"
is "$(as alice --list --limit 1000 | wc -l)" "$(messages alice | wc -l)" "they are mail, too"
until_ok 20 sh -c "[ -z \"\$(ls '$T/crepes/queue/outbox' | grep -v tmp)\" ]"; ok $? "nothing waits at her server"
is "$(cat "$T/crepes.err" | grep -c 'Sanitizer\|runtime error')" 0 "no sanitizer spoke"
if [ $n_bad -gt 0 ]; then for f in "$T/pf/log" "$T/ex/spool/log-main" "$T/os/out"; do [ ! -s "$f" ] || tail -n 40 "$f" | sed 's/^/# /'; done; fi
done_testing
