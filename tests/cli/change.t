#!/bin/sh
# Messages changed by the command line: flags, moves, copies, deletions, taken back.
. "${srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/cli/lib.sh"
command -v python3 >/dev/null 2>&1 || skip_all "no python3"

box() { python3 "$top/tests/cli/make-box.py" "$@"; }
person me "Me <me@make.test>"
mail=$T/home-me/pabal/mail
mkdir -p "$mail"
run() {
	as me "$@" >"$T/run.out" 2>"$T/run.err" && code=0 || code=$?
	out=$(cat "$T/run.out") err=$(cat "$T/run.err")
}
# silent NAME ARGUMENTS...: done, and nothing said
silent() { what=$1; shift; run "$@"; is "$code:$out:$err" "0::" "$what"; }
# numbers BOX: what is in it, with flags, oldest first
numbers() { as me --list "$1" --sort -received --json | python3 -c 'import json, sys
print(*[d["message_id"].split("@")[0] + d["flags"] for d in map(json.loads, sys.stdin)])'; }
id_of() { as me --list "$1" "=i $2@" --json | sed 's/.*"id":"\([0-9a-f]*\)".*/\1/'; }
start() { rm -rf "$mail"; mkdir -p "$mail"; box maildir "$mail/INBOX" 6; box mbox "$mail/old" 6 11; }
inbox="1 2 3S 4 5F 6S" old="11 12S 13 14 15FS 16"
start
is "$(numbers INBOX):$(numbers old)" "$inbox:$old" "what there is"

# ---- flags ----
silent "flags by a pattern" --flag "+flagged -seen" "~s alpha"
is "$(numbers INBOX)" "1 2 3F 4 5F 6F" "are set and taken off"
silent "by letters" --flag +R-F INBOX "~F"
is "$(numbers INBOX)" "1 2 3R 4 5R 6R" "as well"
silent "by an id" --flag +seen "$(id_of INBOX 1)"
is "$(numbers INBOX)" "1S 2 3R 4 5R 6R" "just that one"
silent "by two ids" --flag +draft "$(id_of INBOX 2)" "$(id_of old 14)"
is "$(numbers INBOX):$(numbers old)" "1S 2D 3R 4 5R 6R:11 12S 13 14D 15FS 16" "of two mailboxes"
silent "in an mbox" --flag "+seen +flagged +replied" old "=i 11@ | =i 13@"
is "$(numbers old)" "11FRS 12S 13FRS 14D 15FS 16" "likewise"
is "$(grep -c '^From ' "$mail/old"):$(grep -c '^>From here' "$mail/old")" "6:6" "and the mbox is still one of six"
is "$(sed -n '/^Message-ID: <13@/,/^$/p' "$mail/old" | grep -E '^(X-)?Status' | tr '\n' ' ')" "Status: RO X-Status: AF " "with the flags where mutt looks for them"
python3 - "$mail/old" "$mail/INBOX" >"$T/py" <<'PY'
import mailbox, sys
b = mailbox.mbox(sys.argv[1])
print(*["".join(sorted(m.get_flags())) or "-" for m in b])
m = mailbox.Maildir(sys.argv[2])
print(*sorted(x["Message-ID"][1:2] + x.get_flags() for x in m))
PY
is "$(cat "$T/py")" "AFOR OR AFOR OT FOR O
1S 2D 3R 4 5R 6R" "Python's mailbox sees the same"

# ---- moves ----
start
silent "a move to a mailbox that is made" --move Work INBOX "~s alpha"
is "$(numbers INBOX):$(numbers Work)" "1 2 4 5F:3S 6S" "they are there and no longer here"
silent "to an mbox" --move old INBOX "=i 5@ | =i 1@"
is "$(numbers INBOX):$(numbers old)" "2 4:1 5F 11 12S 13 14 15FS 16" "with their flags and dates"
silent "from an mbox to a Maildir" --move INBOX old "~F | =i 12@"
is "$(numbers INBOX):$(numbers old)" "2 4 5F 12S 15FS:1 11 13 14 16" "and back"
is "$(find "$mail/INBOX" -name '*:2,FS' | wc -l)" 1 "the flags are in the name"
silent "a copy" --copy Copies INBOX "~A"
is "$(numbers INBOX):$(numbers Copies)" "2 4 5F 12S 15FS:2 4 5F 12S 15FS" "leaves them here"
silent "a copy to an mbox" --copy old INBOX "=i 4@"
is "$(numbers old):$(numbers INBOX)" "1 4 11 13 14 16:2 4 5F 12S 15FS" "as well"
run --move INBOX INBOX "~A"; is "$(numbers INBOX)" "2 4 5F 12S 15FS" "a move to the same place moves nothing"

# ---- deleted, archived ----
start
silent "deleted" --delete INBOX "=i 2@ | =i 5@"
is "$(numbers INBOX):$(numbers Trash)" "1 3S 4 6S:2 5F" "they are in the trash"
silent "deleted from an mbox" --delete old "=i 15@"
is "$(numbers old):$(numbers Trash)" "11 12S 13 14 16:2 5F 15FS" "as well"
silent "deleted from the trash" --delete Trash "=i 2@"
is "$(numbers Trash)" "5F 15FS" "is gone"
silent "archived" --archive INBOX "~R"
is "$(numbers INBOX):$(numbers Archive/2026)" "1 4:3S 6S" "by year"
run --delete Trash "~i nobody"; is "$code:$out" "1:" "nothing like that: exit code 1"; has "$err" "nothing was done" "in words"
run --delete deadbeef; is "$code:$out" "1:" "no such id: exit code 1"; has "$err" "deadbeef" "in words"
run --flag +seen nowhere "~A"; is "$code:$out" "1:" "no such mailbox: exit code 1"
run --move "$mail/old/below" INBOX "~A"; is "$code:$out" "1:" "a target that can't be: exit code 1"
is "$(numbers INBOX)" "1 4" "and all stays"
printf 'trash = no\n[account me]\naddress = me@make.test\n' >"$T/home-me/pabal/config"
start
silent "deleted without a trash" --delete INBOX "=i 2@"
is "$(numbers INBOX):$(test -e "$mail/Trash"; echo $?)" "1 3S 4 5F 6S:1" "is gone at once"
person me "Me <me@make.test>"

# ---- tried ----
start
run --delete --dry-run INBOX "~F"
is "$code:$err:$(echo "$out" | grep -c 'gamma number 5')" "0::1" "--dry-run lists what it would be done to"
run --flag +seen --dry-run "$(id_of old 13)"; has "$out" "Beta number 13" "by id as well"
run --move Work --dry-run old "~A"; is "$(echo "$out" | wc -l)" 6 "all of a mailbox"
is "$(numbers INBOX):$(numbers old):$(ls "$mail" | tr '\n' ' ')" "$inbox:$old:INBOX old " "and does nothing"

# ---- taken back ----
start; rm -f "$T"/home-me/pabal/state.db*
run --history; is "$code:$out:$err" "0::" "no history yet"
run --undo; is "$code:$out" "1:" "nothing to take back: exit code 1"
as me --flag +flagged INBOX "~A"; as me --move Work INBOX "~s alpha"; as me --delete old "=i 15@"; as me --move INBOX old "=i 11@"
run --history
is "$code:$(echo "$out" | awk '{print $(NF-2) " " $(NF-1) " " $NF}' | sed -n 1p)" "0:move to INBOX" "--history lists the newest first"
is "$(echo "$out" | wc -l)" 4 "all four"
silent "--undo" --undo
is "$(numbers old)" "11 12S 13 14 16" "takes back the last"
silent "--undo again" --undo
is "$(numbers old):$(numbers Trash)" "$old:" "the one before"
first=$(as me --history | tail -n 1 | awk '{print $1}')
run --undo "$first"
is "$code:$out:$err" "0::pabal: 2 messages were not there any more." "--undo of the first by its number"
is "$(numbers INBOX | tr -d ' ')" "1245F" "its flags, where they are still"
silent "--undo of the move" --undo
is "$(numbers INBOX | sed 's/F//g')" "1 2 3S 4 5 6S" "brings them back"
has "$(as me --history)" "(taken back)" "--history knows"
run --undo 99999; is "$code:$out" "1:" "no such action: exit code 1"
# others moved or removed some
start
as me --move Work INBOX "=i 1@ | =i 2@ | =i 3@"
mkdir -p "$mail/else/cur" "$mail/else/new" "$mail/else/tmp"
for f in $(grep -rl '<1@make' "$mail/Work"); do mv "$f" "$mail/else/cur/"; done
for f in $(grep -rl '<3@make' "$mail/Work"); do mv "$f" "$(dirname "$f")/$(basename "$f" | sed 's/:2,.*//'):2,FS"; done
run --undo
is "$code:$out" "0:" "an undo after others moved one: done"; has "$err" "1 messages were not there" "and it is said"
is "$(numbers INBOX):$(numbers else)" "2 3FS 4 5F 6S:1" "the others are back, with the flags they have now"
rm -rf "$mail/INBOX"
as me --move Work else "~A"; rm -r "$mail/Work"
run --undo; is "$out" "" "an undo when the mailbox is gone ends"; has "$err" "not there" "and says so"

# ---- two at once ----
start; rm -r "$mail/INBOX"; box maildir "$mail/INBOX" 400
as me --index INBOX
as me --flag "+replied" INBOX "~s Beta" >"$T/1.out" 2>&1 & one=$!
as me --move Work INBOX "~s alpha" >"$T/2.out" 2>&1 & two=$!
wait $one && c1=0 || c1=$?
wait $two && c2=0 || c2=$?
is "$c1:$c2:$(cat "$T/1.out" "$T/2.out")" "0:0:" "one flags and one moves at once, both in silence"
is "$(as me --count INBOX):$(as me --count INBOX '~Q'):$(as me --count Work):$(as me --count Work '~Q')" "267:134:133:0" "both were done"

# ---- stopped ----
start; rm -r "$mail/INBOX"; box maildir "$mail/INBOX" 5000
as me --index INBOX
all() { find "$mail/INBOX" "$mail/Work" -type f -path '*/[cn][ue][rw]/*' -exec grep -h '^Message-ID' {} + 2>/dev/null | sort; }
all >"$T/before"
# a process of its own, so that the signal meets pabal and not the shell
HOME=$T/home-me XDG_CONFIG_HOME=$T/home-me XDG_DATA_HOME=$T/home-me XDG_CACHE_HOME=$T/home-me \
	python3 - "$PABAL" "$mail/Work" >"$T/stop" <<'PY'
import os, signal, subprocess, sys, time
p = subprocess.Popen([sys.argv[1], "--move", "Work", "INBOX", "~A"], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                     preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
def there():
    try:
        return sum(len(os.listdir(sys.argv[2] + "/" + d)) for d in ("cur", "new"))
    except FileNotFoundError:
        return 0
until = time.monotonic() + 60
while p.poll() is None and there() < 200 and time.monotonic() < until:
    time.sleep(0.001)
p.send_signal(signal.SIGINT)
out, err = p.communicate(timeout=60)
print(p.returncode, len(out), err.decode().strip(), sep="|")
PY
stopped=$(cat "$T/stop")
all >"$T/after"; same "$T/after" "$T/before" "a move of 5,000 stopped by SIGINT: all there, once"
echo "# $stopped; $(ls "$mail/INBOX/cur" "$mail/INBOX/new" | grep -c pabal\\\|INBOX) left"
left=$(as me --count INBOX)
case $stopped in
"0|0|") skip "it was done before the signal" ;;
*) has "$stopped" "|0|pabal: " "it says that it was stopped"; is "$([ "$left" -gt 0 ] && [ "$left" -lt 5000 ] && echo between)" between "in between ($left)" ;;
esac
[ "$left" = 0 ] || silent "again" --move Work INBOX "~A"
all >"$T/after"; same "$T/after" "$T/before" "and it is finished: all there, once"
is "$(as me --count INBOX):$(as me --count Work):$(find "$mail/INBOX" -type f -path '*/[cn][ue][rw]/*' | wc -l)" "0:5000:0" "in the other mailbox"

done_testing
