# server
noinst_LIBRARIES += src/libserver.a
src_libserver_a_SOURCES = src/server/server.h \
	src/server/serve.c \
	src/server/spool.c
