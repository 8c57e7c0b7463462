# mime
noinst_LIBRARIES += src/libmime.a
src_libmime_a_SOURCES = src/mime/mime.h \
	src/mime/lex.c \
	src/mime/hdr.c \
	src/mime/word.c \
	src/mime/addr.c \
	src/mime/addrfmt.c \
	src/mime/date.c \
	src/mime/param.c \
	src/mime/env.c
