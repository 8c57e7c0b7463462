#!/bin/sh
# --notice: what notices report, in words and as JSON, and over the corpus.
. "${srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/cli/lib.sh"
command -v python3 >/dev/null 2>&1 || skip_all "no python3"
person me "Me <me@make.test>"

cat >"$T/dsn" <<'E'
From: MAILER-DAEMON@mx.example.net
To: me@make.test
Subject: Undelivered
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

Sorry.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net
Original-Envelope-Id: abc123

Final-Recipient: rfc822; <nobody@example.net>
Original-Recipient: rfc822; n.body@example.org
Action: failed (no such user)
Status: 5.1.1 (bad destination mailbox address)
Remote-MTA: dns; mail.example.net
Diagnostic-Code: smtp; 550 5.1.1
 no such user here

Final-Recipient: utf-8; \x{AE30}\x{D604}@example.kr
Action: delayed
Status: 4.4.1
--b
Content-Type: text/rfc822-headers

Message-ID: <sent-1@make.test>
Subject: Hello
Date: Mon, 2 Mar 2026 10:00:00 +0900
--b--
E
is "$(as me --notice --json "$T/dsn")" '{"kind":"dsn","reporter":"mx.example.net","recipients":[{"address":"nobody@example.net","original":"n.body@example.org","action":"failed","status":"5.1.1","reason":"There is no such mailbox.","remote":"mail.example.net","diagnostic":"550 5.1.1 no such user here"},{"address":"기현@example.kr","original":null,"action":"delayed","status":"4.4.1","reason":"The receiving server does not answer.","remote":null,"diagnostic":null}],"original":{"message_id":"sent-1@make.test","envelope_id":"abc123","subject":"Hello","date":"2026-03-02T10:00:00+09:00"}}' "a delivery status"
is "$(as me --notice "$T/dsn")" "About: Hello
nobody@example.net: was not delivered (5.1.1). There is no such mailbox.
    550 5.1.1 no such user here
기현@example.kr: is late; it is still tried (4.4.1). The receiving server does not answer." "in words"
printf 'Content-Type: multipart/report; report-type=disposition-notification; boundary=b\n\n--b\n\nread\n--b\nContent-Type: message/disposition-notification\n\nFinal-Recipient: rfc822;bob@example.net\nOriginal-Message-ID: <sent-2@make.test>\nDisposition: manual-action/MDN-sent-manually; displayed/error\n--b--\n' >"$T/mdn"
is "$(as me --notice --json "$T/mdn")" '{"kind":"mdn","reporter":null,"recipients":[{"address":"bob@example.net","original":null,"action":"displayed","status":null,"reason":null,"remote":null,"diagnostic":null}],"original":{"message_id":"sent-2@make.test","envelope_id":null,"subject":null,"date":null}}' "a read receipt"
sed 's/displayed.error/failed/' "$T/mdn" >"$T/mdn-failed"
has "$(as me --notice --json "$T/mdn-failed")" '"action":"failed"' "a receipt of a program that failed"
is "$(as me --notice "$T/mdn-failed")" "bob@example.net: unclear" "... is no failure of delivery"
hasnt "$(as me --show "$T/mdn-failed")" "Not delivered" "nor where it is shown"
for code in 5.1.10 5.4.1 4.4.1; do
	printf 'Content-Type: multipart/report; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; x.test\n\nFinal-Recipient: rfc822; bob@example.net\nAction: failed\nStatus: %s\n--b--\n' $code >"$T/code"
	as me --notice "$T/code"
done >"$T/codes"
is "$(sed 's/.*([0-9.]*)\. //' "$T/codes")" "There is no such address, or its domain takes no mail at all.
The server refuses the address, or does not answer.
The receiving server does not answer." "codes that servers have for more than one thing"
printf 'Subject: undelivered mail\n\nYour message could not be delivered: 550 5.1.1 bob@example.net\n' >"$T/plain"
is "$(as me --notice --json "$T/plain" | cut -c1-14)" '{"kind":"none"' "words alone are no report"
printf 'Content-Type: multipart/report; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\n: \n\n\n;;\nFinal-Recipient:\nAction: \x1b[31m\nStatus: 99.1\nDiagnostic-Code: \xff\xfe;\n--b--\n' >"$T/bad"
is "$(as me --notice "$T/bad" | LC_ALL=C grep -c "$(printf '\033')")" 0 "nothing hostile reaches the terminal"
cat >"$T/bounce" <<'E'
Return-Path: <>
From: MAILER-DAEMON@mx.example.net
To: me@make.test
Subject: failure notice

Hi. This is the qmail-send program at mx.example.net.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<nobody@example.net>:
Sorry, no mailbox here by that name. (#5.1.1)

--- Below this line is a copy of the message.

Message-ID: <sent-3@make.test>
Received: from here
Subject: Hello
Date: Mon, 2 Mar 2026 10:00:00 +0900

x
E
is "$(as me --notice --json "$T/bounce")" '{"kind":"bounce","reporter":null,"recipients":[{"address":"nobody@example.net","original":null,"action":"failed","status":"5.1.1","reason":"There is no such mailbox.","remote":null,"diagnostic":"Sorry, no mailbox here by that name. (#5.1.1)"}],"original":{"message_id":"sent-3@make.test","envelope_id":null,"subject":"Hello","date":"2026-03-02T10:00:00+09:00"}}' "a notice that keeps to no standard"
printf 'From: MAILER-DAEMON@mx.example.net\nSubject: Undeliverable\n\nIt could not be delivered.\n' >"$T/unclear"
is "$(as me --notice "$T/unclear")" "It is unclear which message this notice means, and what became of it; its own words follow." "an unclear one says so"
printf 'From: Ann <ann@example.net>\nAuto-Submitted: auto-replied\nSubject: Away\n\nBack on Monday.\n' >"$T/away"
is "$(as me --notice --json "$T/away" | cut -c1-72)" '{"kind":"vacation","reporter":null,"recipients":[{"address":"ann@example' "an answer of absence"
is "$(as me --notice "$T/away")" "A program answers this in place of a person; nothing failed." "... is no failure"
sed 's/^Status: 5.1.1.*/Status: 2.1.5/' "$T/dsn" >"$T/odd"
is "$(as me --notice "$T/odd" | sed -n 2p)" "nobody@example.net: was not delivered (2.1.5). But the notice contradicts itself." "a report that contradicts itself"
printf 'From: MAILER-DAEMON@mx.test\nSubject: Returned mail\nContent-Type: multipart/report; boundary=b\n\n--b\n\nThe following addresses failed:\n<bob@example.net>\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.test\n\nFinal-Recipient: rfc822; bob\nAction: failed\nStatus: 5.1.1\n--b--\n' >"$T/local"
has "$(as me --notice --json "$T/local")" '"address":"bob","original":"bob@example.net"' "a mailbox of a host, and to whom it was sent"
{ printf 'Subject: Fwd: look at this\nContent-Type: multipart/mixed; boundary=f\n\n--f\n\nWhat does it mean?\n--f\nContent-Type: message/rfc822\n\n'; cat "$T/dsn"; printf '\n--f--\n'; } >"$T/passed-on"
is "$(as me --notice --json "$T/passed-on" | cut -c1-14)" '{"kind":"none"' "a notice that somebody passes on is a message, and no notice"
run=0; as me --notice >/dev/null 2>&1 || run=$?
is $run 64 "without a message it says what it takes"
if [ -d "${PABAL_CORPUS:-/nonexistent}/sisimai" ]; then
	python3 "$top/tests/cli/notice-check.py" "$PABAL" "$PABAL_CORPUS" >"$T/corpus" 2>&1 && code=0 || code=$?
	grep '^ok\|^#' "$T/corpus" | sed 's/^ok/# ok/'
	ok $code "the notices of the corpus"
	[ $code = 0 ] || sed 's/^/# /' "$T/corpus" | head -n 60
else
	skip "no corpus"
fi
done_testing
