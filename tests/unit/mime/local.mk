# unit tests of mime
check_PROGRAMS += tests/unit/mime/t-enc
tests_unit_mime_t_enc_SOURCES = tests/unit/mime/t-enc.c
tests_unit_mime_t_enc_LDADD = $(L_TAP) $(L_MIME)
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
