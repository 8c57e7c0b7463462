# unit tests of show
check_PROGRAMS += tests/unit/show/t-render
tests_unit_show_t_render_SOURCES = tests/unit/show/t-render.c
tests_unit_show_t_render_LDADD = $(L_TAP) $(L_SHOW)
check_PROGRAMS += tests/unit/show/t-mailcap
tests_unit_show_t_mailcap_SOURCES = tests/unit/show/t-mailcap.c
tests_unit_show_t_mailcap_LDADD = $(L_TAP) $(L_SHOW)
check_PROGRAMS += tests/unit/show/t-trust
tests_unit_show_t_trust_SOURCES = tests/unit/show/t-trust.c
tests_unit_show_t_trust_LDADD = $(L_TAP) $(L_SHOW)
check_PROGRAMS += tests/unit/show/t-calendar
tests_unit_show_t_calendar_SOURCES = tests/unit/show/t-calendar.c
tests_unit_show_t_calendar_LDADD = $(L_TAP) $(L_SHOW)
check_PROGRAMS += tests/unit/show/t-vcard
tests_unit_show_t_vcard_SOURCES = tests/unit/show/t-vcard.c
tests_unit_show_t_vcard_LDADD = $(L_TAP) $(L_SHOW)
