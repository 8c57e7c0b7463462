# Every test speaks TAP.  A unit test links its own floor and those below.
TEST_EXTENSIONS = .t
T_LOG_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) $(top_srcdir)/build-aux/tap-driver.sh
LOG_DRIVER = $(T_LOG_DRIVER)
AM_TESTS_ENVIRONMENT = LC_ALL=C.UTF-8; TZ=UTC; export LC_ALL TZ; \
	srcdir=$(abs_top_srcdir); builddir=$(abs_top_builddir); export srcdir builddir; \
	PABAL_CORPUS=$${PABAL_CORPUS-$(abs_top_srcdir)/../shared/corpus}; export PABAL_CORPUS;

check_LIBRARIES += tests/libtap.a
tests_libtap_a_SOURCES = tests/tap.h tests/tap.c
L_TAP = tests/libtap.a

include tests/unit/base/local.mk
include tests/unit/mime/local.mk
include tests/unit/io/local.mk
include tests/unit/tui/local.mk
include tests/unit/store/local.mk
include tests/unit/index/local.mk
include tests/unit/conf/local.mk
include tests/unit/proto/local.mk
include tests/unit/show/local.mk
include tests/unit/query/local.mk
include tests/unit/post/local.mk
include tests/unit/job/local.mk
include tests/unit/server/local.mk
include tests/lint/local.mk
include tests/cli/local.mk
include tests/screen/local.mk
include tests/tty/local.mk
include tests/bench/local.mk
include tests/fuzz/local.mk

TESTS += $(check_PROGRAMS) $(dist_check_SCRIPTS)
