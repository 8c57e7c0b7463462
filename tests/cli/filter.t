#!/bin/sh
# Filters of the configuration: on what is fetched, on what is there, and why.
. "${srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/cli/lib.sh"
command -v python3 >/dev/null 2>&1 || skip_all "no python3"

pabald s --domain hamburger.edu --user bob@hamburger.edu:b0
pop3="pop3 = pop3+plain://bob%40hamburger.edu@127.0.0.1:$s_pop3"
# config LEAVE < FILTERS
config() {
	person bob "Bob <bob@hamburger.edu>" "$pop3" "password = b0" "leave-on-server = $1"
	cat >>"$T/home-bob/pabal/config"
}
run() {
	as bob "$@" >"$T/run.out" 2>"$T/run.err" && code=0 || code=$?
	out=$(cat "$T/run.out") err=$(cat "$T/run.err")
}
silent() { what=$1; shift; run "$@"; is "$code:$out:$err" "0::" "$what"; }
n=0
# mail NAME FROM SUBJECT BODY: for the user, straight into his maildrop
mail() {
	n=$((n + 1))
	mkdir -p "$T/s/mail/bob/new" "$T/s/mail/bob/cur" "$T/s/mail/bob/tmp"
	printf 'Message-ID: <%s@f.test>\r\nFrom: %s\r\nTo: bob@hamburger.edu\r\nSubject: %s\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\nDate: Fri, 20 Nov 2026 10:00:00 +0000\r\n\r\n%s\r\n' "$1" "$2" "$3" "$4" >"$T/s/mail/bob/new/$((1700000000 + n)).M${n}P1.f"
}
at_server() { find "$T/s/mail/bob/new" "$T/s/mail/bob/cur" -type f | wc -l; }
# names BOX: what is in it, with flags
names() { [ -d "$T/home-bob/pabal/mail/$1" ] && as bob --list "$1" --json | python3 -c 'import json, sys
print(*sorted(d["message_id"].split("@")[0] + (":" + d["flags"] if d["flags"] else "") for d in map(json.loads, sys.stdin)))'; }
id_of() { as bob --search "=i $1@" --json | head -n 1 | sed 's/.*"id":"\([0-9a-f]*\)".*/\1/'; }

config no <<'EOF2'
[filter boss]
pattern = ~f boss@uu.ac.kr ~s report
move = Work/Reports

[filter seoul]
pattern = ~s 시험
move = 학교
flag = +flagged

[filter mark]
pattern = ~b urgent
flag = +flagged
stop = no

[filter second]
pattern = ~f ann@
move = Ann
flag = +seen

[filter last]
pattern = ~f ann@ | ~f zoe@
move = Last
EOF2
silent "the configuration is good" --check-config
mail report "boss@uu.ac.kr" "Weekly report" "urgent, but the first filter ends it"
mail other "boss@uu.ac.kr" "Lunch" "noon"
mail korean "k@k.test" "중간시험공고" "내용"
mail urgent "x@x.test" "hello" "This is URGENT."
mail both "Ann <ann@a.test>" "hello" "an urgent one of two filters"
mail ann "ann@a.test" "hello" "calm"
mail zoe "zoe@z.test" "hello" "calm"
silent "fetched in silence" --fetch
is "$(names INBOX)" "other urgent:F" "the inbox keeps what no filter moves"
is "$(names Work/Reports)" "report" "a sender and a subject: moved"
is "$(names 학교)" "korean:F" "a Korean pattern inside a word: moved and flagged"
is "$(names Ann)" "ann:S both:FS" "stop = no: the next filter joins in"
is "$(names Last)" "zoe" "the first that ends it keeps the later ones away"
is "$(at_server)" 0 "all was taken from the server"

# ---- why ----
run --why "$(id_of report)" "$(id_of both)" "$(id_of other)"
is "$code:$(echo "$out" | sed -n 1p | grep -c '  boss$'):$(echo "$out" | grep -c '  second$')" "0:1:1" "--why names the filter"
has "$out" "$(id_of other)  no filter moved it" "or that there was none"
run --why 0123456789ab; is "$code:$out" "1:" "no such message: exit code 1"
run --why INBOX; is "$code" 64 "--why takes ids"
has "$(as bob --history | head -n 1)" "filters" "it is one action of the history"
silent "which can be taken back" --undo
is "$(names INBOX | sed 's/:[A-Z]*//g')" "ann both korean other report urgent zoe" "everything is in the inbox again"

# ---- by command ----
run --filter --dry-run
is "$code:$err:$(echo "$out" | wc -l)" "0::6" "--filter --dry-run: a line for each that would be filtered"
has "$out" "$(id_of report)	boss	Work/Reports		Weekly report" "with id, filter, folder and subject"
is "$(names INBOX | wc -w):$(names Work/Reports)" "7:" "and does nothing"
run --filter --dry-run --json '~f boss@'
is "$out" "{\"id\":\"$(id_of report)\",\"rule\":\"boss\",\"to\":\"Work/Reports\",\"flags\":\"\",\"subject\":\"Weekly report\"}" "as JSON, for a pattern"
silent "--filter with an id" --filter "$(id_of zoe)"
is "$(names Last):$(names INBOX | wc -w)" "zoe:6" "does it to that one"
silent "--filter" --filter
is "$(names INBOX):$(names Work/Reports):$(names 학교):$(names Ann)" "other urgent:F:report:korean:F:ann:S both:FS" "does it to all of the inbox"
silent "--filter again" --filter

# ---- wrong ones ----
config no <<'EOF2'
[filter wrong]
pattern = ~f boss (~s x
move = Work
EOF2
line=$(grep -n '^pattern' "$T/home-bob/pabal/config" | cut -d: -f1)
run --check-config
is "$code:$out" "78:" "a wrong pattern: exit code 78"; has "$err" "config:$line: " "with file and line"; has "$err" "at character 9" "and character"
mail safe "x@x.test" "safe" "x"
run --fetch; is "$out" "" "a fetch with it"; is "$(names INBOX)" "other safe urgent:F" "brings the mail home all the same"
for bad in 'pattern = ~A' 'pattern = ~A
flag = +blue' 'move = X' 'pattern = ~A
mvoe = X'; do
	printf '[filter bad]\n%s\n' "$bad" | config no
	run --check-config; is "$code:$out" "78:" "$(echo "$bad" | tr '\n' ' '): exit code 78"; has "$err" "config:" "with file and line"
done
config no </dev/null; run --filter; is "$code:$out" "78:" "no filters: exit code 78"

# ---- a folder that can't be made ----
echo "not a folder" >"$T/home-bob/pabal/mail/file"
config no <<'EOF2'
[filter nowhere]
pattern = ~s stays
move = file/below
[filter fine]
pattern = ~s goes
move = Goes
EOF2
mail stays "x@x.test" "stays" "x"
mail goes "x@x.test" "goes" "x"
run --fetch
is "$code:$out:$(at_server)" "0::0" "a folder that can't be made: the fetch is good"; has "$err" "file" "a warning says why"
is "$(names INBOX)" "other safe stays urgent:F" "the mail stays in the inbox"
is "$(names Goes)" "goes" "and the other filters work"
run --fetch; is "$code:$out:$err" "0::" "the next fetch is silent"
run --filter; is "$code:$out" "1:" "--filter: exit code 1"; has "$err" "file/below" "with the folder"

# ---- until-deleted ----
rm -rf "$T/home-bob" "$T/s/mail/bob"
config until-deleted <<'EOF2'
[filter boss]
pattern = ~f boss@
move = Work
EOF2
mail one "boss@uu.ac.kr" one x
mail two x@x.test two x
mail three x@x.test three x
mail four x@x.test four x
silent "fetched" --fetch
is "$(names INBOX):$(names Work):$(at_server)" "four three two:one:4" "until-deleted: all is still on the server"
silent "one is moved" --move Kept INBOX "~s two"
silent "one is deleted" --delete INBOX "~s three"
silent "fetched again" --fetch
is "$(at_server):$(grep -l '<three@' "$T"/s/mail/bob/*/* | wc -l)" "3:0" "what was deleted is gone there"
is "$(grep -l -e '<one@' -e '<two@' -e '<four@' "$T"/s/mail/bob/*/* | wc -l)" 3 "what a filter or a hand moved is not"
silent "fetched once more" --fetch
is "$(names INBOX):$(names Kept):$(names Work):$(names Trash):$(at_server)" "four:two:one:three:3" "nothing comes twice"
printf 'wait-idle\n: search ~s four\nwait-idle\nkeys Y\ntype mine\nkeys <Enter>\nwait-idle\n' >"$T/script"
silent "a label is given" --script "$T/script"
silent "fetched again" --fetch
is "$(names INBOX):$(at_server):$(grep -l '^X-Label: mine' "$T"/home-bob/pabal/mail/INBOX/cur/* | wc -l)" "four:3:1" "what got a label was not deleted"
silent "what was moved is deleted where it is" --delete Kept "~A"
silent "fetched again" --fetch
is "$(at_server):$(grep -l '<two@' "$T"/s/mail/bob/*/* | wc -l)" "2:0" "it is gone there, too"

done_testing
