# cli
noinst_LIBRARIES += src/libcli.a
src_libcli_a_SOURCES = src/cli/cli.h \
	src/cli/priv.h \
	src/cli/cli.c \
	src/cli/send.c \
	src/cli/fetch.c \
	src/cli/list.c \
	src/cli/row.c \
	src/cli/bar.c \
	src/cli/find.c \
	src/cli/folders.c \
	src/cli/change.c \
	src/cli/filter.c \
	src/cli/manage.c \
	src/cli/track.c \
	src/cli/thread.c \
	src/cli/show.c \
	src/cli/notice.c \
	src/cli/showparts.c \
	src/cli/outbox.c \
	src/cli/receipt.c \
	src/cli/demo.c \
	src/cli/demoserver.c \
	src/cli/samples.c
