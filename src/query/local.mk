# query
noinst_LIBRARIES += src/libquery.a
src_libquery_a_SOURCES = src/query/query.h src/query/priv.h \
	src/query/query.c \
	src/query/qtree.c \
	src/query/qdate.c \
	src/query/qregex.c \
	src/query/qbytes.c \
	src/query/match.c
