# measuring: never part of check
EXTRA_DIST += tests/bench/bench.sh tests/bench/bench.py
bench: all
	@srcdir=$(abs_top_srcdir) builddir=$(abs_top_builddir) $(SHELL) $(top_srcdir)/tests/bench/bench.sh
.PHONY: bench
