# proto
noinst_LIBRARIES += src/libproto.a
src_libproto_a_SOURCES = src/proto/proto.h src/proto/priv.h \
	src/proto/line.c \
	src/proto/md5.c \
	src/proto/sasl.c \
	src/proto/smtp.c \
	src/proto/smtp_auth.c \
	src/proto/smtp_mail.c \
	src/proto/pop3.c \
	src/proto/pop3_auth.c \
	src/proto/smtpd.c \
	src/proto/smtpd_arg.c \
	src/proto/smtpd_auth.c \
	src/proto/smtpd_data.c \
	src/proto/pop3d.c
