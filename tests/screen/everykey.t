#!/bin/sh
# Every key of every map is pressed on its screen, and what it asks is answered by Enter:
# nothing crashes, and each does something.
top=${srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
build=${builddir:-$top/build-check}
PABAL=$build/src/pabal
[ -x "$PABAL" ] || { echo "1..0 # SKIP no $PABAL: build first"; exit 0; }
command -v python3 >/dev/null 2>&1 || { echo "1..0 # SKIP no python3"; exit 0; }
T=$(mktemp -d "${TMPDIR:-/tmp}/pabal-keys-XXXXXX")
trap 'rm -rf "$T"' EXIT
LC_ALL=C.UTF-8 TZ=UTC
export LC_ALL TZ
n=0 bad=0
# SCREEN COMMANDS: what leads to it from the list
screens='list|change-folder INBOX
message|change-folder INBOX; jump 4; display-message
parts|change-folder INBOX; jump 4; view-attachments
compose|mail carol@example.net; edit-message; exit
editor|mail carol@example.net; edit-message
mailboxes|mailboxes
outbox|outbox
delivery|delivery
text|log
pick|mail; attach-file'
for map in mutt alpine vi; do
	echo "$screens" | while IFS='|' read -r screen commands; do
		rm -rf "${T:?}/home"
		python3 "$top/tests/screen/make-home.py" "$T/home"
		{ echo "keys = $map"; echo "save-to = $T/home"; cat "$T/home/pabal/config"; } >"$T/conf" && cat "$T/conf" >"$T/home/pabal/config"
		printf 'stay\nclock Tue, 03 Mar 2026 12:00:00 +0000\nwait-idle\nevery-key %s\n' "$commands" >"$T/script"
		(cd "$T" && HOME=$T/home XDG_CONFIG_HOME=$T/home XDG_DATA_HOME=$T/home XDG_CACHE_HOME=$T/home "$PABAL" --script "$T/script" >"$T/out" 2>"$T/err") && code=0 || code=$?
		if [ $code = 0 ] && grep -q "every key of $screen: [1-9]" "$T/out"; then echo "ok - $map: $(sed -n 's/^== //p' "$T/out")"
		else echo "not ok - $map: every key of $screen"; tail -n 40 "$T/err" "$T/out" | sed 's/^/# /'; fi
	done
done >"$T/all"
awk '/^(not )?ok/ { n++; sub(/ok -/, "ok " n " -"); } { print } END { print "1.." n }' "$T/all"
! grep -q '^not ok' "$T/all"
