# unit tests of server
check_PROGRAMS += tests/unit/server/t-story
tests_unit_server_t_story_SOURCES = tests/unit/server/t-story.c tests/unit/server/world.c tests/unit/server/world.h \
	tests/unit/store/box.c tests/unit/store/box.h
tests_unit_server_t_story_LDADD = $(L_TAP) $(L_SERVER)
