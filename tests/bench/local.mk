# measuring: never part of check
EXTRA_DIST += tests/bench/bench.sh tests/bench/bench.py tests/bench/boxes.sh tests/bench/boxes.py
EXTRA_PROGRAMS += tests/bench/boxes
tests_bench_boxes_SOURCES = tests/bench/boxes.c
tests_bench_boxes_LDADD = $(L_MIME)
bench: all tests/bench/boxes$(EXEEXT)
	@srcdir=$(abs_top_srcdir) builddir=$(abs_top_builddir) $(SHELL) $(top_srcdir)/tests/bench/bench.sh
	@srcdir=$(abs_top_srcdir) builddir=$(abs_top_builddir) $(SHELL) $(top_srcdir)/tests/bench/boxes.sh
.PHONY: bench
