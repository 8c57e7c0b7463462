#!/bin/sh
# Whole mailboxes: made, renamed, removed, converted, imported, exported, rid of
# duplicates, compacted; stopped and killed in the middle, and run again.
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
silent() { what=$1; shift; run "$@"; is "$code:$out:$err" "0::" "$what"; }
# refused CODE WORD NAME ARGUMENTS...
refused() {
	want=$1 word=$2 what=$3; shift 3
	run "$@"; is "$code:$out" "$want:" "$what: exit code $want"; has "$err" "$word" "$what: in words"
}
numbers() { as me --list "$1" --sort -received --json | python3 -c 'import json, sys
print(*[d["message_id"].split("@")[0] + d["flags"] for d in map(json.loads, sys.stdin)])'; }
# rows BOX: all that a list says but for id, file, folder, and the size, which an mbox's own fields change
rows() { as me --list "$1" --sort received --json | sed -E 's/"id":"[^"]*",//; s/"folder":"[^"]*",//; s/"file":"[^"]*",//; s/"size":[0-9]*,//'; }

# ---- made, renamed, removed ----
silent "--create" --create Work
silent "--create --to mbox" --create Lists/old --to mbox
is "$(test -d "$mail/Work/cur" && test -f "$mail/Lists/old" && echo both)" both "both are there"
refused 1 already "what is there is not made again" --create Work
refused 64 maildir "no such kind" --create New --to mh
box maildir "$mail/Work" 3
as me --list Work >"$T/before"
silent "--rename" --rename Work Play/Games
as me --list Play/Games >"$T/after"; same "$T/after" "$T/before" "the same messages, with the same ids"
refused 1 Work "the old name is gone" --list Work
refused 1 "" "a name that is taken" --rename Play/Games Lists/old
refused 1 "" "no such mailbox" --rename Nothing Else
refused 1 --force "one with mail is not removed" --remove-folder Play/Games
silent "with --force" --remove-folder Play/Games --force
is "$(numbers Trash):$(test -e "$mail/Play/Games"; echo $?)" "1 2 3S:1" "its mail is in the trash"
silent "an empty one is removed" --remove-folder Lists/old
refused 1 "" "no such mailbox to be removed" --remove-folder Nothing
rm -rf "$mail"; mkdir "$mail"

# ---- converted ----
box maildir "$mail/conv" 50
rows conv >"$T/before"
silent "a Maildir becomes an mbox" --convert conv --to mbox
is "$(test -f "$mail/conv" && grep -c '^From ' "$mail/conv")" 50 "one file"
rows conv >"$T/after"; same "$T/after" "$T/before" "with all flags and dates"
silent "and a Maildir again" --convert conv --to maildir
is "$(find "$mail/conv" -type f -path '*/[cn][ue][rw]/*' | wc -l)" 50 "a file each"
rows conv >"$T/after"; same "$T/after" "$T/before" "with all flags and dates"
is "$(ls -A "$mail" | tr '\n' ' ')" "conv " "nothing is left beside"
refused 1 already "what it is already" --convert conv --to maildir
refused 64 --to "without a kind" --convert conv
refused 1 "mbox or a maildir" "a kind that is none" --convert conv --to mh
box mh "$mail/mh" 2; refused 1 "only be read" "MH is read only" --convert mh --to maildir

# ---- imported ----
rm -rf "$mail"; mkdir "$mail" "$T/in"
n=0
for kind in maildir plain mbox crlf cut gzip mh eml; do
	box $kind "$T/in/$kind" 5 $((n * 10 + 1)); n=$((n + 1))
	silent "$kind: imported" --import "$T/in/$kind" --to got/$kind
	want=5; is "$(as me --count got/$kind)" $want "$kind: all of it"
	silent "$kind: again" --import "$T/in/$kind" --to got/$kind
	is "$(as me --count got/$kind)" $want "$kind: doubles nothing"
done
is "$(numbers got/maildir):$(numbers got/mbox):$(numbers got/mh):$(numbers got/eml)" "1 2 3S 4 5F:21S 22 23 24S 25F:61 62 63S 64 65:71 72 73 74 75" "with flags and dates"
silent "one .eml file, without --to" --import "$T/in/eml/m71.eml" "$T/in/eml/m72.eml"
is "$(numbers Imported)" "71 72" "goes to Imported"
silent "a tree" --import "$T/in" --to tree
is "$(as me --count tree/maildir):$(as me --count tree/mbox):$(as me --count tree/mh):$(as me --count tree/eml)" "5:5:5:5" "keeps its structure"
refused 1 "" "nothing there" --import "$T/nowhere"
mkfifo "$T/fifo"; run --import "$T/fifo"; is "$code:$out" "1:" "a FIFO: exit code 1"
run --import; is "$code" 64 "nothing to import"

# ---- exported ----
silent "exported to an mbox" --export got/maildir -o "$T/out.mbox"
is "$(grep -c '^From ' "$T/out.mbox"):$(grep -c '^>From here' "$T/out.mbox")" "5:5" "all of it, quoted"
rows got/maildir >"$T/before"; rows "$T/out.mbox" >"$T/after"; same "$T/after" "$T/before" "with flags and dates"
refused 1 already "never over another file" --export got/maildir -o "$T/out.mbox"
silent "to a Maildir" --export got/maildir -o "$T/outdir/"
rows "$T/outdir" >"$T/after"; same "$T/after" "$T/before" "with flags and dates"
silent "what a pattern finds" --export got/maildir '~F' -o "$T/flagged.mbox"
is "$(grep -c '^From ' "$T/flagged.mbox")" 1 "just that"
run --export got/maildir -o -
is "$code:$err" "0:" "to standard output"; same "$T/run.out" "$T/out.mbox" "is the same mbox"
run --export got/maildir; is "$code" 64 "without -o"

# ---- duplicates, compacted ----
rm -rf "$mail"; mkdir "$mail"; box maildir "$mail/twice" 4
for f in "$mail"/twice/cur/*; do cp -p "$f" "$mail/twice/new/$(basename "$f" | sed 's/\.M/.D/; s/:.*//')"; done
f=$(grep -l '<4@' "$mail"/twice/new/*); mv "$f" "$mail/twice/cur/$(basename "$f" | sed 's/\.M/.A/; s/:.*//'):2,FS"
had=$(as me --count twice)
silent "--dedupe" --dedupe twice
is "$(numbers twice | tr -d FS):$(as me --count Trash)" "1 2 3 4:$((had - 4))" "each is there once, the others in the trash"
silent "--dedupe again" --dedupe; is "$(numbers twice | tr -d FS)" "1 2 3 4" "finds no more"
as me --flag +trashed twice '=i 2@'
silent "--compact" --compact twice; is "$(numbers twice | tr -d FS)" "1 3 4" "removes what is marked"
box mbox "$mail/comp" 4; as me --flag +trashed comp '=i 2@ | =i 3@'
silent "--compact of an mbox" --compact comp; is "$(numbers comp | tr -d FS):$(grep -c '^From ' "$mail/comp")" "1 4:2" "likewise"

# ---- stopped and killed ----
# broken SIGNAL FILES-OF ARGUMENTS...: the signal comes when there are some files
cat >"$T/broken.py" <<'PY'
import os, signal, subprocess, sys, time
p = subprocess.Popen(sys.argv[3:], stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
def there():
    n = 0
    for top in sys.argv[2].split(","):
        if os.path.isfile(top):
            n += os.path.getsize(top) // 300
        for d in ("tmp", "new", "cur"):
            try: n += len(os.listdir(top + "/" + d))
            except OSError: pass
    return n
until = time.monotonic() + 60
while p.poll() is None and there() < 300 and time.monotonic() < until: time.sleep(0.001)
p.send_signal(int(sys.argv[1]))
out, err = p.communicate(timeout=60)
print(p.returncode, len(out), err.decode().strip().replace("\n", " "), sep="|")
PY
broken() {
	sig=$1 where=$2; shift 2
	HOME=$T/home-me XDG_CONFIG_HOME=$T/home-me XDG_DATA_HOME=$T/home-me XDG_CACHE_HOME=$T/home-me python3 "$T/broken.py" "$sig" "$where" "$PABAL" "$@"
}
ids() { as me --list "$1" --sort -received --json | sed 's/.*"message_id":"\([0-9]*\)@.*/\1/'; }
seq 3000 >"$T/all"
rm -rf "$mail" "$T/in"; mkdir "$mail" "$T/in"; box mbox "$T/in/big" 3000; box maildir "$T/in/dir" 3000
# each way with one of the signals; PABAL_SLOW=1: with both
slow() { [ -n "${PABAL_SLOW:-}" ]; }
for sig in 2 9; do
	for from in big dir; do
		slow || case $sig$from in 2big | 9dir) ;; *) continue ;; esac
		said=$(broken $sig "$mail/$sig$from" --import "$T/in/$from" --to $sig$from)
		echo "# import of $from, signal $sig: $said"
		case $sig:$said in 2:0\|*) ;; 2:*) has "$said" "|0|pabal: Stopped" "import of $from, SIGINT: it says that it was stopped" ;; esac
		ids $sig$from >"$T/some"
		is "$(sort -n "$T/some" | uniq -d)" "" "import of $from, signal $sig: nothing is doubled"
		silent "import of $from: again" --import "$T/in/$from" --to $sig$from
		ids $sig$from >"$T/some"; same "$T/some" "$T/all" "import of $from, after signal $sig: all, once, in their order"
		is "$(find "$mail/$sig$from/tmp" -type f -mmin +2000 | wc -l)" 0 "no old rests"
	done
	rm -rf "$mail/${sig}big" "$mail/${sig}dir"
	for to in mbox maildir; do
		slow || case $sig$to in 2mbox | 9maildir) ;; *) continue ;; esac
		case $to in mbox) box maildir "$mail/c" 3000 ;; *) box mbox "$mail/c" 3000 ;; esac
		rows c >"$T/before"
		said=$(broken $sig "$mail/.c.converting" --convert c --to $to)
		echo "# convert to $to, signal $sig: $said"
		rows c >"$T/after"; same "$T/after" "$T/before" "convert to $to, signal $sig: the old one or the new one, whole"
		if [ "$to:$(test -f "$mail/c" && echo mbox || echo maildir)" != "$to:$to" ]; then
			run --convert c --to $to
			is "$code:$out" "0:" "convert to $to: again"    # it may speak of the lock of the one that is gone
			rows c >"$T/after"; same "$T/after" "$T/before" "convert to $to: finished, with flags and dates"
		fi
		is "$(find "$mail" -maxdepth 1 -name '.c*' | wc -l)" 0 "nothing is left beside"
		rm -rf "$mail/c"
	done
done

done_testing
