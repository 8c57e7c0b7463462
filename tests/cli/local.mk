# end to end, through the programs
EXTRA_DIST += tests/cli/lib.sh tests/cli/bytes.py tests/cli/peers.sh
dist_check_SCRIPTS += tests/cli/loop.t tests/cli/contract.t tests/cli/bytes.t tests/cli/peers-dovecot.t tests/cli/peers-postfix.t tests/cli/clients.t tests/cli/big.t tests/cli/pabald.t
