# unit tests of job
check_PROGRAMS += tests/unit/job/t-drive
tests_unit_job_t_drive_SOURCES = tests/unit/job/t-drive.c
tests_unit_job_t_drive_LDADD = $(L_TAP) src/libjob.a src/libproto.a $(L_IO) $(GSASL_LIBS)
check_PROGRAMS += tests/unit/job/t-crash-in
tests_unit_job_t_crash_in_SOURCES = tests/unit/job/t-crash-in.c \
	tests/unit/job/crash.c tests/unit/job/crash.h tests/unit/store/box.c tests/unit/store/box.h
tests_unit_job_t_crash_in_LDADD = $(L_TAP) $(L_STORE)
check_PROGRAMS += tests/unit/job/t-crash-out
tests_unit_job_t_crash_out_SOURCES = tests/unit/job/t-crash-out.c tests/unit/job/w3.c tests/unit/job/w3.h \
	tests/unit/job/crash.c tests/unit/job/crash.h tests/unit/store/box.c tests/unit/store/box.h
tests_unit_job_t_crash_out_LDADD = $(L_TAP) $(L_POST)
check_PROGRAMS += tests/unit/job/t-crash-kill
tests_unit_job_t_crash_kill_SOURCES = tests/unit/job/t-crash-kill.c tests/unit/job/w3.c tests/unit/job/w3.h \
	tests/unit/job/crash.c tests/unit/job/crash.h tests/unit/store/box.c tests/unit/store/box.h
tests_unit_job_t_crash_kill_LDADD = $(L_TAP) $(L_POST)
check_PROGRAMS += tests/unit/job/t-job
tests_unit_job_t_job_SOURCES = tests/unit/job/t-job.c tests/unit/store/box.c tests/unit/store/box.h
tests_unit_job_t_job_LDADD = $(L_TAP) $(L_JOB)
check_PROGRAMS += tests/unit/job/t-change
tests_unit_job_t_change_SOURCES = tests/unit/job/t-change.c \
	tests/unit/job/crash.c tests/unit/job/crash.h tests/unit/store/box.c tests/unit/store/box.h
tests_unit_job_t_change_LDADD = $(L_TAP) $(L_JOB)
check_PROGRAMS += tests/unit/job/t-changefail
tests_unit_job_t_changefail_SOURCES = tests/unit/job/t-change.c \
	tests/unit/job/crash.c tests/unit/job/crash.h tests/unit/store/box.c tests/unit/store/box.h
tests_unit_job_t_changefail_CPPFLAGS = $(AM_CPPFLAGS) -DFAULTS
tests_unit_job_t_changefail_LDADD = $(L_TAP) $(L_JOB)
