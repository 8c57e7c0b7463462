# unit tests of index: the database, threads, windows
check_PROGRAMS += tests/unit/index/t-view
tests_unit_index_t_view_SOURCES = tests/unit/index/t-view.c
tests_unit_index_t_view_LDADD = $(L_TAP) $(L_INDEX)
check_PROGRAMS += tests/unit/index/t-thread
tests_unit_index_t_thread_SOURCES = tests/unit/index/t-thread.c
tests_unit_index_t_thread_LDADD = $(L_TAP) $(L_INDEX)
check_PROGRAMS += tests/unit/index/t-index
tests_unit_index_t_index_SOURCES = tests/unit/index/t-index.c
tests_unit_index_t_index_LDADD = $(L_TAP) $(L_INDEX)
check_PROGRAMS += tests/unit/index/t-find
tests_unit_index_t_find_SOURCES = tests/unit/index/t-find.c
tests_unit_index_t_find_LDADD = $(L_TAP) $(L_INDEX)
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
check_PROGRAMS += tests/unit/index/t-sync
tests_unit_index_t_sync_SOURCES = tests/unit/index/t-sync.c tests/unit/store/box.c tests/unit/store/box.h
tests_unit_index_t_sync_LDADD = $(L_TAP) $(L_INDEX)
