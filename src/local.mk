# A folder is a static library.  The order of libraries on a link line is the
# order of the floors, so a call upwards is an undefined reference.
include src/base/local.mk
include src/mime/local.mk
include src/io/local.mk
include src/tui/local.mk
include src/store/local.mk
include src/index/local.mk
include src/conf/local.mk
include src/proto/local.mk
include src/show/local.mk
include src/query/local.mk
include src/post/local.mk
include src/job/local.mk
include src/cli/local.mk
include src/ui/local.mk
include src/server/local.mk

# What a program or test of a floor links, from its own floor down.
L_BASE   = src/libbase.a $(LIBINTL) $(UNISTRING_LIBS)
L_MIME   = src/libmime.a $(L_BASE) $(GUMBO_LIBS) $(UCHARDET_LIBS)
L_IO     = src/libio.a $(L_BASE) $(OPENSSL_LIBS) $(IDN_LIBS)
L_TUI    = src/libtui.a $(L_BASE) $(CURSES_LIBS)
L_PROTO  = src/libproto.a $(L_BASE) $(GSASL_LIBS)
L_STORE  = src/libstore.a $(L_MIME) $(SQLITE_LIBS) $(ZLIB_LIBS)
L_INDEX  = src/libindex.a $(L_STORE)
L_QUERY  = src/libquery.a $(L_INDEX)
L_CONF   = src/libconf.a src/libio.a $(L_MIME) $(OPENSSL_LIBS) $(IDN_LIBS)
L_SHOW   = src/libshow.a $(L_CONF) $(ICAL_LIBS)
L_POST   = src/libpost.a $(CMARK_LIBS) src/libquery.a src/libshow.a src/libindex.a src/libstore.a src/libconf.a src/libproto.a src/libio.a $(L_MIME) \
	$(SQLITE_LIBS) $(ZLIB_LIBS) $(GSASL_LIBS) $(OPENSSL_LIBS) $(IDN_LIBS) $(ICAL_LIBS)
L_JOB    = src/libjob.a $(L_POST)
L_CLI    = src/libcli.a $(L_JOB)
L_UI     = src/libui.a src/libtui.a $(L_JOB) $(CURSES_LIBS)
L_SERVER = src/libserver.a $(L_JOB)

bin_PROGRAMS += src/pabal src/pabald
src_pabal_SOURCES = src/pabal.c
src_pabal_LDADD = src/libcli.a $(L_UI)
src_pabald_SOURCES = src/pabald.c
src_pabald_LDADD = $(L_SERVER)
