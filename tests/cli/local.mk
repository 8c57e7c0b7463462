# end to end, through the programs
EXTRA_DIST += tests/cli/lib.sh
dist_check_SCRIPTS += tests/cli/loop.t
