# base
noinst_LIBRARIES += src/libbase.a
src_libbase_a_SOURCES = src/base/base.h \
	src/base/err.c \
	src/base/mem.c \
	src/base/slice.c \
	src/base/str.c \
	src/base/map.c \
	src/base/sip.c \
	src/base/rt.c \
	src/base/utf8.c \
	src/base/alias.c \
	src/base/charset.c \
	src/base/fs.c \
	src/base/path.c \
	src/base/src.c \
	src/base/arg.c
