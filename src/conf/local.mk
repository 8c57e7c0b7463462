# conf
noinst_LIBRARIES += src/libconf.a
src_libconf_a_SOURCES = src/conf/conf.h \
	src/conf/file.c \
	src/conf/opts.c \
	src/conf/url.c \
	src/conf/acct.c \
	src/conf/priv.h \
	src/conf/rules.c \
	src/conf/look.c \
	src/conf/value.c \
	src/conf/secret.c
