# unit tests of io
check_PROGRAMS += tests/unit/io/t-loop
tests_unit_io_t_loop_SOURCES = tests/unit/io/t-loop.c
tests_unit_io_t_loop_LDADD = $(L_TAP) $(L_IO)
