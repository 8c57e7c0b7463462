#!/bin/sh
# The fences between the floors: an include goes down, never up or sideways,
# and some words stand in one file only.
top=${srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
cd "$top" || exit 99
n=0 bad=0
report() { # LINES NAME
	n=$((n + 1))
	if [ -z "$1" ]; then echo "ok $n - $2"; else bad=1; echo "not ok $n - $2"; printf '%s\n' "$1" | sed 's/^/# /'; fi
}

floor() {
	case $1 in
	base) echo 0 ;; mime|io|tui) echo 10 ;; store|conf|proto) echo 20 ;; index) echo 25 ;; show) echo 27 ;; query) echo 28 ;;
	post) echo 30 ;; job) echo 40 ;; ui|cli|server) echo 50 ;; *) echo 60 ;;
	esac
}

out=$(grep -rn '^#include "' src --include='*.[ch]' | while IFS=: read -r file line text; do
	to=${text#*\"} to=${to%\"*}
	from=${file#src/} from=${from%%/*}
	case $to in */*) folder=${to%%/*} ;; *) continue ;; esac
	[ "$folder" = "$from" ] && continue
	[ "$(floor "$folder")" -lt "$(floor "$from")" ] || echo "$file:$line: $text"
done)
report "$out" "an include goes down"

out=$(grep -rnE '^#include "[^"]*/' src --include='*.[ch]' | grep -vE '"([a-z]+)/\1\.h"|"([a-z]+)/priv\.h"|src/([a-z]+)/.*"\3/')
report "$out" "a folder is entered by its own header"

out=$(grep -rnE '#include "[a-z]+/priv\.h"' src | grep -vE 'src/([a-z]+)/[^:]*:[0-9]*:#include "\1/priv\.h"')
report "$out" "a priv.h stays in its folder"

only() { # PATTERN ALLOWED NAME
	report "$(grep -rnE "$1" src --include='*.[ch]' | grep -vE "^($2)[:]" | grep -vE ':[[:space:]]*(/?\*|//)')" "$3"
}
only '#include <(openssl/|ncurses|curses)' 'src/io/(tls|cert)\.c|src/tui/tty\.c' "OpenSSL in io/tls.c and io/cert.c, curses in tui/tty.c"
only '#include <sqlite3' 'src/(store|index)/[a-z]+\.[ch]' "SQLite in store and index only"
only '#include <cmark' 'src/post/markdown\.c' "cmark where Markdown becomes HTML"
only '#include <libical' '(src/show/(cal[a-z]+|rendercard)|src/post/invite)\.c' "libical where calendars are read and answered"
only '#include <pthread' 'none' "no threads"
only '[^a-z_](fork|posix_spawn|execv[a-z]*)\(' 'src/io/proc\.c' "children start in io/proc.c only"
only '[^a-z_.>](socket|getaddrinfo)\(' 'src/io/[a-z]+\.[ch]' "sockets in io only"
only '[^a-z_](poll)\(' 'src/io/[a-z]+\.c' "poll in io only"
only '(^|[^A-Za-z_])_\("' 'src/(io|store|index|conf|proto|show|query|post|job|cli|server|ui)/.*' "no sentence is translated in base, mime and tui"
report "$(grep -rnE '(^|[^a-z_])(rename|renameat|unlink|unlinkat|link|linkat|mkdir|fsync|ftruncate)\(' src --include='*.c' | grep -vE '^src/base/(fs|path|src)\.c|fs_(sys|rename|unlink|mkdir|rmdir)|box_rename\(|readlink\(|ix_[a-z]+\(|->(rename|unlink|link)|:[[:space:]]*/?\*')" "files are changed through base/fs.c"

report "$(find src -name '*.h' | sed 's|src/||' | grep -vE '^([a-z]+)/(\1|priv)\.h$|^ui/screens\.h$')" "one public header a folder"
report "$(wc -l $(find src -name '*.c') | awk '$2 != "total" && $1 > 600 { print $2 ": " $1 " lines" }')" "no file is over 600 lines"
report "$(wc -l $(find src -name '*.h') | awk '$2 != "total" && $1 > 410 { print $2 ": " $1 " lines" }')" "no header is over 400 lines"
report "$(grep -ohE '\{[a-z]+(-[a-z]+)*\}' src/ui/*.c | tr -d '{}' | sort -u | while read -r c; do grep -qE "^	\{ \"$c\"," src/ui/*.c || echo "{$c}"; done)" "commands in sentences are commands"
report "$(for f in $(find src tests -name '*.[ch]'); do head -n 2 "$f" | grep -q SPDX || echo "$f"; done)" "every file names its licence"
report "$(grep -rlE '(^|[^A-Za-z_])N?_\(' src --include='*.c' | LC_ALL=C sort | awk 'NR == FNR { have[$0] = 1; next } !($0 in have)' po/POTFILES.in -)" "po/POTFILES.in names every file with sentences"

echo "1..$n"
exit $bad
