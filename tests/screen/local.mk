# screens as text, and random keys
EXTRA_DIST += tests/screen/lib.sh tests/screen/make-home.py tests/screen/random-keys.py \
	tests/screen/alpine.script tests/screen/alpine.golden \
	tests/screen/beside.script tests/screen/beside.golden \
	tests/screen/bound.script tests/screen/bound.golden \
	tests/screen/compose.script tests/screen/compose.golden \
	tests/screen/delivery.script tests/screen/delivery.golden tests/screen/list.script tests/screen/list.golden \
	tests/screen/marks.script tests/screen/marks.golden \
	tests/screen/message.script tests/screen/message.golden \
	tests/screen/others.script tests/screen/others.golden \
	tests/screen/parts.script tests/screen/parts.golden \
	tests/screen/reply.script tests/screen/reply.golden \
	tests/screen/sizes.script tests/screen/sizes.golden \
	tests/screen/view.script tests/screen/view.golden \
	tests/screen/vi.script tests/screen/vi.golden
dist_check_SCRIPTS += tests/screen/screens.t tests/screen/acts.t tests/screen/manners.t tests/screen/corners.t tests/screen/everykey.t tests/screen/random.t
