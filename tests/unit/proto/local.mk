# unit tests of proto; the engines need base and GNU SASL only
L_T_PROTO = $(L_TAP) src/libproto.a $(L_BASE) $(GSASL_LIBS)
check_PROGRAMS += tests/unit/proto/t-line
tests_unit_proto_t_line_SOURCES = tests/unit/proto/t-line.c
tests_unit_proto_t_line_LDADD = $(L_T_PROTO)
check_PROGRAMS += tests/unit/proto/t-sasl
tests_unit_proto_t_sasl_SOURCES = tests/unit/proto/t-sasl.c
tests_unit_proto_t_sasl_LDADD = $(L_T_PROTO)
check_PROGRAMS += tests/unit/proto/t-talk
tests_unit_proto_t_talk_SOURCES = tests/unit/proto/t-talk.c tests/unit/proto/talk.h \
	tests/unit/proto/talk-read.c tests/unit/proto/talk-play.c
tests_unit_proto_t_talk_LDADD = $(L_T_PROTO)
