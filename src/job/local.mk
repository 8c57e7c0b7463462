# job
noinst_LIBRARIES += src/libjob.a
src_libjob_a_SOURCES = src/job/job.h src/job/priv.h \
	src/job/drive.c \
	src/job/trace.c
