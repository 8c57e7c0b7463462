#!/bin/sh
# pabal --demo on a terminal, played with keys: alice writes to bob, to a user who does not
# exist and to a server that is off; S says what became of each; one key corrects the wrong
# address; bob reads it and lets her know; she sees that it was read.
. "${srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/tty/lib.sh"

mkdir "$T/tmp"
# comes TEXT NAME: on the screen, within the schedule of the demo and the patience of a busy machine
comes() { until_ok 90 sh -c "tmux -S '$S' capture-pane -p | grep -q -e '$1'" || { screen | sed 's/^/# /'; false; }; ok $? "$2"; }

open_window 100 30 TMPDIR="$T/tmp" -- --demo
comes "What to try here" "the screen of alice opens, with a mail that says what to try"
keys Enter; see "You are alice@crepes.fr." "which it does"
see "carol@off.example" "with the addresses"
keys q m; see "Compose" "a message"
keys -l "bob@hamburger.edu, nobody@hamburger.edu, carol@off.example"; keys Enter; see "Subject:" "to three"
keys -l "Crepes"; keys Enter; keys -l "There are crepes tonight."; keys C-x; see "Compose: Crepes" "written"
keys , n; see "delivery notice" "a notice is asked for"
keys , m; see "delivery notice  read receipt" "and a receipt"
keys y; comes "takes it back\\|the server took it" "sent, and for two seconds it can be taken back"
keys S; see "Delivery: what became" "the delivery screen"
comes "^ delivered .*bob@hamburger.edu" "bob: delivered"
comes "^ FAILED .*nobody@hamburger.edu" "nobody: failed"
see "There is no such mailbox. 550 5.1.1 No such user here" "with the reason in words"
comes "^ late .*carol@off.example" "carol: late"
see "Connection refused" "for nobody answers there"
see "1 not delivered" "one of three failed"

keys Home Tab; keys e; see "Compose: Crepes" "one key writes it again"
see "To: nobody@hamburger.edu" "to the one who did not get it"
see "delivery notice  read receipt" "with what was asked for"
keys t; see "Enter Done" "the address is ready to be corrected"; keys C-u; keys -l "bob@hamburger.edu"; see "To: bob@hamburger.edu" "corrected"
keys Enter; unsee "Esc Cancel" "and the field left"
keys y; comes "takes it back\\|the server took it" "sent"
keys S; comes "4/4\|/4$" "the delivery screen has a fourth recipient"
until_ok 90 sh -c "[ \$(tmux -S '$S' capture-pane -p | grep -c '^ delivered .*bob@hamburger.edu') = 2 ]"; ok $? "and it is delivered"
keys q; see "Mail server" "the reports are mail, too"
keys q; see "Who are you now?" "leaving her screen, one is asked who one is"

keys b Enter; see "Crepes tonight" "bob has mail"
comes "Alice .* Crepes\$" "and that of alice"
keys Home Enter; see "There are crepes tonight." "he reads it"
see "alice@crepes.fr asks to be told that you read this" "and is asked"
keys y; unsee "asks to be told" "he lets her know"
keys q; see "Crepes tonight" "his list"
keys q; see "Who are you now?" "he leaves"

keys a Enter; see "What to try here" "alice again"
keys S; comes "^ read .*bob@hamburger.edu" "she sees that it was read"
keys q q; see "Who are you now?" "she leaves"
keys q Enter; until_ok 90 sh -c "[ -z \"\$(find '$T/tmp' -mindepth 1 -name 'pabal-demo*')\" ]"; ok $? "the demo ends, and its folder goes"
is "$(pgrep -f -- "--root=$T/tmp/pabal-demo" | wc -l)" 0 "and its servers"
done_testing
