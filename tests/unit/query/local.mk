# unit tests of query
check_PROGRAMS += tests/unit/query/t-query
tests_unit_query_t_query_SOURCES = tests/unit/query/t-query.c
tests_unit_query_t_query_LDADD = $(L_TAP) $(L_QUERY)
check_PROGRAMS += tests/unit/query/t-match
tests_unit_query_t_match_SOURCES = tests/unit/query/t-match.c
tests_unit_query_t_match_LDADD = $(L_TAP) $(L_QUERY)
