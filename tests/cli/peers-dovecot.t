#!/bin/sh
# Fetching from Dovecot: in clear, STLS and TLS, each way of leaving mail there.
. "${srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/cli/lib.sh"
. "$top/tests/cli/peers.sh"

make_certs || skip_all "openssl makes no certificate here"
for u in bob:b0 carol:c0 dave:d0 erin:e0 many:m0; do dovecot_user "${u%:*}" "${u#*:}"; done

# Mail for bob: made here, and of the corpus where it is. Its bytes in $T/put.
python3 - "$T" "$mail_uid" "$mail_gid" "${PABAL_CORPUS:-}" <<'PY'
import os, random, sys
t, uid, gid, corpus = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
os.mkdir(t + "/put")
r = random.Random(3)
mails = [b"From: a@example.org\nSubject: dots\n\n.\n..\n...\n.a\n\n.\n",
    b"From: a@example.org\r\nSubject: CRLF\r\n\r\none\r\n.\r\ntwo\r\n",
    b"From: a@example.org\nSubject: no end\n\nno end",
    b"From: a@example.org\nSubject: 8-bit\n\n\xed\x95\x9c\xea\xb8\x80 \xff\xfe\n",
    b"From: a@example.org\nSubject: no body\n\n", b"From: a@example.org\nSubject: no blank line\n",
    b"From: a@example.org\nSubject: long\n\n" + b"x" * 5000 + b"\n." + b"y" * 70000 + b"\n",
    b"From: a@example.org\nSubject: big\n\n" + b"".join(b"%060d\n" % i for i in range(40000))]
mails += [b"From: a@example.org\nSubject: r%d\n\n" % i + bytes(r.choice(b".\na ") for _ in range(r.randrange(4000))) for i in range(20)]
if os.path.exists(corpus + "/manifest.tsv"):
    rows = [l.split("\t") for l in open(corpus + "/manifest.tsv", encoding="utf-8")]
    for row in [x for x in rows if x[1] == "message"][::40]:
        raw = open(corpus + "/" + row[0], "rb").read()
        if b"\0" not in raw and raw: mails.append(raw)           # Dovecot changes NULs
def deliver(user, n, raw):
    p = "%s/dv/mail/%s/new/%d.M%dP1.test" % (t, user, 1600000000 + n, n)
    open(p, "wb").write(raw); os.chown(p, uid, gid)
for n, raw in enumerate(mails):
    deliver("bob", n, raw)
    raw = raw.replace(b"\r\n", b"\n")
    open("%s/put/%03d" % (t, n), "wb").write(raw if raw.endswith(b"\n") else raw + b"\n")
for n in range(5):
    for u in "carol", "dave", "erin": deliver(u, n, b"From: a@example.org\nSubject: %s %d\n\ntext\n" % (u.encode(), n))
for n in range(600):
    deliver("many", n, b"From: a@example.org\nSubject: many %d\n\n" % n + (b"%06d " % n * 10 + b"\n") * 500)
PY
n_bob=$(ls "$T/put" | wc -l)
dovecot_up
on_server() { find "$T/dv/mail/$1/new" "$T/dv/mail/$1/cur" -type f | wc -l; }
plain=pop3+plain://USER@127.0.0.1:$dv_pop3 stls=pop3://USER@localhost:$dv_pop3 tls=pop3s://USER@localhost:$dv_pop3s
url() { echo "$1" | sed "s/USER/$2/"; }
# sums of the messages in a mailbox, or in a folder
sums() { for f in "$@"; do cksum <"$f"; done | sort; }

# ---- each way in, byte for byte ----
for way in plain stls tls; do
	eval "u=\$$way"
	person "$way" "Bob <bob@example.org>" "pop3 = $(url "$u" bob)" "password = b0" "tls-trust-file = $T/tls.crt"
	out=$(as "$way" --fetch 2>&1); code=$?
	is "$code:$out" "0:" "$way: fetched in silence"
	is "$(messages "$way" | wc -l)" "$n_bob" "$way: all $n_bob messages came"
	# shellcheck disable=SC2046
	is "$(sums $(messages "$way"))" "$(sums "$T"/put/*)" "$way: byte for byte"
	is "$(as "$way" --fetch -v 2>&1)" "pabal: $way: 0 new, 0." "$way: nothing is new the second time"
	is "$(on_server bob)" "$n_bob" "$way: leave-on-server = yes, the default: all stays"
done
stop "$dv_pid"
dovecot_up
is "$(as tls --fetch -v 2>&1)" "pabal: tls: 0 new, 0." "after a restart of the server nothing is new"

# ---- logins ----
for auth in SCRAM-SHA-256 SCRAM-SHA-1 CRAM-MD5 PLAIN LOGIN APOP USER; do
	person "a-$auth" "Bob <bob@example.org>" "pop3 = $(url "$plain" carol)" "password = c0" "auth = $auth"
	out=$(as "a-$auth" --fetch --trace="$T/trace" 2>&1); code=$?
	is "$code:$out:$(messages "a-$auth" | wc -l)" "0::5" "login by $auth"
	case $auth in APOP) want='^C: APOP ' ;; USER) want='^C: USER ' ;; *) want="^C: AUTH $auth" ;; esac
	ok "$(grep -q "$want" "$T/trace"; echo $?)" "$auth was what was used"
	is "$(grep -c -e ' c0$' -e 'AGNhcm9sAGMw' "$T/trace")" 0 "$auth: no secret in the transcript"
	rm "$T/trace"
done
person auto "Bob <bob@example.org>" "pop3 = $(url "$plain" carol)" "password = c0"
as auto --fetch --trace="$T/trace"
ok "$(grep -q '^C: AUTH SCRAM-SHA-256' "$T/trace"; echo $?)" "of itself it takes the strongest"
person wrong "Bob <bob@example.org>" "pop3 = $(url "$tls" bob)" "password = not-b0" "tls-trust-file = $T/tls.crt"
out=$(as wrong --fetch 2>&1); code=$?
is "$code:$(messages wrong | wc -l)" "77:0" "a wrong password: exit code 77"
has "$out" "pabal: wrong: " "and the account is named"
for way in stls tls; do
	eval "u=\$$way"
	person "mitm-$way" "Bob <bob@example.org>" "pop3 = $(url "$u" bob)" "password = b0" "tls-trust-file = $T/other.crt"
	rm -f "$T/trace"
	out=$(as "mitm-$way" --fetch --trace="$T/trace" 2>&1); code=$?
	is "$code" 76 "$way: a certificate of somebody else: exit code 76"
	is "$(grep '^C: ' "$T/trace" | grep -cv -e '^C: CAPA$' -e '^C: STLS$')" 0 "$way: and no login was tried"
done
person finger "Bob <bob@example.org>" "pop3 = $(url "$tls" carol)" "password = c0" \
	"tls-fingerprint = $(openssl x509 -in "$T/tls.crt" -outform DER | openssl dgst -sha256 -r | cut -d' ' -f1)"
as finger --fetch
is "$(messages finger | wc -l)" 5 "a certificate known by its fingerprint"

# ---- leaving mail on the server ----
# the rows of the uids become so many days older
age() { python3 -c 'import sqlite3, sys
db = sqlite3.connect(sys.argv[1]); db.execute("UPDATE uidl SET at = at - ?", (86400 * int(sys.argv[2]),)); db.commit()' "$T/home-$1/pabal/state.db" "$2"; }
person no "No <carol@example.org>" "pop3 = $(url "$tls" carol)" "password = c0" "tls-trust-file = $T/tls.crt" "leave-on-server = no"
is "$(as no --fetch -v 2>&1 | cut -d';' -f2)" " 5 deleted on the server." "no: -v counts"
is "$(messages no | wc -l):$(on_server carol)" "5:0" "no: all is here and nothing there"
person until "Until <dave@example.org>" "pop3 = $(url "$tls" dave)" "password = d0" "tls-trust-file = $T/tls.crt" "leave-on-server = until-deleted"
as until --fetch
is "$(messages until | wc -l):$(on_server dave)" "5:5" "until-deleted: all stays first"
f=$(messages until | head -n 1); g=$(messages until | sed -n 2p); h=$(messages until | sed -n 3p)
rm "$f" "$g"
mv "$h" "$T/home-until/pabal/mail/INBOX/cur/$(basename "${h%%:2*}"):2,S"
as until --fetch
is "$(messages until | wc -l):$(on_server dave)" "3:3" "until-deleted: what was deleted here goes there; what was read stays"
as until --fetch
is "$(messages until | wc -l):$(on_server dave)" "3:3" "until-deleted: and does not come back"
person days "Days <erin@example.org>" "pop3 = $(url "$tls" erin)" "password = e0" "tls-trust-file = $T/tls.crt" "leave-on-server = 3"
as days --fetch; age days 2; as days --fetch
is "$(messages days | wc -l):$(on_server erin)" "5:5" "3 days: after 2 all is there"
age days 1; as days --fetch
is "$(messages days | wc -l):$(on_server erin)" "5:0" "3 days: after 3 all is gone there, none here"

# ---- several accounts in one run ----
mkdir -p "$T/home-all/pabal"
for u in bob:b0 dave:d0 many:m0; do
	printf '[account %s]\naddress = %s@example.org\npop3 = %s\npassword = %s\ninbox = %s\ntls-trust-file = %s\n' "${u%:*}" "${u%:*}" \
		"$(url "$stls" "${u%:*}")" "${u#*:}" "${u%:*}" "$T/tls.crt"
done >"$T/home-all/pabal/config"
printf '[account lost]\naddress = lost@example.org\npop3 = %s\npassword = x\ntls-trust-file = %s\n' "$(url "$stls" lost)" "$T/tls.crt" >>"$T/home-all/pabal/config"
chmod 600 "$T/home-all/pabal/config"
out=$(as all --fetch bob dave 2>&1); code=$?
is "$code:$out:$(messages all bob | wc -l):$(messages all dave | wc -l):$(messages all many | wc -l)" "0::$n_bob:3:0" "two accounts that are named"
out=$(as all --fetch 2>&1); code=$?
is "$code:$(echo "$out" | wc -l)" "77:1" "four in one run, of which one can't log in: exit code 77, one line"
has "$out" "pabal: lost: " "which names it"
is "$(messages all many | wc -l)" 600 "the others are fetched all the same"

# ---- interrupted and resumed ----
some() { [ "$(messages many | wc -l)" -gt "${had:-0}" ]; }
once() { is "$(messages many | wc -l):$(for f in $(messages many); do sed -n 's/^Subject: //p' "$f"; done | sort -u | wc -l)" "600:600" "$1: every message once"; }
person many "Many <many@example.org>" "pop3 = $(url "$plain" many)" "password = m0"
for signal in KILL TERM INT KILL; do
	rm -rf "$T/home-many/pabal/mail" "$T"/home-many/pabal/state.db*
	for round in 1 2 3; do
		(exec env HOME="$T/home-many" XDG_CONFIG_HOME="$T/home-many" XDG_DATA_HOME="$T/home-many" "$PABAL" --fetch) 2>>"$T/cut.err" &
		p=$!
		# the first two rounds end as soon as something came, the last one at once
		had=$(messages many | wc -l)
		[ $round = 3 ] || until_ok 10 some
		{ kill -s $signal $p; wait $p; } 2>/dev/null
	done
	as many --fetch -v 2>"$T/rest"
	once "ended three times by $signal ($(sed 's/^pabal: many: //;s/,.*//' "$T/rest") in the last round)"
done
sed -i 's/^leave.*//' "$T/home-many/pabal/config"; echo "leave-on-server = no" >>"$T/home-many/pabal/config"
rm -rf "$T/home-many/pabal/mail" "$T"/home-many/pabal/state.db*
(exec env HOME="$T/home-many" XDG_CONFIG_HOME="$T/home-many" XDG_DATA_HOME="$T/home-many" "$PABAL" --fetch) 2>>"$T/cut.err" &
p=$!
had=0; until_ok 10 some; { kill -9 $p; wait $p; } 2>/dev/null
as many --fetch
once "deleting on the server, killed on the way"
is "$(on_server many)" 0 "and nothing is left there"

done_testing
