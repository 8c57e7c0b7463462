# unit tests of store
check_PROGRAMS += tests/unit/store/t-maildir
tests_unit_store_t_maildir_SOURCES = tests/unit/store/t-maildir.c tests/unit/store/box.c tests/unit/store/box.h
tests_unit_store_t_maildir_LDADD = $(L_TAP) $(L_STORE)
check_PROGRAMS += tests/unit/store/t-state
tests_unit_store_t_state_SOURCES = tests/unit/store/t-state.c tests/unit/store/box.c tests/unit/store/box.h
tests_unit_store_t_state_LDADD = $(L_TAP) $(L_STORE)
check_PROGRAMS += tests/unit/store/t-arrive
tests_unit_store_t_arrive_SOURCES = tests/unit/store/t-arrive.c tests/unit/store/box.c tests/unit/store/box.h
tests_unit_store_t_arrive_LDADD = $(L_TAP) $(L_STORE)
check_PROGRAMS += tests/unit/store/t-mbox
tests_unit_store_t_mbox_SOURCES = tests/unit/store/t-mbox.c tests/unit/store/box.c tests/unit/store/box.h
tests_unit_store_t_mbox_LDADD = $(L_TAP) $(L_STORE)
check_PROGRAMS += tests/unit/store/t-mboxwrite
tests_unit_store_t_mboxwrite_SOURCES = tests/unit/store/t-mboxwrite.c tests/unit/store/box.c tests/unit/store/box.h \
	tests/unit/job/crash.c tests/unit/job/crash.h
tests_unit_store_t_mboxwrite_LDADD = $(L_TAP) $(L_STORE)
check_PROGRAMS += tests/unit/store/t-mboxcorpus
tests_unit_store_t_mboxcorpus_SOURCES = tests/unit/store/t-mboxcorpus.c tests/unit/store/box.c tests/unit/store/box.h
tests_unit_store_t_mboxcorpus_LDADD = $(L_TAP) $(L_STORE)
check_PROGRAMS += tests/unit/store/t-box
tests_unit_store_t_box_SOURCES = tests/unit/store/t-box.c tests/unit/store/box.c tests/unit/store/box.h
tests_unit_store_t_box_LDADD = $(L_TAP) $(L_STORE)
check_PROGRAMS += tests/unit/store/t-boxput
tests_unit_store_t_boxput_SOURCES = tests/unit/store/t-boxput.c tests/unit/store/box.c tests/unit/store/box.h \
	tests/unit/job/crash.c tests/unit/job/crash.h
tests_unit_store_t_boxput_LDADD = $(L_TAP) $(L_STORE)
check_PROGRAMS += tests/unit/store/t-boxtree
tests_unit_store_t_boxtree_SOURCES = tests/unit/store/t-boxtree.c tests/unit/store/box.c tests/unit/store/box.h
tests_unit_store_t_boxtree_LDADD = $(L_TAP) $(L_STORE)
check_PROGRAMS += tests/unit/store/t-watch
tests_unit_store_t_watch_SOURCES = tests/unit/store/t-watch.c tests/unit/store/box.c tests/unit/store/box.h
tests_unit_store_t_watch_LDADD = $(L_TAP) $(L_STORE)
EXTRA_PROGRAMS += tests/unit/store/bench-box
tests_unit_store_bench_box_SOURCES = tests/unit/store/bench-box.c tests/unit/store/box.c tests/unit/store/box.h
tests_unit_store_bench_box_LDADD = $(L_TAP) $(L_STORE)
