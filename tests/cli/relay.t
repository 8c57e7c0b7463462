#!/bin/sh
# Two servers that pass mail on to each other, as the lecture draws it: alice's client, her
# server, its queue, bob's server, bob's mailbox, his client; and what alice hears of it.
. "${srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/cli/lib.sh"
command -v python3 >/dev/null 2>&1 || skip_all "no python3"

ports=$(python3 -c 'import socket
s = [socket.socket() for _ in range(5)]
for x in s: x.bind(("127.0.0.1", 0))
print(*[x.getsockname()[1] for x in s])')
# shellcheck disable=SC2086
set -- $ports
a=$1 b=$2 dead=$3 pop=$4 mute=$5
# server NAME PORT POP3-PORT OPTIONS...: a pabald on a port that the other one knows
server() {
	name=$1 port=$2 pop3=$3; shift 3
	rm -f "$T/$name.ready"
	"$PABALD" --root "$T/$name" --ready-file "$T/$name.ready" --smtp "127.0.0.1:$port" --pop3 "127.0.0.1:$pop3" --trace="$T/$name.trace" "$@" 2>>"$T/$name.err" &
	eval "${name}_pid=$!"
	pids="$pids $!"
	until_ok 20 test -s "$T/$name.ready" || { echo "Bail out! pabald did not start"; cat "$T/$name.err"; exit 1; }
	while IFS='=' read -r key value; do eval "${name}_${key}=${value##*:}"; done <"$T/$name.ready"
}
crepes() { server crepes "$a" "$pop" --domain crepes.fr --user alice@crepes.fr:a0 --relay "hamburger.edu=127.0.0.1:$b" --relay "off.example=127.0.0.1:$dead" --relay "mute.example=127.0.0.1:$mute" \
	--retry 1s --warn 2s --give-up "${give_up:-5d}"; }
hamburger() { server hamburger "$b" 0 --domain hamburger.edu --user bob@hamburger.edu:b0 --user carol@hamburger.edu:c0 --relay "crepes.fr=127.0.0.1:$a" --retry 1s --warn 2s; }
crepes
hamburger
person alice "Alice <alice@crepes.fr>" "smtp = smtp+plain://alice%40crepes.fr@127.0.0.1:$a" "pop3 = pop3+plain://alice%40crepes.fr@127.0.0.1:$crepes_pop3" "password = a0"
person bob "Bob <bob@hamburger.edu>" "smtp = smtp+plain://bob%40hamburger.edu@127.0.0.1:$b" "pop3 = pop3+plain://bob%40hamburger.edu@127.0.0.1:$hamburger_pop3" "password = b0" "auth = USER"
person mallory "Mallory <mallory@crepes.fr>" "smtp = smtp+plain://127.0.0.1:$a"

state() { as alice --track --json "$@" | python3 -c 'import json, sys
for l in sys.stdin:
    d = json.loads(l); print(d["recipient"], d["state"], d["code"])'; }
comes_to() { # WHO ADDRESS STATE
	as "$1" --fetch; case $(as "$1" --track --json "$2" | head -n 1) in *"\"state\":\"$3\""*) return 0 ;; *) return 1 ;; esac
}

out=$(echo 'Do you like ketchup?' | as alice -s 'Ketchup' bob@hamburger.edu 2>&1); code=$?
is "$code:$out" "0:" "alice writes to bob"
until_ok 20 sh -c "ls '$T'/hamburger/mail/bob/new/* >/dev/null 2>&1"; ok $? "her server passes it on"
as bob --fetch
has "$(as bob --list)" "Ketchup" "bob fetches it"
f=$(messages bob | head -n 1)
is "$(grep -c '^Received: ' "$f")" 2 "both servers left their trace"
is "$(grep -c '^Return-Path: ' "$f")" 1 "and only the last one a Return-Path"
below "$f" | sed '/^Received:/,/^\t[A-Z][a-z][a-z],/d' >"$T/below"
same "$T/below" "$(messages alice Sent | head -n 1)" "it is what alice sent, byte for byte"
until_ok 20 sh -c "[ -z \"\$(ls '$T/crepes/queue/outbox' | grep -v tmp)\" ]"; ok $? "her server's queue is empty again"
until_ok 20 grep -q '^C: MAIL FROM:<alice@crepes.fr>' "$T/crepes.trace"    # it is there when the session is over
has "$(cat "$T/crepes.trace")" "C: MAIL FROM:<alice@crepes.fr>" "its dialogue with bob's server is in the transcript"
has "$(cat "$T/crepes.trace")" "C: STARTTLS" "under TLS, as it was offered"
echo 'I do.' | as bob -s 'Re: Ketchup' alice@crepes.fr
until_ok 20 sh -c "ls '$T'/crepes/mail/alice/new/* >/dev/null 2>&1"; ok $? "and back"
as alice --fetch
is "$(messages alice | wc -l)" 1 "alice has his answer"

# success is told where it was asked for
printf 'From: alice@crepes.fr\nTo: bob@hamburger.edu\nSubject: tell me\n\nx\n' >"$T/raw"
python3 - "$a" <<'PY'
import base64, smtplib, sys
s = smtplib.SMTP("127.0.0.1", int(sys.argv[1])); s.ehlo("c"); s.login("alice@crepes.fr", "a0")
s.mail("alice@crepes.fr", ["RET=HDRS", "ENVID=id+2B1"])
print("#", s.rcpt("bob@hamburger.edu", ["NOTIFY=SUCCESS,FAILURE", "ORCPT=rfc822;Bob@hamburger.edu"]))
print("#", s.data("From: alice@crepes.fr\r\nMessage-ID: <m1@crepes.fr>\r\nSubject: tell me\r\n\r\nx\r\n")); s.quit()
PY
until_ok 20 sh -c "grep -lq '^Action: delivered' '$T'/crepes/mail/alice/new/*"; ok $? "a delivery is reported"
is "$(as alice --notice --json "$(grep -l '^Action: delivered' "$T"/crepes/mail/alice/new/*)" | python3 -c 'import json, sys
d = json.load(sys.stdin); r = d["recipients"][0]; print(d["kind"], r["address"], r["original"], r["action"], r["status"], d["original"]["envelope_id"], d["original"]["message_id"])')" \
	"dsn bob@hamburger.edu Bob@hamburger.edu delivered 2.0.0 id+1 m1@crepes.fr" "with the envelope id and the original recipient"

# whatever an envelope id and an address may hold goes on, and words in small letters are meant, too
python3 - "$a" <<'PY'
import smtplib, sys
for to, mail, rcpt in (("bob", ["ENVID=<odd+20id>"], ['ORCPT=rfc822;"Bob+20B"@hamburger.edu']), ("nobody", ["RET=full"], ["NOTIFY=success,failure"])):
    s = smtplib.SMTP("127.0.0.1", int(sys.argv[1])); s.ehlo("c"); s.login("alice@crepes.fr", "a0")
    s.mail("alice@crepes.fr", mail); s.rcpt(to + "@hamburger.edu", rcpt)
    s.data("From: alice@crepes.fr\r\nMessage-ID: <odd-%s@crepes.fr>\r\nSubject: odd\r\n\r\nback in full\r\n" % to); s.quit()
PY
until_ok 20 sh -c "grep -lq 'Message-ID: <odd-bob' '$T'/hamburger/mail/bob/new/*"; ok $? "an envelope id and an original recipient with blanks and brackets"
has "$(cat "$T/crepes.trace")" 'ENVID=<odd+20id>' "... as they were given"
until_ok 20 sh -c "grep -l 'Message-ID: <odd-nobody' '$T'/crepes/mail/alice/new/* | xargs grep -q 'back in full'"; ok $? "failure in small letters, and the message in full"

# and that it was read
echo 'Really?' | as alice -s 'Really' --notify success --ask-receipt bob@hamburger.edu
until_ok 20 comes_to alice bob@hamburger.edu delivered; ok $? "--notify success: delivered"
as bob --fetch
f=$(messages bob | xargs grep -l '^Subject: Really')
out=$(as bob --trace --send-receipt "$f" 2>&1); code=$?
is "$code" 0 "bob says that he read it"
has "$out" "C: MAIL FROM:<>" "from the null sender"
has "$out" "C: AUTH " "auth = USER is for POP3: over SMTP he logs in as well"
hasnt "$out" "AUTH USER" "by a way that SMTP has"
out=$(as bob --send-receipt "$f" 2>&1); code=$?
is "$code" 1 "a second time is refused"
has "$out" "a message is answered once" "in words"
until_ok 20 comes_to alice bob@hamburger.edu read; ok $? "and alice hears it"

# failures
echo x | as alice -s 'to nobody' nobody@hamburger.edu
until_ok 20 comes_to alice nobody@hamburger.edu failed; ok $? "a user who does not exist: failed, once the report is fetched"
is "$(state nobody@hamburger.edu)" "nobody@hamburger.edu failed 5.1.1" "with the other server's code"
has "$(as alice --track nobody@hamburger.edu)" "No such user here" "and its words"
has "$(cat "$T"/crepes/mail/alice/new/* "$T"/home-alice/pabal/mail/INBOX/*/* 2>/dev/null | grep '^Diagnostic-Code')" "smtp; 550 5.1.1 No such user here" "the whole reply, as it was given"
echo x | as alice -s 'to off' someone@off.example
until_ok 20 comes_to alice someone@off.example delayed; ok $? "a server that is off: late"
is "$(as alice --list | grep -c 'Mail is late')" 1 "which is told"
tried() { until_ok 10 sh -c "[ \$(grep -c 'connecting to 127.0.0.1 port $dead' '$T/crepes.trace') -ge $1 ]"; }
tried 5; ok $? "it is tried again and again"
as alice --fetch
is "$(as alice --list | grep -c 'Mail is late')" 1 "and told once"
out=$(echo x | as alice -s 'to no domain' x@no-way.example 2>&1); code=$?
is "$code" 69 "a domain without a way is refused at once"
has "$out" "5.4.4 No way to that domain" "in words"

# a loop
{ for i in $(seq 51); do printf 'Received: from a by b; Mon, 2 Mar 2026 10:00:00 +0000\n'; done; printf 'From: alice@crepes.fr\nTo: bob@hamburger.edu\nSubject: round and round\n\nx\n'; } >"$T/loop"
as alice -t <"$T/loop" 2>/dev/null
is "$(as alice --track --limit 1 --json bob@hamburger.edu | sed 's/.*"state":"\([a-z]*\)","code":"\([0-9.]*\)".*/\1 \2/' | head -n 1)" "failed 5.4.6" "a message that goes round in circles is refused as what it is"

# never an open relay
out=$(echo x | as mallory -s 'spam' bob@hamburger.edu 2>&1); code=$?
is "$code" 69 "who does not log in passes nothing on"
has "$out" "Relaying is done for users who log in" "and is told so"

# a kill of the server loses nothing
stop "$hamburger_pid"
echo y | as alice -s 'while it was off' carol@hamburger.edu
kill -9 "$crepes_pid"; wait "$crepes_pid" 2>/dev/null || :
touch "$T/crepes/queue/trace.99" "$T/crepes/queue/.tmp.1"
crepes; hamburger
is "$(find "$T/crepes/queue" -name trace.99 -o -name .tmp.1)" "" "what a killed server left is swept away"
until_ok 20 sh -c "grep -lq 'while it was off' '$T'/hamburger/mail/carol/new/*"; ok $? "a killed server goes on where it was"
is "$(cat "$T"/hamburger/mail/carol/new/* | grep -c 'Subject: while it was off')" 1 "once"

# given up
stop "$crepes_pid"
give_up=3s crepes
until_ok 30 comes_to alice someone@off.example expired; ok $? "in the end it is given up, and told"
until_ok 20 sh -c "[ -z \"\$(ls '$T/crepes/queue/outbox' | grep -v tmp)\" ]"; ok $? "nothing is left in the queue"

# a server that takes the connection and says nothing holds up nobody else
python3 -c 'import socket, time, sys
s = socket.socket(); s.bind(("127.0.0.1", int(sys.argv[1]))); s.listen(5); time.sleep(600)' "$mute" &
mute_pid=$!
pids="$pids $!"
until_ok 20 python3 -c 'import socket, sys; socket.create_connection(("127.0.0.1", int(sys.argv[1])), 2)' "$mute"
echo x | as alice -s 'to the mute one' x@mute.example
until_ok 20 sh -c "cat '$T'/crepes/queue/trace.* 2>/dev/null | grep -q 'connecting to 127.0.0.1 port $mute'"; ok $? "a server is spoken to that does not answer"
echo x | as alice -s 'past the mute one' carol@hamburger.edu
until_ok 20 sh -c "grep -lq 'past the mute one' '$T'/hamburger/mail/carol/new/*"; ok $? "others get their mail meanwhile"
stop "$mute_pid"
until_ok 20 sh -c "[ -z \"\$(ls '$T/crepes/queue/outbox' | grep -v tmp)\" ]"; ok $? "and nothing is left"
is "$(cat "$T"/*.err | grep -c 'Sanitizer\|runtime error')" 0 "no sanitizer spoke"
done_testing
