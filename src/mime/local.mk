# mime
noinst_LIBRARIES += src/libmime.a
src_libmime_a_SOURCES = src/mime/mime.h src/mime/priv.h \
	src/mime/lex.c \
	src/mime/hdr.c \
	src/mime/word.c \
	src/mime/addr.c \
	src/mime/addrfmt.c \
	src/mime/date.c \
	src/mime/param.c \
	src/mime/env.c \
	src/mime/enc.c \
	src/mime/qp.c \
	src/mime/look.c \
	src/mime/part.c \
	src/mime/parse.c \
	src/mime/field.c \
	src/mime/type.c \
	src/mime/filename.c \
	src/mime/lines.c \
	src/mime/gen.c \
	src/mime/recode.c \
	src/mime/strip.c \
	src/mime/text.c
