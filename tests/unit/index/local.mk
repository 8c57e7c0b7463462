# unit tests of index: the database, threads, windows
EXTRA_PROGRAMS += tests/unit/index/bench-index
tests_unit_index_bench_index_SOURCES = tests/unit/index/bench-index.c
tests_unit_index_bench_index_LDADD = $(L_INDEX)

# full text
check_PROGRAMS += tests/unit/index/t-words
tests_unit_index_t_words_SOURCES = tests/unit/index/t-words.c
tests_unit_index_t_words_LDADD = $(L_TAP) $(L_INDEX)
check_PROGRAMS += tests/unit/index/t-text
tests_unit_index_t_text_SOURCES = tests/unit/index/t-text.c
tests_unit_index_t_text_LDADD = $(L_TAP) $(L_INDEX)

# up to date
