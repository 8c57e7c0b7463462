# tui
noinst_LIBRARIES += src/libtui.a
src_libtui_a_CPPFLAGS = $(AM_CPPFLAGS) $(CURSES_CFLAGS)
src_libtui_a_SOURCES = src/tui/tui.h src/tui/priv.h \
	src/tui/theme.c src/tui/grid.c src/tui/key.c src/tui/list.c src/tui/letters.c src/tui/edit.c src/tui/tty.c src/tui/ttykey.c src/tui/ttyplain.c src/tui/ttyreset.c \
	src/tui/text.c src/tui/textkey.c src/tui/textwrap.c src/tui/textfill.c src/tui/textfind.c src/tui/textdraw.c
