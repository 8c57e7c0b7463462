#!/bin/sh
# Misspelt words, by a program that speaks as "ispell -a" and knows few; of scripts that its
# dictionary has not, none is a mistake.
. "${srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/tty/lib.sh"

speller() { # KNOWN...
	cat >"$T/speller" <<-E
		#!/bin/sh
		echo '@(#) a speller'
		while read -r word; do
			case " $* " in *" \${word#^} "*) echo '*' ;; *) echo "# \${word#^} 1" ;; esac
			echo
		done
	E
	chmod 755 "$T/speller"
}
write() {
	open_window 80 24
	keys m; see "Compose" "a message"
	keys -l bob@example.net; keys Enter; keys -l "Spelling"; keys Enter
	see "To: bob@example.net" "the editor"
	keys -l "the caat 고양이 кот"; keys Escape s; see "\"caat\":" "a wrong word is asked about"
	keys n
}

printf 'undo-send = no\nfetch-every = no\nspeller = %s\n[account a]\naddress = Jane <jane@example.org>\nsmtp = smtp+plain://127.0.0.1:1\n' "$T/speller" >"$T/home-jane/pabal/config"
speller the cat
write
see "No more words look misspelt." "not those of scripts that the dictionary has not"
speller the cat 사람 개
write
see "\"고양이\":" "those of one that it has, they are"
keys n; see "No more words look misspelt." "and no others"
done_testing
