#!/bin/sh
# The connection breaks between the last dot and the answer: nobody knows whether the message
# went, and the screen says so and asks, whatever is to become of it.
. "${srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/tty/lib.sh"

cat >"$T/cut.py" <<'E'
import socket, sys
listener = socket.create_server(("127.0.0.1", 0))
open(sys.argv[1], "w").write("%d\n" % listener.getsockname()[1])
while True:
    s, _ = listener.accept()
    f = s.makefile("rb")
    s.sendall(b"220 cut.test\r\n")
    while line := f.readline():
        if line == b".\r\n":
            break
        if line[:4].upper() in (b"EHLO", b"MAIL", b"RCPT", b"RSET", b"QUIT"):
            s.sendall(b"250 ok\r\n")
        elif line[:4].upper() == b"DATA":
            s.sendall(b"354 go on\r\n")
    f.close()
    s.close()
E
python3 "$T/cut.py" "$T/port" &
pids="$pids $!"
until_ok 20 test -s "$T/port" || { echo "Bail out! no server"; exit 1; }
rm -rf "$T/home-jane"
person jane "Alice <alice@crepes.fr>" "smtp = smtp+plain://127.0.0.1:$(cat "$T/port")"
sed -i '1i undo-send = no' "$T/home-jane/pabal/config"

open_window 100 24
see "There is no message here" "the inbox"
keys m; see "To:" "a message"
keys -l "bob@x.test"; keys Enter; see "Subject" "to bob"
keys -l "Cut"; keys Enter; keys -l "hi"; keys C-x; see "Compose: Cut" "written"
keys y; see "may have gone or not" "the answer never comes"
keys X; see "unsure" "the outbox says that it is unsure"
keys d; see "It may have been sent or not." "to remove it: what that means"
keys n; see "unsure" "no"
keys Enter; see "this is a second message" "to change it: what that means"
keys n; unsee "second message" "no"
see "unsure" "it stays"
keys Enter; see "this is a second message" "once more"
keys y; see "Compose: Cut" "yes: it is written again"
see "Somebody may have it already" "and nobody is told that nothing was sent"
done_testing
