# unit tests of proto; the engines need base and GNU SASL only
L_T_PROTO = $(L_TAP) $(L_PROTO)
check_PROGRAMS += tests/unit/proto/t-line
tests_unit_proto_t_line_SOURCES = tests/unit/proto/t-line.c
tests_unit_proto_t_line_LDADD = $(L_T_PROTO)
check_PROGRAMS += tests/unit/proto/t-sasl
tests_unit_proto_t_sasl_SOURCES = tests/unit/proto/t-sasl.c
tests_unit_proto_t_sasl_LDADD = $(L_T_PROTO)
check_PROGRAMS += tests/unit/proto/t-talk
tests_unit_proto_t_talk_SOURCES = tests/unit/proto/t-talk.c tests/unit/proto/talk.h \
	tests/unit/proto/talk-read.c tests/unit/proto/talk-play.c
tests_unit_proto_t_talk_LDADD = $(L_T_PROTO)
check_PROGRAMS += tests/unit/proto/t-pair
tests_unit_proto_t_pair_SOURCES = tests/unit/proto/t-pair.c
tests_unit_proto_t_pair_LDADD = $(L_T_PROTO)
check_PROGRAMS += tests/unit/proto/t-smtpd
tests_unit_proto_t_smtpd_SOURCES = tests/unit/proto/t-smtpd.c
tests_unit_proto_t_smtpd_LDADD = $(L_T_PROTO)
check_PROGRAMS += tests/unit/proto/t-clients
tests_unit_proto_t_clients_SOURCES = tests/unit/proto/t-clients.c
tests_unit_proto_t_clients_LDADD = $(L_T_PROTO)
# the dialogues of t-talk
EXTRA_DIST += \
	tests/talk/pop3-apop-bad-stamp.talk \
	tests/talk/pop3-apop-in-clear.talk \
	tests/talk/pop3-apop-insisted.talk \
	tests/talk/pop3-apop.talk \
	tests/talk/pop3-auth-fail.talk \
	tests/talk/pop3-auth-flood.talk \
	tests/talk/pop3-auth-in-use.talk \
	tests/talk/pop3-auth-login.talk \
	tests/talk/pop3-auth-no-code.talk \
	tests/talk/pop3-auth-temp.talk \
	tests/talk/pop3-capa-endless.talk \
	tests/talk/pop3-clear.talk \
	tests/talk/pop3-dele-err.talk \
	tests/talk/pop3-greet-binary.talk \
	tests/talk/pop3-greet-err.talk \
	tests/talk/pop3-greet-garbage.talk \
	tests/talk/pop3-greet-in-use.talk \
	tests/talk/pop3-greet-lf.talk \
	tests/talk/pop3-greet-long.talk \
	tests/talk/pop3-list-dup.talk \
	tests/talk/pop3-list-gap.talk \
	tests/talk/pop3-list-limit.talk \
	tests/talk/pop3-list-zero.talk \
	tests/talk/pop3-no-status.talk \
	tests/talk/pop3-pipelined.talk \
	tests/talk/pop3-plus-only.talk \
	tests/talk/pop3-quit-err.talk \
	tests/talk/pop3-quit-no-reply.talk \
	tests/talk/pop3-retr-bytes.talk \
	tests/talk/pop3-retr-cut.talk \
	tests/talk/pop3-retr-dot-lf.talk \
	tests/talk/pop3-retr-double.talk \
	tests/talk/pop3-retr-err.talk \
	tests/talk/pop3-stat-huge.talk \
	tests/talk/pop3-stat-negative.talk \
	tests/talk/pop3-stls-capa-refused.talk \
	tests/talk/pop3-stls-injected.talk \
	tests/talk/pop3-stls-plus.talk \
	tests/talk/pop3-stls-refused.talk \
	tests/talk/pop3-stls-stripped.talk \
	tests/talk/pop3-stls.talk \
	tests/talk/pop3-textbook.talk \
	tests/talk/pop3-uidl-hostile.talk \
	tests/talk/pop3-uidl-missing.talk \
	tests/talk/pop3-user-injection.talk \
	tests/talk/pop3-window.talk \
	tests/talk/pop3d-apop.talk \
	tests/talk/pop3d-capa.talk \
	tests/talk/pop3d-http.talk \
	tests/talk/pop3d-in-use.talk \
	tests/talk/pop3d-lost.talk \
	tests/talk/pop3d-rset.talk \
	tests/talk/pop3d-textbook.talk \
	tests/talk/pop3d-wrong.talk \
	tests/talk/smtp-250-then-lost.talk \
	tests/talk/smtp-421-mail.talk \
	tests/talk/smtp-all-refused-354.talk \
	tests/talk/smtp-all-refused-554.talk \
	tests/talk/smtp-all-refused-no-data.talk \
	tests/talk/smtp-auth-454.talk \
	tests/talk/smtp-auth-535.talk \
	tests/talk/smtp-auth-clear.talk \
	tests/talk/smtp-auth-downgrade.talk \
	tests/talk/smtp-auth-login.talk \
	tests/talk/smtp-auth-loop.talk \
	tests/talk/smtp-auth-no-password.talk \
	tests/talk/smtp-auth-not-base64.talk \
	tests/talk/smtp-auth-unproven.talk \
	tests/talk/smtp-auth-zoo.talk \
	tests/talk/smtp-body-421.talk \
	tests/talk/smtp-body-451.talk \
	tests/talk/smtp-body-550.talk \
	tests/talk/smtp-chunk-all-refused.talk \
	tests/talk/smtp-chunk-contradiction.talk \
	tests/talk/smtp-chunk-refused.talk \
	tests/talk/smtp-chunking-no-pipelining.talk \
	tests/talk/smtp-chunking.talk \
	tests/talk/smtp-data-250.talk \
	tests/talk/smtp-data-421.talk \
	tests/talk/smtp-data-451.talk \
	tests/talk/smtp-data-early-250.talk \
	tests/talk/smtp-dsn.talk \
	tests/talk/smtp-ehlo-refused-auth.talk \
	tests/talk/smtp-ehlo-refused-tls.talk \
	tests/talk/smtp-extra-replies-pipelined.talk \
	tests/talk/smtp-extra-replies.talk \
	tests/talk/smtp-greet-354.talk \
	tests/talk/smtp-greet-421.talk \
	tests/talk/smtp-greet-554.talk \
	tests/talk/smtp-greet-binary.talk \
	tests/talk/smtp-greet-endless.talk \
	tests/talk/smtp-greet-long-line.talk \
	tests/talk/smtp-greet-mixed.talk \
	tests/talk/smtp-helo-injection.talk \
	tests/talk/smtp-injection.talk \
	tests/talk/smtp-lost-after-dot.talk \
	tests/talk/smtp-mail-refused-one-by-one.talk \
	tests/talk/smtp-mail-refused.talk \
	tests/talk/smtp-no-8bitmime.talk \
	tests/talk/smtp-no-dsn.talk \
	tests/talk/smtp-no-smtputf8.talk \
	tests/talk/smtp-rcpt-552.talk \
	tests/talk/smtp-reply-000.talk \
	tests/talk/smtp-reply-codes.talk \
	tests/talk/smtp-reply-conflict.talk \
	tests/talk/smtp-reply-partial.talk \
	tests/talk/smtp-second-refused.talk \
	tests/talk/smtp-size-garbage.talk \
	tests/talk/smtp-size-limit.talk \
	tests/talk/smtp-smtputf8.talk \
	tests/talk/smtp-starttls-354.talk \
	tests/talk/smtp-starttls-454-later.talk \
	tests/talk/smtp-starttls-454.talk \
	tests/talk/smtp-starttls-auth.talk \
	tests/talk/smtp-starttls-forgets.talk \
	tests/talk/smtp-starttls-injected.talk \
	tests/talk/smtp-starttls-stripped.talk \
	tests/talk/smtp-textbook.talk \
	tests/talk/smtp-three-turns.talk \
	tests/talk/smtpd-auth-guessing.talk \
	tests/talk/smtpd-auth-in-clear.talk \
	tests/talk/smtpd-auth.talk \
	tests/talk/smtpd-bare-lf-command.talk \
	tests/talk/smtpd-bdat-lie.talk \
	tests/talk/smtpd-bdat-no-mail.talk \
	tests/talk/smtpd-bdat-zero.talk \
	tests/talk/smtpd-bdat.talk \
	tests/talk/smtpd-data-refused.talk \
	tests/talk/smtpd-http.talk \
	tests/talk/smtpd-nul.talk \
	tests/talk/smtpd-order.talk \
	tests/talk/smtpd-owner-full-bdat.talk \
	tests/talk/smtpd-owner-full.talk \
	tests/talk/smtpd-pipelined.talk \
	tests/talk/smtpd-rcpts.talk \
	tests/talk/smtpd-size.talk \
	tests/talk/smtpd-starttls-injected.talk \
	tests/talk/smtpd-starttls.talk \
	tests/talk/smtpd-syntax.talk \
	tests/talk/smtpd-textbook.talk \
	tests/talk/smtpd-too-many-errors.talk \
	tests/talk/smtpd-vrfy.talk
