# post
noinst_LIBRARIES += src/libpost.a
src_libpost_a_SOURCES = src/post/post.h src/post/priv.h \
	src/post/compose.c \
	src/post/composecheck.c \
	src/post/composeout.c \
	src/post/composesave.c \
	src/post/contacts.c \
	src/post/draft.c \
	src/post/envelope.c \
	src/post/outbox.c \
	src/post/queue.c \
	src/post/recall.c \
	src/post/recallmsg.c \
	src/post/invite.c \
	src/post/reply.c \
	src/post/replytext.c \
	src/post/replyto.c \
	src/post/mailto.c \
	src/post/markdown.c \
	src/post/partial.c \
	src/post/fmt.c \
	src/post/track.c \
	src/post/trackwords.c \
	src/post/dsn.c \
	src/post/receipt.c \
	src/post/folder.c \
	src/post/search.c
