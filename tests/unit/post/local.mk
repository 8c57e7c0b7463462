# unit tests of post
check_PROGRAMS += tests/unit/post/t-outbox
tests_unit_post_t_outbox_SOURCES = tests/unit/post/t-outbox.c tests/unit/store/box.c tests/unit/store/box.h
tests_unit_post_t_outbox_LDADD = $(L_TAP) $(L_POST)
check_PROGRAMS += tests/unit/post/t-draft
tests_unit_post_t_draft_SOURCES = tests/unit/post/t-draft.c tests/unit/store/box.c tests/unit/store/box.h
tests_unit_post_t_draft_LDADD = $(L_TAP) $(L_POST)
check_PROGRAMS += tests/unit/post/t-fmt
tests_unit_post_t_fmt_SOURCES = tests/unit/post/t-fmt.c
tests_unit_post_t_fmt_LDADD = $(L_TAP) $(L_POST)
check_PROGRAMS += tests/unit/post/t-query
tests_unit_post_t_query_SOURCES = tests/unit/post/t-query.c
tests_unit_post_t_query_LDADD = $(L_TAP) $(L_POST)
check_PROGRAMS += tests/unit/post/t-match
tests_unit_post_t_match_SOURCES = tests/unit/post/t-match.c
tests_unit_post_t_match_LDADD = $(L_TAP) $(L_POST)
