# checks of the source itself
dist_check_SCRIPTS += tests/lint/fences.t tests/lint/manual.t

# Every header compiles alone.
check-headers:
	@for h in $$(cd $(top_srcdir) && find src -name '*.h'); do \
	  printf '#include "%s"\n' "$${h#src/}" | $(CC) $(DEFS) -I. $(AM_CPPFLAGS) $(CPPFLAGS) $(AM_CFLAGS) $(CFLAGS) \
	    -x c -fsyntax-only - || exit 1; done
check-local: check-headers
.PHONY: check-headers
