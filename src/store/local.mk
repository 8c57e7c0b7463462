# store
noinst_LIBRARIES += src/libstore.a
src_libstore_a_SOURCES = src/store/store.h \
	src/store/priv.h \
	src/store/mbox.c \
	src/store/mboxquote.c \
	src/store/mboxlock.c \
	src/store/mboxwrite.c \
	src/store/known.c \
	src/store/maildir.c \
	src/store/box.c \
	src/store/boxnewest.c \
	src/store/boxmd.c \
	src/store/boxmbox.c \
	src/store/boxgzip.c \
	src/store/boxdir.c \
	src/store/boxput.c \
	src/store/boxtree.c \
	src/store/boxeach.c \
	src/store/watch.c \
	src/store/arrive.c \
	src/store/state.c \
	src/store/uidl.c \
	src/store/sending.c \
	src/store/journal.c \
	src/store/track.c
