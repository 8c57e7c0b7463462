#!/bin/sh
# What scripts rely on: the command line, its exit codes and its output.
. "${srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/cli/lib.sh"
command -v python3 >/dev/null 2>&1 || skip_all "no python3"

pabald s --capture --domain crepes.fr --domain hamburger.edu --user catch@crepes.fr:c0 \
	--user alice@crepes.fr:'a0 secret' --user bob@hamburger.edu:b0
person alice "Alice <alice@crepes.fr>" "smtp = smtp+plain://alice%40crepes.fr@127.0.0.1:$s_smtp" "password = a0 secret"
person bob "Bob <bob@hamburger.edu>" "smtp = smtp+plain://127.0.0.1:$s_smtp" \
	"pop3 = pop3+plain://bob%40hamburger.edu@127.0.0.1:$s_pop3" "password = b0" "leave-on-server = no"
caught=$T/s/mail/catch

# run NAME ARGUMENTS...: fills $out, $err and $code
run() {
	as "$@" >"$T/run.out" 2>"$T/run.err" && code=0 || code=$?
	out=$(cat "$T/run.out") err=$(cat "$T/run.err")
}
# the mail that was caught: its newest file; and none of it
last() { find "$caught/new" -type f -newer "$T/mark" | head -n 1; }
forget() { rm -f "$caught"/new/* "$caught"/cur/*; rm -rf "$T"/home-alice/pabal/mail/Sent; }
count() { find "$caught/new" -type f 2>/dev/null | wc -l; }
headers() { sed '/^$/q' "$1"; }
touch -d '2020-01-01' "$T/mark"
# refused CODE NAME ARGUMENTS...: an error before anything is queued or sent
refused() {
	want=$1 what=$2; shift 2
	echo text | as alice "$@" >"$T/run.out" 2>"$T/run.err" && code=0 || code=$?
	is "$code:$(cat "$T/run.out"):$(as alice --outbox):$(count)" "$want:::0" "$what: exit code $want, nothing queued"
	is "$(grep -c '^pabal: ' "$T/run.err"):$(grep -vc '^pabal: ' "$T/run.err")" "$(wc -l <"$T/run.err"):0" "$what: said on standard error"
}
nl='
'
cr=$(printf '\r')

# ---- errors before anything is queued ----
refused 1 "a line break in the subject" -s "a${nl}Bcc: v@example.net" bob@hamburger.edu
refused 1 "a CR in the subject" -s "a${cr}Bcc: v@example.net" bob@hamburger.edu
refused 1 "a line break in an address" -s x "bob@hamburger.edu${nl}Bcc: v@example.net"
refused 1 "a line break in -c" -s x -c "bob@hamburger.edu${nl}X: y" bob@hamburger.edu
refused 1 "a line break in -b" -s x -b "bob@hamburger.edu${cr}${nl}X: y" bob@hamburger.edu
refused 1 "a line break in -r" -s x -r "alice@crepes.fr${nl}X: y" bob@hamburger.edu
refused 1 "no recipient" -s x
refused 1 "no recipient but blanks" -s x ' '
refused 1 "-t without a recipient" -t
refused 1 "no such attachment" -s x -a "$T/none" bob@hamburger.edu
refused 1 "a folder as attachment" -s x -a "$T" bob@hamburger.edu
refused 1 "SMTP words behind an address" -s x '<a@example.org> NOTIFY=NEVER'
refused 1 "an address without a local part" -s x @example.org
refused 1 "an address without a domain" -s x a@
refused 1 "two words as an address" -s x 'a b@example.org'
refused 1 "a good and a bad address" -s x bob@hamburger.edu a@
refused 1 "a blank in a quoted local part" -s x '"a b"@example.org'
refused 1 "a transcript that can't be written" --trace="$T/none/trace" -s x bob@hamburger.edu
refused 1 "an unknown account" --account nobody -s x bob@hamburger.edu
refused 1 "two addresses in -r" -s x -r a@crepes.fr,b@crepes.fr bob@hamburger.edu
echo 'To: bob@hamburger.edu' | as alice --markdown -t >"$T/run.out" 2>&1 && code=0 || code=$?
is "$code:$(count)" "1:0" "--markdown and -t do not go together"
refused 64 "an unknown option" -s x -Q bob@hamburger.edu
refused 64 "an unknown long option" --no-such -s x bob@hamburger.edu
refused 64 "an option without its value" bob@hamburger.edu -s
refused 64 "two modes" --fetch --list
refused 64 "a mode and options for sending" --fetch -s x
refused 64 "nothing to do"
refused 64 "two mailboxes and a pattern" --list a b "~A"
refused 64 "an order that is none" --list --sort color
refused 64 "a number that is none" --list --limit many
refused 64 "a pattern that is wrong" --list "~f ("
refused 64 "no messages named" --flag +seen
refused 64 "a flag that is none" --flag +blue "~A"
if [ "$(id -u)" != 0 ]; then
	echo x >"$T/locked" && chmod 0 "$T/locked"
	refused 1 "an unreadable attachment" -s x -a "$T/locked" bob@hamburger.edu
else
	skip "root reads everything"
fi

# ---- sending ----
echo 'Hello.' >"$T/hello"
run alice -s 'One' bob@hamburger.edu <"$T/hello"
is "$code:$out:$err" "0::" "a message is sent in silence"
run bob --fetch
is "$code:$out:$err" "0::" "and fetched in silence"
f=$(messages bob); below "$f" >"$T/m"
has "$(headers "$T/m")" "Subject: One" "it has its subject"
for field in Date Message-ID From To MIME-Version Content-Type; do
	is "$(grep -ci "^$field:" "$T/m")" 1 "it has one $field"
done
run bob --fetch
is "$(messages bob | wc -l)" 1 "leave-on-server = no: once"

run alice -s empty x@example.org </dev/null
is "$code:$out:$(count)" "0::1" "an empty text is sent"
as alice --extract 1 "$(last)" -o - >"$T/got"; is "$(wc -c <"$T/got")" 0 "and is empty"
forget

printf 'one' >"$T/f 1.txt"; printf 'two' >"$T/f2.bin"; printf 'three' >"$T/점 3.txt"
run alice -s files -a "$T/f 1.txt" "$T/f2.bin" "$T/점 3.txt" -- x@example.org <"$T/hello"
is "$code:$err:$(count)" "0::1" "-a f1 f2 f3 -- addr"
is "$(as alice --parts --json "$(last)" | python3 -c 'import json,sys
print([json.loads(l)["filename"] for l in sys.stdin])')" "[None, None, 'f 1.txt', 'f2.bin', '점 3.txt']" "three files are attached under their names"
forget
run alice x@example.org -s files -a "$T/f 1.txt" -c y@example.org "$T/f2.bin" -- z@example.org <"$T/hello"
is "$code:$err:$(count)" "0::1" "an address before -a f1 f2 -- stays an address"
is "$(headers "$(last)" | grep -E '^(To|Cc):')" "To: x@example.org, z@example.org${nl}Cc: y@example.org" "all of them are recipients"
forget
run alice -a "$T/f 1.txt" -a "$T/f2.bin" -s twice x@example.org <"$T/hello"
is "$code:$(as alice --parts "$(last)" | grep -c attachment)" "0:2" "-a twice"
forget
printf '*Hi* <b>\n' >"$T/md"
run alice -s both --markdown -a "$T/f2.bin" x@example.org <"$T/md"
is "$code:$err:$(as alice --parts --json "$(last)" | python3 -c 'import json,sys
print(*[p["number"] + " " + p["type"] for p in map(json.loads, sys.stdin)], sep=", ")')" \
	"0::TEXT multipart/mixed, 1 multipart/alternative, 1.1 text/plain, 1.2 text/html, 2 application/octet-stream" "--markdown: the text and its HTML"
is "$(as alice --extract 1.1 "$(last)" -o -)" "*Hi* <b>" "the text stays as it was typed"
has "$(as alice --extract 1.2 "$(last)" -o -)" "<p><em>Hi</em> &lt;b&gt;</p>" "the HTML says the same"
forget
printf 'caf\351\n' >"$T/latin"
run alice -s plain --markdown x@example.org <"$T/latin"
is "$code:$err:$(as alice --parts "$(last)" | wc -l)" "0:pabal: The text is too long or no UTF-8, so it is sent as plain text only.:1" "what is no UTF-8 is sent without HTML, and that is said"
forget
run alice -s "$T/none is no file" -a "$T/f2.bin" "$T/none" -- x@example.org <"$T/hello"
is "$code:$(count)" "1:0" "-a f1 f2 -- with one that is not there: an error"
is "$(echo x | as alice -s a -a "$T/a${nl}b" x@example.org 2>&1 | grep -c .)" 1 "a missing file with a line break in its name: one line"
printf 'x' >"$T/a${nl}b; \"q\".txt"
run alice -s name -a "$T/a${nl}b; \"q\".txt" x@example.org <"$T/hello"
is "$code:$(count):$(grep -c '^b;' "$(last)")" "0:1:0" "a line break in the name of a file makes no header line"
forget
long=$(printf '%0260d.txt' 0)
printf 'Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Disposition: attachment; filename="%s"\n\none\n--b\nContent-Disposition: attachment; filename="%s"\n\ntwo\n--b--\n' \
	"$long" "$long" >"$T/long.eml"
mkdir "$T/out"
as alice --extract 1 "$T/long.eml" -o "$T/out" && as alice --extract 2 "$T/long.eml" -o "$T/out"
is "$(cat "$T/out/"*0.txt "$T/out/"*0-2.txt)" "onetwo" "two files with one name that is too long"

# Bcc
run alice -s bcc -b hidden@example.org -b 'Secret <hidden2@example.org>' x@example.org <"$T/hello"
is "$code:$err" "0:" "-b"
is "$(grep -ci -e hidden -e '^bcc' "$(last)")" 0 "Bcc is not in the message"
forget
run alice -s bcc -b hidden@example.org <"$T/hello"
is "$code:$err:$(grep -ci -e hidden2 -e '^bcc' "$(last)")" "0::0" "-b alone: sent"
forget
printf 'From: alice@crepes.fr\nTo: x@example.org\nBcc: hidden@example.org,\n\thidden2@example.org\nbcc : hidden3@example.org\nSubject: t\n\nBcc: in the text\n' >"$T/t"
run alice -t <"$T/t"
is "$code:$err:$(count)" "0::1" "-t takes the recipients from the header"
is "$(headers "$(last)" | grep -ci hidden)" 0 "-t removes Bcc, folded lines too"
is "$(tail -n 1 "$(last)")" "Bcc: in the text" "but not from the text"
run alice --trace="$T/trace" -t <"$T/t"
is "$(grep -c '^C: RCPT TO:<hidden' "$T/trace")" 3 "all three are recipients"
forget
printf 'To: x@example.org\n\nno subject\n' | as alice -t y@example.org
has "$(headers "$(last)")" "To: x@example.org" "-t with an address: the header stays as it is"
hasnt "$(headers "$(last)")" "y@example.org" "the address of the command line is for the envelope"
forget

# addresses
tos() { headers "$(last)" | sed -n '/^To:/,/^[^ 	]*:/{/^To:/p;/^[ 	]/p;}' | tr -d '\n'; }
run alice --trace="$T/t1" -s x '"Byun, Bob" <bob2@example.org>, 이순신 <sun@example.org>,x@example.org' -c 'a@example.org,b@example.org' <"$T/hello"
is "$code:$err:$(grep -c '^C: RCPT' "$T/t1")" "0::5" "lists with commas and names"
has "$(tos)" '"Byun, Bob" <bob2@example.org>' "a name with a comma"
forget
run alice --trace="$T/t2" -s x bob <"$T/hello"
is "$code:$(grep -c 'RCPT TO:<bob@crepes.fr>' "$T/t2")" "0:1" "a bare name gets the domain of the writer"
run alice --trace="$T/t3" -s x -- -oQ/tmp/x@example.org --fetch@example.org <"$T/hello"
is "$code:$(grep -c -e 'RCPT TO:<-oQ/tmp/x@example.org>' -e 'RCPT TO:<--fetch@example.org>' "$T/t3")" "0:2" "behind -- an address may begin with -"
forget
run alice --trace="$T/t4" -s x 'a@한글.example' <"$T/hello"
is "$code:$(grep -c 'RCPT TO:<a@xn--bj0bj06e.example>' "$T/t4")" "0:1" "a domain in Hangul becomes its A-label"
is "$(grep -c SMTPUTF8 "$T/t4")" 1 "without SMTPUTF8 (but for the offer)"
is "$(LC_ALL=C grep -c '[^ -~	]' "$(last)")" 0 "and the message is plain ASCII"
forget
run alice --trace="$T/t5" -s x '순신@example.org' <"$T/hello"
is "$code:$(grep -c '^C: MAIL.* SMTPUTF8' "$T/t5"):$(grep -c '^C: RCPT TO:<순신@example.org>' "$T/t5")" "0:1:1" "a local part in Hangul asks for SMTPUTF8"
forget
run alice --trace="$T/t6" -s x -r 'Alice B <alice.b@crepes.fr>' x@example.org <"$T/hello"
is "$code:$(grep -c '^C: MAIL FROM:<alice.b@crepes.fr>' "$T/t6")" "0:1" "-r is the sender"
has "$(headers "$(last)")" "From: Alice B <alice.b@crepes.fr>" "and the From"
forget
run alice -s x -r '' x@example.org <"$T/hello"
has "$(headers "$(last)")" "From: Alice <alice@crepes.fr>" "-r '' is the account's own address"
forget
run alice --trace="$T/t7" -s x bob@hamburger.edu BOB@hamburger.edu bob@hamburger.edu -c bob@hamburger.edu <"$T/hello"
is "$(grep -c '^C: RCPT TO:<bob@' "$T/t7")" 1 "a recipient named again gets it once"
run alice --trace="$T/t8" -s x --notify ' Success,delay' x@hamburger.edu <"$T/hello"
has "$(grep '^C: RCPT' "$T/t8")" " NOTIFY=SUCCESS,DELAY" "--notify says what is to be told"
run alice --trace="$T/t9" -s x -N never x@hamburger.edu <"$T/hello"
has "$(grep '^C: RCPT' "$T/t9")" " NOTIFY=NEVER" "or that nothing is"
run alice --trace="$T/t10" -s x x@hamburger.edu <"$T/hello"
has "$(grep '^C: RCPT' "$T/t10")" " NOTIFY=FAILURE,DELAY" "by itself what goes wrong"
forget
run alice -s x --ask-receipt x@hamburger.edu <"$T/hello"
has "$(headers "$(last)")" "Disposition-Notification-To: alice@crepes.fr" "--ask-receipt asks the reader"
forget
for words in '' ',' sometimes 'never,success' 'success,never' 'success;delay'; do
	refused 1 "--notify \"$words\"" -s x --notify "$words" bob@hamburger.edu
done
refused 1 "--ask-receipt and -t" -t --ask-receipt bob@hamburger.edu
run alice --send-receipt; is "$code" 64 "--send-receipt without a message"
run alice --send-receipt "$T/hello"; is "$code" 1 "--send-receipt of what asks for none"
has "$err" "Nobody asks to be told" "in words"
run alice --send-receipt "$T/none"; is "$code" 1 "--send-receipt of nothing"
as bob --fetch; rm -rf "$T/home-bob/pabal/mail"

# text, whatever the locale says
printf '한글\n첫 줄\n' >"$T/k"
for l in C POSIX C.UTF-8 no_such.EUC-KR; do
	LC_ALL=$l run alice -s "제목" -a "$T/점 3.txt" "이름 <x@example.org>" <"$T/k"
	as alice --extract 1 "$(last)" -o - >"$T/got"
	is "$code:$err" "0:" "LC_ALL=$l: Korean is sent"
	same "$T/got" "$T/k" "LC_ALL=$l: the text is the same"
	is "$(as alice --parts "$(last)" | sed -n '2s/.*plain *\([^ ]*\).*/\1/p')" utf-8 "LC_ALL=$l: labelled UTF-8"
	is "$(as alice --list --json "$T/s/mail/catch" | python3 -c 'import json,sys
d = json.loads(sys.stdin.readline()); print(d["subject"], d["to"])')" "제목 이름 <x@example.org>" "LC_ALL=$l: subject and name"
	forget
done
printf '\307\321\261\333 euc-kr\n\377\n' >"$T/k"
LC_ALL=C run alice -s x x@example.org <"$T/k"
as alice --extract 1 "$(last)" -o - >"$T/got"
is "$code:$(count)" "0:1" "bytes that are not UTF-8 are sent"
same "$T/got" "$T/k" "and come back the same"
forget

# every row of the corpus's arguments that is about our options
if [ -r "${PABAL_CORPUS:-}/attack-inputs/args.jsonl" ]; then
	cat >"$T/args.py" <<-'PY'
	import json, os, subprocess, sys, glob
	corpus, t, pabal = sys.argv[1:4]
	env = dict(os.environ, HOME=t + "/home-alice")
	for v in ("CONFIG", "DATA", "CACHE"): env["XDG_%s_HOME" % v] = env["HOME"]
	os.chdir(t)
	def say(good, name): print("%d %s" % (not good, name))
	for row in open(corpus + "/attack-inputs/args.jsonl"):
	    d = json.loads(row); argv = d["argv"]
	    if "-f" in argv: continue                  # an option of mailx, in an issue of its own
	    if not argv[0].startswith("-"): argv = ["-s", "x"] + argv
	    if argv[0] == "--": argv = ["-s", "x"] + argv
	    if "-a" in argv: open(argv[argv.index("-a") + 1], "w").write("x")
	    for f in glob.glob(t + "/s/mail/catch/new/*"): os.remove(f)
	    p = subprocess.run([pabal] + argv, env=env, input=b"text\n", capture_output=True)
	    got = glob.glob(t + "/s/mail/catch/new/*")
	    name = repr(argv)[:60] + ": " + d["required"][:60].replace("\n", " ")
	    queued = subprocess.run([pabal, "--outbox"], env=env, capture_output=True).stdout
	    lines = open(got[0], "rb").read().split(b"\n") if got else []
	    head = lines[:lines.index(b"")] if lines else []
	    clean = b"\x1b" not in p.stdout + p.stderr and p.stdout == b""
	    if "refused" in d["required"].split(";")[0] and "as is" not in d["required"] or "as above" == d["required"]:
	        say(p.returncode == 1 and not got and not queued and clean, name)
	    elif p.returncode == 1:
	        say("as is or refused" in d["required"] and not got and clean, name)
	    else:
	        good = p.returncode == 0 and len(got) == 1 and clean and max(map(len, lines)) <= 998
	        good = good and sum(l.lower().startswith(b"subject:") for l in head) == ("-s" in argv)
	        good = good and not any(l.lower().startswith(b"bcc") for l in head) and not any(c < 32 and c != 9 or c > 126 for l in head for c in l)
	        if "two Cc" in d["required"]: good = good and b"Cc: a@example.org, b@example.org" in lines
	        if "A-label" in d["required"]: good = good and any(b"xn--bj0bj06e.example" in l for l in head)
	        say(good, name)
	PY
	python3 "$T/args.py" "$PABAL_CORPUS" "$T" "$PABAL" >"$T/args.out"
	while read -r status name; do ok "$status" "args.jsonl: $name"; done <"$T/args.out"
	is "$(wc -l <"$T/args.out")" 16 "all its rows but -f were tried"
	as bob --fetch; rm -rf "$T/home-bob/pabal/mail"
	forget
else
	skip "no corpus: attack-inputs/args.jsonl"
fi

# ---- closed and full descriptors ----
as alice -s closed x@example.org <"$T/hello"
as alice -s closed x@example.org <"$T/hello" >&- 2>"$T/run.err" && code=0 || code=$?
is "$code:$(cat "$T/run.err")" "0:" "sending with standard output closed"
as alice -s closed x@example.org <"$T/hello" >&- 2>&- && code=0 || code=$?
is "$code" 0 "sending with output and errors closed"
as alice -s closed x@example.org <&- >"$T/run.out" 2>&1 && code=0 || code=$?
is "$code:$(as alice --outbox)" "1:" "with standard input closed nothing is sent: exit code 1"
for mode in --list --outbox --check-config --version --help; do
	as alice $mode >&- 2>"$T/run.err" && code=0 || code=$?
	[ $mode = --list ] || [ $mode = --outbox ] || [ $mode = --check-config ] || is "$code" 1 "$mode with standard output closed: exit code 1"
done
is "$(as alice --list Sent | wc -l)" 3 "nothing was hurt by it"
if [ -e /dev/full ]; then
	for mode in "--list Sent" "--list --json Sent" --help "--show $(messages alice Sent | head -n 1)" "--parts $(messages alice Sent | head -n 1)" \
		"--extract 1 $(messages alice Sent | head -n 1) -o -"; do
		# shellcheck disable=SC2086
		as alice $mode >/dev/full 2>"$T/run.err" && code=0 || code=$?
		is "$code:$(grep -c '^pabal: ' "$T/run.err")" "1:1" "${mode%% *} into a full file: exit code 1"
	done
else
	skip "no /dev/full"
fi
forget

# ---- JSON ----
keys() { python3 -c 'import json,sys
for l in sys.stdin:
    d = json.loads(l)
    print(" ".join(d) + "".join(" [" + " ".join(r) + "]" for r in d.get("recipients", [])))' | sort -u; }
printf 'Subject: \042\134\007 \377 odd\nFrom: <>\nDate: nonsense\n\nx\n' >"$T/odd.eml"
mkdir -p "$T/box/cur" "$T/box/new" "$T/box/tmp"
cp "$T/odd.eml" "$T/box/cur/1.odd:2,FS"; : >"$T/box/new/2.empty"
is "$(as alice --list --json "$T/box" | keys)" "id folder file flags date from to subject size message_id" "--list --json: the keys, also of odd mail"
is "$(as alice --list --json "$T/box" | wc -l)" 2 "one object a line"
as alice -s "제목 \"quoted\" \\" -a "$T/점 3.txt" bob@hamburger.edu <"$T/k"
as bob --fetch
f=$(messages bob)
is "$(as bob --list --json | python3 -c 'import json,sys
d = json.loads(sys.stdin.readline()); import os
print(d["subject"], d["from"], d["to"], d["folder"], d["flags"], os.path.samefile(d["file"], sys.argv[1]), d["size"] == os.stat(d["file"]).st_size, d["date"][10], d["message_id"][-10:])' "$f")" \
	"제목 \"quoted\" \\ Alice <alice@crepes.fr> bob@hamburger.edu INBOX  True True T @crepes.fr" "--list --json: the values"
is "$(as bob --parts --json "$f" | keys)" "number type charset encoding disposition filename offset length size" "--parts --json: the keys"
is "$(as bob --parts --json "$f" | python3 -c 'import json,sys
raw = open(sys.argv[1], "rb").read()
for l in sys.stdin:
    d = json.loads(l); part = raw[d["offset"]:d["offset"] + d["length"]]
    print(d["number"], d["type"], d["encoding"], d["disposition"], d["filename"], d["size"], len(part) == d["length"])' "$f" | tail -n 1)" \
	"2 text/plain 7bit attachment 점 3.txt 5 True" "--parts --json: the values"
is "$(as bob --parts --json - <"$f")" "$(as bob --parts --json "$f")" "--parts reads standard input too"
for e in "${PABAL_CORPUS:-/none}"/attack-samples/*/*.eml; do
	[ -r "$e" ] || continue
	as bob --parts --json "$e" >>"$T/parts.json" 2>>"$T/parts.err" || echo "$e" >>"$T/parts.failed"
	as bob --show "$e" >>"$T/show.txt" 2>>"$T/parts.err" || echo "$e" >>"$T/parts.failed"
done
if [ -s "$T/parts.json" ]; then
	is "$(grep -v '"inside":' "$T/parts.json" | keys)" "number type charset encoding disposition filename offset length size" "--parts --json of each attack sample parses"
	is "$(grep '"inside":' "$T/parts.json" | keys)" "number inside type filename whole size" "and names the files inside of parts"
	is "$(cat "$T/parts.failed" 2>/dev/null)" "" "each of them can be shown"
	is "$(tr -d '\n\t\040-\176\200-\377' <"$T/show.txt" | wc -c)" 0 "and nothing of it controls the terminal"
	is "$(python3 -c 'import sys,unicodedata
t = open(sys.argv[1], encoding="utf-8", errors="strict").read()
print(sorted({"%04x" % ord(c) for c in t if c not in "\n\t" and (unicodedata.category(c) == "Cc" or 0x202a <= ord(c) <= 0x202e or 0x2066 <= ord(c) <= 0x2069)}))' "$T/show.txt")" "[]" "in Unicode neither"
else
	skip "no corpus: attack-samples"; skip "no corpus: attack-samples"; skip "no corpus: attack-samples"; skip "no corpus: attack-samples"
fi

# the outbox
sed "s/127.0.0.1:$s_smtp/127.0.0.1:9/" "$T/home-alice/pabal/config" >"$T/away"; chmod 600 "$T/away"
run alice -F "$T/away" -s waits bob@hamburger.edu x@example.org <"$T/hello"
is "$code:$out:$(echo "$err" | wc -l)" "0::1" "-F: another configuration; no server there: waits, exit code 0, one line"
is "$(as alice --outbox --json | keys)" "id created from recipients next_try attempts [address state code text] [address state code text]" "--outbox --json: the keys"
is "$(as alice --outbox --json | python3 -c 'import json,sys,datetime as D
d = json.loads(sys.stdin.readline())
print([(r["address"], r["state"], r["code"]) for r in d["recipients"]], d["from"], d["attempts"], D.datetime.fromisoformat(d["next_try"]) - D.datetime.fromisoformat(d["created"]) > D.timedelta(minutes=29))')" \
	"[('bob@hamburger.edu', 'queued', None), ('x@example.org', 'queued', None)] alice@crepes.fr 1 True" "--outbox --json: the values"
has "$(as alice --outbox)" "waits" "--outbox in words"
run alice --flush --due
is "$code:$out:$err:$(as alice --outbox --json | grep -c '"attempts":1')" "0:::1" "--flush --due leaves what has its next time ahead"
run alice --flush --due 0123456789abcdef
is "$code" 64 "--due and an id: exit code 64"
run alice --flush
is "$code:$out:$err:$(as alice --outbox)" "0:::" "--flush sends it"
run alice --flush 0123456789abcdef
is "$code" 1 "--flush of an unknown item: exit code 1"
run alice --drop
is "$code" 64 "--drop without an id: exit code 64"
forget; as bob --fetch

# the copy can't be kept
mkdir -p "$T/home-alice/pabal/mail"; rm -rf "$T/home-alice/pabal/mail/Sent"; : >"$T/home-alice/pabal/mail/Sent"
run alice -s copy x@example.org <"$T/hello"
is "$code:$out:$(echo "$err" | wc -l):$(count)" "0::1:1" "without a place for its copy a message is sent, and a line says so"
rm "$T/home-alice/pabal/mail/Sent"
run alice --flush
is "$code:$err:$(messages alice Sent | wc -l):$(count):$(as alice --outbox)" "0::1:1:" "--flush makes the copy, and sends nothing again"
forget

# ---- showing ----
id=$(as bob --list | head -n 1 | cut -d' ' -f1)
run bob --show "$id"; is "$code:$err" "0:" "--show by its id"
has "$out" "From: Alice <alice@crepes.fr>" "--show: the header"
is "$(as bob --show - <"$T/odd.eml" | grep -cx x)" 1 "--show of standard input"
run bob --show "$T/none.eml"; is "$code:$out" "1:" "--show of nothing: exit code 1"
run bob --show; is "$code" 1 "--show without a name: exit code 1"
run bob --show ffffffff; is "$code" 1 "--show of an unknown id: exit code 1"
run bob --show "$T"; is "$code" 1 "--show of a folder: exit code 1"
printf '%s\n' 'From: "boss@bank.example" <x@evil.example>' 'Reply-To: y@other.example' 'Subject: alt' 'Content-Type: multipart/mixed; boundary=m' '' '--m' \
	'Content-Type: multipart/alternative; boundary=b' '' '--b' '' 'This is an HTML message. Please view it in your browser.' '--b' 'Content-Type: text/html' '' \
	'<p>The <b>real</b> text</p>' '--b--' '--m' 'Content-Type: text/calendar; method=REQUEST' '' 'BEGIN:VCALENDAR' 'METHOD:REQUEST' 'BEGIN:VEVENT' 'SUMMARY:Lunch' \
	'DTSTART:20260305T030000Z' 'END:VEVENT' 'END:VCALENDAR' '--m' 'Content-Type: image/png; name=p.png' '' 'x' '--m--' >"$T/alt.eml"
run bob --show "$T/alt.eml"
has "$out" "The real text" "--show: HTML where the plain text says nothing"
has "$out" "What: Lunch" "--show: an invitation in words"
has "$out" "evil.example" "--show: what is said of the sender"
has "$out" "[3] image/png  p.png  1" "--show: what is left is listed by its number"
printf 'Subject: mac\rFrom: a@example.org\r\rone\rtwo\r' >"$T/mac.eml"
is "$(as bob --show "$T/mac.eml" | tail -n 2 | tr '\n' ' ')" "one two " "--show of lines that end in CR"
printf 'Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n%s\n' "$(printf 'Subject: in\nContent-Type: text/plain; name=n.txt\n\ninside\n' | base64 -w0)" >"$T/coded.eml"
has "$(as bob --parts "$T/coded.eml")" '1/1  message  text/plain  "n.txt"  7' "--parts of an encoded message: what is inside"
is "$(as bob --extract 1/1 "$T/coded.eml" -o -)" "inside" "... and it is taken out"
run bob --extract 9 "$T/odd.eml"; is "$code:$out" "1:" "--extract of a part that is not there: exit code 1"
run bob --extract 1 "$T/odd.eml" -o "$T/none"; is "$code:$out" "1:" "--extract into a folder that is not there: exit code 1"
is "$(as bob --extract 1 - -o - <"$T/odd.eml")" "x" "--extract from standard input to standard output"
is "$(as bob --parts - </dev/null | wc -l)" 1 "--parts of an empty message"

# names from outside: nothing outside the folder, nothing hidden, nothing over another
mkdir -p "$T/jail/deep/save" "$T/jail/deep/cwd"
n=0
for e in "${PABAL_CORPUS:-/none}"/attack-samples/filename/*.eml "${PABAL_CORPUS:-/none}"/attack-samples/mime/*.eml; do
	[ -r "$e" ] || continue
	for part in $(as bob --parts --json "$e" | python3 -c 'import json,sys
for l in sys.stdin:
    d = json.loads(l)
    if "inside" in d or not d["type"].startswith("multipart/") and len(d["number"]) < 8: print(d["number"])'); do
		(cd "$T/jail/deep/cwd" && as bob --extract "$part" "$e" -o ../save) >>"$T/extract.err" 2>&1 && n=$((n + 1)) || echo "$e $part" >>"$T/extract.failed"
	done
done
if [ $n -gt 0 ]; then
	is "$(cat "$T/extract.failed" 2>/dev/null)" "" "every part of the attack samples is saved"
	is "$(find "$T/jail/deep/save" -type f | wc -l)" "$n" "each as a file of its own, in the folder asked for ($n)"
	is "$(find "$T/jail" -type f ! -path "$T/jail/deep/save/*" | wc -l)" 0 "and nothing outside of it"
	is "$(python3 -c 'import os,sys
bad = [n for n in os.listdir(os.fsencode(sys.argv[1])) if n[:1] in b".-~" or len(n) > 255 or any(c < 32 or c == 127 for c in n) or b"/" in n or b"\\" in n]
print(bad)' "$T/jail/deep/save")" "[]" "no name is hidden, an option, or holds a control character"
	is "$(find "$T/jail/deep/save" -type f ! -perm 600 | wc -l)" 0 "and nobody else may read them"
else
	skip "no corpus: attack-samples"
fi

# ---- configuration ----
cfg() { printf '%s\n' "$@" >"$T/cfg"; chmod 600 "$T/cfg"; run alice --check-config -F "$T/cfg"; }
run alice --check-config; is "$code:$out:$err" "0::" "--check-config of a good one is silent"
cfg '[account a]' 'address = a@b.c' 'adress = d@e.f'
is "$code:$out" "78:" "an unknown key: exit code 78"
has "$err" "pabal: $T/cfg:3: " "with file and line"; has "$err" "Did you mean address?" "and a suggestion"
cfg '[account a]' 'address = a@b.c' 'leave-on-server = perhaps'
is "$code" 78 "a bad value: exit code 78"; has "$err" "$T/cfg:3: " "with file and line"
cfg '[account a]' 'address = a@b.c' 'smtp = http://x'
is "$code" 78 "a bad address of a server: exit code 78"; has "$err" "$T/cfg:3: " "with file and line"
cfg '[account a]' 'pop3 = pop3s://a@b.c'
is "$code" 78 "an account without an address: exit code 78"
cfg '[acount a]' 'address = a@b.c'
is "$code" 78 "an unknown section: exit code 78"; has "$err" "$T/cfg:" "with file and line"
cfg 'just words'
is "$code" 78 "a line that is nothing: exit code 78"; has "$err" "$T/cfg:1: " "with file and line"
cfg '[account a]' 'address = a@b.c' 'password = x'; chmod 644 "$T/cfg"
run alice --check-config -F "$T/cfg"; is "$code" 78 "a password that others can read: exit code 78"; has "$err" "chmod 600" "and what to do"
run alice -F "$T/cfg" -s x x@example.org <"$T/hello"; is "$code:$(as alice --outbox)" "78:" "nothing is sent with it"
run alice -F "$T/none" --check-config; is "$code" 78 "no such configuration: exit code 78"
mkdir -p "$T/home-new"
run new -s x x@example.org <"$T/hello"; is "$code:$out" "78:" "no account: exit code 78"
run new --fetch; is "$code:$out" "78:" "nothing to fetch from: exit code 78"

# ---- transcripts ----
# each secret, and its base64
for auth in PLAIN LOGIN CRAM-MD5 SCRAM-SHA-256 SCRAM-SHA-1; do
	person amy "Amy <alice@crepes.fr>" "smtp = smtp+plain://alice%40crepes.fr@127.0.0.1:$s_smtp" "password = a0 secret" \
		"pop3 = pop3+plain://alice%40crepes.fr@127.0.0.1:$s_pop3" "auth = $auth"
	rm -f "$T/tr"
	run amy --trace="$T/tr" -s x x@example.org <"$T/hello"
	is "$code:$(grep -c "^C: AUTH $auth" "$T/tr")" "0:1" "login by $auth, transcript in a file"
	run amy --trace="$T/tr" --fetch
	is "$code:$(grep -c "^C: AUTH $auth" "$T/tr")" "0:2" "the same for POP3"
	run amy --trace -s x x@example.org <"$T/hello"
	echo "$err" >>"$T/tr"
	is "$(grep -c -e 'a0 secret' -e "$(printf 'a0 secret' | base64)" -e "$(printf '\0alice@crepes.fr\0a0 secret' | base64)" "$T/tr")" 0 "no secret in it ($auth)"
	has "$err" "S: 250" "--trace writes to standard error"
done
for auth in APOP USER; do
	person amy "Amy <alice@crepes.fr>" "password = a0 secret" "pop3 = pop3+plain://alice%40crepes.fr@127.0.0.1:$s_pop3" "auth = $auth"
	rm -f "$T/tr"
	run amy --trace="$T/tr" --fetch
	is "$code:$(grep -c -e 'a0 secret' "$T/tr")" "0:0" "$auth: no secret in the transcript"
	[ $auth = USER ] || is "$(grep -cE '^C: APOP.* [0-9a-f]{32}' "$T/tr")" 0 "nor the digest"
done
forget

# ---- exit codes ----
person eve "Eve <alice@crepes.fr>" "smtp = smtp+plain://alice%40crepes.fr@127.0.0.1:$s_smtp" "password = wrong" "pop3 = pop3+plain://bob%40hamburger.edu@127.0.0.1:$s_pop3"
run eve --fetch; is "$code:$out" "77:" "fetch with a wrong password: exit code 77"
run eve -s x x@example.org <"$T/hello"
is "$code:$out:$(count)" "77::0" "sending with a wrong password: exit code 77"
is "$(as eve --outbox --json | wc -l)" 1 "and the mail stays queued"
person eva "Eva <alice@crepes.fr>" "smtp = smtp+plain://alice%40crepes.fr@127.0.0.1:$s_smtp" "password-command = echo locked >&2; exit 3" "pop3 = pop3+plain://bob%40hamburger.edu@127.0.0.1:$s_pop3"
run eva --fetch; is "$code:$out" "77:" "a password-command that fails: exit code 77"
has "$err" "locked" "with what it said"
run eva -s x x@example.org <"$T/hello"
is "$code:$out:$(count):$(as eva --outbox --json | wc -l)" "77::0:1" "sending with it: exit code 77, queued"
person tom "Tom <alice@crepes.fr>" "smtp = smtps://alice%40crepes.fr@localhost:$s_smtps" "password = a0 secret" "pop3 = pop3s://bob%40hamburger.edu@localhost:$s_pop3s"
run tom --trace="$T/tls" --fetch; is "$code:$out" "76:" "fetch with a certificate that nobody knows: exit code 76"
is "$(grep -c '^C: ' "$T/tls")" 0 "and nothing was said to it"
run tom -s x x@example.org <"$T/hello"
is "$code:$out:$(as tom --outbox --json | wc -l):$(count)" "0::1:0" "sending there: waits"
has "$err" "ertificate" "and why is said"
person joe "Joe <alice@crepes.fr>" "smtp = smtp+plain://127.0.0.1:9" "pop3 = pop3+plain://bob%40hamburger.edu@127.0.0.1:9" "password = x"
run joe --fetch; is "$code:$out" "75:" "fetch from nowhere: exit code 75"
run joe --fetch nobody; is "$code" 1 "fetch for an unknown account: exit code 1"
person kim "Kim <kim@crepes.fr>"
run kim -s x x@example.org <"$T/hello"; is "$code:$out:$(as kim --outbox --json | wc -l)" "78::1" "an account without a server: exit code 78, queued"

# ---- two at once ----
# one pabal empties the outbox all the time while others fill it
touch "$T/go"
while [ -e "$T/go" ]; do as alice --flush >>"$T/par.out" 2>&1 || echo "flush: $?" >>"$T/par.out"; done &
flusher=$!
for i in 1 2 3 4 5 6 7 8 9 10; do
	echo "flushed $i" | as alice -s "F$i" x@example.org >>"$T/par.out" 2>&1 || echo "send: $?" >>"$T/par.out"
done
rm "$T/go"; wait $flusher
as alice --flush
is "$(cat "$T/par.out")" "" "ten are sent while another pabal empties the outbox, in silence"
is "$(count):$(messages alice Sent | wc -l):$(as alice --outbox)" "10:10:" "each went out once"
forget
for i in 1 2 3 4 5 6 7 8 9 10; do
	echo "parallel $i" | as alice -s "P$i" bob@hamburger.edu 2>>"$T/par.err" &
	par="${par:-} $!"
done
bad=0; for p in $par; do wait "$p" || bad=$((bad + 1)); done
is "$bad:$(cat "$T/par.err")" "0:" "ten at once are sent in silence"
is "$(as alice --outbox)" "" "nothing stays behind"
is "$(messages alice Sent | wc -l)" 10 "ten copies"
rm -rf "$T/home-bob/pabal/mail"
as bob --fetch 2>"$T/f1" & p1=$!
as bob --fetch 2>"$T/f2" & p2=$!
wait $p1 && c1=0 || c1=$?
wait $p2 && c2=0 || c2=$?
case $c1:$c2 in 0:0 | 0:75 | 75:0) ok 0 "the same account fetched twice at once ($c1, $c2)" ;; *) ok 1 "the same account fetched twice at once ($c1, $c2)"; cat "$T/f1" "$T/f2" | sed 's/^/# /' ;; esac
as bob --fetch
is "$(messages bob | wc -l)" 10 "each came once"
is "$(for f in $(messages bob); do sed '1,/^$/d' "$f"; done | sort | uniq | wc -l)" 10 "and all of them"

done_testing
