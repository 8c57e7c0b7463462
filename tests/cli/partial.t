#!/bin/sh
# A message that was sent in pieces (RFC 2046 5.2.2): joined among the files named, or those
# of its mailbox; else it is said which are missing.
. "${srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/cli/lib.sh"

piece() { printf 'From: Bill <bill@host.example>\nDate: Mon, 02 Mar 2026 01:00:0%s +0000\nMessage-ID: <p%s@host.example>\nSubject: piece %s\nMIME-Version: 1.0\nContent-Type: message/partial; id="w@host.example"; number=%s; total=3\n\n' "$1" "$1" "$1" "$1"; }
cd "$T" || exit 1
{ piece 1; printf 'Subject: The whole\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nHello\n--b\nContent-Type: text/x-log; name=log.txt\nContent-Disposition: attachment\n\nline 1\n'; } >1.eml
{ piece 2; printf 'line 2\n'; } >2.eml
{ piece 3; printf 'line 3\n--b--\n'; } >3.eml
printf 'Subject: another\n\nAnother.\n' >other.eml

is "$("$PABAL" --extract 2 3.eml 1.eml 2.eml -o - 2>err)" "line 1
line 2
line 3" "a part of the message whose pieces are named, in any order"
is "$(cat err)" "" "and nothing is said"
has "$("$PABAL" --parts 1.eml 2.eml 3.eml)" "2  text/x-log" "its tree"
out=$("$PABAL" --show 2.eml 1.eml 3.eml)
has "$out" "The whole" "its subject"
has "$out" "Hello" "its text"
out=$("$PABAL" --show 2.eml 2>err)
has "$out" "piece 2 of 3" "one piece is shown as one"
is "$(cat err)" "pabal: Pieces of this message are missing: 1, 3. It can be read when all are in one mailbox, or named together." "and which are missing is said"
"$PABAL" --parts 1.eml other.eml >out 2>err && code=0 || code=$?
is "$code:$(cat err)" "1:pabal: These are not the pieces of one message." "other files are no pieces"

person jane jane@x.test
box=$T/home-jane/pabal/mail/INBOX
mkdir -p "$box/cur" "$box/new" "$box/tmp"
for n in 1 3; do cp $n.eml "$box/cur/177241680$n.M$n.h:2,"; done
id=$(as jane --list --json | sed -n 's/.*"id":"\([0-9a-f]*\)".*p1@host.*/\1/p')
as jane --show "$id" >out 2>err
has "$(cat err)" "missing: 2." "a message of a mailbox: which are missing"
cp 2.eml "$box/cur/1772416802.M2.h:2,"
has "$(as jane --show "$id" 2>&1)" "The whole" "it is whole when the last one has come"
is "$(as jane --extract 2 "$id" -o -)" "line 1
line 2
line 3" "and its parts are"
done_testing
