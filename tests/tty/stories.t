#!/bin/sh
# Stories on a real terminal: what a person does in a day, and what goes wrong then.
. "${srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/tty/lib.sh"

# ---- start, read, resize, leave ----
open_window 80 24
see "Escape" "the list of the inbox is there"
see "? Help" "with its keys at the foot"
keys G; see "cannot connect" "a fetch that can't be says so, and the screen goes on"
keys j j j Enter; see "The report is attached." "Enter reads a message"
see "the address is x@evil.example" "what is false of its sender is said"
tm resize-window -x 120 -y 30; see "Work/Reports" "a wider window shows the mailboxes"
tm resize-window -x 42 -y 12; see "Back" "a small one still shows the message"
tm resize-window -x 30 -y 8; see "Too small a window" "one below 40x10 says so"
tm resize-window -x 80 -y 24; see "The report is attached." "and back"
keys q q; see 'ready$' "q and q leave"
is "$(screen | grep -c 'The report')" 0 "the shell's screen is as it was"

# ---- stop and go on ----
open_window 80 24
see "Escape" "it is there"
keys C-z; see "Stopped" "^Z stops it"
keys -l "echo shell is here"; keys Enter; see "shell is here" "the shell works meanwhile"
keys -l fg; keys Enter; see "? Help" "fg brings the screen back"
keys C-c; keys C-c; see "? Help" "^C stops jobs, not pabal"
keys ? ; see "Find:" "help opens"
keys -l delete-th; see "delete-thread" "and is narrowed while one types"
keys Escape; unsee "Find:" "Esc goes back"

# ---- a crash leaves the terminal usable ----
keys m; see "Compose" "a message is begun"
keys -l carol@example.net; keys Enter; keys -l "Before the crash"; keys Enter
keys -l "Words that must not be lost."
until_ok 20 sh -c "grep -q 'must not be lost' $T/home-jane/pabal/compose/*/text && grep -q 'Before.*crash' $T/home-jane/pabal/compose/*/fields"; ok $? "what is typed is on the disk a moment later"
kill -SEGV "$(pabal_pid)"
see 'ready$' "after a crash the shell is back"
keys -l "echo typed"; keys Enter; see "typed" "and shows what is typed"
is "$(screen | grep -c 'Compose')" 0 "on its own screen"
keys -l "$PABAL"; keys Enter
see "is safe: R goes on with it" "the next start says that the message is safe"
keys R; see "interrupted" "R lists it"
keys Enter; see "Words that must not be lost." "and it is all there"

# ---- the editor of the person ----
cat >"$T/editor" <<'E'
#!/bin/sh
echo "Written outside, 기현." >>"$1"
E
chmod +x "$T/editor"
keys q; see "ostpone it" "leaving it asks"
keys p; see "Kept in Drafts" "and it is kept"
keys q; see 'ready$' "leave"
open_window 80 24 EDITOR="$T/editor"
see "Escape" "again"
keys R; see "postponed" "the draft is in Drafts"
keys Enter; see "Compose: Before the crash" "it opens"
keys Escape e; see "Written outside, 기현." "Esc e goes through \$EDITOR and back"

# an editor that fails takes no text along
for how in 'exit 3:ended with code 3, so the text stays' ': >"$1":left no text, so the text stays' 'rm "$1":left no text, so the text stays' \
	'echo half >>"$1"; exit 4:ended with code 4; the text is what it left'; do
	printf '#!/bin/sh\n%s\n' "${how%:*}" >"$T/editor"
	keys Escape e; see "${how##*:}" "an editor that does ${how%:*} is told of"
	see "Written outside, 기현." "and the text is there"
done

# ---- pasting ----
printf 'qqddd\nxx' >"$T/paste"
tm load-buffer "$T/paste"
keys ,z; see "stays open" "other mail can be read meanwhile"
tm paste-buffer -p; see "is not taken here" "pasted text runs no command in a list"
keys R; see "Compose: Before the crash" "R comes back"
keys e; see "Words that" "e opens the text"
tm paste-buffer -p; see "qqddd" "in the editor it is text"
keys C-_ ; unsee "qqddd" "and one undo takes it out"
printf 'begun\r\nended' >"$T/paste"
tm load-buffer "$T/paste"
tm paste-buffer -p -r; see "ended" "what has CR LF is pasted"
is "$(screen | grep -A 1 begun | tail -n 1 | cut -c1-5)" ended "without empty lines between"
keys C-_ ; unsee "ended" "and taken out"
keys C-x; see "Subject" "^X is back at the fields"

# ---- the terminal hangs up ----
keys e; see "Words that" "the text again"
keys -l "Last words before the line broke."; see "line broke." "as typed"
pid=$(pabal_pid)
tm kill-server
until_ok 20 sh -c "grep -q 'Last words before' $T/home-jane/pabal/compose/*/text"; ok $? "a hangup saves the text"
until_ok 20 sh -c "! kill -0 $pid 2>/dev/null"; ok $? "and ends the program"

# ---- the mouse in a prompt ----
open_window 80 24
see "Escape" "the list"
keys l; see "Limit to:" "a prompt"
keys -l "kechup"; see "Limit to: kechup" "with a word"
keys -l "$(printf '\033[M -6\033[M#-6')"; keys -l t; see "Limit to: ketchup" "a click puts the cursor there"
keys Escape; unsee "Limit to" "and Esc leaves it"

# ---- the mouse on the keys at the foot ----
click() { keys -l "$(printf '\033[M %b%b\033[M#%b%b' "$1" "$2" "$1" "$2")"; }
click '\063' 7; see "Subject: " "a click on Enter Read reads"
keys Escape; unsee "Subject: " "and Esc leaves the message"
click '\043' 7; see "Help: list" "a click on ? Help helps"
see "Esc Back" "and says which keys work while it is narrowed"
hides "Space Down" ; ok $? "not those that would be typed"
click '\063' 7; unsee "Help: list" "a click on Esc Back goes back"
keys q; see 'ready$' "bye"

# ---- what can't be saved is said, and saved when it can be ----
mv "$T/home-jane/pabal/compose" "$T/compose"; : >"$T/home-jane/pabal/compose"
open_window 80 24
keys m; see "Compose" "a message"
keys Escape; see "y Send" "out of its field"
keys t; keys -l carol@example.net; keys Enter; see "on this screen only" "a draft that can't be saved is said to be on the screen only"
see "y Send" "and Enter ended its field"
keys ,z; see "Do you like ketchup" "the list"
see "on this screen only" "and that is not talked over"
keys G; see "cannot connect" "what else fails is said"
for _ in $(seq 300); do case $(screen) in *"on this screen only"*) break ;; esac; sleep 0.02; done
is "$(screen | grep -c "on this screen only")" 0 "and the next try, 5 s later, does not talk over that"
rm "$T/home-jane/pabal/compose"
until_ok 20 sh -c "grep -q carol@example.net $T/home-jane/pabal/compose/*/fields"; ok $? "it is saved by itself as soon as it can be"
keys q; see "ostpone it" "q asks what is to become of it"
keys d; see 'ready$' "and it is dropped"
rm -r "$T/home-jane/pabal/compose"; mv "$T/compose" "$T/home-jane/pabal/compose"

# ---- other terminals ----
for term in vt100 linux screen xterm xterm-256color; do
	infocmp $term >/dev/null 2>&1 || { skip "no terminfo of $term"; continue; }
	open_window 80 24 TERM=$term
	see "Do you like ketchup" "TERM=$term shows the list"
	keys Enter; see "Text with" "and a message"
	keys q q
	see 'ready$' "and leaves it in order"
	for _ in $(seq 600); do last=$(screen | sed 's/ *$//' | grep 'ready\$' | tail -n 1); [ "$last" != 'ready$' ] || break; sleep 0.02; done
	is "$last" 'ready$' "with nothing of its own beside the prompt"
done
open_window 80 24 TERM=no-such-terminal
see "is not known" "an unknown terminal is said to be one"
open_window 80 24 LC_ALL=C
see "Do you like ketchup" "a 7-bit locale shows what it can"
is "$(screen | LC_ALL=C grep -c "$(printf '\354')")" 0 "and sends no other bytes"
keys q; see 'ready$' "and leaves"
open_window 80 24 NO_COLOR=1
see "Do you like ketchup" "NO_COLOR"
is "$(tm capture-pane -p -e | grep -c "$(printf '\033')\[[0-9;]*3[0-7]m")" 0 "means no colours"
keys q; see 'ready$' "bye"

# ---- a message is sent at a time, while the screen is open ----
open_window 80 24
see "Escape" "the list"
keys -l ":mail carol@example.net"; keys Enter; see "Compose" "a message"
keys -l ":edit-subject In a moment"; keys Enter
keys -l ":send-later +2s"; keys Enter; see "all the same" "is sent without a text"
keys y; see "it goes out at" "and waits for its time"
see "Not sent yet: cannot connect" "it is tried when that has come, without a key"
see "refused. It waits" "and goes on waiting"
keys X; see "In a moment" "in the outbox"
keys d; see "for good, unsent" "from where it"
keys y; see "Nothing waits" "is removed"
keys q q; see 'ready$' "bye"

# ---- other programs bring mail, at the very first start as well ----
rm -f "$T/home-jane/pabal/index.db"*
open_window 80 24
see "Do you like ketchup" "no index was there"
printf 'From: New <new@example.com>\nSubject: The first to come\nMessage-ID: <new0@x>\n\nHello.\n' >"$T/home-jane/pabal/mail/INBOX/tmp/1772500009.M9.new"
mv "$T/home-jane/pabal/mail/INBOX/tmp/1772500009.M9.new" "$T/home-jane/pabal/mail/INBOX/new/"
see "The first to come" "new mail appears"
find "$T/home-jane/pabal/mail/INBOX" -name '1772500009*' -exec rm {} +
unsee "The first to come" "and goes"
keys q; see 'ready$' "bye"

# ---- other programs change the mailbox ----
open_window 80 24
see "Escape" "open"
printf 'From: New <new@example.com>\nSubject: Just arrived\nMessage-ID: <new1@x>\n\nHello.\n' >"$T/home-jane/pabal/mail/INBOX/tmp/1772500000.M1.new"
mv "$T/home-jane/pabal/mail/INBOX/tmp/1772500000.M1.new" "$T/home-jane/pabal/mail/INBOX/new/"
see "Just arrived" "new mail appears without a key"
find "$T/home-jane/pabal/mail/INBOX" -name '1772500000*' -exec rm {} +
unsee "Just arrived" "and goes when another program removes it"
keys d d '$'; see "takes it back" "two are deleted"
keys C-_; see "Taken back" "and taken back"
mv "$T/home-jane/pabal/mail/INBOX" "$T/away"
keys Enter; see "not there any more" "a mailbox that went away is said to have gone"
mv "$T/away" "$T/home-jane/pabal/mail/INBOX"
keys q; see 'ready$' "in order"

# ---- and the message that is read ----
open_window 80 24
see "Escape" "open"
keys -l "/ketchup"; keys Enter Enter; see "Subject: Do you like" "one is found and read"
all=$(screen | sed -n '1s|^ *INBOX: [0-9]*/\([0-9]*\) .*|\1|p')
f=$(grep -rl "Subject: Do you like" "$T/home-jane/pabal/mail/INBOX"); mv "$f" "$T/away"
unsee "INBOX: 8/$all" "another program takes it away"
keys C-d; see "not in the list any more" "no thread is deleted for it"
keys q; see "q Quit" "back in the list"
is "$(screen | sed -n '1s/.*deleted.*/deleted/p')" "" "no other is marked"
mv "$T/away" "$f"
keys q; see 'ready$' "bye"
done_testing
