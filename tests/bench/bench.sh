#!/bin/sh
# make bench: pabal and pabald beside their peers, in one run, as ratios.
# Everything is on loopback, bounded, and ends by itself (some minutes).
# BENCH_MESSAGES sets the size of the maildrop (10000), TMPDIR the disk,
# BENCH_ONLY the parts (submit,fetch,server; of the other files: boxes,screens,mime).
parts=
for part in submit fetch server; do
	case ",${BENCH_ONLY:-submit,fetch,server}," in *,$part,*) parts="$parts${parts:+,}$part" ;; esac
done
[ -n "$parts" ] || exit 0
. "${srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/cli/lib.sh"
. "$top/tests/cli/peers.sh"

n=${BENCH_MESSAGES:-10000}
make_certs || skip_all "no certificate could be made"
dovecot_user bench secret
dovecot_user store secret
python3 - "$T/dv/mail/bench/new" "$n" <<-'PY'
	import os, random, sys
	r = random.Random(1)
	words = "the mail rider carries word across the hills and brings word back 파발 소식 편지".split()
	for i in range(int(sys.argv[2])):
	    lines = [" ".join(r.choice(words) for _ in range(10)) for _ in range(r.randrange(20, 160))]
	    text = "From: a@bench.test\nTo: b@bench.test\nSubject: number %d\nMessage-ID: <%d@bench.test>\n\n%s\n" % (i, i, "\n".join(lines))
	    with open("%s/%d.M1P1Q%d.bench" % (sys.argv[1], 1600000000 + i, i), "w") as f:
	        f.write(text)
PY
chown -R "$mail_uid:$mail_gid" "$T/dv/mail/bench"
dovecot_up
postfix_up 2>/dev/null || :
# pabald takes its own mail into "store" and gives out the same maildrop
mkdir -p "$T/pd/mail/bench"
chmod 700 "$T/pd"
cp -r "$T/dv/mail/bench/new" "$T/dv/mail/bench/cur" "$T/dv/mail/bench/tmp" "$T/pd/mail/bench/"
pabald pd --domain bench.test --user bench:secret --user store:secret
sync
export T PABAL n
export dv_pop3 pd_pop3 pd_smtp pf_bare="${pf_bare:-}"
BENCH_ONLY=$parts python3 "$top/tests/bench/bench.py"
