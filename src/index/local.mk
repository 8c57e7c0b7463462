# index
noinst_LIBRARIES += src/libindex.a
src_libindex_a_SOURCES = src/index/index.h src/index/priv.h
# the database, threads, windows

# full text
src_libindex_a_SOURCES += src/index/fold.c src/index/words.c src/index/text.c

# up to date
src_libindex_a_SOURCES += src/index/sync.c
