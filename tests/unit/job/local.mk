# unit tests of job
check_PROGRAMS += tests/unit/job/t-crash-in
tests_unit_job_t_crash_in_SOURCES = tests/unit/job/t-crash-in.c \
	tests/unit/job/crash.c tests/unit/job/crash.h tests/unit/store/box.c tests/unit/store/box.h
tests_unit_job_t_crash_in_LDADD = $(L_TAP) $(L_STORE)
