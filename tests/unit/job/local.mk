# unit tests of job
check_PROGRAMS += tests/unit/job/t-drive
tests_unit_job_t_drive_SOURCES = tests/unit/job/t-drive.c
tests_unit_job_t_drive_LDADD = $(L_TAP) src/libjob.a src/libproto.a $(L_IO) $(GSASL_LIBS)
