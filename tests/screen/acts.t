#!/bin/sh
# What the screens do to mail, held against the disk.
. "${srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/cli/lib.sh"
command -v python3 >/dev/null 2>&1 || skip_all "no python3"
mail=$T/home-jane/pabal/mail

fresh() { rm -rf "$T/home-jane"; python3 "$top/tests/screen/make-home.py" "$T/home-jane" "$@"; sed -i "1i save-to = $T/saved" "$T/home-jane/pabal/config"; mkdir -p "$T/saved"; }
# play: a script from standard input; its output in $out, what it said in $err
play() {
	cat >"$T/script"
	(cd "$T" && as jane --script "$T/script") >"$T/out" 2>"$T/err" && code=0 || code=$?
	out=$(cat "$T/out") err=$(cat "$T/err")
	[ $code = 0 ] || { echo "# $err"; echo "$out" | tail -n 30 | sed 's/^/# /'; }
}
# ids BOX: the numbers of the messages there with their flags
ids() { as jane --list "$1" --sort -received --json | python3 -c 'import json, sys
print(*[d["message_id"].split("@")[0] + d["flags"] for d in map(json.loads, sys.stdin)])'; }

fresh
is "$(ids INBOX)" "1S 2RS 3 4F 5S 6 7S 8S 9 10" "what there is"

# ---- deleting, moving, flags; and back ----
play <<'E'
wait-idle
: search ~i 9@
wait-idle
keys d
: search ~i 1@
wait-idle
keys d
dump marked
keys $
wait-idle
dump purged
E
is "$code:$(ids INBOX):$(ids Trash)" "0:2RS 3 4F 5S 6 7S 8S 10:1S 9" "d marks, \$ moves to the trash"
has "$out" "2 messages: delete." "and says so"
play <<'E'
wait-idle
keys ^_
wait-idle
dump back
E
is "$code:$(ids INBOX):$(ids Trash)" "0:1S 2RS 3 4F 5S 6 7S 8S 9 10:" "^_ takes it back, after a new start as well"
play <<'E'
wait-idle
: tag-pattern ~U
wait-idle
keys ; s
type Work/New
keys <Enter>
dump make
keys y
wait-idle
E
is "$code:$(ids INBOX):$(ids Work/New)" "0:1S 2RS 5S 7S 8S:3 4F 6 9 10" "; s moves all that are tagged into a mailbox that is made"
play <<'E'
wait-idle
: change-folder Work/New
wait-idle
: tag-pattern ~A
wait-idle
keys ; F
wait-idle
keys ; N
wait-idle
keys ; A
wait-idle
E
is "$code:$(ids Work/New):$(ids Archive/2026)" "0::3FS 4FS 6FS 9FS 10FS" "flags and the archive for all of them"
fresh
play <<'E'
wait-idle
: mailboxes
: create-mailbox box
keys b
wait-idle
keys q
: tag-pattern ~i 1@|~i 2@
wait-idle
keys ;
: copy-message box
wait-idle
E
is "$code:$(grep -c '^From ' "$mail/box"):$(ids INBOX | wc -w)" "0:2:10" "copies into an mbox"
play <<'E'
wait-idle
keys x
E
is "$code" 0 "x leaves"
play <<'E'
wait-idle
keys d d q
dump asks
keys n
E
is "$code:$(ids INBOX | wc -w)" "0:10" "leaving with no keeps what was marked"
has "$out" "Move 2 deleted messages to the trash?" "and was asked"
play <<'E'
wait-idle
: search ~i 3@
wait-idle
keys <Enter>
wait-idle
E
is "$(ids INBOX)" "1S 2RS 3S 4F 5S 6 7S 8S 9 10" "a message that was shown is read"

# ---- what can't be deleted stays marked ----
rm -r "$mail/Trash"; echo "no mailbox" >"$mail/Trash"
play <<'E'
wait-idle
keys d d $
wait-idle
dump failed
keys q y
wait-idle
dump stays
E
failed=$(echo "$out" | sed -n '/^== failed/,/^== stays/p') stays=$(echo "$out" | sed -n '/^== stays/,$p')
is "$code:$(ids INBOX | wc -w)" "0:10" "a trash that can't be written to takes nothing"
has "$failed" "2 deleted" "what was not deleted stays marked"
has "$(echo "$failed" | tr '\n' ' ')" "still marked as deleted; $ tries again" "and where it is, and which key mends it, is said"
has "$stays" "2 deleted" "who leaves is told first"
rm "$mail/Trash"
play <<'E'
wait-idle
keys d d $
wait-idle
E
is "$code:$(ids Trash | wc -w)" "0:2" "and it goes when it can"
fresh

# ---- what goes from the trash is asked about, and nothing false is said of it ----
play <<'E'
wait-idle
keys d $
wait-idle
: change-folder Trash
wait-idle
keys d $
dump asks
keys <Enter>
wait-idle
dump kept
keys $ y
wait-idle
dump gone
E
has "$out" "Remove 1 deleted message for good? (yes/[no])" "\$ in the trash asks"
has "$(echo "$out" | sed -n '/^== kept/,/^== gone/p')" "1 deleted" "no leaves the mark"
has "$(echo "$out" | sed -n '/^== gone/,$p')" "1 message is gone for good." "yes, and no undo is promised"
is "$(ids Trash | wc -w)" 0 "it is"
fresh

# ---- parts ----
play <<'E'
wait-idle
: search ~i 7@
wait-idle
keys v j j s
dump save asks
keys <Enter>
wait-idle
dump saved
keys s <Enter>
dump there already
keys n
keys j s
dump a name with dots
keys <Enter>
wait-idle
E
python3 -c 'import sys; sys.stdout.write("%PDF-1.4 not really\n" * 20)' >"$T/want.pdf"
same "$T/saved/report.pdf" "$T/want.pdf" "a part is saved byte for byte"
has "$out" "is there already. Write over it?" "and not over a file without a question"
is "$(cat "$T/saved/notes.txt"):$(find "$T" -name notes.txt | wc -l)" "Some notes.:1" "a name that leads elsewhere stays in the folder"
is "$(find "$T/saved" -name '*.part' | wc -l)" 0 "and no pieces are left"
play <<'E'
wait-idle
: search ~i 7@
wait-idle
keys v j j d
dump remove asks
keys y
wait-idle
E
is "$code:$(ids Trash)" "0:7S" "a part is removed: the message as it was is in the trash"
stripped=$(grep -l 'screen.test' "$mail"/INBOX/cur/* | xargs grep -l '^Message-ID: <7@')
is "$(grep -c 'JVBERi0xLjQ' "$stripped"):$(grep -c 'Some notes' "$stripped"):$(grep -c 'A part was removed here: report.pdf, application/pdf' "$stripped")" "0:1:1" "the new one has a note in its place, and the rest"
as jane --parts "$stripped" >"$T/parts" 2>&1
is "$(grep -c . "$T/parts")" 4 "and is as well formed as before"
fresh
cr=$(grep -l '^Message-ID: <7@' "$mail"/INBOX/cur/*); tr '\n' '\r' <"$cr" >"$T/cr"; cp "$T/cr" "$cr"
play <<'E'
wait-idle
: search ~i 7@
wait-idle
keys v j j d
keys y
wait-idle
: search ~i 7@
wait-idle
keys Y
type marked
keys <Enter>
wait-idle
E
is "$code:$(ids Trash)" "0:7S 7S" "lines that end in CR alone: a part is removed, and a label added"
same "$(grep -l 'JVBERi0xLjQ' "$mail"/Trash/cur/*)" "$T/cr" "the message as it was is in the trash"
stripped=$(grep -l 'screen.test' "$mail"/INBOX/cur/* | xargs grep -l 'Message-ID: <7@')
is "$(tr -cd '\n' <"$stripped" | wc -c):$(tr '\r' '\n' <"$stripped" | grep -c '^X-Label: marked\|^\[A part was removed here: report.pdf\|^Some notes')" "0:3" "what stays keeps its bytes, and what is new ends its lines so"
is "$(as jane --parts "$stripped" 2>&1 | grep -c .)" 4 "and it is as well formed as before"
fresh

# ---- labels ----
before=$(grep -l '^Message-ID: <5@' "$mail"/INBOX/cur/*); sed '1,/^$/d' "$before" >"$T/body5"
play <<'E'
wait-idle
: search ~i 5@
wait-idle
keys Y
dump label asks
type 중요 one
keys <Enter>
wait-idle
: limit ~y 중요
wait-idle
dump labelled
E
is "$code:$(as jane --count INBOX '~y 중요')" "0:1" "Y labels a message, and ~y finds it"
after=$(grep -l '^X-Label: ' "$mail"/INBOX/cur/*)
sed '1,/^$/d' "$after" >"$T/body5b"; same "$T/body5" "$T/body5b" "the text is as it was"
is "$(grep -c '^Message-ID: <5@' "$after"):$(grep -c '^X-Label: ' "$after")" "1:1" "and the header, with the label"
play <<'E'
wait-idle
: search ~i 5@
wait-idle
keys Y
type other
keys <Enter>
wait-idle
: search ~i 5@
wait-idle
keys Y <Enter>
wait-idle
E
is "$code:$(as jane --count INBOX '~i 5@'):$(grep -l '^X-Label: ' "$mail"/INBOX/cur/* | wc -l)" "0:1:0" "another label takes its place, and none takes it away"


# what is taken back is in the mailbox once, and the new one in the trash
fresh
play <<'E'
wait-idle
: search ~i 5@
wait-idle
keys Y
type other
keys <Enter>
wait-idle
: undo
wait-idle
E
is "$code:$(as jane --count INBOX '~i 5@'):$(grep -l '^X-Label: ' "$mail"/INBOX/cur/* | wc -l)" "0:1:0" "a label is taken back"
is "$(ids Trash):$(grep -l '^X-Label: ' "$mail"/Trash/cur/* | wc -l)" "5S:1" "the labelled one is in the trash"
play <<'E'
wait-idle
keys T
type ~i 1@ | ~i 7@
keys <Enter>;Y
type both
keys <Enter>
wait-idle
: undo
wait-idle
E
is "$code:$(ids INBOX | wc -w):$(grep -l '^X-Label: ' "$mail"/INBOX/cur/* | wc -l):$(grep -l '^X-Label: both' "$mail"/Trash/cur/* | wc -l)" "0:10:0:2" "two are labelled at once, and taken back at once"
as jane --convert INBOX --to mbox >"$T/run" 2>&1 || sed 's/^/# /' "$T/run"
for keys in "Y:type other" "v j j d:keys y"; do
	play <<E
wait-idle
: search ~i 7@
wait-idle
keys ${keys%:*}
${keys#*:}
keys <Enter>
wait-idle
: undo
wait-idle
E
	is "$code:$(as jane --count INBOX '~i 7@'):$([ ! -f "$mail/INBOX" ] || grep -c -e '^X-Label: ' -e 'A part was removed' "$mail/INBOX")" "0:1:0" "in an mbox as well (${keys#*:})"
done

# ---- what is written ----
fresh
play <<'E'
wait-idle
: mail bob@hamburger.edu
wait-idle
: edit-subject Reports
keys e
type The reports are attached.
keys ^X
wait-idle
: attach-file ~/pabal/config
dump attached
keys P
wait-idle
E
is "$code:$(ids Drafts | wc -w):$(find "$T/home-jane/pabal/compose" -type f 2>/dev/null | wc -l)" "0:1:0" "P postpones: one draft, and nothing left of the editor"
play <<'E'
wait-idle
keys R <Enter>
wait-idle
: send-later +3h
wait-idle
keys X
wait-idle
E
is "$code:$(ids Drafts | wc -w)" "0:0" "sent later: no draft any more"
is "$(as jane --outbox 2>/dev/null | grep -c bob@hamburger.edu)" 1 "it waits in the outbox"
item=$(find "$T/home-jane/pabal/outbox" -name message | head -n 1)
is "$(grep -c 'address = ' "$item" || :):$(grep -c 'filename=' "$item")" "1:1" "with its file"
play <<'E'
wait-idle
keys X e
wait-idle
dump taken back
: edit-subject Reports again
keys q p
wait-idle
E
is "$code:$(as jane --outbox 2>/dev/null | grep -c bob@hamburger.edu):$(as jane --list Drafts --json | grep -c 'Reports again')" "0:0:1" "taken back, changed and postponed"
play <<'E'
wait-idle
: mail
wait-idle
type nobody at all
keys <Esc> y
dump bad address
keys <Esc> q d
wait-idle
E
has "$out" "is not a mail address" "a bad address is said to be one before anything is sent"
fresh
printf 'stay\nwait-idle\n: mail carol@example.net\nwait-idle\n: edit-subject Half\nkeys e\ntype half a sente\nwait-idle\nuntil never\n' >"$T/script"
(cd "$T" && HOME=$T/home-jane XDG_CONFIG_HOME=$T/home-jane XDG_DATA_HOME=$T/home-jane XDG_CACHE_HOME=$T/home-jane exec "$PABAL" --script "$T/script") >/dev/null 2>&1 &
victim=$!
pids="$pids $victim"
until_ok 20 sh -c "grep -q 'half a sente' $T/home-jane/pabal/compose/*/text"; ok $? "what is typed is on the disk"
kill -9 $victim; wait $victim 2>/dev/null
play <<'E'
wait-idle
dump said
keys R
dump listed
keys <Enter>
wait-idle
dump there
E
has "$out" "1 message was being written when pabal ended" "kill -9: the next start says it is safe"
has "$out" "half a sente" "and it is"

# ---- answers, as they wait in the outbox ----
fresh
play <<'E'
wait-idle
: search ~i 7@
wait-idle
keys b
type carol@example.net
keys <Esc> Y
type +1h
keys <Enter>
wait-idle
: search ~i 1@
wait-idle
keys g
wait-idle
type Yes.
keys ^X Y
type +1h
keys <Enter>
wait-idle
: search ~i 6@
wait-idle
: forward-attached
wait-idle
type dave@example.net
keys <Esc> Y
type +1h
keys <Enter>
wait-idle
E
box=$T/home-jane/pabal/outbox
of() { grep -l "^Subject: $1" "$box"/*/message | head -n 1; }
is "$code:$(find "$box" -name message | wc -l)" "0:3" "three wait to be sent"
is "$(sed -n '/^Resent-To:/p; /^Resent-From:/p' "$(of 'Report attached')")" "Resent-From: Jane Doe <jane@example.org>
Resent-To: carol@example.net" "b passes a message on as it is, with its own fields on top"
python3 - "$mail" "$(of 'Report attached')" >"$T/py" <<'PY'
import glob, sys
whole = open(sys.argv[2], "rb").read()
for f in glob.glob(sys.argv[1] + "/INBOX/cur/*"):
    text = open(f, "rb").read()
    if b"<7@screen.test>" in text:
        print(whole.endswith(text), len(whole) > len(text))
PY
is "$(cat "$T/py")" "True True" "and not a byte of it changed"
answer=$(of 'Re: Do you like')
is "$(sed -n 's/^To: //p; s/^In-Reply-To: //p; s/^References: //p' "$answer")" "Bob <bob@hamburger.edu>
<1@screen.test>
<1@screen.test>" "g answers the sender, and never oneself"
is "$(sed '1,/^$/d' "$answer" | grep -c -e '^> How about pickles?$' -e '^Yes\.$')" 2 "with the quote above the words"
is "$(grep -c '^Content-Type: message/rfc822' "$(of 'Fwd: Your weekly')")" 1 "Esc f passes one on as an attachment"
is "$(ids INBOX)" "1RS 2RS 3 4F 5S 6P 7PS 8S 9 10" "what was answered or passed on is marked so"

# ---- keys ----
fresh
cat >>"$T/home-jane/pabal/config" <<'E'
[bind list]
<F2> = limit ~U
^A = <delete-message><undelete-message>
[bind message]
Z = archive
E
as jane --check-config >"$T/run" 2>&1; is "$?:$(cat "$T/run")" "0:" "keys are bound"
play <<'E'
wait-idle
keys <F2>
wait-idle
dump limited
E
has "$out" "limit: ~U" "and work"
refuses() { # LINE WORDS NAME
	fresh
	printf '[bind list]\n%s\n' "$1" >>"$T/home-jane/pabal/config"
	line=$(($(wc -l <"$T/home-jane/pabal/config")))
	as jane --check-config >"$T/run" 2>&1 && code=0 || code=$?
	is "$code" 78 "$3"
	has "$(cat "$T/run")" "config:$line: $2" "with file and line"
}
refuses "<F2> = no-such-thing" 'There is no command "no-such-thing" in list' "a command that is none is refused"
refuses "<Nokey> = limit" '"<Nokey>" names no key' "a key that is none is refused"
fresh
printf '[bind list]\n,ux = limit\n' >>"$T/home-jane/pabal/config"
as jane --check-config >"$T/run" 2>&1 && code=0 || code=$?
is "$code" 78 "keys of which one begins the other collide"
has "$(cat "$T/run")" ",ux collides with ,u, which is all-mail" "and both are named"
fresh
printf '[bind nowhere]\nx = limit\n' >>"$T/home-jane/pabal/config"
as jane --check-config >"$T/run" 2>&1 && code=0 || code=$?
is "$code" 78 "a screen that is none is refused"

# ---- an invitation answered, a visiting card taken ----
fresh view
play <<'E'
wait-idle
: search ~i 40@
wait-idle
keys <Enter>
wait-idle
keys ,y a
wait-idle
keys Y
type +1h
keys <Enter>
wait-idle
keys q
: search ~i 41@
wait-idle
keys <Enter>
wait-idle
keys v j j a
wait-idle
E
item=$(find "$T/home-jane/pabal/outbox" -name message | head -n 1)
is "$code:$(python3 - "$item" <<'PY'
import email, sys
m = email.message_from_binary_file(open(sys.argv[1], "rb"))
c = [p for p in m.walk() if p.get_content_type() == "text/calendar"][0]
lines = c.get_payload(decode=True).decode().replace("\n ", "").splitlines()
print(m["To"], m["Subject"], m["In-Reply-To"], c.get_param("method"), *[l for l in lines if l.split(":")[0].split(";")[0] in ("METHOD", "UID", "ATTENDEE")])
PY
)" "0:boss@work.example Accepted: Lunch with the team <40@screen.test> REPLY METHOD:REPLY UID:lunch-1@work.example ATTENDEE;PARTSTAT=ACCEPTED;CN=Jane Doe:mailto:jane@example.org" "the answer waits in the outbox as an iTIP reply"
is "$(cat "$T/home-jane/pabal/addresses")" '"기현 김" <kihyun@uu.ac.kr>' "the card is in the address book"

# ---- another program in between ----
fresh
play <<'E'
wait-idle
dump before
E
rm -rf "$mail/INBOX"
play <<'E'
wait-idle
dump gone
keys <Enter>
wait-idle
E
is "$code" 0 "a mailbox that is gone is no crash"
done_testing
