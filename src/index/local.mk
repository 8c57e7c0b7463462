# index
noinst_LIBRARIES += src/libindex.a
src_libindex_a_SOURCES = src/index/index.h src/index/priv.h
# the database, threads, windows

# full text

# up to date
src_libindex_a_SOURCES += src/index/sync.c
