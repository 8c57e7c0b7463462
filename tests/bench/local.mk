# measuring: never part of check
EXTRA_DIST += tests/bench/bench.sh tests/bench/bench.py tests/bench/boxes.sh tests/bench/boxes.py tests/bench/screens.sh tests/bench/screens.py \
	tests/bench/mime.sh tests/bench/mime.py tests/bench/track.sh
EXTRA_PROGRAMS += tests/bench/boxes
tests_bench_boxes_SOURCES = tests/bench/boxes.c
tests_bench_boxes_LDADD = $(L_MIME)
EXTRA_PROGRAMS += tests/bench/mime tests/bench/mimepeer
tests_bench_mime_SOURCES = tests/bench/mime.c tests/bench/mime.h tests/bench/mimemake.c tests/bench/mimebad.c
tests_bench_mime_LDADD = $(L_MIME)
tests_bench_mimepeer_SOURCES = tests/bench/mimepeer.c
tests_bench_mimepeer_CPPFLAGS = $(AM_CPPFLAGS) $(GMIME_CFLAGS)
tests_bench_mimepeer_LDADD = $(GMIME_LIBS)
EXTRA_PROGRAMS += tests/bench/track
tests_bench_track_SOURCES = tests/bench/track.c
tests_bench_track_LDADD = $(L_POST)
bench_tools = tests/bench/boxes$(EXEEXT) tests/bench/mime$(EXEEXT) tests/bench/track$(EXEEXT)
if HAVE_GMIME
bench_tools += tests/bench/mimepeer$(EXEEXT)
endif
bench-tools: $(bench_tools)
bench: all bench-tools
	@srcdir=$(abs_top_srcdir) builddir=$(abs_top_builddir) $(SHELL) $(top_srcdir)/tests/bench/bench.sh
	@srcdir=$(abs_top_srcdir) builddir=$(abs_top_builddir) $(SHELL) $(top_srcdir)/tests/bench/boxes.sh
	@srcdir=$(abs_top_srcdir) builddir=$(abs_top_builddir) $(SHELL) $(top_srcdir)/tests/bench/screens.sh
	@srcdir=$(abs_top_srcdir) builddir=$(abs_top_builddir) $(SHELL) $(top_srcdir)/tests/bench/mime.sh
	@srcdir=$(abs_top_srcdir) builddir=$(abs_top_builddir) $(SHELL) $(top_srcdir)/tests/bench/track.sh
.PHONY: bench bench-tools
