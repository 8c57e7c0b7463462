# proto
noinst_LIBRARIES += src/libproto.a
src_libproto_a_SOURCES = src/proto/proto.h \
	src/proto/line.c \
	src/proto/sasl.c \
	src/proto/smtp.c \
	src/proto/pop3.c \
	src/proto/smtpd.c \
	src/proto/pop3d.c
