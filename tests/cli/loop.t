#!/bin/sh
# The whole loop through the programs: written, sent, fetched, listed, shown.
. "${srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/cli/lib.sh"

pabald s --domain crepes.fr --domain hamburger.edu --user alice@crepes.fr:a0 --user bob@hamburger.edu:b0 --user carol@hamburger.edu:c0
person alice "Alice <alice@crepes.fr>" "smtp = smtp://alice%40crepes.fr@localhost:$s_smtp" "password = a0" "tls-trust-file = $T/s/pabald.crt"
person bob "Bob <bob@hamburger.edu>" "smtp = smtps://bob%40hamburger.edu@localhost:$s_smtps" \
	"pop3 = pop3s://bob%40hamburger.edu@localhost:$s_pop3s" "password = b0" "tls-trust-file = $T/s/pabald.crt"
person carol "carol@hamburger.edu" "smtp = smtp+plain://127.0.0.1:$s_smtp" "pop3 = pop3+plain://carol%40hamburger.edu@127.0.0.1:$s_pop3" "password = c0" "leave-on-server = no"

out=$(as bob --list 2>&1); code=$?
is "$code:$out" "0:" "before the first fetch the inbox is empty, which is no error"
out=$(echo 'Hello, Bob.' | as alice -s 'A first message' -c carol@hamburger.edu bob@hamburger.edu 2>&1); code=$?
is "$code:$out" "0:" "a message is sent over STARTTLS in silence"
is "$(as alice --outbox)" "" "the outbox is empty again"
is "$(messages alice Sent | wc -l)" 1 "a copy is in Sent"
out=$(as bob --fetch 2>&1); code=$?
is "$code:$out" "0:" "it is fetched over TLS in silence"
is "$(messages bob | wc -l)" 1 "one message is in the inbox"
has "$(as bob --list)" "A first message" "it is listed"
id=$(as bob --list | cut -d' ' -f1)
has "$(as bob --show "$id")" "Hello, Bob." "it is shown"
has "$(as bob --list --json)" '"subject":"A first message"' "it is listed as JSON"
is "$(as bob --fetch -v 2>&1)" "pabal: bob: 0 new, 0." "a second fetch finds nothing new"
is "$(messages bob | wc -l)" 1 "and doubles nothing"
as carol --fetch
as carol --fetch
is "$(messages carol | wc -l)" 1 "carol, whose mail leaves the server, has it once"
is "$(find "$T/s/mail/carol/new" "$T/s/mail/carol/cur" -type f | wc -l)" 0 "her maildrop is empty"

# Korean, attachments, byte for byte
head -c 100000 /dev/urandom >"$T/blob.bin"
printf '첫 줄\n둘째 줄\n.\n..\n.점\n' >"$T/body.txt"
out=$(as alice -s '시험 메시지' -a "$T/blob.bin" bob@hamburger.edu <"$T/body.txt" 2>&1); code=$?
is "$code:$out" "0:" "Korean text and a file are sent"
as bob --fetch
f=$(messages bob | xargs grep -l blob.bin)
as bob --extract 1 "$f" -o - >"$T/got.txt"
same "$T/got.txt" "$T/body.txt" "the text comes back the same"
as bob --extract 2 "$f" -o - >"$T/got.bin"
same "$T/got.bin" "$T/blob.bin" "the file comes back the same"
below "$f" >"$T/below"
same "$T/below" "$(messages alice Sent | xargs grep -l blob.bin)" "the whole message is that of Sent"
mkdir "$T/save"
as bob --extract 2 "$f" -o "$T/save"
same "$T/save/blob.bin" "$T/blob.bin" "the file is saved under its name"
as bob --extract 2 "$f" -o "$T/save"
same "$T/save/blob-2.bin" "$T/blob.bin" "and never over another"

# one refused of three
out=$(echo x | as alice -s part bob@hamburger.edu nobody@hamburger.edu carol@hamburger.edu 2>&1); code=$?
is "$code" 69 "one refused recipient of three: exit code 69"
has "$out" "nobody@hamburger.edu: 550 5.1.1 No such user here" "the refused one and why are named"
as bob --fetch; as carol --fetch
is "$(messages bob | wc -l):$(messages carol | wc -l)" "3:2" "the two others have it"
has "$(as alice --outbox --json)" '"address":"nobody@hamburger.edu","state":"failed","code":550' "the outbox keeps the text and the reason"
id=$(as alice --outbox | head -n 1 | cut -d' ' -f1)
as alice --drop "$id"
is "$(as alice --outbox)" "" "--drop takes it out"

# no server
stop "$s_pid"
out=$(echo later | as alice -s Later bob@hamburger.edu 2>&1); code=$?
is "$code" 0 "without a server the message waits: exit code 0"
is "$(printf '%s\n' "$out" | wc -l)" 1 "one line says so"
has "$out" "waits in the outbox" "in words"
out=$(as bob --fetch 2>&1); code=$?
is "$code" 75 "a fetch without a server: exit code 75"
has "$out" "onnect" "and it says why"
"$PABALD" --root "$T/s" --ready-file "$T/s2.ready" --smtp "127.0.0.1:$s_smtp" --pop3s "127.0.0.1:$s_pop3s" \
	--domain crepes.fr --domain hamburger.edu --user alice@crepes.fr:a0 --user bob@hamburger.edu:b0 &
pids="$pids $!"
until_ok 20 test -s "$T/s2.ready"
out=$(as alice --flush 2>&1); code=$?
is "$code:$out" "0:" "--flush sends it later"
as bob --fetch
is "$(messages bob | wc -l)" 4 "and it arrives"

done_testing
