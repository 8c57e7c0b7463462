#!/bin/sh
# pabal --demo without a terminal: the story of a mail as the lecture draws it, alice's mail
# program, her server, its queue, bob's server, his mailbox, his mail program; what became of
# what did not arrive; and nothing of it stays behind.
. "${srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/cli/lib.sh"

mkdir "$T/tmp" "$T/home"
HOME=$T/home XDG_CONFIG_HOME=$T/home XDG_DATA_HOME=$T/home XDG_CACHE_HOME=$T/home TMPDIR=$T/tmp
export HOME XDG_CONFIG_HOME XDG_DATA_HOME XDG_CACHE_HOME TMPDIR
"$PABAL" --demo </dev/null >"$T/story" 2>"$T/err"; code=$?
is "$code:$(cat "$T/err")" "0:" "the demo runs to its end"
[ "$code" = 0 ] || sed 's/^/# /' "$T/story"
has "$(tail -n 2 "$T/story")" "The loop is closed" "and says so"
is "$(grep -c 'Sanitizer\|runtime error' "$T/story")" 0 "no sanitizer spoke"
is "$(find "$T/tmp" "$T/home" -mindepth 1)" "" "the folder is gone, and nothing is in one's home"

# step N: what stands below its heading; in_order N NAME LINE...: these lines, as they begin, one after the other
step() { awk -v n="$1" '/^== / { on = ($2 == n ".") } on' "$T/story"; }
in_order() {
	n=$1 what=$2; shift 2
	step "$n" >"$T/step"; from=1
	for line in "$@"; do
		at=$(tail -n "+$from" "$T/step" | awk -v want="$line" 'index($0, want) == 1 { print NR; exit }')
		[ -n "$at" ] || { ok 1 "$what"; echo "#   no such line behind line $from of step $n: $line"; return; }
		from=$((from + at))
	done
	ok 0 "$what"
}

# alice's agent -> her server -> queue -> bob's server -> mailbox -> bob's agent
in_order 1 "alice's mail program hands in" "alice$ pabal --trace" "S: 220 crepes.fr" "C: EHLO crepes.fr" "S: 250" "C: AUTH " "S: 235 " \
	"C: MAIL FROM:<alice@crepes.fr>" "C: RCPT TO:<bob@hamburger.edu>" "C: DATA" "S: 354 " "C: Do you like ketchup?" "C: How about pickles?" "C: ." "C: QUIT" \
	"S: 250 2.0.0 Queued" "S: 221 "
in_order 2 "her server passes it on" "crepes.fr -> hamburger.edu" "*: connecting to 127.0.0.1" "S: 220 hamburger.edu" "C: EHLO crepes.fr" "C: STARTTLS" \
	"C: MAIL FROM:<alice@crepes.fr>" "C: RCPT TO:<bob@hamburger.edu>" "C: DATA" "S: 354 " "C: Received: from crepes.fr" "C: Do you like ketchup?" "C: ." \
	"S: 250 2.0.0 Stored" "S: 221 "
in_order 3 "bob's mail program fetches it" "bob$ pabal --trace --fetch" "S: +OK hamburger.edu POP3" "C: USER bob@hamburger.edu" "S: +OK" "C: PASS ****" "S: +OK 5 messages" \
	"C: STAT" "C: UIDL" "C: RETR 5" "S: Return-Path: <alice@crepes.fr>" "S: Received: from crepes.fr" "S: Received: from crepes.fr" "S: Do you like ketchup?" "S: ." \
	"C: DELE 5" "C: QUIT" "S: +OK" "bob$ pabal --list" "bob$ pabal --show" "From: Alice" "How about pickles?"
in_order 4 "his answer goes back" "S: 220 hamburger.edu" "C: EHLO hamburger.edu" "C: MAIL FROM:<bob@hamburger.edu>" "C: RCPT TO:<alice@crepes.fr>" "C: RCPT TO:<kihyun@uu.ac.kr>" \
	"hamburger.edu -> crepes.fr" "S: 220 crepes.fr" "C: RCPT TO:<alice@crepes.fr>" "C: Yes. And mustard." "S: 250 2.0.0 Stored" \
	"alice$ pabal --fetch" "pabal: alice: 2 new" "alice$ pabal --list" "kihyun$ pabal --trace --fetch" "C: USER kihyun@uu.ac.kr" "kihyun$ pabal --show" "Yes. And mustard."
is "$(grep -c 'alice0\|bob0\|kihyun0' "$T/story")" 0 "no password is shown"

# three recipients, three fates
in_order 5 "alice asks to be told" "alice$ pabal" "C: RCPT TO:<bob@hamburger.edu> NOTIFY=SUCCESS,FAILURE,DELAY" "C: RCPT TO:<nobody@hamburger.edu> NOTIFY=SUCCESS,FAILURE,DELAY" \
	"C: RCPT TO:<carol@off.example> NOTIFY=SUCCESS,FAILURE,DELAY" "C: Disposition-Notification-To: alice@crepes.fr" "S: 250 2.0.0 Queued"
in_order 6 "bob's server refuses who does not exist" "crepes.fr -> hamburger.edu" "C: RCPT TO:<bob@hamburger.edu> NOTIFY=SUCCESS" "C: RCPT TO:<nobody@hamburger.edu> NOTIFY=SUCCESS" \
	"S: 550 5.1.1 No such user here" "C: There are crepes tonight." "S: 250 2.0.0 Stored"
in_order 7 "nobody answers for off.example" "crepes.fr -> off.example" "*: connecting to 127.0.0.1 port" "*: cannot connect to 127.0.0.1 port"
in_order 8 "the delivery is reported" "hamburger.edu -> crepes.fr" "C: MAIL FROM:<>" "C: RCPT TO:<alice@crepes.fr>" "C: Subject: Mail was delivered" "C: Content-Type: multipart/report" "S: 250 2.0.0 Stored"
in_order 9 "alice sees delivered, failed and why, and late" "alice$ pabal --track" "    bob@hamburger.edu: delivered (2.0.0)" \
	"    nobody@hamburger.edu: not delivered (5.1.1): 550 5.1.1 No such user here" "    carol@off.example: late; it is still tried (4.4.1)"
has "$(step 9)" "Undelivered mail returned to its sender" "the failure came as mail"
has "$(step 9)" "Mail is late, and still tried" "and the delay"
in_order 10 "the address is corrected, and it is delivered" "alice$ pabal --notify success" "alice$ pabal --track --limit 1" "    bob@hamburger.edu: delivered"
in_order 11 "bob reads it and lets her know" "bob$ pabal --fetch" "bob$ pabal --show" "There are crepes tonight." "bob$ pabal --trace --send-receipt" "C: MAIL FROM:<>" "C: RCPT TO:<alice@crepes.fr>" \
	"C: Content-Type: multipart/report; report-type=disposition-notification"
in_order 12 "alice sees that it was read" "hamburger.edu -> crepes.fr" "C: MAIL FROM:<>" "S: 250 2.0.0 Stored" "alice$ pabal --track bob@hamburger.edu" "    bob@hamburger.edu: read" \
	"        " "        "
has "$(step 12)" "  read [hamburger.edu; pabal]" "with its history"

# a signal takes all of it away
"$PABAL" --demo </dev/null >"$T/cut" 2>&1 &
demo_pid=$!
pids="$pids $demo_pid"
until_ok 60 grep -q '^alice' "$T/cut"; ok $? "another one begins"
servers() { pgrep -f -- "--root=$T/tmp/pabal-demo" | wc -l; }
is "$(servers)" 2 "it has two servers"
kill -TERM "$demo_pid"
wait "$demo_pid"; code=$?
is "$code" 1 "SIGTERM ends it, with a code that says so"
has "$(cat "$T/cut")" "The demo was stopped." "in words"
is "$(servers)" 0 "no server is left"
is "$(find "$T/tmp" -mindepth 1)" "" "nor its folder"

"$PABAL" --demo </dev/null | head -n 3 >"$T/out"
is "$(servers):$(find "$T/tmp" -mindepth 1)" "0:" "nor when its reader goes away"
"$PABAL" --demo x >"$T/out" 2>&1; is "$?" 64 "--demo takes no operand"
done_testing
