# store
noinst_LIBRARIES += src/libstore.a
src_libstore_a_SOURCES = src/store/store.h \
	src/store/store.c \
	src/store/maildir.c \
	src/store/arrive.c \
	src/store/state.c
