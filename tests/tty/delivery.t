#!/bin/sh
# What the tool is named for, on a terminal: alice writes to bob, to a user who does not exist
# and to a server that is off; her screen says what became of each; she corrects the wrong
# address with one key.
. "${srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/tty/lib.sh"

ports=$(python3 -c 'import socket
s = [socket.socket() for _ in range(3)]
for x in s: x.bind(("127.0.0.1", 0))
print(*[x.getsockname()[1] for x in s])')
# shellcheck disable=SC2086
set -- $ports
a=$1 b=$2 dead=$3
server() {
	name=$1 port=$2; shift 2
	"$PABALD" --root "$T/$name" --ready-file "$T/$name.ready" --smtp "127.0.0.1:$port" --pop3 127.0.0.1:0 "$@" 2>>"$T/$name.err" &
	pids="$pids $!"
	until_ok 20 test -s "$T/$name.ready" || { echo "Bail out! pabald did not start"; cat "$T/$name.err"; exit 1; }
	while IFS='=' read -r key value; do eval "${name}_${key}=${value##*:}"; done <"$T/$name.ready"
}
server crepes "$a" --domain crepes.fr --user alice@crepes.fr:a0 --relay "hamburger.edu=127.0.0.1:$b" --relay "off.example=127.0.0.1:$dead" --retry 1s --warn 1s
server hamburger "$b" --domain hamburger.edu --user bob@hamburger.edu:b0 --relay "crepes.fr=127.0.0.1:$a" --retry 1s
rm -rf "$T/home-jane"
person jane "Alice <alice@crepes.fr>" "smtp = smtp+plain://alice%40crepes.fr@127.0.0.1:$a" "pop3 = pop3+plain://alice%40crepes.fr@127.0.0.1:$crepes_pop3" "password = a0"
sed -i '1i undo-send = no\nfetch-every = 1s' "$T/home-jane/pabal/config"

open_window 100 24
see "There is no message here" "an empty inbox"
keys S; see "Nothing was sent from here yet" "S: nothing was sent yet"
keys q m; see "To:" "a message"
keys -l "bob@hamburger.edu, bbo@hamburger.edu, x@off.example"; keys Enter; see "Subject" "to three"
keys -l "Crepes"; keys Enter; keys -l "Do you like crepes?"; keys C-x; see "Compose: Crepes" "written"
keys y; see "the server took it" "sent"
keys S; see "Delivery" "the delivery screen"
see "FAILED" "a user who does not exist: failed, without a key"
see "There is no such mailbox" "and why, in words"
see "late" "a server that is off: late"
keys Enter; see "No such user here" "the history has the server's words"
keys q; see "Delivery" "back"
keys Tab e; see "Compose: Crepes" "one key writes it again"
see "bbo@hamburger.edu" "to the one who did not get it"
is "$(screen | grep -c 'To:.*x@off')" 0 "alone"
keys t; see "Enter Done" "the address is ready to be corrected"
keys C-u; keys -l "bob@hamburger.edu"; see "To: bob@hamburger.edu" "the address is corrected"
keys Enter; unsee "Esc Cancel" "and the field left"
see "delivery notice" "whether it arrives now is asked by itself"
keys , m; see "read receipt" "and to be told when it is read"
keys y; see "the server took it" "corrected and sent"
keys S; until_ok 20 sh -c "tmux -S '$S' capture-pane -p | grep -q '^ delivered '"; ok $? "and delivered, as his server says"
until_ok 20 sh -c "grep -rlq 'Subject: Crepes' '$T/hamburger/mail/bob/new'"; ok $? "bob has it"
keys q q; see 'ready$' "leave"

# bob reads it, and is asked
person bob "Bob <bob@hamburger.edu>" "smtp = smtp+plain://bob%40hamburger.edu@127.0.0.1:$b" "pop3 = pop3+plain://bob%40hamburger.edu@127.0.0.1:$hamburger_pop3" "password = b0"
h=$T/home-bob
open_window 100 24 HOME="$h" XDG_CONFIG_HOME="$h" XDG_DATA_HOME="$h" XDG_CACHE_HOME="$h"
keys G; see "Crepes" "bob fetches"
keys Home Enter; see "asks to be told that you read this" "he is asked"
keys y; see "the server took it" "and lets her know"
keys q q; see 'ready$' "leave"

open_window 100 24
keys G S; until_ok 20 sh -c "tmux -S '$S' capture-pane -p | grep -q '^ read '"; ok $? "alice sees that it was read"
keys q q; see 'ready$' "leave"

# the message itself says so, and while it is open
open_window 100 24
keys -l ":change-folder Sent"; keys Enter; see ">Sent" "what was sent"
keys -l ":limit ~t off.example"; keys Enter; see "1/1" "that to three"
keys Enter; see "x@off.example: late" "under its header: what became of it"
see "bob@hamburger.edu: taken by the server on" "of each"
id=$(grep -rl 'x@off.example' "$T/home-jane/pabal/mail/Sent" | head -n 1 | xargs sed -n 's/^Message-ID: <\(.*\)>$/\1/p' | head -n 1)
sed 's/^	//' >"$T/crepes/mail/alice/new/1700000000.M9P9.x" <<-END
	Return-Path: <>
	From: MAILER-DAEMON@crepes.fr
	To: alice@crepes.fr
	Subject: Delivery status
	MIME-Version: 1.0
	Content-Type: multipart/report; report-type=delivery-status; boundary="b"

	--b

	What became of your message.
	--b
	Content-Type: message/delivery-status

	Reporting-MTA: dns; crepes.fr

	Final-Recipient: rfc822; x@off.example
	Action: failed
	Status: 5.1.2

	--b
	Content-Type: text/rfc822-headers

	Message-ID: <$id>
	--b--
END
see "(5.1.2): There is no such mail" "a notice comes, and the message on the screen says so"
keys , d; see "Enter History" "its delivery"
keys End; until_ok 20 sh -c "tmux -S '$S' send-keys -t 0 o; tmux -S '$S' capture-pane -p | grep -q 'Not delivered to x@off'"
ok $? "a key opens the notice, also one without a Message-ID"
keys q; see "Enter History" "back"; keys q; see "x@off.example: failed" "back to the message"
keys m; see "To:" "one more"
keys -l "nosuch@crepes.fr"; keys Enter; see "Subject" "to a user of her own server who is not there"
keys -l "At once"; keys Enter; keys -l "Hello?"; keys C-x; see "Compose: At once" "written"
keys y; see "Refused for good: nosuch@crepes.fr" "refused at once"
see "could not be delivered: ,d shows" "and what shows it, by a key that does so here"
keys , d; see "FAILED" "it does"; keys q
keys q q; see 'ready$' "leave"
done_testing
