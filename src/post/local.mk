# post
noinst_LIBRARIES += src/libpost.a
src_libpost_a_SOURCES = src/post/post.h src/post/priv.h \
	src/post/draft.c \
	src/post/envelope.c \
	src/post/outbox.c \
	src/post/queue.c \
	src/post/query.c \
	src/post/qtree.c \
	src/post/qdate.c \
	src/post/qregex.c \
	src/post/qbytes.c \
	src/post/match.c \
	src/post/fmt.c \
	src/post/folder.c \
	src/post/search.c
