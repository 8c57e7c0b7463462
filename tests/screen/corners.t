#!/bin/sh
# Where two functions meet: limits that narrow, sheets that change while one chooses.
. "${srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/screen/lib.sh"

# at NAME: the row with the cursor of what was dumped as NAME, with its attrs as NAME-attrs
at() {
	row=$(screen "$1-attrs" | sed -n 's/^\([0-9]*\):.*cursor.*/\1/p' | head -n 1)
	[ -n "$row" ] && screen "$1" | sed -n "$((row + 1))p"
}

# ---- a limit that is left or taken leaves the cursor on its message ----
fresh
play <<'E'
wait-idle
resize 10 80
: search ~i 2@
wait-idle
keys l
type bank
wait-idle
keys <Esc>
wait-idle
dump left
attrs left-attrs
: limit ~p | ~f Jane
wait-idle
: search ~i 2@
wait-idle
keys l ^U
type ~f bank
wait-idle
keys <Esc>
wait-idle
dump left for a limit
attrs left for a limit-attrs
keys l ^U
type ketchup
wait-idle
keys <Enter>
wait-idle
dump taken
attrs taken-attrs
keys o f
wait-idle
dump sorted
attrs sorted-attrs
E
has "$(at left)" "Jane Doe" "Esc: back to all, and to the message"
has "$(at 'left for a limit')" "Jane Doe" "Esc: back to the limit before, and in it as well"
has "$(at taken)" "Jane Doe" "Enter: what is found now has the cursor on it still"
has "$(at sorted)" "Jane Doe" "and so has another order of what a limit finds"

# ---- what is passed on as it is takes nothing but addresses ----
fresh
play <<'E'
wait-idle
: jump 1
keys b
wait-idle
dump fields
type carol@example.net
keys <Esc> j j j
attrs last field
: edit-subject Other
dump subject
: attach-file /etc/passwd
dump file
: toggle-receipt
dump receipt
: edit-cc bob@hamburger.edu
keys q
dump left
keys c
: send-message
wait-idle
E
hasnt "$(screen fields)" "Reply-To:" "no answers are led elsewhere"
hasnt "$(screen fields)" "Subject:" "and no Subject is asked for"
has "$(screen 'last field' | grep '^4:')" "cursor" "Bcc is the last field"
is "$(grep -c 'takes nothing of yours but who sends it' "$T/out")" 3 "what has no effect is refused, and why"
is "$code:$(as jane --outbox | grep -c 'carol@example.net\|bob@hamburger.edu')" "0:2" "it goes to those named"

# ---- the log: empty at first; and its cursor stays on its line ----
mkdir -p "$T/home-new/pabal"
printf '[account new]\naddress = new@example.org\nsmtp = smtp://127.0.0.1:1\n' >"$T/home-new/pabal/config"
chmod 600 "$T/home-new/pabal/config"
cat >"$T/script" <<'E'
wait-idle
: log
dump empty
E
as new --script "$T/script" >"$T/out" 2>"$T/err"
empty=$(screen empty | tr '\n' ' ')
has "$empty" "Nothing was done in the background yet." "before the first job the log is empty"
has "$empty" "Whatever is fetched, sent, moved or read stands here" "says what it will show"
has "$empty" "G fetches mail now" "and what to do next"
is "$(as new --list; echo $?)" 0 "a home without mailboxes is no fault for the command line either"
fresh
play <<'E'
wait-idle
: flag-message
wait-idle
: log
wait-idle
dump one
: fetch-mail
wait-idle
dump two
attrs two-attrs
E
has "$(at two)" "$(screen one | sed -n '2s/  done.*//p')" "what is done meanwhile stands above, and the cursor stays"

# ---- what is looked for keeps its purpose while another one is asked for ----
fresh
play <<'E'
wait-idle
: tag-pattern ~A
keys D <Esc>
wait-idle
dump picked
E
has "$(screen picked | head -n 1)" "10 tagged  1/10" "a pattern that tags does not delete what it finds"

# ---- what goes is stepped off, so that the same key means the next one ----
fresh
play <<'E'
wait-idle
: search ~i 7@
wait-idle
keys A A
wait-idle
: search ~i 3@
wait-idle
: save-message Work/Reports
: save-message Work/Reports
wait-idle
: change-folder Work/Reports
wait-idle
: save-message Work/Reports
wait-idle
dump same
E
is "$(ids INBOX)" "1S 4F 5S 8S 9 10" "two archived, and two moved, the last of them upwards"
has "$(screen same)" "Nothing had to be changed." "what is there already is not counted as moved"

# ---- x that is taken back leaves the marks ----
fresh
play <<'E'
wait-idle
: mail bob@hamburger.edu
: aside
: jump 1
keys d x c
: aside
dump marked
E
has "$(screen marked | head -n 1)" "1 deleted" "who stays has marked what was marked"

# ---- one field that is asked for is one field ----
fresh
play <<'E'
wait-idle
: mail
wait-idle
type bob@hamburger.edu
keys <Enter>
type Hello
keys <Enter>
type Some text
keys <Esc>
wait-idle
keys s
type  you
keys <Enter>
dump subject
keys t <End> <Enter> c
type carol@example.net
keys <Enter>
dump fields
keys y
wait-idle
dump sent
E
has "$(screen subject | head -n 1)" "Compose: Hello you" "the subject was changed, and the text is not opened again"
hasnt "$(screen fields)" "Esc Cancel" "Enter ends each of them"
is "$code:$(as jane --outbox | grep -c 'carol@example.net\|bob@hamburger.edu')" "0:2" "and the next key is a command"

# ---- a draft that is open is not opened twice ----
fresh
play <<'E'
wait-idle
: mail bob@hamburger.edu
: edit-subject Once
: postpone-message
wait-idle
: change-folder Drafts
wait-idle
: resend-message
wait-idle
: aside
: resend-message
wait-idle
dump back
: aside
: mail carol@example.net
: edit-subject Other
: recall-message
wait-idle
dump drafts
E
has "$(screen back)" "Compose: Once" "its open one comes up"
is "$(screen drafts | grep -c '^open ')" 2 "and there is one of it"

# ---- who has no account is told so, whatever begins a message ----
rm -rf "$T/home-jane"; python3 "$top/tests/screen/make-home.py" "$T/home-jane"
: >"$T/home-jane/pabal/config"
play <<'E'
wait-idle
: search ~i 7@
wait-idle
keys v j j f
wait-idle
dump none
E
has "$(screen none)" "No account is set up, so nothing can be sent." "a part is not forwarded by nobody"

# ---- the outbox: what goes out above the cursor does not move it to another message ----
fresh
pabald relay --domain=example.org --user=jane@example.org:x
sed -i "s|127.0.0.1:9$|127.0.0.1:$relay_smtp|" "$T/home-jane/pabal/config"
play <<'E'
wait-idle
: mail jane@example.org
: edit-subject First
: send-later +1h
keys y
wait-idle
: mail bob@hamburger.edu
: edit-subject Second
: send-later +2h
keys y
wait-idle
: mail carol@example.net
: edit-subject Third
: send-later +3h
keys y
wait-idle
: outbox
keys j
dump before
attrs before-attrs
keys k ! j
wait-idle
dump after
attrs after-attrs
E
has "$(at before)" "Second" "the cursor is on the second of three"
has "$(at after)" "Second" "and on it still, when the first is sent"
is "$(screen after | grep -c First)" 0 "which it is"

# ---- what is found in a folded thread is shown, not the row that stands for it ----
fresh
play <<'E'
wait-idle
: collapse-all
wait-idle
: search ~i 3@
wait-idle
dump found
attrs found-attrs
: collapse-all
wait-idle
: last-entry
: next-new-then-unread
wait-idle
dump unread
attrs unread-attrs
: collapse-all
wait-idle
: jump 1
: search-reverse ~i 2@
wait-idle
dump back
attrs back-attrs
E
has "$(at found)" "Carol" "a search unfolds"
has "$(at unread)" "Carol" "from the row of the thread the next unread is in it"
has "$(at back)" "Jane Doe" "backwards as well, around the end"

# ---- what went is tagged and marked no more ----
fresh
play <<'E'
wait-idle
: tag-pattern ~i 1@|~i 2@|~i 8@
wait-idle
: limit ketchup
wait-idle
keys ; d $
wait-idle
dump purged
: undo
wait-idle
: limit all
keys ; A
wait-idle
dump archived
E
has "$(screen purged | head -n 1)" " 1 tagged  1/1" "two of three tagged ones went to the trash"
is "$code:$(ids INBOX)" "0:1S 2RS 3 4F 5S 6 7S 9 10" "the next command is for the one that is left"
hasnt "$(screen archived | head -n 1)" "tagged" "and then for none"

# ---- a mailbox that another program renamed or removed ----
fresh
play <<'E'
wait-idle
E
mv "$T/home-jane/pabal/mail/Work/Reports" "$T/home-jane/pabal/mail/Work/Old"
rm -r "$T/home-jane/pabal/mail/Drafts"
play <<'E'
wait-idle
: mailboxes
wait-idle
dump boxes
: search-everywhere Report
wait-idle
keys <Enter>
wait-idle
dump found
E
is "$(screen boxes | awk '/maildir/ { print $1 }' | tr '\n' ' ')" "INBOX Sent Trash Work/Old " "those that are there are shown"
has "$(screen found | head -n 1)" "Report 3" "and what is found can be read"

fresh
printf 'From a@b Tue Nov 14 22:13:20 2023\nFrom: al@example.org\nSubject: old %s\n\nbody\n\n' 1 2 3 >"$T/home-jane/pabal/mail/old"
play <<'E'
wait-idle
: change-folder old
wait-idle
keys <Enter>
wait-idle
keys q
: mailboxes
: rename-mailbox new
wait-idle
keys q j <Enter>
wait-idle
dump renamed
E
has "$(screen renamed | head -n 1)" "new: 2/3  old 2" "an mbox that got another name can be read on"

# ---- mutt's keys in a message ----
fresh
play <<'E'
wait-idle
: jump 8
keys <Enter>
wait-idle
keys t t P
wait-idle
dump parent
keys t
wait-idle
keys P
wait-idle
dump tagged
keys ^P
wait-idle
dump thread
keys 2 <Enter>
wait-idle
dump jumped
keys o d
wait-idle
dump sorted
keys d k $
wait-idle
dump purged
E
has "$(screen parent | head -n 1)" "INBOX: 8/10  Do you like ketchup?" "P goes to the parent"
has "$(screen tagged | head -n 1)" "8/10" "from the next one as well"
hasnt "$(screen tagged | head -n 1)" "tagged" "t takes a tag off"
has "$(screen thread | head -n 1)" "7/10  회의" "^P goes to the thread before"
has "$(screen jumped | head -n 1)" "2/10  A subject" "a number to that message"
has "$(screen sorted | head -n 1)" "A subject" "another order leaves it open"
is "$(ids Trash):$(ids INBOX | wc -w)" "9S:9" "\$ purges"

# ---- a name that is none leaves the files to choose from where they are ----
fresh
play <<'E'
wait-idle
: mail bob@hamburger.edu
keys a / ^U
type /nowhere/file
keys <Enter>
dump picker
E
has "$(screen picker)" "There is no file or folder /nowhere/file" "it is said"
has "$(screen picker | head -n 1)" "Attach:" "and another can be chosen"

# ---- the rest of mutt's keys in the list ----
fresh
play <<'E'
wait-idle
resize 12 80
keys > > <
dump scrolled
attrs scrolled-attrs
keys = ]
attrs half
: search ~i 1@
wait-idle
keys <Esc>d
: search ~i 1@
wait-idle
keys <Esc>u
: search ~i 2@
wait-idle
keys @
dump address
keys <Esc>d
dump branch
: undelete-pattern ~A
wait-idle
: search ~i 3@
wait-idle
keys <Esc>r
wait-idle
keys % d
dump read-only
keys %
: search ~i 9@
wait-idle
keys h
wait-idle
dump headers
E
has "$(at scrolled)" "Flo" "> and < scroll, and the cursor stays on the window"
has "$(screen half | grep '^5:')" "cursor" "] is half a page"
has "$(screen address)" "Jane Doe <jane@example.org>" "@ says who it is from"
is "$(screen branch | grep -c '^ D')" 1 "Esc d marks a branch only"
has "$(screen read-only)" "opened read-only" "% keeps from changes"
is "$code:$(ids INBOX | cut -d ' ' -f 1-3)" "0:1S 2RS 3S" "Esc r marks it read"
has "$(screen headers)" "Message-ID: <9@screen.test>" "h opens with all fields"

# ---- nothing to take back is no failure ----
fresh
play <<'E'
wait-idle
keys ^_
wait-idle
dump nothing
E
has "$(screen nothing)" "There is nothing to take back." "it is said"
hasnt "$(screen nothing)" "Not all was done" "and no more than that"

# ---- Esc at the question before leaving stays ----
fresh
play <<'E'
wait-idle
: jump 1
keys d q <Esc>
dump stayed
: change-folder Sent
keys <Esc>
wait-idle
dump here
keys q n
E
has "$(screen stayed | head -n 1)" "pabal: INBOX" "in the program"
has "$(screen stayed | head -n 1)" "1 deleted" "with the marks"
has "$(screen here | head -n 1)" "1 deleted" "and in the mailbox"
is "$code:$(ids INBOX | wc -w)" "0:10" "n leaves, and nothing is purged"

# ---- the seconds that are counted do not talk over what else is said ----
fresh
play <<'E'
clock Tue, 03 Mar 2026 12:00:00 +0000
wait-idle
: mail bob@hamburger.edu
: edit-subject Hello
keys y y
wait-idle
dump counted
: jump 999
clock +2s
wait-idle
dump said
keys j
clock +2s
wait-idle
dump again
clock +6s
until Sending
dump going
E
has "$(screen counted)" "It goes out in 10 seconds" "they are counted"
has "$(screen said)" "There is no message 999" "what is said stays until the next key"
has "$(screen again)" "It goes out in 6 seconds" "and then they are counted again"
hasnt "$(screen going)" "takes it back" "until it goes"

# ---- mutt's short names of mailboxes ----
fresh
play <<'E'
wait-idle
: change-folder Work/Reports
wait-idle
: change-folder <
wait-idle
dump sent
: change-folder -
wait-idle
dump before
: change-folder !
wait-idle
dump inbox
: change-folder -
wait-idle
dump there and back
E
is "$(for d in sent before inbox 'there and back'; do screen "$d" | sed -n '1s/.*pabal: \([^ ]*\).*/\1/p'; done | tr '\n' ' ')" "Sent Work/Reports INBOX Work/Reports " "<, - and !"

# ---- what is held is not tried, and not said to be ----
fresh
play <<'E'
wait-idle
: mail bob@hamburger.edu
: edit-subject Later
: send-later +2h
keys y
wait-idle
: outbox
keys h !
wait-idle
dump held
E
has "$(screen held)" "It is held: h releases it, and then ! sends it." "the keys are named"

# ---- what is too long for its column goes on in it ----
fresh
play <<'E'
wait-idle
: mail bob@hamburger.edu
: edit-subject A subject that is so long that it does not end on the line where it began
: postpone-message
wait-idle
: recall-message
wait-idle
dump long
E
is "$(screen long | sed -n 3p)" "$(printf '%42s%s' '' 'not end on the line where it began')" "a Subject among the drafts"

# ---- no index: what can't be shown is not said to be empty ----
fresh
mkdir -p "$T/home-jane/pabal/index.db/in-its-place"
play <<'E'
wait-idle
dump none
E
none=$(screen none | tr -s ' \n' ' ')
has "$none" "No message can be shown, as the index of the mailboxes can't be written. No mail is lost." "a list that knows nothing does not say that there is no mail"
has "$none" "Make room on the disk" "and what to do"

# ---- in a narrow window attachments have names ----
fresh
play <<'E'
wait-idle
resize 10 40
: search ~i 7@
wait-idle
keys v
wait-idle
dump narrow
E
is "$(screen narrow | sed -n '2,5s/^ *[^ ]* *\([^ ]*\).*/\1/p' | tr '\n' ' ')" "multipart/mixed text/plain report.pdf ../../notes.txt " "and where there is none, the type"

# ---- of several drafts one is chosen ----
fresh
play <<'E'
wait-idle
: mail bob@hamburger.edu
: edit-subject Open
: aside
: recall-message
dump the only one
: aside
: mail carol@example.net
: edit-subject Kept
: postpone-message
: recall-message
wait-idle
dump just kept
keys <Esc>
: recall-message
dump again
E
has "$(screen 'the only one' | head -n 1)" "Compose: Open" "the only one comes up"
for d in 'just kept' again; do
	is "$(screen "$d" | sed -n '2,3s/  *[^ ]*  */ /p' | tr '\n' ' ')" "open Open postponed Kept " "beside another one it is listed ($d)"
done

# ---- Esc at a question of the setup goes to the one before ----
fresh
play <<'E'
wait-idle
: setup
type Jane Smith
keys <Enter>
type jane@crepes.fr
keys <Enter> <Esc>
dump back
keys ^U
type jane@hamburger.edu
keys <Enter> <Enter> <Enter> <Enter> <Enter> <Esc>
dump last
keys <Enter> n
dump no
: setup
type Jane
keys <Enter> <Esc> <Esc>
dump left
: setup
type Jane Smith
keys <Enter>
type jane@hamburger.edu
keys <Enter> <Enter> <Enter> <Enter> <Enter> <Esc> <Enter> y
wait-idle
E
has "$(screen back)" "Your address: jane@crepes.fr" "with what was answered there"
has "$(screen last)" "Short name for the account: hamburger" "from the last question as well"
has "$(screen no)" "Nothing was set up." "no is no"
has "$(screen left)" "Nothing was set up." "and Esc at the first question leaves"
has "$(cat "$T/home-jane/pabal/config")" 'address = "Jane Smith <jane@hamburger.edu>"' "yes writes what was answered at last"
is "$(grep -c '^\[account' "$T/home-jane/pabal/config")" 2 "once"

# ---- what is passed on and taken back has its subject still ----
fresh
play <<'E'
wait-idle
: search ~i 7@
wait-idle
keys b
wait-idle
type bob@hamburger.edu
keys <Enter>
dump passed on
keys y
: undo
wait-idle
dump taken back
E
has "$(screen 'passed on' | head -n 1)" "Pass on: Report attached" "what is passed on"
hasnt "$(screen 'passed on')" "Attach" "keys that would be refused are not offered"
has "$(screen 'taken back' | head -n 1)" "Pass on: Report attached" "is called so when it was taken back"
# ---- keys that come at once do what they do one after another ----
at_once() {     # COMMANDS KEY...: the commands (; between) lead to the screen
	lead=$1; shift
	for keys in "$*" "$(echo "$*" | tr -d ' ')"; do
		fresh
		{ printf 'clock Tue, 03 Mar 2026 12:00:00 +0000\nwait-idle\nresize 12 60\n'; echo "$lead" | tr ';' '\n'; printf 'wait-idle\nkeys %s\nwait-idle\ndump all\n' "$keys"; } >"$T/keys"
		play <"$T/keys"
		[ "$keys" != "$*" ] || one=$(screen all)
	done
	is "$(screen all)" "$one" "$* at once"
}
drafts=': mail bob@hamburger.edu;: postpone;wait-idle;: mail carol@example.net;: postpone'
at_once "$drafts" R '<Enter>'
has "$one" "Compose" "a draft is opened"
at_once "$drafts" R j '<Enter>'
at_once ': search ~i 9@' '<Enter>' '<Space>' '<Space>' -
has "$one" "Line 1" "a long message is on its second page"
at_once '' '?' '<PageDown>' '<PageDown>' '<Enter>'
at_once '' c '?' j j '<Enter>'
at_once ': search ~i 7@' v j j '<Enter>'

at_once '' '/bank<Enter>' d j d
has "$(echo "$one" | grep '^ D')" "bank" "what was found is marked, not what the cursor was on"
at_once '' 'T~f bob<Enter>' ';d'
has "$one" "1 tagged  1 deleted" "a command for the tagged is for those that the pattern found"
at_once '' 'lketchup<Enter>' '<Enter>'
has "$one" "Do you like ketchup" "a limit, and its first message"
at_once ': change-folder Work/Reports' '<Tab>' '<Enter>'

# ---- and where nothing is found nothing is done ----
fresh
play <<'E'
wait-idle
keys /nobody<Enter>d
wait-idle
dump none
keys /bank<Enter>d^C
wait-idle
dump stopped
E
has "$(screen none)" "Not found." "it is said"
hasnt "$(screen none)" "deleted" "and what the cursor is on is not marked"
has "$(screen stopped)" "Stopped." "a search that is stopped says so"
hasnt "$(screen stopped)" "deleted" "nor when the search was stopped"

# ---- macros wait as well ----
fresh
printf '[bind list]\n<F2> = "<search>bank<Enter><flag-message><search>ketchup<Enter>dj"\n' >>"$T/home-jane/pabal/config"
play <<'E'
wait-idle
keys <F2>
wait-idle
dump macro
E
has "$(screen macro | head -n 1)" "1 deleted" "and nothing else happens"
has "$(screen macro | grep bank)" "!" "the one found first is important"
has "$(screen macro | grep '^ D')" "ketchup" "the one found next is deleted"
fresh
printf '[bind list]\n<F2> = "<search>bank<Enter><flag-message>"\n<F3> = "<F2><search>ketchup<Enter>dj"\n' >>"$T/home-jane/pabal/config"
play <<'E'
wait-idle
keys <F3>
wait-idle
dump within
E
has "$(screen within | grep bank)" "!" "the rest of a macro within another goes first"
has "$(screen within | grep '^ D')" "ketchup" "and then the rest of that"

# ---- what was passed by in one go was not shown, and is unread ----
fresh
play <<'E'
wait-idle
: search ~i 7@
wait-idle
keys <Enter>JJ
wait-idle
dump there
E
has "$(screen there | head -n 1)" "שלום עולם" "two messages further"
is "$(ids INBOX | tr ' ' '\n' | grep -E '^[567]' | tr '\n' ' ')" "5S 6 7S " "the one between is unread"
done_testing
