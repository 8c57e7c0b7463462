# unit tests of conf
check_PROGRAMS += tests/unit/conf/t-conf
tests_unit_conf_t_conf_SOURCES = tests/unit/conf/t-conf.c tests/unit/store/box.c tests/unit/store/box.h
tests_unit_conf_t_conf_LDADD = $(L_TAP) $(L_CONF)
check_PROGRAMS += tests/unit/conf/t-url
tests_unit_conf_t_url_SOURCES = tests/unit/conf/t-url.c
tests_unit_conf_t_url_LDADD = $(L_TAP) $(L_CONF)
check_PROGRAMS += tests/unit/conf/t-secret
tests_unit_conf_t_secret_SOURCES = tests/unit/conf/t-secret.c
tests_unit_conf_t_secret_LDADD = $(L_TAP) $(L_CONF)
