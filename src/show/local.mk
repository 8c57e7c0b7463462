# show
noinst_LIBRARIES += src/libshow.a
src_libshow_a_SOURCES = src/show/show.h src/show/priv.h \
	src/show/render.c \
	src/show/renderline.c \
	src/show/renderhead.c \
	src/show/renderplan.c \
	src/show/renderonly.c \
	src/show/renderbody.c \
	src/show/renderraw.c \
	src/show/renderlink.c \
	src/show/rendertrust.c \
	src/show/trustauth.c \
	src/show/trustlook.c \
	src/show/rendercard.c \
	src/show/notice.c \
	src/show/vcard.c \
	src/show/calendar.c \
	src/show/calzone.c \
	src/show/calwords.c \
	src/show/mailcap.c
