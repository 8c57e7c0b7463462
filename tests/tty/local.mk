# on a real terminal, in tmux
EXTRA_DIST += tests/tty/lib.sh
dist_check_SCRIPTS += tests/tty/stories.t tests/tty/unsure.t tests/tty/loop.t tests/tty/delivery.t tests/tty/demo.t tests/tty/spell.t
