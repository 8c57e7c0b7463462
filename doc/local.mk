# manual pages and papers
dist_man_MANS += doc/pabal.1 doc/pabald.8
man_MANS = doc/pabal.conf.5
EXTRA_DIST += doc/pabal.conf.5.in doc/departures doc/design.md doc/json.md README.md contrib/bootstrap contrib/try contrib/check contrib/fuzz contrib/prepare
noinst_PROGRAMS += doc/mkconf
doc_mkconf_SOURCES = doc/mkconf.c
doc_mkconf_LDADD = $(L_CONF)
doc/pabal.conf.5: doc/pabal.conf.5.in doc/mkconf$(EXEEXT)
	$(AM_V_GEN)ASAN_OPTIONS=detect_leaks=0 ./doc/mkconf$(EXEEXT) $(top_srcdir)/doc/pabal.conf.5.in >$@.tmp && mv $@.tmp $@
CLEANFILES += doc/pabal.conf.5
