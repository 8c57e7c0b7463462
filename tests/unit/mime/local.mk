# unit tests of mime
check_PROGRAMS += tests/unit/mime/t-enc
tests_unit_mime_t_enc_SOURCES = tests/unit/mime/t-enc.c
tests_unit_mime_t_enc_LDADD = $(L_TAP) $(L_MIME)
check_PROGRAMS += tests/unit/mime/t-vec
tests_unit_mime_t_vec_SOURCES = tests/unit/mime/t-vec.c
tests_unit_mime_t_vec_LDADD = $(L_TAP) $(L_MIME)
check_PROGRAMS += tests/unit/mime/t-parse
tests_unit_mime_t_parse_SOURCES = tests/unit/mime/t-parse.c
tests_unit_mime_t_parse_LDADD = $(L_TAP) $(L_MIME)
check_PROGRAMS += tests/unit/mime/t-type
tests_unit_mime_t_type_SOURCES = tests/unit/mime/t-type.c
tests_unit_mime_t_type_LDADD = $(L_TAP) $(L_MIME)
check_PROGRAMS += tests/unit/mime/t-gen
tests_unit_mime_t_gen_SOURCES = tests/unit/mime/t-gen.c
tests_unit_mime_t_gen_LDADD = $(L_TAP) $(L_MIME)
check_PROGRAMS += tests/unit/mime/t-recode
tests_unit_mime_t_recode_SOURCES = tests/unit/mime/t-recode.c
tests_unit_mime_t_recode_LDADD = $(L_TAP) $(L_MIME)
check_PROGRAMS += tests/unit/mime/t-corpus
tests_unit_mime_t_corpus_SOURCES = tests/unit/mime/t-corpus.c tests/unit/mime/corpus.h \
	tests/unit/mime/corpus.c tests/unit/mime/corpus-trees.c tests/unit/mime/corpus-expect.c tests/unit/mime/corpus-fields.c
tests_unit_mime_t_corpus_LDADD = $(L_TAP) $(L_MIME)
check_PROGRAMS += tests/unit/mime/t-lex
tests_unit_mime_t_lex_SOURCES = tests/unit/mime/t-lex.c
tests_unit_mime_t_lex_LDADD = $(L_TAP) $(L_MIME)
check_PROGRAMS += tests/unit/mime/t-hdr
tests_unit_mime_t_hdr_SOURCES = tests/unit/mime/t-hdr.c
tests_unit_mime_t_hdr_LDADD = $(L_TAP) $(L_MIME)
check_PROGRAMS += tests/unit/mime/t-word
tests_unit_mime_t_word_SOURCES = tests/unit/mime/t-word.c
tests_unit_mime_t_word_LDADD = $(L_TAP) $(L_MIME)
check_PROGRAMS += tests/unit/mime/t-addr
tests_unit_mime_t_addr_SOURCES = tests/unit/mime/t-addr.c
tests_unit_mime_t_addr_LDADD = $(L_TAP) $(L_MIME)
check_PROGRAMS += tests/unit/mime/t-addrfmt
tests_unit_mime_t_addrfmt_SOURCES = tests/unit/mime/t-addrfmt.c
tests_unit_mime_t_addrfmt_LDADD = $(L_TAP) $(L_MIME)
check_PROGRAMS += tests/unit/mime/t-date
tests_unit_mime_t_date_SOURCES = tests/unit/mime/t-date.c
tests_unit_mime_t_date_LDADD = $(L_TAP) $(L_MIME)
check_PROGRAMS += tests/unit/mime/t-param
tests_unit_mime_t_param_SOURCES = tests/unit/mime/t-param.c
tests_unit_mime_t_param_LDADD = $(L_TAP) $(L_MIME)
check_PROGRAMS += tests/unit/mime/t-env
tests_unit_mime_t_env_SOURCES = tests/unit/mime/t-env.c
tests_unit_mime_t_env_LDADD = $(L_TAP) $(L_MIME)
check_PROGRAMS += tests/unit/mime/t-rtf
tests_unit_mime_t_rtf_SOURCES = tests/unit/mime/t-rtf.c
tests_unit_mime_t_rtf_LDADD = $(L_TAP) $(L_MIME)
check_PROGRAMS += tests/unit/mime/t-strip
tests_unit_mime_t_strip_SOURCES = tests/unit/mime/t-strip.c
tests_unit_mime_t_strip_LDADD = $(L_TAP) $(L_MIME)
check_PROGRAMS += tests/unit/mime/t-text
tests_unit_mime_t_text_SOURCES = tests/unit/mime/t-text.c
tests_unit_mime_t_text_LDADD = $(L_TAP) $(L_MIME)
check_PROGRAMS += tests/unit/mime/t-page
tests_unit_mime_t_page_SOURCES = tests/unit/mime/t-page.c
tests_unit_mime_t_page_LDADD = $(L_TAP) $(L_MIME)
check_PROGRAMS += tests/unit/mime/t-html
tests_unit_mime_t_html_SOURCES = tests/unit/mime/t-html.c
tests_unit_mime_t_html_LDADD = $(L_TAP) $(L_MIME)
check_PROGRAMS += tests/unit/mime/t-guess
tests_unit_mime_t_guess_SOURCES = tests/unit/mime/t-guess.c
tests_unit_mime_t_guess_LDADD = $(L_TAP) $(L_MIME)
check_PROGRAMS += tests/unit/mime/t-inner
tests_unit_mime_t_inner_SOURCES = tests/unit/mime/t-inner.c
tests_unit_mime_t_inner_LDADD = $(L_TAP) $(L_MIME)
check_PROGRAMS += tests/unit/mime/t-bounce
tests_unit_mime_t_bounce_SOURCES = tests/unit/mime/t-bounce.c
tests_unit_mime_t_bounce_LDADD = $(L_TAP) $(L_MIME)
check_PROGRAMS += tests/unit/mime/t-notices
tests_unit_mime_t_notices_SOURCES = tests/unit/mime/t-notices.c tests/unit/mime/notices.c tests/unit/mime/notices.h
tests_unit_mime_t_notices_LDADD = $(L_TAP) $(L_MIME)
check_PROGRAMS += tests/unit/mime/t-forms
tests_unit_mime_t_forms_SOURCES = tests/unit/mime/t-forms.c tests/unit/mime/notices.c tests/unit/mime/notices.h
tests_unit_mime_t_forms_LDADD = $(L_TAP) $(L_MIME)
check_PROGRAMS += tests/unit/mime/t-layouts
tests_unit_mime_t_layouts_SOURCES = tests/unit/mime/t-layouts.c tests/unit/mime/notices.c tests/unit/mime/notices.h
tests_unit_mime_t_layouts_LDADD = $(L_TAP) $(L_MIME)
if HAVE_GMIME
ROUND_FLAGS = -DHAVE_GMIME $(GMIME_CFLAGS)
check_PROGRAMS += tests/unit/mime/t-gmime
endif
tests_unit_mime_t_gmime_SOURCES = tests/unit/mime/t-gmime.c tests/unit/mime/corpus.h tests/unit/mime/corpus.c
tests_unit_mime_t_gmime_CPPFLAGS = $(AM_CPPFLAGS) $(GMIME_CFLAGS)
tests_unit_mime_t_gmime_LDADD = $(L_TAP) $(L_MIME) $(GMIME_LIBS)
check_PROGRAMS += tests/unit/mime/t-lines
tests_unit_mime_t_lines_SOURCES = tests/unit/mime/t-lines.c
tests_unit_mime_t_lines_LDADD = $(L_TAP) $(L_MIME)
check_PROGRAMS += tests/unit/mime/t-roundtrip
EXTRA_DIST += tests/unit/mime/roundtrip.py
tests_unit_mime_t_roundtrip_SOURCES = tests/unit/mime/t-roundtrip.c tests/unit/mime/round.h tests/unit/mime/round.c \
	tests/unit/mime/round-read.c tests/unit/mime/round-gmime.c
tests_unit_mime_t_roundtrip_CPPFLAGS = $(AM_CPPFLAGS) $(ROUND_FLAGS)
tests_unit_mime_t_roundtrip_LDADD = $(L_TAP) $(L_MIME) $(GMIME_LIBS)
# The table of the corpus stands at the end of "make check".
.PHONY: corpus-table
corpus-table: check-TESTS
	@sed -n 's/^# table //p' tests/unit/mime/t-corpus.log tests/cli/notice.log 2>/dev/null || :
check-local: corpus-table
