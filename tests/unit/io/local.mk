# unit tests of io
check_PROGRAMS += tests/unit/io/t-loop
tests_unit_io_t_loop_SOURCES = tests/unit/io/t-loop.c
tests_unit_io_t_loop_LDADD = $(L_TAP) $(L_IO)

check_PROGRAMS += tests/unit/io/t-conn
tests_unit_io_t_conn_SOURCES = tests/unit/io/t-conn.c
tests_unit_io_t_conn_LDADD = $(L_TAP) $(L_IO)

check_PROGRAMS += tests/unit/io/t-sock
tests_unit_io_t_sock_SOURCES = tests/unit/io/t-sock.c
tests_unit_io_t_sock_LDADD = $(L_TAP) $(L_IO)

check_PROGRAMS += tests/unit/io/t-mx
tests_unit_io_t_mx_SOURCES = tests/unit/io/t-mx.c
tests_unit_io_t_mx_LDADD = $(L_TAP) $(L_IO)

check_PROGRAMS += tests/unit/io/t-wire
tests_unit_io_t_wire_SOURCES = tests/unit/io/t-wire.c
tests_unit_io_t_wire_LDADD = $(L_TAP) $(L_IO)

check_PROGRAMS += tests/unit/io/t-proc
tests_unit_io_t_proc_SOURCES = tests/unit/io/t-proc.c
tests_unit_io_t_proc_LDADD = $(L_TAP) $(L_IO)

check_PROGRAMS += tests/unit/io/t-tls
tests_unit_io_t_tls_SOURCES = tests/unit/io/t-tls.c
tests_unit_io_t_tls_LDADD = $(L_TAP) $(L_IO)
