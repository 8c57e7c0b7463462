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
