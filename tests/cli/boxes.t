#!/bin/sh
# Lists of every kind of mailbox, with an index, without one, and with a broken one.
. "${srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/cli/lib.sh"
command -v python3 >/dev/null 2>&1 || skip_all "no python3"

box() { python3 "$top/tests/cli/make-box.py" "$@"; }
person me "Me <me@make.test>"
mail=$T/home-me/pabal/mail cache=$T/home-me/pabal
mkdir -p "$mail"
# run ARGUMENTS...: fills $out, $err and $code; what takes ten seconds hangs
run() {
	code=0
	(HOME=$T/home-me XDG_CONFIG_HOME=$T/home-me XDG_DATA_HOME=$T/home-me XDG_CACHE_HOME=${XDG_CACHE_HOME:-$T/home-me} \
		timeout 10 "$PABAL" "$@" >"$T/run.out" 2>"$T/run.err") || code=$?
	out=$(cat "$T/run.out") err=$(cat "$T/run.err")
}
# KEY of each line of JSON; the numbers of what was listed
keys() { python3 -c 'import json, sys
print(*[json.loads(line)[sys.argv[2]] for line in open(sys.argv[1])], sep="\n")' "$T/run.out" "$1"; }
numbers() { keys message_id | sed 's/@.*//' | tr '\n' ' '; }
down() { seq "$1" -1 1 | tr '\n' ' '; }

# ---- each kind ----
for kind in maildir plain mbox crlf cut gzip mh eml; do
	box $kind "$mail/$kind" 7
	run --list $kind --json
	is "$code:$err:$(numbers)" "0::7 6 5 4 3 2 1 " "$kind: newest first"
	is "$(keys subject | sed -n 1,2p | tr '\n' ' ')" "Beta number 7 alpha number 6 " "$kind: the subjects"
	case $kind in
	plain | eml) want=", , , , , , , " ;;
	mh) want=", S, , , S, , , " ;;
	*) want=", S, F, , S, , , " ;;
	esac
	is "$(keys flags | tr '\n' ',' | sed 's/,/, /g')" "$want" "$kind: the flags"
	id=$(keys id | sed -n 3p)
	run --show "$id"
	is "$code:$(grep -cx 'This is message 5.' "$T/run.out"):$(grep -cx 'From here on it is text.' "$T/run.out")" "0:1:1" "$kind: a message of it is shown, its From line as written"
	run --count $kind; is "$code:$out:$err" "0:7:" "$kind: counted"
	run --index $kind; is "$code:$out:$err" "0::" "$kind: indexed in silence"
	run --list $kind --json; is "$(numbers)" "7 6 5 4 3 2 1 " "$kind: the same afterwards"
done
mkdir -p "$mail/mac/cur" "$mail/mac/new" "$mail/mac/tmp"
printf 'Subject: old Macintosh\rFrom: a@b.c\rMessage-ID: <1@mac>\r\rone\rtwo\r' >"$mail/mac/cur/1772450001.x.h:2,"
run --list mac --json; is "$(keys subject)" "old Macintosh" "a message whose lines end in CR is listed"
mkdir -p "$mail/plusplus"; box maildir "$mail/plusplus" 2; box maildir "$mail/plusplus/.Work.Done" 3
run --list plusplus/.Work.Done --json; is "$code:$(numbers)" "0:3 2 1 " "a Maildir++ folder"
printf 'Subject: f\nContent-Type: text/plain; format=flowed; delsp=yes\n\none and t \nwo\nthree\n' >"$T/flowed.eml"
run --show "$T/flowed.eml"; has "$out" "
one and two
three" "--show puts flowed text together"
run --list "$mail/eml/m3.eml" --json; is "$code:$(numbers)" "0:3 " "one .eml file"
: >"$mail/empty"
run --list "$mail/empty"; is "$code:$out:$err" "0::" "an empty mbox"
run --count "$mail/empty"; is "$code:$out" "0:0" "holds none"
printf 'From a Thu Jan  1 00:10:00 2026\nFrom: a@b.c\nSubject: rd\nMessage-ID: <1@rd>\n\n>>From two\n>From one\nFrom a friend, no line of an mbox\n\nFrom b Thu Jan  1 00:20:00 2026\nSubject: two\nMessage-ID: <2@rd>\n\nbody\n' >"$mail/rd"
run --list rd --json; is "$code:$(numbers)" "0:2 1 " "an mboxrd, with a From in a body that begins no message"
run --show "$(keys id | tail -n 1)"; has "$out" "
>From two
From one" "its quotes are taken off once"

# ---- folders, counts ----
run --folders --json
is "$code:$err" "0:" "--folders lists them in silence"
python3 - "$T/run.out" >"$T/py" <<'PY'
import json, sys
got = {}
for line in open(sys.argv[1]):
    d = json.loads(line)
    got[d["folder"]] = (d["messages"], d["unread"], d["flagged"], d["indexed"])
    assert set(d) == {"folder", "path", "messages", "unread", "flagged", "bytes", "indexed"}, d
want = {"maildir": (7, 5, 1, True), "plain": (7, 7, 0, True), "mbox": (7, 5, 1, True), "crlf": (7, 5, 1, True), "cut": (7, 5, 1, True),
        "mh": (7, 5, 0, True), "eml": (7, 7, 0, True), "plusplus": (2, 2, 0, True), "plusplus/.Work.Done": (3, 2, 0, True), "rd": (2, 2, 0, True)}
for name in want:
    if got.get(name) != want[name]: print(name, got.get(name), want[name])
PY
is "$(cat "$T/py")" "" "each with the number of its messages, the unread and the flagged"
run --folders; is "$code:$(grep -c '^ *5 *7 .*  mbox$' "$T/run.out")" "0:1" "and as a table"
run --folders extra; is "$code" 64 "--folders takes no name"
run --count; is "$code:$out" "0:0" "no inbox yet: 0"
run --list; is "$code:$out:$err" "0::" "and an empty list"
run --list none; is "$code:$out" "1:" "no such mailbox: exit code 1"; has "$err" "none" "with its name"

# ---- order, limit ----
run --list maildir --limit 2 --json; is "$(numbers)" "7 6 " "--limit"
run --list maildir --sort -date --json; is "$(numbers)" "1 2 3 4 5 6 7 " "--sort -date"
run --list maildir --sort received --json; is "$(numbers)" "7 6 5 4 3 2 1 " "--sort received"
run --list maildir --sort -received --limit 3 --json; is "$(numbers)" "1 2 3 " "--sort -received --limit 3"
# equal keys come newest first (or last, turned round)
for key in sender subject size; do
	run --list maildir --sort $key --json; numbers >"$T/fwd"; keys $(case $key in sender) echo from ;; *) echo $key ;; esac) >"$T/fwd.keys"
	run --list maildir --sort -$key --json
	is "$(numbers | tr ' ' '\n' | sed '/^$/d' | tac | tr '\n' ' ')" "$(cat "$T/fwd")" "--sort -$key is --sort $key turned round"
	python3 - $key "$T/fwd.keys" >"$T/py" <<'PY'
import sys
v = [x.rstrip("\n") for x in open(sys.argv[2], encoding="utf-8")]
v = [int(x) for x in v] if sys.argv[1] == "size" else [x.casefold() for x in v]
if sys.argv[1] == "sender":     # accents are nothing to an order
    v = [x.split(" <")[0].replace("é", "e") for x in v]
if v != sorted(v) and v != sorted(v, reverse=True): print(v)
PY
	is "$(cat "$T/py")" "" "--sort $key"
done
run --list maildir --sort color; is "$code:$out" "64:" "no such order"
run --list maildir --limit 0; is "$code:$out" "64:" "no such limit"

# ---- JSON ----
run --list maildir '~s "number 5"' --json
python3 - "$T/run.out" "$mail" >"$T/py" <<'PY'
import json, os, sys
d = json.loads(open(sys.argv[1]).read())
want = {"folder": "maildir", "flags": "F", "date": "2026-01-01T00:50:00+00:00", "from": "Ann <u5@make.test>", "to": "me@make.test",
        "subject": "gamma number 5", "message_id": "5@make.test"}
if set(d) != set(want) | {"id", "file", "size"}: print(sorted(d))
for k in want:
    if d[k] != want[k]: print(k, d[k], want[k])
if len(d["id"]) != 12 or os.path.getsize(d["file"]) != d["size"] or os.path.dirname(d["file"]) != os.path.realpath(sys.argv[2]) + "/maildir/cur": print(d)
PY
is "$(cat "$T/py")" "" "every key of --json has its value"

# ---- threads ----
mkdir -p "$mail/INBOX/cur" "$mail/INBOX/new" "$mail/INBOX/tmp" "$mail/Sent/cur" "$mail/Sent/new" "$mail/Sent/tmp"
put() { # BOX NAME DATE ID REFS SUBJECT
	printf 'From: x@y.z\nDate: %s\nMessage-ID: <%s>\n%sSubject: %s\n\nx\n' "$3" "$4" "${5:+References: $5
}" "$6" >"$mail/$1/cur/$2:2,S"
}
put INBOX 1 'Thu, 1 Jan 2026 10:00:00 +0000' a@t '' 'A question'
put Sent 2 'Thu, 1 Jan 2026 11:00:00 +0000' b@t '<a@t>' 'Re: A question'
put INBOX 3 'Thu, 1 Jan 2026 12:00:00 +0000' c@t '<a@t> <b@t>' 'Re: A question'
put INBOX 4 'Thu, 1 Jan 2026 11:30:00 +0000' d@t '' 'Something else'
run --list INBOX --json; is "$(keys message_id | tr '\n' ' ')" "c@t d@t a@t " "by date the inbox holds its own"
run --index Sent
run --list INBOX --sort thread --json; is "$(keys message_id | tr '\n' ' ')" "a@t b@t c@t d@t " "by thread one's own answer stands in between"
run --list INBOX --sort thread; is "$(grep -c '└ Re: A question' "$T/run.out")" 2 "answers are indented"

# ---- what is no mailbox ----
unread() { # NAME WHAT
	run --list "$mail/$1"; is "$code:$out:$(wc -l <"$T/run.err")" "1::1" "$2: a sentence and exit code 1"
	run --count "$mail/$1"; is "$code:$out" "1:" "$2: --count as well"
	run --index "$mail/$1"; is "$code:$out" "1:" "$2: --index as well"
}
mkfifo "$mail/fifo"; ln -s "$mail/nowhere" "$mail/link"; ln -s link2 "$mail/link2"; ln -s /dev/zero "$mail/device"
unread fifo "a FIFO"; unread link "a link to nowhere"; unread link2 "a link to itself"; unread device "a device"
mkdir "$mail/folder"; unread folder "a folder that is no mailbox"
echo "just text" >"$mail/text"; unread text "a file that is no mailbox"
mkdir -p "$mail/fifos/cur" "$mail/fifos/new" "$mail/fifos/tmp"; mkfifo "$mail/fifos/new/1.x"; ln -s /dev/zero "$mail/fifos/cur/2.x:2,"; mkdir "$mail/fifos/cur/3.x:2,"
run --list fifos; is "$code:$out" "0:" "a FIFO, a device and a folder in a Maildir are no messages"
run --search number; is "$code" 0 "none of them keeps --search from ending"
run --folders; is "$([ $code -lt 2 ] && echo ended)" ended "nor --folders"
cp "$mail/mbox" "$mail/swap"; run --list swap; rm "$mail/swap"; mkdir "$mail/swap"
unread swap "an mbox that became a folder"
rmdir "$mail/swap"; box maildir "$mail/swap" 3; run --list swap --json; is "$code:$(numbers)" "0:3 2 1 " "and then a Maildir"
rm -r "$mail/swap"; mkfifo "$mail/swap"; unread swap "and then a FIFO"
rm "$mail/swap" "$mail/fifo" "$mail/link" "$mail/link2" "$mail/device"; rmdir "$mail/folder"; rm "$mail/text"
if [ "$(id -u)" != 0 ]; then
	box mbox "$mail/locked" 2; chmod 0 "$mail/locked"; unread locked "an mbox without permission"; rm -f "$mail/locked"
	box maildir "$mail/locked" 2; chmod 0 "$mail/locked"; unread locked "a Maildir without permission"; chmod 700 "$mail/locked"; rm -r "$mail/locked"
else
	skip "root reads everything"
fi

# ---- an index that is broken ----
run --list maildir; cp "$T/run.out" "$T/list"; run --list --json maildir '~b message'; cp "$T/run.out" "$T/found"
again() {
	run --list maildir; is "$code:$err" "0:" "index $1: listed in silence"; same "$T/run.out" "$T/list" "index $1: the same list"
	run --list --json maildir '~b message'; same "$T/run.out" "$T/found" "index $1: the same found"
}
db=$cache/index.db
rm -f "$db"; again "deleted"
rm -f "$db" "$db"-*; again "deleted with its log"
truncate -s 5000 "$db"; again "cut short"
truncate -s 0 "$db"; again "empty"
head -c 100000 /dev/urandom >"$db"; again "of garbage"
python3 -c 'import sys
f = open(sys.argv[1], "r+b"); f.seek(4096); f.write(b"garbage " * 8000)' "$db"; again "overwritten in the middle"
rm -f "$db" "$db"-*; mkdir "$db"; again "that is a folder"; rm -rf "$db"
run --list maildir; chmod 400 "$db"; again "that is read-only"; chmod 600 "$db"
rm -f "$db" "$db"-*
mkdir "$T/ro"; mkdir "$T/ro/pabal"; chmod 500 "$T/ro/pabal"; XDG_CACHE_HOME=$T/ro; again "in a folder that can't be written"; chmod 700 "$T/ro/pabal"
echo x >"$T/file"; XDG_CACHE_HOME=$T/file; again "below a file"
mkdir "$T/c"; echo x >"$T/c/pabal"; XDG_CACHE_HOME=$T/c; again "in a file"
unset XDG_CACHE_HOME

# ---- a large one without an index ----
rm -f "$db" "$db"-*
box maildir "$mail/large" 2200
box mbox "$mail/largebox" 2200
for kind in large largebox; do
	run --list $kind --limit 20; cp "$T/run.out" "$T/first"
	is "$code:$(wc -l <"$T/first")" "0:20" "$kind: the newest 20 before it is in the index"
	run --folders --json; has "$out" '"indexed":true' "$kind: --folders takes it in"
	run --index $kind
	run --list $kind --limit 20; same "$T/run.out" "$T/first" "$kind: the same 20 afterwards"
	run --list $kind --json --limit 20; is "$(numbers)" "$(seq 2200 -1 2181 | tr '\n' ' ')" "$kind: and those are the newest"
	rm -f "$db" "$db"-*
	run --count $kind; is "$out" 2200 "$kind: counted without an index"
	rm -f "$db" "$db"-*
	run --list $kind --sort -date --limit 3 --json; is "$(numbers)" "1 2 3 " "$kind: the oldest without an index"
done

# ---- several look at once at what has just come ----
box maildir "$mail/busy" 1
box mbox "$mail/busybox" 1
: >"$T/busy.err"
for i in $(seq 8); do
	for k in 1 2 3 4 5; do
		printf 'From: a@x.test\nSubject: %s\nMessage-ID: <busy%s.%s@x.test>\n\nx\n' "$k" "$i" "$k" >"$mail/busy/cur/17$i$k.M$i$k.busy:2,"
		printf 'From a@x.test Tue Nov 14 22:00:00 2023\nSubject: %s\nMessage-ID: <busy%s.%s@x.test>\n\nx\n\n' "$k" "$i" "$k" >>"$mail/busybox"
	done
	pids=
	for kind in busy busybox busy busybox busy busybox; do
		as me --count $kind >>"$T/busy.out" 2>>"$T/busy.err" & pids="$pids $!"
	done
	# shellcheck disable=SC2086
	wait $pids
done
is "$(cat "$T/busy.err")" "" "several that look at once are no fault"
run --count busy; is "$out" 41 "and each message is there once"
run --count busybox; is "$out" 41 "in an mbox as well"

done_testing
