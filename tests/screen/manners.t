#!/bin/sh
# Small things that a person counts on: what is open stays open, a prefix is for one
# command, a question that is refused changes nothing.
. "${srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/screen/lib.sh"

# ---- several messages are written, and mail is read meanwhile ----
fresh
play <<'E'
wait-idle
: mail 홍길동 <hong@uu.ac.kr>
: edit-subject 첫째
: postpone-message
wait-idle
: mail "Somebody with a very long name" <long@example.net>
: edit-subject Second
: aside
: mail third@example.net
: edit-subject Third
: aside
: mail fourth@example.net
: edit-subject Fourth
: mailboxes
wait-idle
: open
wait-idle
dump another mailbox
: recall-message
wait-idle
dump all of them
keys j <Enter>
dump one of them
: recall-message
wait-idle
dump all of them again
: search-everywhere ketchup
wait-idle
: recall-message
wait-idle
dump after a search
E
has "$(screen 'another mailbox' | head -n 1)" "pabal: " "a mailbox is opened while messages are written"
is "$code:$(screen 'all of them' | sed -n 's/ *$//; 2,5p')" "0:open         fourth@example.net           Fourth
open         third@example.net            Third
open         \"Somebody with a very long … Second
postponed    홍길동                       첫째" "and all of them are listed, in columns: those that are open, and those in Drafts"
has "$(screen 'one of them')" "Compose: Third" "one is chosen"
is "$(screen 'all of them again' | grep -c '^open ')" 3 "from one of them the others are reached"
is "$(screen 'after a search' | grep -c '^open ')" 3 "a search leaves them open as well"

# ---- a field has its cursor for itself ----
fresh
play <<'E'
wait-idle
: mail
wait-idle
type ob
keys <Home>
type b
keys <End>
type @exampl.net
keys <Left> <Left> <Left> <Left>
type e
keys ^A <Right> <C-Right> ^E
dump the field
keys <Enter>
type Hello
keys <Home>
type >
dump the next field
E
has "$(screen 'the field')" "To: bob@example.net" "arrows, Home and End move in it"
has "$(screen 'the next field')" "Subject: >Hello" "and in the next one"
hasnt "$(screen 'the field')" "does nothing here" "and are known there"

play <<'E'
wait-idle
: help
type deletethread
keys <Left> <Left> <Left> <Left> <Left> <Left>
type -
dump found
keys ^W ^W
dump all
keys <Esc>
E
has "$(screen found)" "[delete-thread]" "so it is where help is narrowed"
has "$(screen all)" "Find: thread" "and a word of it goes at once"

# ---- ; is for one command ----
fresh
play <<'E'
wait-idle
: jump 1
keys t t ;
keys j d
wait-idle
dump moved between
keys ; w
dump asked for
keys !
wait-idle
keys d $
wait-idle
E
is "$code:$(screen 'moved between' | grep -c '^\*D')" "0:0" "; and then a key that moves: the next d is for one message"
is "$(ids Trash | wc -w)" 2 "what ; w asks belongs to it, and no more"
is "$(ids INBOX | tr ' ' '\n' | grep -c '^9F\|^10F')" 2 "and it is done to the tagged"

# ---- what is tagged is answered, passed on and changed as one ----
fresh
play <<'E'
wait-idle
: tag-pattern ~i 3@|~i 4@|~i 8@
wait-idle
keys ; r
wait-idle
keys ^X
dump reply
: postpone-message
wait-idle
: recall-message
keys <Enter>
wait-idle
: send-message
wait-idle
keys ; f
wait-idle
dump forward
: drop-message
keys ; <Esc>f
wait-idle
dump attached
: drop-message
keys ; b
wait-idle
type carol@example.net
keys <Enter>
dump bounce
keys y
wait-idle
keys ; v
wait-idle
keys q
dump one only
keys ; F
wait-idle
dump flags
keys ; s
dump move asks
keys <Esc> ; d
dump delete
keys ; u ; t
dump untagged
E
has "$(screen reply)" "Subject: Re: Do you like ketchup? (and 2 more messages)" "; r answers all"
has "$(screen reply)" "To: Carol Lee <carol@example.net>, " "all who wrote"
is "$(screen reply | grep -c 'wrote:')" 3 "each is quoted"
is "$(ids INBOX | tr ' ' '\n' | grep -c '^[348].*R')" 3 "and all are answered, after a while in Drafts as well"
has "$(cat "$T"/home-jane/pabal/outbox/*/message)" "In-Reply-To: <3@screen.test> <4@screen.test> <8@screen.test>" "all three"
is "$(screen forward | grep -c 'Forwarded message')" 2 "; f passes on one text after the other"
is "$(screen attached | grep -c 'message/rfc822')" 3 "; Esc f all of them, whole"
has "$(screen bounce)" "Pass on 3 messages as they are to carol@example.net?" "; b asks to whom all of them go"
is "$(cat "$T"/home-jane/pabal/outbox/*/message | grep -c '^Resent-To: carol@example.net')" 3 "and passes each on as it is"
is "$(ids INBOX | tr ' ' '\n' | grep -c '^[348].*P')" 3 "which is marked"
has "$(screen 'one only')" "3 tagged" "and leaves them tagged"
has "$(screen flags)" "3 messages: flags +flagged" "a count is said of flags"
has "$(screen 'move asks')" "Move 3 messages to mailbox:" "and before they are moved"
has "$(screen delete)" "3 messages are marked as deleted" "and when they are marked"
has "$(screen untagged)" "3 messages are no longer tagged" "; t takes the tags off"

# ---- a message stays on the screen until it has really gone ----
fresh
play <<'E'
wait-idle
: search ~i 8@
wait-idle
keys <Enter>
wait-idle
keys s <Esc>
dump not moved
keys s
type Work/Reports
keys <Enter>
wait-idle
dump moved
keys N
wait-idle
dump unread
keys N
wait-idle
dump read
keys <Tab>
wait-idle
dump next unread
E
has "$(screen 'not moved')" "format=flowed" "a move that is not made leaves the message where it is"
has "$(screen 'moved')" "The report is attached" "one that is made shows the next"
is "$code:$(ids Work/Reports | grep -c 8S)" "0:1" "and it is there"
has "$(screen unread)" "Marked as unread" "N marks it"
has "$(screen read)" "Marked as read" "and N takes that back, and says so"
has "$(screen 'next unread')" "Offers of the week" "Tab shows the next unread message"

# ---- orders by name ----
play <<'E'
wait-idle
: sort-reverse subject
wait-idle
dump turned
: sort-reverse
dump asks
E
has "$(screen turned | sed -n 2p)" "회의" "an order turned around, by its name"
has "$(screen asks)" "Reverse order by" "and asked for"

# ---- the mailbox that is open gets another name, is removed, and comes back ----
fresh
play <<'E'
wait-idle
: change-folder =Work/Reports
wait-idle
: mailboxes
wait-idle
: rename-mailbox =Büro
wait-idle
keys q
dump renamed
: mailboxes
keys d y
wait-idle
keys q
dump removed
keys ^_
wait-idle
dump back
: jump 1
: copy-message =Work/Copy
wait-idle
E
has "$(screen renamed)" "pabal: Büro " "the list goes along"
has "$(screen renamed)" "Report 3" "with its messages"
has "$(screen removed)" "There is no message here" "it is empty when it was removed"
has "$(screen back)" "Report 3" "and shows what was taken back"
is "$code:$(find "$T/home-jane/pabal/mail" -maxdepth 1 -name '[=+]*' | wc -l):$(ids Work/Copy | wc -w)" "0:0:1" "= is the folder of the mailboxes, wherever a name is given"
mkdir -p "$T/box/cur" "$T/box/new" "$T/box/tmp"; cp "$T/home-jane/pabal/mail/Sent/cur/"* "$T/box/cur/"
play <<E
wait-idle
: mailboxes
: import $T/box
wait-idle
dump imported
E
has "$(screen imported)" "Done: Importing, 1 message." "what was imported is counted"

# ---- an empty mailbox is seen as soon as it is made ----
fresh
play <<'E'
resize 24 120
wait-idle
: mailboxes
: create-mailbox Neu
keys m
wait-idle
dump made
keys q
dump beside
E
has "$(screen made)" " Neu " "among all of them"
has "$(screen beside)" " Neu " "and beside the list"

# ---- what is taken back is named ----
fresh
play <<'E'
wait-idle
: jump 1
keys F
wait-idle
: mailboxes
: create-mailbox Neu
keys m
wait-idle
keys ^_
wait-idle
dump back
E
has "$(screen back)" "Taken back (flags +flagged): 1 message is as it was." "what is older than what can't be taken back is not mistaken for it"

# ---- what is wrong with an answer is said in full ----
play <<'E'
wait-idle
: setup
keys <Enter>
type jane
keys <Enter>
dump setup
type @example.org
keys <Enter> ^U
type pop3s://pop.example.org
keys <Enter>
dump no user
E
has "$(screen 'no user')" "Who logs in there" "a server without a user is not taken"
has "$(screen setup)" "One address such as jane@example.org is needed" "above the prompt, where it has room"

# ---- what is most needed is not cut, and what does nothing says why ----
fresh
play <<'E'
wait-idle
: mail bob@example.net
: edit-subject Wishes
keys , n , m
: attach-file
keys <Home> t
dump picker
keys c
type /~/pabal/conf
keys <Tab> <Enter>
dump wishes
: send-later tomorrow 9:00
keys y
wait-idle
: outbox
keys <Space>
dump details
E
has "$(screen picker)" "Only files can be tagged; Enter opens a folder." "a folder is not tagged"
has "$(screen wishes)" "pabal/config" "what is typed behind / in its prompt begins at the root, or at home"
has "$(screen wishes)" "saved yet  delivery notice  read receipt" "whether it is saved, and what is asked for"
has "$(screen details)" "Not tried yet." "what was not tried"

# ---- what a command takes is completed as well ----
fresh
play <<'E'
wait-idle
keys :
type change-folder Wo
keys <Tab>
dump mailbox
keys ^U
type mail car
keys <Tab>
dump address
keys ^U
type nonsense
keys <Tab>
dump nothing
E
has "$(screen mailbox)" ":change-folder Work/Reports" "a mailbox"
has "$(screen address)" ":mail Carol Lee <carol@example.net>" "an address"
has "$(screen nothing)" "Nothing begins so." "and nothing is said to be nothing"

# ---- nobody is no recipient of what is passed on ----
fresh
play <<'E'
wait-idle
: tag-pattern ~i 3@|~i 4@
wait-idle
keys ; b
type carol@
keys <Enter> y
wait-idle
dump bad address
E
has "$(screen 'bad address')" "\"carol@\" is not a mail address" "it is said why nothing goes"
is "$(as jane --outbox 2>/dev/null)" "" "and nothing does"

# ---- read-only is read-only ----
fresh
play <<'E'
wait-idle
: change-folder-readonly INBOX
wait-idle
: search ~i 10@
wait-idle
keys ^R
wait-idle
keys Y
dump label
keys <Esc> ^D
dump marked
keys <Enter>
wait-idle
keys Y
dump label of one
E
has "$(screen label)" "opened read-only" "no label is asked for"
is "$(screen marked | head -n 1 | grep -c deleted)" 0 "no thread is marked as deleted"
has "$(screen 'label of one')" "opened read-only" "nor of the message that is shown"
is "$(ids INBOX)" "1S 2RS 3 4F 5S 6 7S 8S 9 10" "and nothing is marked as read"
play <<'E'
wait-idle
: change-folder-readonly INBOX
wait-idle
: search ~i 1@
wait-idle
: reply
keys x <Esc>
wait-idle
: send-message
wait-idle
E
is "$(ids INBOX)" "1S 2RS 3 4F 5S 6 7S 8S 9 10" "nor as answered, when it is"
has "$(as jane --outbox)" "Re: Do you like ketchup?" "though the answer waits"

# ---- help for what is asked ----
play <<'E'
wait-idle
keys l <F1>
dump limit
keys <Esc> c <F1>
dump folder
keys <Esc> 1 <F1>
dump number
E
has "$(screen limit)" "~d <7d date" "F1 tells of patterns where one is asked for"
has "$(screen limit)" "Limit to:" "and the prompt stays"
has "$(screen folder)" "The name of a mailbox" "of mailboxes"
has "$(screen number)" "Enter takes what is typed" "and of any other prompt"

# ---- no key of an empty list is dead ----
fresh
play <<'E'
wait-idle
: change-folder Drafts
wait-idle
keys v
dump parts
keys t
dump tag
keys , w
dump why
E
is "$(grep -c '^There is no message here' "$T/out")" 3 "each says why it does nothing"

# ---- what is in no mailbox changes nothing in one ----
fresh
play <<'E'
wait-idle
: jump 1
: mail bob@example.net
: preview
wait-idle
: set-flag +flagged
wait-idle
dump preview
E
has "$(screen preview)" "in no mailbox" "a preview has no flags"
is "$(ids INBOX | tr ' ' '\n' | tail -n 1)" "10" "and the message of the list below keeps its own"

# ---- what a crash left of a file does not stand in the way of saving ----
echo mine >"$T/saved/report.pdf.part"
play <<'E'
wait-idle
: search ~i 7@
wait-idle
keys v j j s <Enter>
wait-idle
E
is "$(wc -c <"$T/saved/report.pdf"):$(cat "$T/saved/report.pdf.part")" "400:mine" "saved beside it, and it is as it was"

mkdir -p "$T/folder"
play <<E
wait-idle
: search ~i 7@
wait-idle
keys v j j
: save-entry $T/folder
wait-idle
: save-entry $T/folder/
dump there
E
is "$(wc -c <"$T/folder/report.pdf")" 400 "into a folder that is named, under its own name"
has "$(screen there)" "is there already" "and not over what is in it"

# ---- a time in the other half of the year is meant as it is written ----
fresh
if [ -e /usr/share/zoneinfo/Europe/Berlin ]; then
	cat >"$T/script" <<'E'
clock Tue, 07 Jul 2026 12:00:00 +0000
wait-idle
: mail bob@example.net
: edit-subject Winter
: send-later 2026-12-24 8:00
keys y
dump queued
wait-idle
: outbox
dump the outbox
E
	(cd "$T" && TZ=Europe/Berlin as jane --script "$T/script") >"$T/out" 2>"$T/err" && code=0 || code=$?
	is "$code:$(as jane --outbox --json | grep -o '2026-12-24T[0-9:+]*' | head -n 1)" "0:2026-12-24T07:00:00+00:00" "eight in the winter, asked for in the summer"
	has "$(screen queued)" "2026-12-24, 08:00" "and told with its hour"
	has "$(screen 'the outbox')" "2026-12-24, 08:00 bob@" "in the outbox as well"
else skip "no time zones"; fi

# ---- the keys that are named are those of the map ----
fresh
sed -i '1i keys = alpine' "$T/home-jane/pabal/config"
play <<'E'
wait-idle
: delete-pattern ~i 9@
wait-idle
dump marked
keys A D
dump none tagged
E
has "$(screen marked)" "X moves it to the trash" "the key that empties is that of the map"
has "$(screen 'none tagged')" ": tags one, T those that match" "and so are the keys that tag"
done_testing
