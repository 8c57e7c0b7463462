# server
noinst_LIBRARIES += src/libserver.a
src_libserver_a_SOURCES = src/server/server.h \
	src/server/priv.h \
	src/server/options.c \
	src/server/serve.c \
	src/server/smtp.c \
	src/server/pop.c \
	src/server/queue.c \
	src/server/queuetell.c \
	src/server/spool.c
