#!/bin/sh
# --track: what the server said, and the notices that come with fetched mail or by other ways.
. "${srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/cli/lib.sh"
command -v python3 >/dev/null 2>&1 || skip_all "no python3"

pabald s --domain crepes.fr --domain hamburger.edu --user alice@crepes.fr:a0 --user bob@hamburger.edu:b0 --user carol@hamburger.edu:c0
person alice "Alice <alice@crepes.fr>" "smtp = smtp+plain://127.0.0.1:$s_smtp" "pop3 = pop3+plain://alice%40crepes.fr@127.0.0.1:$s_pop3" "password = a0"

is "$(as alice --track --json)" "" "before anything was sent there is nothing"
echo x | as alice -s 'to two' bob@hamburger.edu carol@hamburger.edu
is "$(as alice --outbox)" "" "it was sent"
state() { as alice --track --json "$@" | python3 -c 'import json, sys
for l in sys.stdin:
    d = json.loads(l); print(d["recipient"], d["state"], d["code"], d["reason"], len(d["history"]))'; }
is "$(state)" "bob@hamburger.edu accepted 2.0.0 Stored 1
carol@hamburger.edu accepted 2.0.0 Stored 1" "taken by the server, for each recipient"
envid=$(as alice --track --json | head -n 1 | sed 's/.*"envelope_id":"\([^"]*\)".*/\1/')
msgid=$(as alice --track --json | head -n 1 | sed 's/.*"message_id":"\([^"]*\)".*/\1/')

# dsn NAME ENVID RECIPIENT ACTION STATUS [MESSAGE-ID]: a delivery status into a folder of mail
dsn() {
	cat <<-END
	Return-Path: <>
	From: MAILER-DAEMON@hamburger.edu
	To: alice@crepes.fr
	Subject: Delivery status
	Message-ID: <$1@hamburger.edu>
	MIME-Version: 1.0
	Content-Type: multipart/report; report-type=delivery-status; boundary="b"

	--b

	What became of your message.
	--b
	Content-Type: message/delivery-status

	Reporting-MTA: dns; hamburger.edu
	${2:+Original-Envelope-Id: $2}

	Final-Recipient: rfc822; $3
	Action: $4
	Status: $5
	Diagnostic-Code: smtp; 550 $5 what the server said of $4
	${6:+--b
	Content-Type: text/rfc822-headers

	Message-ID: <$6>}
	--b--
	END
}
arrives() { dsn "$@" >"$T/s/mail/alice/new/1700000000.M$1P1.x"; }
mkdir -p "$T/s/mail/alice/new" "$T/s/mail/alice/cur" "$T/s/mail/alice/tmp"
arrives n1 "$envid" bob@hamburger.edu delayed 4.4.1
out=$(as alice --fetch 2>&1); code=$?
is "$code:$out" "0:" "a notice is fetched in silence"
is "$(state bob@hamburger.edu)" "bob@hamburger.edu delayed 4.4.1 550 4.4.1 what the server said of delayed 2" "bob's is late"
is "$(state carol@hamburger.edu | cut -d' ' -f2)" "accepted" "carol's is not"
arrives n2 "" bob@hamburger.edu delivered 2.0.0 "$msgid"
as alice --fetch
is "$(state bob@hamburger.edu | cut -d' ' -f2)" "delivered" "bob has it: by the Message-ID of the returned header"
arrives n3 "$envid" bob@hamburger.edu failed 5.1.1
arrives n4 "$envid" carol@hamburger.edu failed 5.1.1
arrives n5 0000000000000000 carol@hamburger.edu delivered 2.0.0 backscatter@x.test
as alice --fetch
is "$(state | cut -d' ' -f1,2,3)" "bob@hamburger.edu delivered 2.0.0
carol@hamburger.edu failed 5.1.1" "carol's failed; bob's stays delivered whatever is claimed; backscatter changes nothing"
has "$(as alice --track carol@hamburger.edu)" "carol@hamburger.edu: not delivered (5.1.1): 550 5.1.1 what the server said of failed" "in words"
as alice --index
sent=$(as alice --list Sent | head -n 1 | awk '{ print $1 }')
shown=$(as alice --show "$sent")
has "$shown" "carol@hamburger.edu: failed on" "--show of what was sent: what became of it"
has "$shown" "(5.1.1): There is no such mailbox." "and why"
has "$shown" "bob@hamburger.edu: delivered on" "of each recipient"
hasnt "$(as alice --show "$(as alice --list INBOX | head -n 1 | awk '{ print $1 }')")" "failed on" "and of what came nothing"
of() { as alice --show "$(grep -l "^Message-ID: <$1@" "$T"/home-alice/pabal/mail/INBOX/*/*)"; }
has "$(of n5)" "It is about no message that pabal sent from here." "--show of backscatter says so"
hasnt "$(of n2)" "no message" "and of a notice of one's own mail does not"
history=$(as alice --track "<$msgid>")
has "$history" "not counted: not delivered (5.1.1)" "what contradicts stands in the history, and did not count"
is "$(as alice --track --json bob@hamburger.edu | python3 -c 'import json, sys
print(*[(e["state"], e["counted"]) for e in json.loads(sys.stdin.readline())["history"]])')" "('accepted', True) ('delayed', True) ('delivered', True) ('failed', False)" "... for programs, too"
has "$(as alice --track "<$msgid>")" "taken by the server (2.0.0): Stored" "with operands: the history"
is "$(as alice --list | grep -c 'Delivery status')" 5 "the notices are mail, too"

is "$(as alice --search "~(~i $msgid)" | grep -c 'Delivery status')" 4 "and stand in the thread of what they are about"
# sent by another program, so not followed: its notice belongs to it all the same
printf 'From: alice@crepes.fr\nTo: bob@hamburger.edu\nSubject: elsewhere\nMessage-ID: <elsewhere@crepes.fr>\nDate: Mon, 02 Mar 2026 02:00:00 +0000\n\nHello\n' >"$T/home-alice/pabal/mail/Sent/cur/1772416800.M5P1.x:2,S"
as alice --index
arrives n6 "" bob@hamburger.edu failed 5.1.1 elsewhere@crepes.fr
as alice --fetch
as alice --index
is "$(as alice --search '~(~i elsewhere@crepes.fr)' | grep -c .)" 2 "a notice about what another program sent stands below it"

# mail that another program brought
echo y | as alice -s 'to carol' carol@hamburger.edu
envid=$(as alice --track --json | head -n 1 | sed 's/.*"envelope_id":"\([^"]*\)".*/\1/')
dsn m1 "$envid" carol@hamburger.edu failed 5.2.2 >"$T/home-alice/pabal/mail/INBOX/new/$(date +%s).M1P1.x"
as alice --index
is "$(as alice --track --limit 1 --json | sed 's/.*"state":"\([a-z]*\)".*/\1/' | head -n 1)" "failed" "a notice that another program brought is read when it is indexed"
# a refusal
echo z | as alice -s 'to nobody' nobody@hamburger.edu 2>/dev/null
is "$(state nobody@hamburger.edu | cut -d' ' -f2,3)" "failed 5.1.1" "refused at once: failed"
out=$(as alice --track no-such@x.test 2>&1); code=$?
is "$code" 1 "an address that nothing went to is an error"
has "$out" "Nothing that was sent from here" "in words"
echo z | as alice -s 'in another script' bob@예시.test 2>/dev/null
has "$(as alice --track bob@예시.test)" "bob@xn--vv4b11d.test: not delivered" "a domain of another script, as it was written"
# what waits
person dave "Dave <dave@crepes.fr>" "smtp = smtp+plain://127.0.0.1:1"
echo w | as dave -s 'waits' bob@hamburger.edu 2>/dev/null
is "$(as dave --track --json | sed 's/.*"state":"\([a-z]*\)".*/\1/' | head -n 1)" "queued" "what waits is queued"
done_testing
