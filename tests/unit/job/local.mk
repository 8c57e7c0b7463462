# unit tests of job
check_PROGRAMS += tests/unit/job/t-drive
tests_unit_job_t_drive_SOURCES = tests/unit/job/t-drive.c
tests_unit_job_t_drive_LDADD = $(L_TAP) src/libjob.a src/libproto.a $(L_IO) $(GSASL_LIBS)
check_PROGRAMS += tests/unit/job/t-crash-in
tests_unit_job_t_crash_in_SOURCES = tests/unit/job/t-crash-in.c \
	tests/unit/job/crash.c tests/unit/job/crash.h tests/unit/store/box.c tests/unit/store/box.h
tests_unit_job_t_crash_in_LDADD = $(L_TAP) $(L_STORE)
