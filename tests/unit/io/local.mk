# unit tests of io
check_PROGRAMS += tests/unit/io/t-loop
tests_unit_io_t_loop_SOURCES = tests/unit/io/t-loop.c
tests_unit_io_t_loop_LDADD = $(L_TAP) $(L_IO)

check_PROGRAMS += tests/unit/io/t-conn
tests_unit_io_t_conn_SOURCES = tests/unit/io/t-conn.c
tests_unit_io_t_conn_LDADD = $(L_TAP) $(L_IO)
