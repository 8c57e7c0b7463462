# Real servers for the tests, as processes of the test: own folders, own
# configuration, high ports of loopback, no system state. Sourced after lib.sh.
# shellcheck shell=sh

command -v python3 >/dev/null 2>&1 || skip_all "no python3"
command -v openssl >/dev/null 2>&1 || skip_all "no openssl"
PATH=$PATH:/usr/sbin:/usr/local/sbin
chmod 711 "$T"          # the servers' own users pass through it

# The user that keeps the mail: as root somebody else, or the servers refuse.
if [ "$(id -u)" = 0 ]; then mail_user=nobody; else mail_user=$(id -un); fi
mail_uid=$(id -u "$mail_user") mail_gid=$(id -g "$mail_user") mail_group=$(id -gn "$mail_user")

free_ports() { python3 -c 'import socket, sys
s = [socket.socket() for _ in range(int(sys.argv[1]))]
for x in s: x.bind(("127.0.0.1", 0))
print(*[x.getsockname()[1] for x in s])' "$1"; }

# $T/tls.crt and $T/tls.key for localhost; $T/other.crt is nobody's
make_certs() {
	for c in tls other; do
		openssl req -x509 -newkey rsa:2048 -nodes -keyout "$T/$c.key" -out "$T/$c.crt" -days 30 -subj /CN=localhost \
			-addext "subjectAltName=DNS:localhost,IP:127.0.0.1" >/dev/null 2>&1 || return 1
	done
}

# within SECONDS COMMAND...: until_ok for a command that takes its own time
within() {
	by=$(($(date +%s) + $1)); shift
	until "$@" >/dev/null 2>&1; do
		[ "$(date +%s)" -lt $by ] || return 1
		sleep 0.1
	done
}

listens() { python3 -c 'import socket, sys
socket.create_connection(("127.0.0.1", int(sys.argv[1])), 2).close()' "$1"; }

# dovecot_up: POP3 for the users in $T/dv/passwd (dovecot_user), whose Maildirs
# are $T/dv/mail/NAME; ports $dv_pop3 and $dv_pop3s, pid $dv_pid
dovecot_user() {
	mkdir -p "$T/dv/mail/$1/new" "$T/dv/mail/$1/cur" "$T/dv/mail/$1/tmp"
	echo "$1:{PLAIN}$2:$mail_uid:$mail_gid::$T/dv/mail/$1::" >>"$T/dv/passwd"
	chmod 644 "$T/dv/passwd"
	chmod 711 "$T/dv" "$T/dv/mail"
	chown -R "$mail_uid:$mail_gid" "$T/dv/mail/$1"
}
dovecot_up() {
	command -v dovecot >/dev/null 2>&1 || skip_all "no dovecot"
	case $(dovecot --version) in 2.3.*) ;; *) skip_all "the configuration here is for Dovecot 2.3" ;; esac
	[ -n "${dv_pop3:-}" ] || { dv_ports=$(free_ports 2); dv_pop3=${dv_ports% *} dv_pop3s=${dv_ports#* }; }
	mkdir -p "$T/dv/run"
	own=
	if [ "$(id -u)" != 0 ]; then
		own="default_internal_user = $mail_user
default_login_user = $mail_user
default_internal_group = $mail_group"
	fi
	cat >"$T/dv/dovecot.conf" <<-CONF
	base_dir = $T/dv/run
	state_dir = $T/dv/run
	log_path = $T/dv/log
	protocols = pop3
	listen = 127.0.0.1
	$own
	disable_plaintext_auth = no
	auth_mechanisms = plain login cram-md5 apop scram-sha-1 scram-sha-256
	auth_failure_delay = 0
	ssl = yes
	ssl_cert = <$T/tls.crt
	ssl_key = <$T/tls.key
	first_valid_uid = 1
	first_valid_gid = 1
	mail_location = maildir:$T/dv/mail/%u
	mail_max_userip_connections = 0
	passdb {
	  driver = passwd-file
	  args = $T/dv/passwd
	}
	userdb {
	  driver = passwd-file
	  args = $T/dv/passwd
	}
	service anvil {
	  chroot =
	}
	service stats {
	  chroot =
	}
	service pop3-login {
	  chroot =
	  inet_listener pop3 {
	    port = $dv_pop3
	  }
	  inet_listener pop3s {
	    port = $dv_pop3s
	    ssl = yes
	  }
	}
	service auth {
	  unix_listener auth-client {
	    path = $T/dv/auth
	    mode = 0666
	  }
	}
	CONF
	dovecot -F -c "$T/dv/dovecot.conf" >>"$T/dv/out" 2>&1 &
	dv_pid=$!
	pids="$pids $dv_pid"
	until_ok 20 listens "$dv_pop3" || { sed 's/^/# /' "$T/dv/out" "$T/dv/log" 2>/dev/null; skip_all "dovecot does not start here"; }
}

# no_postfix: why it can't be run here; fails where it can
no_postfix() {
	if ! command -v postfix >/dev/null 2>&1; then echo "no postfix"
	elif [ "$(id -u)" != 0 ]; then echo "Postfix needs root to start"
	elif ! { getent passwd postfix && getent group postdrop; } >/dev/null; then echo "no user postfix"
	else return 1; fi
}

# postfix_up [LINE]...: submission for the users of Dovecot, delivering into their
# Maildirs as user@dv.test; ports $pf_sub (STARTTLS), $pf_tls (TLS), $pf_bare (no
# extensions but SIZE, no login), $pf_in (mail of other servers); its log is
# $T/pf/log.  The lines go into main.cf behind what stands there.
postfix_up() {
	why=$(no_postfix) && skip_all "$why"
	pf_ports=$(free_ports 4)
	pf_more=$(printf '%s\n' "$@")
	# shellcheck disable=SC2086
	set -- $pf_ports
	pf_sub=$1 pf_tls=$2 pf_bare=$3 pf_in=$4
	mkdir -p "$T/pf/etc/dynamicmaps.cf.d" "$T/pf/etc/postfix-files.d" "$T/pf/spool" "$T/pf/data"
	chown postfix "$T/pf/data"
	for f in postfix-files dynamicmaps.cf; do cp "/etc/postfix/$f" "/usr/share/postfix/$f" "$T/pf/etc/" 2>/dev/null || :; done
	daemons=$(postconf -d -h daemon_directory) commands=$(postconf -d -h command_directory)
	maps=
	for u in "$T"/dv/mail/*; do u=${u##*/}; maps="$maps { $u@dv.test = $u/ }"; done
	cat >"$T/pf/etc/main.cf" <<-CONF
	compatibility_level = 3.6
	config_directory = $T/pf/etc
	queue_directory = $T/pf/spool
	data_directory = $T/pf/data
	command_directory = $commands
	daemon_directory = $daemons
	mail_owner = postfix
	setgid_group = postdrop
	maillog_file = $T/pf/log
	maillog_file_prefixes = $T/pf
	inet_interfaces = 127.0.0.1
	inet_protocols = ipv4
	myhostname = mx.dv.test
	mydestination =
	mynetworks =
	alias_maps =
	alias_database =
	default_transport = error:loopback only
	relay_transport = error:loopback only
	virtual_mailbox_domains = dv.test
	virtual_mailbox_base = $T/dv/mail
	virtual_mailbox_maps = inline:{$maps }
	virtual_uid_maps = static:$mail_uid
	virtual_gid_maps = static:$mail_gid
	virtual_minimum_uid = 1
	virtual_mailbox_limit = 0
	message_size_limit = 3000000
	smtpd_peername_lookup = no
	smtpd_client_connection_count_limit = 0
	smtpd_tls_cert_file = $T/tls.crt
	smtpd_tls_key_file = $T/tls.key
	smtpd_sasl_type = dovecot
	smtpd_sasl_path = $T/dv/auth
	smtpd_sasl_auth_enable = yes
	smtpd_tls_auth_only = yes
	smtpd_relay_restrictions = permit_sasl_authenticated, reject_unauth_destination
	in_flow_delay = 0
	$pf_more
	CONF
	# one line for each key: of a second one every daemon warns, and the one that keeps the log by its own socket
	awk '{ if (!($1 in line)) key[++n] = $1; line[$1] = $0 } END { for (i = 1; i <= n; i++) print line[key[i]] }' \
		"$T/pf/etc/main.cf" >"$T/pf/main.cf" && mv "$T/pf/main.cf" "$T/pf/etc/main.cf"
	cat >"$T/pf/etc/master.cf" <<-CONF
	127.0.0.1:$pf_sub inet n - n - - smtpd
	  -o smtpd_tls_security_level=encrypt -o smtpd_recipient_restrictions=permit_sasl_authenticated,reject
	127.0.0.1:$pf_tls inet n - n - - smtpd
	  -o smtpd_tls_wrappermode=yes -o smtpd_recipient_restrictions=permit_sasl_authenticated,reject
	127.0.0.1:$pf_bare inet n - n - - smtpd
	  -o smtpd_discard_ehlo_keywords=8bitmime,smtputf8,pipelining,chunking,dsn,enhancedstatuscodes,starttls,auth
	127.0.0.1:$pf_in inet n - n - - smtpd
	pickup unix n - n 60 1 pickup
	cleanup unix n - n - 0 cleanup
	qmgr unix n - n 300 1 qmgr
	tlsmgr unix - - n 1000? 1 tlsmgr
	rewrite unix - - n - - trivial-rewrite
	bounce unix - - n - 0 bounce
	defer unix - - n - 0 bounce
	trace unix - - n - 0 bounce
	verify unix - - n - 1 verify
	flush unix n - n 1000? 0 flush
	proxymap unix - - n - - proxymap
	proxywrite unix - - n - 1 proxymap
	showq unix n - n - - showq
	error unix - - n - - error
	retry unix - - n - - error
	discard unix - - n - - discard
	smtp unix - - n - - smtp
	virtual unix - n n - - virtual
	anvil unix - - n - 1 anvil
	scache unix - - n - 1 scache
	postlog unix-dgram n - n - 1 postlogd
	CONF
	chown -R root:root "$T/pf/etc"
	postfix -c "$T/pf/etc" start-fg >>"$T/pf/out" 2>&1 &
	pf_pid=$!
	pids="$pf_pid $pids"
	until_ok 20 listens "$pf_sub" || { sed 's/^/# /' "$T/pf/out" "$T/pf/log" 2>/dev/null; skip_all "postfix does not start here"; }
	# the master left the session it was started in: it is ended by its own id
	pids="$(tr -d ' ' <"$T/pf/spool/pid/master.pid") $pids"
}

# ---- Exim and OpenSMTPD ----

# Their packages exclude Postfix, so they may lie unpacked in a folder (dpkg -x)
# that PABAL_PEERS names.  Both want users and folders of the system; they get them
# in a mount namespace of their own, and the system stays as it is.
peer_program() {
	for p in "${PABAL_PEERS:-/nonexistent}/usr/sbin/$1" "/usr/sbin/$1"; do [ ! -x "$p" ] || { echo "$p"; return 0; }; done
	return 1
}
# room FOLDER USER...: writes FOLDER/enter, a script that gives the program it is
# called with those users; more of it is the caller's
room() {
	room=$1; shift
	mkdir -p "$room"
	chmod 711 "$room"
	for f in passwd group; do cp "/etc/$f" "$room/$f"; done
	for u; do
		echo "${u%:*}:x:${u#*:}:${u#*:}::/nonexistent:/bin/false" >>"$room/passwd"
		echo "${u%:*}:x:${u#*:}:" >>"$room/group"
	done
	printf 'set -e\nmount --bind %s/passwd /etc/passwd\nmount --bind %s/group /etc/group\n' "$room" "$room" >"$room/enter"
}
no_room() {
	if [ "$(id -u)" != 0 ]; then echo "$1 needs root to start"
	elif ! unshare -m true 2>/dev/null; then echo "no mount namespace can be made here, which $1 needs"
	else return 1; fi
}
# came_up PORT NAME OUTPUT: or fails and says in $why what it said
came_up() {
	until_ok 20 listens "$1" && return 0
	sed 's/^/# /' "$3"
	why="$2 does not start here"
	return 1
}

# exim_up HOME-DOMAIN=PORT DOMAIN=ADDR:PORT...: passes mail for each domain on to its
# server and gives up soon, but not for the first one, where its notices go; port
# $ex_in, log $T/ex/log.  Fails with $why where it can't.
exim_up() {
	exim=$(peer_program exim4) || { why="no exim4"; return 1; }
	! why=$(no_room Exim) || return 1
	ex_in=$(free_ports 1)
	room "$T/ex" "Debian-exim:$mail_uid"
	mkdir "$T/ex/spool"
	cp "$exim" "$T/ex/exim4"        # where its own user may start it again
	chown "$mail_uid:$mail_gid" "$T/ex/spool"
	echo 'exec "$@"' >>"$T/ex/enter"
	cat >"$T/ex/conf" <<-CONF
	exim_path = $T/ex/exim4
	exim_user = $mail_user
	exim_group = $mail_group
	deliver_drop_privilege = true
	primary_hostname = mx.ex.test
	spool_directory = $T/ex/spool
	log_file_path = $T/ex/spool/log-%s
	pid_file_path = $T/ex/spool/pid
	local_interfaces = 127.0.0.1
	daemon_smtp_ports = $ex_in
	tls_certificate = $T/tls.crt
	tls_privatekey = $T/tls.key
	tls_advertise_hosts = *
	dsn_advertise_hosts = *
	host_lookup =
	keep_environment =
	delay_warning = 1s
	bounce_return_body = false
	acl_smtp_rcpt = accept
	acl_smtp_data = accept
	begin routers
	CONF
	chmod 644 "$T/tls.key"
	for way; do
		printf 'r%s:\n  driver = manualroute\n  domains = %s\n  route_list = * %s\n  transport = t%s\n  self = send\n' \
			"${way##*:}" "${way%%=*}" "$(echo "${way#*=}" | cut -d: -f1)" "${way##*:}" >>"$T/ex/conf"
	done
	echo 'begin transports' >>"$T/ex/conf"
	for way; do printf 't%s:\n  driver = smtp\n  port = %s\n  hosts_try_fastopen =\n' "${way##*:}" "${way##*:}" >>"$T/ex/conf"; done
	printf 'begin retry\n%s * F,1h,1s\n* * F,10s,1s\n' "${1%%=*}" >>"$T/ex/conf"
	unshare -m sh "$T/ex/enter" "$T/ex/exim4" -C "$T/ex/conf" -bdf -q1s >"$T/ex/out" 2>&1 &
	pids="$! $pids"
	came_up "$ex_in" Exim "$T/ex/out"
}

# opensmtpd_up HOME-DOMAIN=PORT DOMAIN=ADDR:PORT...: likewise; port $os_in.  It tries
# again when os_again says so.
opensmtpd_up() {
	smtpd=$(peer_program smtpd) || { why="no smtpd of OpenSMTPD"; return 1; }
	! why=$(no_room OpenSMTPD) || return 1
	os_in=$(free_ports 1)
	room "$T/os" opensmtpd:65531 opensmtpq:65532
	echo mx.os.test >"$T/os/mailname"
	# what is compiled in: its queue, an empty folder, the socket; and it starts itself by this path
	cat >>"$T/os/enter" <<-ROOM
	for d in /var/spool /var/lib /run; do mount -t tmpfs -o mode=755 tmpfs \$d; done
	mkdir -p /var/lib/opensmtpd/empty
	mkdir -m 711 /var/spool/smtpd
	[ ! -e /etc/mailname ] || mount --bind $T/os/mailname /etc/mailname
	mount --bind ${smtpd%/*} /usr/sbin
	exec /usr/sbin/smtpd -d -f $T/os/conf
	ROOM
	{
		echo "listen on 127.0.0.1 port $os_in hostname mx.os.test"
		echo "bounce warn-interval 1s"
		echo "queue ttl 10s"
		for way; do
			echo "action \"${way%%=*}\" relay host \"smtp://${way#*=}\""
			echo "match from any for domain \"${way%%=*}\" action \"${way%%=*}\""
		done
	} >"$T/os/conf"
	chmod 600 "$T/os/conf"
	unshare -m sh "$T/os/enter" >"$T/os/out" 2>&1 &
	os_pid=$!
	pids="$! $pids"
	came_up "$os_in" OpenSMTPD "$T/os/out"
}
os_again() { nsenter -t "$os_pid" -m setpriv --regid 65532 --clear-groups /usr/sbin/smtpctl schedule all; }
