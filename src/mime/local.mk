# mime
noinst_LIBRARIES += src/libmime.a
src_libmime_a_SOURCES = src/mime/mime.h src/mime/priv.h \
	src/mime/lex.c \
	src/mime/hdr.c \
	src/mime/word.c \
	src/mime/addr.c \
	src/mime/addrfmt.c \
	src/mime/date.c \
	src/mime/datename.c \
	src/mime/param.c \
	src/mime/env.c \
	src/mime/report.c \
	src/mime/reportsay.c \
	src/mime/bounce.c \
	src/mime/bounceletter.c \
	src/mime/bounceline.c \
	src/mime/bouncercpt.c \
	src/mime/bounceauto.c \
	src/mime/bouncetab.c \
	src/mime/enc.c \
	src/mime/qp.c \
	src/mime/vec.c \
	src/mime/look.c \
	src/mime/part.c \
	src/mime/parse.c \
	src/mime/field.c \
	src/mime/type.c \
	src/mime/guess.c \
	src/mime/inner.c \
	src/mime/damage.c \
	src/mime/tnef.c \
	src/mime/guesstab.c \
	src/mime/filename.c \
	src/mime/lines.c \
	src/mime/gen.c \
	src/mime/recode.c \
	src/mime/rtf.c \
	src/mime/strip.c \
	src/mime/text.c \
	src/mime/page.c \
	src/mime/html.c \
	src/mime/htmlscan.c \
	src/mime/htmlcss.c \
	src/mime/htmlcolor.c \
	src/mime/htmlout.c \
	src/mime/htmltable.c
src_libmime_a_CPPFLAGS = $(AM_CPPFLAGS) $(UCHARDET_CFLAGS)
