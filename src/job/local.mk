# job
noinst_LIBRARIES += src/libjob.a
src_libjob_a_SOURCES = src/job/job.h src/job/priv.h \
	src/job/drive.c \
	src/job/trace.c \
	src/job/session.c \
	src/job/job.c \
	src/job/worker.c \
	src/job/fetch.c \
	src/job/send.c \
	src/job/sendfate.c \
	src/job/notice.c \
	src/job/scan.c \
	src/job/find.c \
	src/job/change.c \
	src/job/changemove.c \
	src/job/changerun.c \
	src/job/filter.c \
	src/job/manage.c \
	src/job/import.c \
	src/job/convert.c \
	src/job/rewrite.c
