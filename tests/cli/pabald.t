#!/bin/sh
# pabald: its options, and what its users rely on.
. "${srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/cli/lib.sh"
command -v python3 >/dev/null 2>&1 || skip_all "no python3"

# fails CODE NAME ARGUMENTS...: it does not start; $err says why
fails() {
	want=$1 what=$2; shift 2
	timeout 10 "$PABALD" "$@" >"$T/run.out" 2>"$T/run.err" && code=0 || code=$?
	err=$(cat "$T/run.err")
	is "$code:$(cat "$T/run.out"):$(grep -c '^pabald: ' "$T/run.err"):$(wc -l <"$T/run.err")" "$want::1:1" "$what: exit code $want, one line"
}
# talk PORT LINE...: sends the lines one by one; the answers
cat >"$T/talk.py" <<'PY'
import socket, sys
s = socket.create_connection(("127.0.0.1", int(sys.argv[1])), 10)
f = s.makefile("rb")
def reply(multi=False):
    while True:
        l = f.readline().decode("utf-8", "replace").rstrip("\r\n")
        print(l)
        if multi and l.startswith("+OK"):
            while l not in (".", ""): l = f.readline().decode("utf-8", "replace").rstrip("\r\n"); print(l)
            return
        if l[3:4] != "-" or not l[:3].isdigit(): return
reply()
for a in sys.argv[2:]:
    s.sendall(a.encode("utf-8", "surrogateescape") + b"\r\n")
    v = a.split(" ")
    reply(v[0] in ("CAPA", "RETR", "TOP") or v[0] in ("UIDL", "LIST") and len(v) == 1)
PY
talk() { python3 "$T/talk.py" "$@"; }
mail() { printf 'Subject: %s\n\ntext\n' "$3" >"$T/mail"; python3 - "$1" "$2" "$T/mail" <<-'PY'
	import smtplib, sys
	s = smtplib.SMTP("127.0.0.1", int(sys.argv[1]), local_hostname="x")
	s.sendmail("a@example.org", sys.argv[2].split(","), open(sys.argv[3], "rb").read().replace(b"\n", b"\r\n")); s.quit()
	PY
}

# ---- options that are wrong ----
fails 64 "an unknown option" --nothing
fails 64 "an operand" here
fails 64 "a user without a password" --user bob
fails 64 "a name with a path" --user ../bob:x
fails 64 "a hidden name" --user .bob:x
fails 64 "a user named twice" --user bob:x --user bob:y
fails 64 "a bad size" --max-size many
fails 64 "no sessions at all" --max-sessions 0
fails 64 "--cert without --key" --cert "$T/x"
printf '# users\nbob:b0\n\nalice\n' >"$T/users"
fails 64 "a bad line in --users" --users "$T/users"
has "$err" "$T/users:4: " "with file and line"
fails 64 "no file of users" --users "$T/none"
fails 1 "a port that is none" --root "$T/bad" --smtp 127.0.0.1:99999
fails 1 "an address that is not ours" --root "$T/bad" --smtp 192.0.2.1:0
fails 1 "a certificate that is none" --root "$T/bad" --smtp 0 --cert "$T/users" --key "$T/users"
: >"$T/file"
fails 1 "a root that is a file" --root "$T/file" --smtp 0
is "$("$PABALD" --version | cut -d' ' -f1)" pabald "--version"
for o in domain user users root smtp smtps pop3 pop3s cert key max-size max-sessions ready-file trace capture; do
	has "$("$PABALD" --help)" "--$o" "--help lists --$o"
done

# ---- ports ----
pabald s --domain crepes.fr --domain two.org --user alice:a0 --user bob@crepes.fr:b0 --user bob@two.org:b2 --max-size 5000 --max-sessions 4 --trace="$T/trace"
is "$(cut -d= -f1 "$T/s.ready" | tr '\n' ' ')" "smtp smtps pop3 pop3s " "the ready file names what listens"
is "$(grep -cE '^(smtp|pop3)s?=127\.0\.0\.1:[1-9][0-9]*$' "$T/s.ready")" 4 "and where"
fails 1 "a port that is taken" --root "$T/other" --smtp "127.0.0.1:$s_smtp"
has "$err" "$s_smtp" "which one"
is "$(stat -c %a "$T/s")" 700 "the root is nobody else's"
"$PABALD" --root "$T/one" --ready-file "$T/one.ready" --pop3 0 --user x:y & p=$!
pids="$pids $p"
until_ok 20 test -s "$T/one.ready"
is "$(sed 's/:.*//' "$T/one.ready")" "pop3=127.0.0.1" "a port without an address: loopback only"
kill $p; wait $p; is $? 0 "SIGTERM: exit code 0"
"$PABALD" --root "$T/one" --ready-file "$T/any.ready" --pop3 0.0.0.0:0 --user x:y & p=$!
pids="$pids $p"
until_ok 20 test -s "$T/any.ready"
is "$(sed 's/:.*//' "$T/any.ready")" "pop3=0.0.0.0" "an address that is given is taken"
kill -INT $p; wait $p; is $? 0 "SIGINT: exit code 0"
if python3 -c 'import socket; socket.socket(socket.AF_INET6).bind(("::1", 0))' 2>/dev/null; then
	"$PABALD" --root "$T/one" --ready-file "$T/six.ready" --smtp '[::1]:0' --user x:y & p=$!
	pids="$pids $p"
	until_ok 20 test -s "$T/six.ready"
	is "$(sed 's/\]:[0-9]*$/]/' "$T/six.ready")" "smtp=[::1]" "IPv6"
	kill $p; wait $p
else
	skip "no IPv6 here"
fi

# ---- SMTP ----
has "$(talk "$s_smtp" 'EHLO x' QUIT)" "250-SIZE 5000" "--max-size is announced"
out=$(talk "$s_smtp" 'EHLO x' 'MAIL FROM:<a@example.org> SIZE=5001' 'MAIL FROM:<a@example.org> SIZE=4000' 'RCPT TO:<nobody@crepes.fr>' 'RCPT TO:<x@elsewhere.org>' \
	'RCPT TO:<ALICE@Crepes.FR>' 'VRFY alice' 'VRFY nobody' DATA | sed -n '/^250 /,$p' | cut -c1-9)
is "$out" "250 HELP
552 5.3.4
250 2.1.0
550 5.1.1
550 5.7.1
250 2.1.5
252 2.5.2
550 5.1.1
354 End w" "a size too large, nobody, relaying, a name in other case"
python3 - "$s_smtp" >"$T/out" 2>&1 <<'PY'
import smtplib, sys
s = smtplib.SMTP("127.0.0.1", int(sys.argv[1]), local_hostname="x")
s.helo()
try: s.sendmail("a@example.org", ["alice@crepes.fr"], b"Subject: x\r\n\r\n" + b"0123456789\r\n" * 1000); print("taken")
except smtplib.SMTPDataError as e: print(e.smtp_code)
print(s.noop()[0])
PY
is "$(cat "$T/out")" "552
250" "more than --max-size without saying so: refused behind the data, the session goes on"
python3 - "$s_smtp" "$s_pop3" >"$T/out" 2>&1 <<'PY'
import socket, sys
a = [socket.create_connection(("127.0.0.1", int(sys.argv[1 + i % 2])), 5) for i in range(4)]
for x in a: assert x.recv(100)
for i in (1, 2): print(socket.create_connection(("127.0.0.1", int(sys.argv[i])), 5).recv(100)[:14].decode())
a[0].close(); a[1].close()
import time
for i in range(100):
    b = socket.create_connection(("127.0.0.1", int(sys.argv[1])), 5); r = b.recv(100)[:3]
    if r == b"220": break
    time.sleep(0.02)
print(r.decode())
PY
is "$(cat "$T/out")" "421 4.3.2 Too 
-ERR [SYS/TEMP
220" "--max-sessions: one too many is told so, and later served"

# ---- POP3 ----
box() { find "$T/s/mail/$1/new" "$T/s/mail/$1/cur" -type f 2>/dev/null | wc -l; }
mail "$s_smtp" alice@crepes.fr,bob@crepes.fr,bob@two.org,alice@two.org one
is "$(box alice):$(find "$T/s/mail" -type f -path '*/new/*' | wc -l)" "1:3" "three users, one message each; alice, of both domains, has it once"
mail "$s_smtp" alice@crepes.fr two; mail "$s_smtp" alice@crepes.fr three
mail "$s_smtp" bob@two.org other
uids() { talk "$s_pop3" 'USER alice' 'PASS a0' UIDL QUIT | grep '^[0-9]'; }
before=$(uids)
is "$(echo "$before" | wc -l):$(echo "$before" | cut -d' ' -f2 | sort -u | wc -l)" "3:3" "three messages, three uids"
is "$(talk "$s_pop3" 'USER bob@crepes.fr' 'PASS b0' STAT QUIT | sed -n 4p | cut -d' ' -f2)" 1 "bob of one domain has one"
is "$(talk "$s_pop3" 'USER bob@two.org' 'PASS b2' STAT QUIT | sed -n 4p | cut -d' ' -f2)" 2 "bob of the other two: each his own mailbox"
has "$(talk "$s_pop3" 'USER bob@two.org' 'PASS b0' QUIT)" "-ERR [AUTH]" "and his own password"
is "$(talk "$s_pop3" 'USER alice' 'PASS wrong' | tail -n 1)" "$(talk "$s_pop3" 'USER nobody' 'PASS wrong' | tail -n 1)" "a wrong password and a wrong name sound the same"
python3 - "$s_pop3" >"$T/out" 2>&1 <<'PY'
import poplib, sys
a = poplib.POP3("127.0.0.1", int(sys.argv[1])); a.user("alice"); a.pass_("a0")
b = poplib.POP3("127.0.0.1", int(sys.argv[1])); b.user("alice")
try: b.pass_("a0"); print("opened")
except poplib.error_proto as e: print(str(e)[2:16])
a.dele(1); a.dele(2)
print(a.stat()[0])
a.close()
PY
is "$(cat "$T/out")" "-ERR [IN-USE] 
1" "a mailbox that is open is locked"
again() { uids >"$T/uids"; [ -s "$T/uids" ]; }
until_ok 5 again
is "$(cat "$T/uids")" "$before" "DELE without QUIT deletes nothing, and the uids stay"
stop "$s_pid"
mkdir -p "$T/s/mail/alice/cur"; f=$(find "$T/s/mail/alice/new" -type f | head -n 1); mv "$f" "$T/s/mail/alice/cur/$(basename "$f"):2,S"
pabald s --domain crepes.fr --domain two.org --user alice:a0 --user bob@crepes.fr:b0 --user bob@two.org:b2
is "$(uids | cut -d' ' -f2 | sort)" "$(echo "$before" | cut -d' ' -f2 | sort)" "the uids are the same after a restart, also of one that another program moved to cur"
talk "$s_pop3" 'USER alice' 'PASS a0' 'DELE 2' QUIT >/dev/null
is "$(box alice):$(uids | cut -d' ' -f2)" "2:$(echo "$before" | sed -n '1p;3p' | cut -d' ' -f2)" "DELE and QUIT delete it; the others keep their uids"
has "$(talk "$s_pop3" 'USER alice' 'PASS a0' 'RETR 3')" "-ERR" "a number that is not there"
out=$(talk "$s_pop3" 'USER alice' 'PASS a0' 'TOP 1 0')
has "$out" "Subject: " "TOP 1 0: the header"; hasnt "$out" "text" "and no more"
is "$(talk "$s_pop3" STAT 'PASS a0' CAPA QUIT | sed -n '2,3p' | cut -c1-4 | tr '\n' ' ')" "-ERR -ERR " "no command without login"
stop "$s_pid"

# ---- the transcript ----
is "$(grep -cE '^(\[[0-9]+\] )?(C: |S: |\*: )' "$T/trace")" "$(wc -l <"$T/trace")" "--trace=FILE: C:, S: and notes"
is "$(grep -c -e ' a0$' -e ' b2$' -e ' wrong$' "$T/trace")" 0 "and no password"
is "$(stat -c %a "$T/trace")" 600 "which nobody else may read"
pabald t --domain crepes.fr --user alice:a0 --trace="$T/two"
python3 - "$t_smtp" "$t_pop3" <<'PY'
import socket, sys
def opened(port):
    s = socket.create_connection(("127.0.0.1", int(port)), 5); f = s.makefile("rb"); f.readline()
    return s, f
def say(s, line):
    s[0].sendall(line + b"\r\n"); return s[1].readline()
a = opened(sys.argv[1]); say(a, b"HELO a"); b = opened(sys.argv[2]); say(b, b"USER alice"); say(a, b"NOOP"); say(b, b"QUIT"); assert b[1].readline() == b""
say(a, b"RSET"); say(a, b"QUIT"); assert a[1].readline() == b""
c = opened(sys.argv[1]); say(c, b"QUIT")
PY
stop "$t_pid"
is "$(grep -e C: -e session "$T/two" | sed 's/ with .*//' | tr '\n' ,)" \
	"*: session 1,C: HELO a,[2] *: session 2,[2] C: USER alice,[1] C: NOOP,[2] C: QUIT,[1] C: RSET,[1] C: QUIT,*: session 3,C: QUIT," "sessions that go on at once bear their numbers"

# ---- capture, certificates of one's own, users from a file ----
printf '# people\n\nbob:b0:with:colons\n  carol@x.org:c 0\n' >"$T/users"
pabald u --users "$T/users" --domain crepes.fr
has "$(talk "$u_pop3" 'USER bob' 'PASS b0:with:colons' QUIT)" "+OK" "--users: a password with colons"
is "$(talk "$u_pop3" 'USER carol@x.org' 'PASS c 0' STAT QUIT | grep -c '^+OK')" 5 "and with a blank"
stop "$u_pid"
pabald c --capture
mail "$c_smtp" 'x@example.org,"y z"@example.net,root@localhost' caught
is "$(talk "$c_pop3" 'USER capture' 'PASS capture' STAT QUIT | sed -n 4p | cut -d' ' -f2)" 1 "--capture alone: mail for anybody, once, for capture:capture"
stop "$c_pid"
pabald d --capture --domain crepes.fr --user first:f0 --user bob:b0
mail "$d_smtp" x@example.org,bob@crepes.fr both
is "$(find "$T/d/mail/first/new" -type f | wc -l):$(find "$T/d/mail/bob/new" -type f | wc -l)" "1:1" "--capture with users: theirs is theirs, the rest is for the first"
if command -v openssl >/dev/null 2>&1; then
	was=$(openssl x509 -in "$T/d/pabald.crt" -noout -fingerprint)
	stop "$d_pid"
	pabald d --capture --domain crepes.fr --user first:f0
	is "$(openssl x509 -in "$T/d/pabald.crt" -noout -fingerprint)" "$was" "the certificate is made once"
	is "$(stat -c %a "$T/d/pabald.key")" 600 "its key is nobody else's"
	stop "$d_pid"
	openssl req -x509 -newkey rsa:2048 -nodes -keyout "$T/own.key" -out "$T/own.crt" -days 30 -subj /CN=own.test >/dev/null 2>&1
	pabald d --capture --cert "$T/own.crt" --key "$T/own.key"
	is "$(openssl s_client -connect "127.0.0.1:$d_smtps" </dev/null 2>/dev/null | openssl x509 -noout -subject | tr -d ' ')" "subject=CN=own.test" "--cert and --key"
	openssl genrsa -out "$T/alien.key" 2048 2>/dev/null
	fails 1 "a key that does not belong to its certificate" --root "$T/bad" --smtps 0 --cert "$T/own.crt" --key "$T/alien.key"
else
	skip "no openssl"
fi

# ---- the end of it ----
python3 - "$d_smtp" "$d_pop3" >"$T/out" <<'PY' &
import socket, sys
a = [socket.create_connection(("127.0.0.1", int(p)), 20) for p in sys.argv[1:]]
for x in a: x.recv(100)
a[0].sendall(b"EHLO x\r\nMAIL FROM:<a@b.c>\r\nRCPT TO:<x@y.z>\r\nDATA\r\n"); a[0].recv(1000)
a[0].sendall(b"half a mess")
print("open", flush=True)
for x in a:
    while x.recv(1000): pass
print("closed", flush=True)
PY
talker=$!
until_ok 10 grep -q open "$T/out"
kill "$d_pid"; wait "$d_pid"
is $? 0 "SIGTERM with open sessions: exit code 0"
wait $talker
is "$(tail -n 1 "$T/out")" closed "they are closed"
is "$(find "$T/d/tmp" "$T/d/mail" -type f ! -name pop3.lock -newer "$T/own.crt" | wc -l)" 0 "half a message leaves nothing behind"
pabald d --capture --smtp "127.0.0.1:$d_smtp"
ok $? "the port is free again at once"

# ---- a power cut ----
kill -9 "$d_pid"; wait "$d_pid" 2>/dev/null
box=$T/d/mail/capture/new
mkdir -p "$T/d/mail/capture/cur" "$box"
: >"$box/1.M1P1.cut,S=100,W=104"
printf 'Subject: whole\n\n' >"$box/2.M1P1.whole,S=16,W=18"
echo left >"$T/d/tmp/half"
pabald d --capture --smtp "127.0.0.1:$d_smtp"
is "$(ls "$T/d/damaged")" "1.M1P1.cut,S=100,W=104" "after a kill a message whose bytes never came is put aside"
is "$(find "$box" -name "*M1P1*" | wc -l)" 1 "the whole one stays"
is "$(ls "$T/d/tmp")" "" "and what was half-written is gone"

done_testing
