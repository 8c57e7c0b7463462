# unit tests of index: the database, threads, windows

# full text
check_PROGRAMS += tests/unit/index/t-words
tests_unit_index_t_words_SOURCES = tests/unit/index/t-words.c
tests_unit_index_t_words_LDADD = $(L_TAP) $(L_INDEX)
check_PROGRAMS += tests/unit/index/t-text
tests_unit_index_t_text_SOURCES = tests/unit/index/t-text.c
tests_unit_index_t_text_LDADD = $(L_TAP) $(L_INDEX)

# up to date
check_PROGRAMS += tests/unit/index/t-sync
tests_unit_index_t_sync_SOURCES = tests/unit/index/t-sync.c tests/unit/store/box.c tests/unit/store/box.h
tests_unit_index_t_sync_LDADD = $(L_TAP) $(L_INDEX)
