# index
noinst_LIBRARIES += src/libindex.a
src_libindex_a_SOURCES = src/index/index.h src/index/priv.h
# the database, threads, windows
src_libindex_a_SOURCES += src/index/index.c src/index/schema.c src/index/folder.c src/index/put.c src/index/keys.c \
	src/index/link.c src/index/relink.c src/index/thread.c src/index/view.c src/index/window.c src/index/found.c \
	src/index/rank.c src/index/tfold.c src/index/find.c src/index/addrs.c src/index/event.c

# full text
src_libindex_a_SOURCES += src/index/fold.c src/index/words.c src/index/text.c

# up to date
src_libindex_a_SOURCES += src/index/sync.c src/index/synctext.c
