# io
noinst_LIBRARIES += src/libio.a
src_libio_a_SOURCES = src/io/io.h src/io/priv.h \
	src/io/loop.c \
	src/io/conn.c \
	src/io/sock.c \
	src/io/dial.c \
	src/io/idn.c \
	src/io/mx.c \
	src/io/tls.c \
	src/io/cert.c \
	src/io/proc.c \
	src/io/wire.c
