# What the tests on a real terminal (in tmux) share.
# shellcheck shell=sh
. "${srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/cli/lib.sh"
command -v tmux >/dev/null 2>&1 || skip_all "no tmux"
command -v python3 >/dev/null 2>&1 || skip_all "no python3"
python3 "$top/tests/screen/make-home.py" "$T/home-jane"
unset NO_COLOR EDITOR VISUAL TMUX
S=$T/tmux.0 windows=0
tm() { tmux -f /dev/null -S "$S" "$@"; }
end_tmux() { tm kill-server >/dev/null 2>&1 || :; finish; }
trap end_tmux EXIT

# open COLS ROWS [VAR=VALUE...] [-- ARGUMENTS]: a shell in a window, with pabal typed into it
open_window() {
	cols=$1 rows=$2; shift 2
	vars= args=
	while [ $# -gt 0 ] && [ "$1" != -- ]; do vars="$vars $1"; shift; done
	[ $# = 0 ] || { shift; args="$*"; }
	tm kill-server >/dev/null 2>&1 || :
	# a server of its own: the old one may be on its way out yet, and takes a session with it
	windows=$((windows + 1)) S=$T/tmux.$windows
	tm new-session -d -x "$cols" -y "$rows" "env -u TMUX TERM=tmux-256color LC_ALL=C.UTF-8 TZ=UTC HOME=$T/home-jane XDG_CONFIG_HOME=$T/home-jane XDG_DATA_HOME=$T/home-jane XDG_CACHE_HOME=$T/home-jane PS1='ready\$ ' $vars sh"
	shows 'ready$' || return 1
	tm send-keys -l "$PABAL $args"
	tm send-keys Enter
}
# pabal of the window
pabal_pid() { pgrep -P "$(tm display-message -p '#{pane_pid}')" -x pabal | head -n 1; }
keys() { tm send-keys "$@"; }
screen() { tm capture-pane -p; }
# shows TEXT: it appears within 20 s; hides TEXT: it goes
shows() {
	for _ in $(seq 600); do case $(screen 2>/dev/null) in *"$1"*) return 0 ;; esac; sleep 0.02; done
	screen 2>/dev/null | sed 's/^/# /'; echo "# did not show: $1"; return 1
}
hides() {
	for _ in $(seq 600); do case $(screen 2>/dev/null) in *"$1"*) sleep 0.02 ;; *) return 0 ;; esac; done
	screen | sed 's/^/# /'; echo "# still shows: $1"; return 1
}
see() { shows "$1"; ok $? "$2"; }
unsee() { hides "$1"; ok $? "$2"; }
