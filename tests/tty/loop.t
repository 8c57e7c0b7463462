#!/bin/sh
# The whole loop on the screen, with a pabald of its own: written, sent, fetched, read,
# answered, taken back; the wire shown.
. "${srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/tty/lib.sh"

pabald srv --domain=crepes.fr --domain=hamburger.edu --user=alice@crepes.fr:alice0 --user=bob@hamburger.edu:bob0
account() { # NAME ADDRESS PASSWORD
	mkdir -p "$T/home-$1/pabal"
	printf 'undo-send = %s\nfetch-every = no\n[account %s]\naddress = "%s <%s>"\nsmtp = smtp+plain://127.0.0.1:%s\npop3 = pop3+plain://%s@127.0.0.1:%s\nauth = USER\n%s\n' \
		"$4" "$1" "$1" "$2" "$srv_smtp" "$(echo "$2" | sed 's/@/%40/')" "$srv_pop3" "$3" >"$T/home-$1/pabal/config"
	chmod 600 "$T/home-$1/pabal/config"
}
account jane alice@crepes.fr "password = alice0" no
account bob bob@hamburger.edu "" 30s
rm -rf "$T/home-jane/pabal/mail"

open_window 80 24
see "no message here" "an empty inbox says what to do next"
keys m; see "Compose" "a message"
keys -l bob@hamburger.edu; keys Enter; keys -l "Do you like ketchup?"; keys Enter
see "To: bob@hamburger.edu" "the editor"
keys -l "How about pickles?"; keys C-x
see "How about pickles?" "the text is below the fields"
keys y; see "the server took it for 1 recipient" "it is sent, and said to be"
keys E; see "it can encrypt" "E shows the wire, explained"
keys Space; see "C: MAIL FROM:<alice@crepes.fr>" "every command of it"
see "S: 250" "and what the server said"
see "Envelope: who sends" "with a line of explanation"
keys q; keys c; keys -l Sent; keys Enter; see "sent      To bob" "Sent shows it, and that it went"
is "$(cat "$T/home-jane/pabal/limits")" "268435456 jane" "what the server takes at most is remembered"
echo "1000 jane" >"$T/home-jane/pabal/limits"
head -c 3000 /dev/urandom >"$T/home-jane/large.bin"
keys m; see "Compose" "a message"
keys -l bob@hamburger.edu; keys Enter; keys -l "Large"; keys Enter; see "To: bob" "with a text"
keys -l "As promised."; keys C-x; see "As promised." "and"
keys :; keys -l "attach-file ~/large.bin"; keys Enter; see "large.bin" "a file"
keys y; see "server takes no more" "that is larger than the server takes is asked about"
keys n; keys q d
keys q; see 'ready$' "leave"

open_window 80 24 HOME="$T/home-bob" XDG_CONFIG_HOME="$T/home-bob" XDG_DATA_HOME="$T/home-bob" XDG_CACHE_HOME="$T/home-bob"
see "no message here" "bob's inbox is empty"
keys G; see "Password of bob@hamburger.edu" "the password is asked for"
keys -l bob1; is "$(screen | grep -c bob1)" 0 "and not shown"
keys Enter; see "G asks again" "a wrong one is refused"
keys m; see "Compose" "while a message is written"
keys Escape; see "y Send" "out of its field"
keys G e; see "waits for its password" "a job that needs a password waits"
keys -l "not the password"; see "not the password" "what is typed is text"
keys C-x; see "Password of bob@hamburger.edu" "and it is asked for behind that"
keys -l bob0; keys Enter; see "1 new message" "and taken: new mail is said"
keys q d; see "Do you like ketchup?" "and listed"
keys G; see "No new mail" "what was typed and taken is not asked for again"
keys Enter; see "How about pickles?" "and read"
keys r; see "wrote:" "r quotes it"
keys -l "Yes."; keys C-x; see "Compose: Re: Do you like ketchup?" "the answer"
keys y; see "takes it back" "it can be taken back for a while"
keys C-_; see "Taken back: nothing was sent." "and is"
keys P; see "Kept in Drafts" "postponed"
keys q; see "Do you like" "the list"
is "$(find "$T/srv/mail/alice/new" "$T/srv/mail/alice/cur" -type f 2>/dev/null | wc -l)" 0 "alice has nothing"
keys R; see "Re: Do you like ketchup?" "the drafts"
keys Enter; see "Compose: Re: Do you like" "go on"
keys Y; keys -l "+2h"; keys Enter; see "In the outbox" "sent in two hours"
keys X; see "Re: Do you like ketchup?" "the outbox shows it"
keys '!'; see "Nothing waits" "! sends it now"
until_ok 20 sh -c "find '$T/srv/mail/alice' -type f | grep -q ."; ok $? "alice has the answer"
keys q; keys q; see 'ready$' "leave"
is "$(find "$T/home-bob/pabal/mail/INBOX" -name '*:2,*R*' | wc -l)" 1 "the message is marked as answered"

# ---- a password that is not given is asked for by hand only ----
sed -i 's/fetch-every = no/fetch-every = 1s/' "$T/home-bob/pabal/config"
rm -rf "$T/home-bob/pabal/wire"
open_window 80 24 HOME="$T/home-bob" XDG_CONFIG_HOME="$T/home-bob" XDG_DATA_HOME="$T/home-bob" XDG_CACHE_HOME="$T/home-bob"
see "Password of bob@hamburger.edu" "a fetch by itself asks for the password"
keys Escape; see "G asks for the password again" "no is taken for an answer, and what to do is said"
until_ok 20 sh -c "[ \$(find '$T/home-bob/pabal/wire' -type f | wc -l) -ge 4 ]"; ok $? "it is tried again"
is "$(screen | grep -c "Password of")" 0 "and not asked for again"
keys G; see "Password of bob@hamburger.edu" "by hand it is"
keys -l bob0; keys Enter; see "No new mail" "and taken"
# ---- who leaves at once leaves nothing half done ----
sed -i 's/fetch-every = 1s/fetch-every = no/' "$T/home-bob/pabal/config"
mkdir -p "$T/home-bob/pabal/mail/Many/cur" "$T/home-bob/pabal/mail/Many/new" "$T/home-bob/pabal/mail/Many/tmp"
for i in $(seq 90); do
	printf 'From: carol@crepes.fr\nTo: bob@hamburger.edu\nMessage-ID: <many.%s@crepes.fr>\nSubject: Number %s\n\nText\n' "$i" "$i" >"$T/home-bob/pabal/mail/Many/cur/$i.many:2,S"
done
open_window 80 24 HOME="$T/home-bob" XDG_CONFIG_HOME="$T/home-bob" XDG_DATA_HOME="$T/home-bob" XDG_CACHE_HOME="$T/home-bob"
see "ketchup" "bob again"
keys c; keys -l Many; keys Enter; see "/90" "ninety messages"
keys T; keys -l "~A"; keys Enter; see "90 messages are tagged" "and all are tagged"
keys '\;' b; see "Pass on all that are tagged" "; b"
keys -l alice@crepes.fr; keys Enter; see "Pass on 90 messages as they are to alice@crepes.fr?" "asks once more"
keys y q; see 'ready$' "leave"
is "$(grep -rl '^Subject: Number ' "$T/srv/mail/alice" | wc -l)" 90 "and all of them went"
done_testing
