# end to end, through the programs
EXTRA_DIST += tests/cli/lib.sh tests/cli/bytes.py tests/cli/peers.sh tests/cli/next-hop.py
dist_check_SCRIPTS += tests/cli/loop.t tests/cli/contract.t tests/cli/bytes.t tests/cli/peers-dovecot.t tests/cli/peers-postfix.t tests/cli/peers-relay.t tests/cli/peers-bounce.t tests/cli/clients.t tests/cli/big.t tests/cli/pabald.t
# servers and clients that misbehave, and kill -9
EXTRA_DIST += tests/cli/rude-server.py tests/cli/hostile-check.py tests/cli/kill-check.py tests/cli/rude-check.py tests/cli/rude-expect.py tests/cli/scenarios/pop3.json tests/cli/scenarios/smtp.json
dist_check_SCRIPTS += tests/cli/rude-pop3.t tests/cli/rude-smtp.t tests/cli/kill-fetch.t tests/cli/kill-send.t tests/cli/kill-server.t tests/cli/hostile-client.t
# lists, searches, changes, whole mailboxes, filters, several programs at once
EXTRA_DIST += tests/cli/flush-check.py tests/cli/notice-check.py tests/cli/make-box.py tests/cli/shared-check.py
dist_check_SCRIPTS += tests/cli/boxes.t tests/cli/partial.t tests/cli/notice.t tests/cli/track.t tests/cli/relay.t tests/cli/demo.t tests/cli/flush.t tests/cli/search.t tests/cli/change.t tests/cli/manage.t tests/cli/filter.t tests/cli/shared.t
