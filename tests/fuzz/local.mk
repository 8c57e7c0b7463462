# Fuzz targets: with --enable-fuzzing for libFuzzer (contrib/fuzz runs them), else tests that
# replay the inputs in the folder of their name and a sample of the shared corpus.
FUZZ_TARGETS = \
	tests/fuzz/f-parse \
	tests/fuzz/f-report \
	tests/fuzz/f-html \
	tests/fuzz/f-page \
	tests/fuzz/f-hdr \
	tests/fuzz/f-text \
	tests/fuzz/f-recode \
	tests/fuzz/f-word \
	tests/fuzz/f-addr \
	tests/fuzz/f-param \
	tests/fuzz/f-date \
	tests/fuzz/f-enc \
	tests/fuzz/f-inner \
	tests/fuzz/f-guess \
	tests/fuzz/f-gen \
	tests/fuzz/f-render \
	tests/fuzz/f-calendar \
	tests/fuzz/f-vcard \
	tests/fuzz/f-trust \
	tests/fuzz/f-mailcap \
	tests/fuzz/f-query \
	tests/fuzz/f-config \
	tests/fuzz/f-wire \
	tests/fuzz/f-mbox \
	tests/fuzz/f-keys \
	tests/fuzz/f-edit \
	tests/fuzz/f-line \
	tests/fuzz/f-smtp \
	tests/fuzz/f-pop3 \
	tests/fuzz/f-smtpd \
	tests/fuzz/f-pop3d
if FUZZING
noinst_PROGRAMS += $(FUZZ_TARGETS) tests/fuzz/seed
L_FUZZ = $(FUZZ_FLAGS)
else
check_PROGRAMS += $(FUZZ_TARGETS)
L_FUZZ = tests/fuzz/libreplay.a
endif
check_LIBRARIES += tests/fuzz/libreplay.a
tests_fuzz_libreplay_a_SOURCES = tests/fuzz/fuzz.h tests/fuzz/body.h tests/fuzz/pump.h tests/fuzz/seeds.h tests/fuzz/seeds.c \
	tests/fuzz/replay.c tests/tap.c
tests_fuzz_seed_SOURCES = tests/fuzz/seed.c tests/fuzz/seeds.c tests/fuzz/seeds.h tests/tap.c
tests_fuzz_seed_LDADD = $(L_MIME)

tests_fuzz_f_parse_SOURCES = tests/fuzz/f-parse.c
tests_fuzz_f_parse_LDADD = $(L_FUZZ) $(L_MIME)
tests_fuzz_f_report_SOURCES = tests/fuzz/f-report.c
tests_fuzz_f_report_LDADD = $(L_FUZZ) $(L_MIME)
tests_fuzz_f_html_SOURCES = tests/fuzz/f-html.c
tests_fuzz_f_html_LDADD = $(L_FUZZ) $(L_MIME)
tests_fuzz_f_page_SOURCES = tests/fuzz/f-page.c
tests_fuzz_f_page_LDADD = $(L_FUZZ) $(L_MIME)
tests_fuzz_f_hdr_SOURCES = tests/fuzz/f-hdr.c
tests_fuzz_f_hdr_LDADD = $(L_FUZZ) $(L_MIME)
tests_fuzz_f_text_SOURCES = tests/fuzz/f-text.c
tests_fuzz_f_text_LDADD = $(L_FUZZ) $(L_MIME)
tests_fuzz_f_recode_SOURCES = tests/fuzz/f-recode.c
tests_fuzz_f_recode_LDADD = $(L_FUZZ) $(L_MIME)
tests_fuzz_f_word_SOURCES = tests/fuzz/f-word.c
tests_fuzz_f_word_LDADD = $(L_FUZZ) $(L_MIME)
tests_fuzz_f_addr_SOURCES = tests/fuzz/f-addr.c
tests_fuzz_f_addr_LDADD = $(L_FUZZ) $(L_MIME)
tests_fuzz_f_param_SOURCES = tests/fuzz/f-param.c
tests_fuzz_f_param_LDADD = $(L_FUZZ) $(L_MIME)
tests_fuzz_f_date_SOURCES = tests/fuzz/f-date.c
tests_fuzz_f_date_LDADD = $(L_FUZZ) $(L_MIME)
tests_fuzz_f_enc_SOURCES = tests/fuzz/f-enc.c
tests_fuzz_f_enc_LDADD = $(L_FUZZ) $(L_MIME)
tests_fuzz_f_inner_SOURCES = tests/fuzz/f-inner.c
tests_fuzz_f_inner_LDADD = $(L_FUZZ) $(L_MIME)
tests_fuzz_f_guess_SOURCES = tests/fuzz/f-guess.c
tests_fuzz_f_guess_LDADD = $(L_FUZZ) $(L_MIME)
tests_fuzz_f_gen_SOURCES = tests/fuzz/f-gen.c
tests_fuzz_f_gen_LDADD = $(L_FUZZ) $(L_MIME)
tests_fuzz_f_render_SOURCES = tests/fuzz/f-render.c
tests_fuzz_f_render_LDADD = $(L_FUZZ) $(L_SHOW)
tests_fuzz_f_calendar_SOURCES = tests/fuzz/f-calendar.c
tests_fuzz_f_calendar_LDADD = $(L_FUZZ) $(L_SHOW)
tests_fuzz_f_vcard_SOURCES = tests/fuzz/f-vcard.c
tests_fuzz_f_vcard_LDADD = $(L_FUZZ) $(L_SHOW)
tests_fuzz_f_trust_SOURCES = tests/fuzz/f-trust.c
tests_fuzz_f_trust_LDADD = $(L_FUZZ) $(L_SHOW)
tests_fuzz_f_mailcap_SOURCES = tests/fuzz/f-mailcap.c
tests_fuzz_f_mailcap_LDADD = $(L_FUZZ) $(L_SHOW)
tests_fuzz_f_query_SOURCES = tests/fuzz/f-query.c
tests_fuzz_f_query_LDADD = $(L_FUZZ) $(L_POST)
tests_fuzz_f_config_SOURCES = tests/fuzz/f-config.c
tests_fuzz_f_config_LDADD = $(L_FUZZ) $(L_CONF)
tests_fuzz_f_wire_SOURCES = tests/fuzz/f-wire.c
tests_fuzz_f_wire_LDADD = $(L_FUZZ) $(L_IO) $(L_MIME)
tests_fuzz_f_mbox_SOURCES = tests/fuzz/f-mbox.c
tests_fuzz_f_mbox_LDADD = $(L_FUZZ) $(L_STORE)
tests_fuzz_f_keys_SOURCES = tests/fuzz/f-keys.c
tests_fuzz_f_keys_LDADD = $(L_FUZZ) $(L_TUI) $(L_MIME)
tests_fuzz_f_edit_SOURCES = tests/fuzz/f-edit.c
tests_fuzz_f_edit_LDADD = $(L_FUZZ) $(L_TUI) $(L_MIME)
tests_fuzz_f_line_SOURCES = tests/fuzz/f-line.c
tests_fuzz_f_line_LDADD = $(L_FUZZ) $(L_PROTO) $(L_MIME)
tests_fuzz_f_smtp_SOURCES = tests/fuzz/f-smtp.c
tests_fuzz_f_smtp_LDADD = $(L_FUZZ) $(L_PROTO) $(L_MIME)
tests_fuzz_f_pop3_SOURCES = tests/fuzz/f-pop3.c
tests_fuzz_f_pop3_LDADD = $(L_FUZZ) $(L_PROTO) $(L_MIME)
tests_fuzz_f_smtpd_SOURCES = tests/fuzz/f-smtpd.c
tests_fuzz_f_smtpd_LDADD = $(L_FUZZ) $(L_PROTO) $(L_MIME)
tests_fuzz_f_pop3d_SOURCES = tests/fuzz/f-pop3d.c
tests_fuzz_f_pop3d_LDADD = $(L_FUZZ) $(L_PROTO) $(L_MIME)

EXTRA_DIST += \
	tests/fuzz/addr.dict \
	tests/fuzz/calendar.dict \
	tests/fuzz/config.dict \
	tests/fuzz/date.dict \
	tests/fuzz/gen.dict \
	tests/fuzz/guess.dict \
	tests/fuzz/html.dict \
	tests/fuzz/inner.dict \
	tests/fuzz/keys.dict \
	tests/fuzz/line.dict \
	tests/fuzz/mailcap.dict \
	tests/fuzz/mbox.dict \
	tests/fuzz/mime.dict \
	tests/fuzz/page.dict \
	tests/fuzz/param.dict \
	tests/fuzz/pop3.dict \
	tests/fuzz/pop3d.dict \
	tests/fuzz/query.dict \
	tests/fuzz/smtp.dict \
	tests/fuzz/smtpd.dict \
	tests/fuzz/trust.dict \
	tests/fuzz/vcard.dict \
	tests/fuzz/word.dict \
	tests/fuzz/parse \
	tests/fuzz/report \
	tests/fuzz/html \
	tests/fuzz/page \
	tests/fuzz/hdr \
	tests/fuzz/text \
	tests/fuzz/recode \
	tests/fuzz/word \
	tests/fuzz/addr \
	tests/fuzz/param \
	tests/fuzz/date \
	tests/fuzz/enc \
	tests/fuzz/inner \
	tests/fuzz/guess \
	tests/fuzz/gen \
	tests/fuzz/render \
	tests/fuzz/calendar \
	tests/fuzz/vcard \
	tests/fuzz/trust \
	tests/fuzz/mailcap \
	tests/fuzz/query \
	tests/fuzz/config \
	tests/fuzz/wire \
	tests/fuzz/mbox \
	tests/fuzz/keys \
	tests/fuzz/edit \
	tests/fuzz/line \
	tests/fuzz/smtp \
	tests/fuzz/pop3 \
	tests/fuzz/smtpd \
	tests/fuzz/pop3d
