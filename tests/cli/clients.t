#!/bin/sh
# Other people's clients against pabald: they hand in mail and fetch it.
. "${srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/cli/lib.sh"

pabald s --domain crepes.fr --user alice:a0 --user bob:b0 --user carol:c0
ca=$T/s/pabald.crt
box=$T/s/mail
has_program() { command -v "$1" >/dev/null 2>&1; }

printf 'From: Alice <alice@crepes.fr>\nTo: bob@crepes.fr\nSubject: =?utf-8?B?7Iuc7ZeY?=\nDate: Thu, 01 Jan 2026 00:00:00 +0000\nMessage-ID: <1@crepes.fr>\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n한글\n.\n..\n.점\n\nFrom here\n' >"$T/m"
awk '{ printf "%s\r\n", $0 }' "$T/m" >"$T/m.crlf"
{ cat "$T/m"; head -c 3000000 /dev/urandom | base64; } >"$T/large"
# got NAME FILE: bob's maildrop has just this message
got() {
	f=$(find "$box/bob/new" -type f)
	is "$(printf '%s\n' "$f" | grep -c .)" 1 "$1: one message came"
	[ -n "$f" ] && below "$f" >"$T/below" || : >"$T/below"
	same "$T/below" "$2" "$1: byte for byte"
	# shellcheck disable=SC2086
	rm -f $f
}
none() { is "$(find "$box/bob/new" -type f | wc -l)" 0 "$1: nothing came"; }
mkdir -p "$box/bob/new"
offered=$(printf 'EHLO x\r\nQUIT\r\n' | curl -s --max-time 5 "telnet://127.0.0.1:$s_smtp" 2>/dev/null | tr -d '\r' | sed -n 's/^250[- ]AUTH //p')

# ---- msmtp ----
if has_program msmtp; then
	m() { msmtp --file=/dev/null --host=localhost "$@" -f alice@crepes.fr bob@crepes.fr; }
	m --port="$s_smtp" <"$T/m"; is $? 0 "msmtp in clear"; got "msmtp in clear" "$T/m"
	m --port="$s_smtp" --tls=on --tls-trust-file="$ca" <"$T/m"; is $? 0 "msmtp STARTTLS"; got "msmtp STARTTLS" "$T/m"
	m --port="$s_smtps" --tls=on --tls-starttls=off --tls-trust-file="$ca" <"$T/large"; is $? 0 "msmtp TLS"; got "msmtp TLS" "$T/large"
	has "$(msmtp --file=/dev/null --host=localhost --port="$s_smtp" --serverinfo --tls=on --tls-trust-file="$ca" 2>&1)" "PIPELINING" "msmtp --serverinfo"
	n=0
	for auth in ${offered:-PLAIN LOGIN CRAM-MD5 SCRAM-SHA-1 SCRAM-SHA-256}; do
		lower=$(echo "$auth" | tr 'A-Z' 'a-z')
		m --port="$s_smtp" --tls=on --tls-trust-file="$ca" --auth="$lower" --user=alice --passwordeval='echo a0' <"$T/m" 2>"$T/err"
		is "$?:$(cat "$T/err")" "0:" "msmtp AUTH $auth"
		got "msmtp AUTH $auth" "$T/m"
		m --port="$s_smtp" --tls=on --tls-trust-file="$ca" --auth="$lower" --user=alice --passwordeval='echo wrong' <"$T/m" >"$T/err" 2>&1
		is $? 77 "msmtp AUTH $auth, wrong password: refused"
		n=$((n + 1))
	done
	ok $((n < 5)) "pabald offers $n mechanisms: $offered"
	none "msmtp refused"
	m --port="$s_smtp" <"$T/m" nobody@crepes.fr >"$T/err" 2>&1; is $? 65 "msmtp, an unknown recipient: refused"
	find "$box/bob/new" -type f -exec rm -f {} +
else
	skip "no msmtp"
fi

# ---- swaks ----
if has_program swaks; then
	sed '$d' "$T/m" >"$T/m.swaks"; printf 'From here' >>"$T/m.swaks"      # it puts a line end behind the data
	w() { swaks --silent 3 --from alice@crepes.fr --to bob@crepes.fr --ehlo client.crepes.fr --data @"$T/m.swaks" "$@" >"$T/err" 2>&1; }
	w --server "127.0.0.1:$s_smtp"; is $? 0 "swaks in clear"; got "swaks in clear" "$T/m"
	w --server "127.0.0.1:$s_smtp" --pipeline; is "$?:$(cat "$T/err")" "0:" "swaks pipelining"; got "swaks pipelining" "$T/m"
	w --server "127.0.0.1:$s_smtp" --protocol SMTP; is $? 0 "swaks HELO"; got "swaks HELO" "$T/m"
	if perl -MNet::SSLeay -e 1 2>/dev/null; then
		w --server "127.0.0.1:$s_smtp" --tls --tls-verify --tls-ca-path "$ca" --auth PLAIN --auth-user alice --auth-password a0
		is "$?:$(cat "$T/err")" "0:" "swaks STARTTLS and AUTH PLAIN"; got "swaks STARTTLS" "$T/m"
		w --server "127.0.0.1:$s_smtps" --tls-on-connect --auth LOGIN --auth-user alice --auth-password a0 --pipeline
		is "$?:$(cat "$T/err")" "0:" "swaks TLS and AUTH LOGIN, pipelining"; got "swaks TLS" "$T/m"
		if perl -MDigest::MD5 -e 1 2>/dev/null; then
			w --server "127.0.0.1:$s_smtps" --tls-on-connect --auth CRAM-MD5 --auth-user alice --auth-password a0
			is "$?:$(cat "$T/err")" "0:" "swaks AUTH CRAM-MD5"; got "swaks AUTH CRAM-MD5" "$T/m"
		fi
	else
		skip "swaks without Net::SSLeay"
	fi
	w --server "127.0.0.1:$s_smtp" --xclient "ADDR=1.2.3.4"; ok $(($? == 0)) "swaks: XCLIENT is not for everybody"
	swaks --server "127.0.0.1:$s_smtp" --from alice@crepes.fr --to bob@crepes.fr,nobody@crepes.fr,bob@crepes.fr --data @"$T/m.swaks" --pipeline >"$T/err" 2>&1
	has "$(cat "$T/err")" "550 5.1.1" "swaks: the unknown one of three is refused"
	got "swaks, three recipients" "$T/m"
	none "swaks"
else
	skip "no swaks"
fi

# ---- curl ----
if has_program curl && curl --version | grep -q smtps; then
	l() { curl -sS --max-time 20 --cacert "$ca" "$@" 2>"$T/err"; }
	up() { l --mail-from alice@crepes.fr --mail-rcpt bob@crepes.fr -T "$T/m.crlf" "$@"; }
	up "smtp://localhost:$s_smtp/client"; is "$?:$(cat "$T/err")" "0:" "curl smtp"; got "curl smtp" "$T/m"
	up --ssl-reqd --user alice:a0 "smtp://localhost:$s_smtp/client"; is "$?:$(cat "$T/err")" "0:" "curl smtp, STARTTLS, login"; got "curl STARTTLS" "$T/m"
	up --user alice:a0 "smtps://localhost:$s_smtps/client"; is "$?:$(cat "$T/err")" "0:" "curl smtps"; got "curl smtps" "$T/m"
	up --user alice:wrong "smtps://localhost:$s_smtps/client"; is $? 67 "curl smtps, a wrong password: refused"
	l --mail-from alice@crepes.fr --mail-rcpt bob@crepes.fr -T "$T/m" "smtp://localhost:$s_smtp/client"
	ok $(($? == 0)) "curl with bare LF: refused"
	none "curl refused"
	up "smtp://localhost:$s_smtp/client"
	for u in "pop3://localhost:$s_pop3" "pop3s://localhost:$s_pop3s"; do
		l --ssl-reqd --user bob:b0 "$u/1" >"$T/got.crlf"
		is "$?:$(cat "$T/err")" "0:" "curl ${u%%:*}"
		sed 's/\r$//' "$T/got.crlf" >"$T/got"; below "$T/got" >"$T/below"
		same "$T/below" "$T/m" "curl ${u%%:*}: byte for byte"
		is "$(l --ssl-reqd --user bob:b0 "$u" | tr -d '\r' | cut -d' ' -f1)" 1 "curl ${u%%:*}: LIST"
		is "$(l --ssl-reqd --user bob:b0 -X UIDL "$u" | tr -d '\r' | cut -d' ' -f1)" 1 "curl ${u%%:*}: UIDL"
		for auth in PLAIN LOGIN CRAM-MD5 SCRAM-SHA-256 +APOP; do
			l --ssl-reqd --user bob:b0 --login-options "AUTH=$auth" "$u/1" >"$T/got2"; c=$?
			[ $c = 67 ] && [ "$auth" = SCRAM-SHA-256 ] && continue      # curl without libgsasl
			same "$T/got2" "$T/got.crlf" "curl ${u%%:*} AUTH=$auth"
		done
		l --ssl-reqd --user bob:no "$u/1"; is $? 67 "curl ${u%%:*}, a wrong password: refused"
	done
	l --user bob:b0 -X DELE -I "pop3s://localhost:$s_pop3s/1" >/dev/null
	none "curl deleted it"
else
	skip "no curl with smtps"
fi

# ---- fetching: some mail for bob ----
fill() {
	for f in m large m; do
		python3 - "$s_smtp" "$T/$f" <<-'PY'
		import smtplib, sys
		s = smtplib.SMTP("127.0.0.1", int(sys.argv[1]))
		s.sendmail("alice@crepes.fr", ["bob@crepes.fr"], open(sys.argv[2], "rb").read().replace(b"\n", b"\r\n"), ["BODY=8BITMIME"])
		s.quit()
		PY
	done
}
sums() { for f in "$@"; do below "$f" | cksum; done | sort; }
want=$(for f in m large m; do cksum <"$T/$f"; done | sort)
if has_program python3; then
	fill
	is "$(sums "$box"/bob/new/*)" "$want" "Python's smtplib hands in three"
	python3 - "$s_pop3s" "$ca" "$T" <<-'PY'
	import poplib, ssl, sys
	p = poplib.POP3_SSL("localhost", int(sys.argv[1]), context=ssl.create_default_context(cafile=sys.argv[2]))
	p.user("bob"); p.pass_("b0")
	for i in (1, 2, 3): open("%s/pop.%d" % (sys.argv[3], i), "wb").write(b"".join(l + b"\n" for l in p.retr(i)[1]))
	open(sys.argv[3] + "/top", "wb").write(b"".join(l + b"\n" for l in p.top(1, 2)[1]))
	p.quit()
	PY
	is "$(sums "$T"/pop.?)" "$want" "Python's poplib fetches them"
	is "$(tail -n 3 "$T/top")" "$(printf '\n한글\n.')" "and TOP"
else
	skip "no python3"
fi
if has_program mpop && has_program python3; then
	p() {
		mkdir -p "$T/mpop/$1/cur" "$T/mpop/$1/new" "$T/mpop/$1/tmp"; d=$1; shift
		mpop --file=/dev/null --host=localhost --user=bob --passwordeval='echo b0' --delivery="maildir,$T/mpop/$d" --received-header=off \
			--uidls-file="$T/mpop/uidls-$d" --quiet "$@" >"$T/err" 2>&1
		is "$?:$(cat "$T/err")" "0:" "mpop $d"
		is "$(sums "$T/mpop/$d"/new/*)" "$want" "mpop $d: byte for byte"
	}
	p clear --port="$s_pop3" --tls=off --keep=on --auth=user
	p stls --port="$s_pop3" --tls=on --tls-starttls=on --tls-trust-file="$ca" --keep=on
	p tls --port="$s_pop3s" --tls=on --tls-starttls=off --tls-trust-file="$ca" --keep=on
	for auth in plain login cram-md5 scram-sha-1 scram-sha-256 apop; do
		p "$auth" --port="$s_pop3" --tls=on --tls-starttls=on --tls-trust-file="$ca" --auth=$auth --keep=on
	done
	rm -f "$T"/mpop/tls/new/*
	mpop --file=/dev/null --host=localhost --user=bob --passwordeval='echo b0' --delivery="maildir,$T/mpop/tls" --uidls-file="$T/mpop/uidls-tls" \
		--port="$s_pop3s" --tls=on --tls-starttls=off --tls-trust-file="$ca" --keep=on --quiet
	is "$(ls "$T/mpop/tls/new")" "" "mpop again: nothing is new"
	p all --port="$s_pop3" --tls=on --tls-trust-file="$ca" --keep=off
	none "mpop without keep deletes"
else
	skip "no mpop"
fi
if has_program fetchmail && has_program python3; then
	find "$box/bob/new" "$box/bob/cur" -type f -exec rm -f {} + 2>/dev/null
	fill
	mkdir "$T/fm"
	cat >"$T/fm/take" <<-SH
	#!/bin/sh
	cat >\$(mktemp "\$1/XXXXXX")
	SH
	chmod +x "$T/fm/take"
	for way in clear stls tls; do
		mkdir "$T/fm/$way"
		case $way in
		clear) port=$s_pop3 ssl='sslproto ""' ;;
		stls) port=$s_pop3 ssl="sslproto \"auto\" sslcertck sslcertfile \"$ca\"" ;;
		tls) port=$s_pop3s ssl="ssl sslcertck sslcertfile \"$ca\"" ;;
		esac
		keep=keep; [ $way != tls ] || keep=nokeep
		printf 'set invisible\npoll localhost service %s protocol pop3 uidl user bob password b0 %s\n\tfetchall %s no rewrite mimedecode false mda "%s %s"\n' \
			"$port" "$keep" "$ssl" "$T/fm/take" "$T/fm/$way" | sed 's/ mimedecode false//' >"$T/fm/rc"
		chmod 600 "$T/fm/rc"
		FETCHMAILHOME=$T/fm HOME=$T/fm fetchmail --nosyslog -f "$T/fm/rc" --nodetach >"$T/err" 2>&1; code=$?
		is "$code" 0 "fetchmail $way"; [ $code = 0 ] || sed 's/^/# /' "$T/err"
		is "$(sums "$T/fm/$way"/*)" "$want" "fetchmail $way: byte for byte"
	done
	none "fetchmail without keep deletes"
else
	skip "no fetchmail"
fi

# ---- s-nail ----
if has_program s-nail && s-nail -X 'version' -Xx </dev/null 2>/dev/null | grep -q '+smtp\b\|+SMTP\b'; then
	printf '한글\n.\n..\n' | s-nail -:/ -S v15-compat -S ttycharset=utf-8 -S sendwait -S hostname=crepes.fr -S from=alice@crepes.fr \
		-S mta="submissions://alice:a0@localhost:$s_smtps" -S smtp-auth=plain -S tls-verify=strict -S tls-ca-file="$ca" -S tls-ca-no-defaults \
		-s nail bob@crepes.fr >"$T/err" 2>&1; code=$?
	is "$code" 0 "s-nail TLS"; [ $code = 0 ] || sed 's/^/# /' "$T/err"
	f=$(find "$box/bob/new" -type f) && : >"$T/got"
	[ -n "$f" ] && HOME=$T "$PABAL" --extract 1 "$f" -o - >"$T/got"
	is "$(cat "$T/got")" "$(printf '한글\n.\n..')" "s-nail: the text"
	[ -z "$f" ] || rm "$f"
else
	skip "no s-nail with SMTP"
fi

# ---- openssl ----
if has_program openssl; then
	for way in "smtp $s_smtp" "pop3 $s_pop3"; do
		is "$(openssl s_client -connect "localhost:${way#* }" -starttls "${way% *}" -CAfile "$ca" -verify_return_error -verify_hostname localhost -brief </dev/null 2>&1 | grep -c 'Verification: OK')" 1 "openssl: a certificate made for localhost, ${way% *}"
	done
	openssl s_client -connect "localhost:$s_smtps" -tls1_1 -brief </dev/null >"$T/err" 2>&1; ok $(($? == 0)) "openssl: TLS 1.1 is refused"
	for v in -tls1_2 -tls1_3; do
		openssl s_client -connect "localhost:$s_smtps" $v -brief </dev/null >"$T/err" 2>&1; is $? 0 "openssl $v"
	done
else
	skip "no openssl"
fi

done_testing
