/* SPDX-License-Identifier: GPL-3.0-or-later
 * markdown: text as HTML beside it: what becomes of quotes, signatures and HTML; and the
 * wish for it through saving, postponing, queueing and back. */
#include "../store/box.h"
#include "post/post.h"
#include "post/priv.h"
#include <unistd.h>

static char *home;
static struct conf conf;
static struct err err;

#define BEGIN "<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\"></head><body>\n"
#define END "</body></html>\n"

static const struct { const char *name, *text, *html; } rows[] = {
	{ "nothing", "", "" },
	{ "a heading, strong, code, a link", "# Hello\n\n**very** `x<y` [here](https://x.test/?a=1&b)\n",
		"<h1>Hello</h1>\n<p><strong>very</strong> <code>x&lt;y</code> <a href=\"https://x.test/?a=1&amp;b\">here</a></p>\n" },
	{ "lists", "- \xed\x95\x98\xeb\x82\x98\n- two\n\n1. a\n2. b\n",
		"<ul>\n<li>\xed\x95\x98\xeb\x82\x98</li>\n<li>two</li>\n</ul>\n<ol>\n<li>a</li>\n<li>b</li>\n</ol>\n" },
	{ "an answer below a quote is none of it", "On Monday, Bob wrote:\n> Shall we?\nYes.\n",
		"<p>On Monday, Bob wrote:</p>\n<blockquote>\n<p>Shall we?</p>\n</blockquote>\n<p>Yes.</p>\n" },
	{ "nor what is quoted once below what is quoted twice", "> > deep\n> less\n",
		"<blockquote>\n<blockquote>\n<p>deep</p>\n</blockquote>\n<p>less</p>\n</blockquote>\n" },
	{ "but a mark in code is no quote", "```\n> a\nb\n```\n", "<pre><code>&gt; a\nb\n</code></pre>\n" },
	{ "a signature makes no heading", "Bye\n-- \nMe *myself* <me@x.test>\nand & I\n",
		"<p>Bye</p>\n<p>-- <br>\nMe *myself* &lt;me@x.test&gt;<br>\nand &amp; I</p>\n" },
	{ "only a signature", "-- \nMe\n", "<p>-- <br>\nMe</p>\n" },
	{ "HTML within a line is shown", "List<String> <b>x</b>\n", "<p>List&lt;String&gt; &lt;b&gt;x&lt;/b&gt;</p>\n" },
	{ "HTML of its own is shown", "<script>\nalert(1) & more\n</script>\n",
		"<p>&lt;script&gt;<br />\nalert(1) &amp; more<br />\n&lt;/script&gt;</p>\n" },
	{ "a link that runs something leads nowhere", "[x](javascript:alert(1))\n", "<p><a href=\"\">x</a></p>\n" },
};

static void test_rows(void)
{
	struct str out, want;

	str_init(&out, STR_MAX);
	str_init(&want, STR_MAX);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		str_clear(&out);
		str_clear(&want);
		str_addf(&want, BEGIN "%s" END, rows[i].html);
		is_int(markdown_html(sl(rows[i].text), &out), 0, "%s", rows[i].name);
		is_str(out.p, want.p, "... and reads so");
	}
	is_int(markdown_html(SL("caf\xe9"), &out), -1, "no UTF-8: no HTML");
	str_clear(&want);
	while (want.n <= MARKDOWN_MAX)
		str_adds(&want, "words and more words\n");
	is_int(markdown_html(str_sl(&want), &out), -1, "too long: no HTML");
	str_release(&out);
	str_release(&want);
}

/* What others wrote and is quoted must not take long. */
static void test_hostile(void)
{
	static const char *const evil[] = { "![[]()", "[a](<b", "*a_ ", "`a``b", "> ", "- ", "<!--", "[", "](", "&", "a**b__", "<a ", "[x]: /u\n" };
	struct str text, out;

	str_init(&text, STR_MAX);
	str_init(&out, STR_MAX);
	for (size_t i = 0; i < ARRAY_LEN(evil); i++) {
		int64_t begin = rt_mono();

		str_clear(&text);
		str_clear(&out);
		while (text.n + 16 < MARKDOWN_MAX)
			str_adds(&text, evil[i]);
		is_int(markdown_html(str_sl(&text), &out), 0, "%s again and again", evil[i]);
		ok(rt_mono() - begin < 10 * 1000000, "... in %lld ms", (long long)(rt_mono() - begin) / 1000);
	}
	str_release(&text);
	str_release(&out);
}

/* ---- messages ---- */

static void start(const char *more)
{
	char *path;
	struct str s;

	str_init(&s, 65536);
	str_addf(&s, "%s[account home]\naddress = Me <me@x.test>\n", more);
	home = tbox_dir();
	path = tbox_path("%s/config", home);
	tbox_put(path, str_sl(&s));
	setenv("XDG_DATA_HOME", home, 1);
	is_int(conf_load(&conf, path, &err), 0, "a configuration %s", err.text);
	free(path);
	str_release(&s);
}

static void finish(void)
{
	conf_release(&conf);
	free(home);
}

static void set(char **field, const char *z)
{
	free(*field);
	*field = mem_strdup(z);
}

static void begin(struct compose *c)
{
	err = (struct err)ERR_INIT;
	compose_init(c, &conf, NULL);
	set(&c->to, "bob@y.test");
	set(&c->subject, "plans");
	set(&c->text, "*Hello*\n-- \nMe\n");
	c->markdown = true;
}

static void done(struct compose *c)
{
	compose_drop(c, &err);
	compose_release(c);
}

static void is_part(const struct mime_tree *t, struct slice mem, const char *number, const char *type, const char *want)
{
	const struct part *p = tree_find(t, sl(number));
	struct str text;
	struct sink sink;

	str_init(&text, STR_MAX);
	sink_str(&sink, &text);
	str_addf(&text, "%s/%s\n", p ? p->type : "no", p ? p->subtype : "part");
	if (p)
		part_text(p, -1, mem, &sink, &err);
	ok(sl_starts(str_sl(&text), type), "part %s is %s", number, type);
	is_str(strchr(text.p, '\n') + 1, want, "... with the text");
	str_release(&text);
}

static struct mime_tree *preview(struct compose *c, struct str *mem)
{
	struct sink sink;
	struct src src;
	int fd = compose_preview(c, &conf, &err);

	ok(fd >= 0, "it can be written %s", err.text);
	str_clear(mem);
	sink_str(&sink, mem);
	src_range(&src, fd, 0, -1);
	src_copy(&src, &sink, &err);
	src_release(&src);
	fs_close(&fd);
	return mime_parse_mem(str_sl(mem), &mime_limits_default);
}

static void test_written(void)
{
	static const char html[] = BEGIN "<p><em>Hello</em></p>\n<p>-- <br>\nMe</p>\n" END;
	struct mime_tree *t;
	struct compose c;
	struct str mem;
	struct src src;

	str_init(&mem, STR_MAX);
	begin(&c);
	t = preview(&c, &mem);
	ok(t->defects == 0 && part_is(t->root, "multipart", "alternative") && t->parts == 3, "two forms of the text");
	is_part(t, str_sl(&mem), "1", "text/plain", "*Hello*\n-- \nMe\n");
	is_part(t, str_sl(&mem), "2", "text/html", html);
	tree_free(&t);
	src_mem(&src, SL("\0\1"));
	compose_attach_src(&c, &src, "a.bin", NULL, &err);
	t = preview(&c, &mem);
	ok(t->defects == 0 && part_is(t->root, "multipart", "mixed") && t->parts == 5, "and a file beside them");
	is_part(t, str_sl(&mem), "1.1", "text/plain", "*Hello*\n-- \nMe\n");
	is_part(t, str_sl(&mem), "1.2", "text/html", html);
	ok(tree_find(t, SL("2")) && !strcmp(tree_find(t, SL("2"))->filename, "a.bin"), "the file comes behind");
	tree_free(&t);
	c.markdown = false;
	t = preview(&c, &mem);
	ok(t->parts == 3 && part_is(tree_find(t, SL("1")), "text", "plain"), "not asked for: plain text only");
	tree_free(&t);
	done(&c);
	str_release(&mem);
}

/* ---- the wish ---- */

/* What lies in Drafts, written on. */
static void recall(struct compose *c)
{
	char *path = tbox_first(conf.drafts);
	struct render *r;
	struct str mem;

	str_init(&mem, STR_MAX);
	ok(path && fs_slurp(path, STR_MAX, &mem, &err) == 0, "a draft is there");
	r = render_open(-1, &mem, &conf);
	compose_init(c, &conf, NULL);
	is_int(compose_recall(c, &conf, r, &err), 0, "it is recalled %s", err.text);
	render_free(&r);
	free(path);
	str_release(&mem);
}

static void test_kept(void)
{
	struct compose c, d;

	begin(&c);
	is_int(compose_save(&c, &err), 0, "saved");
	is_int(compose_load(&d, &conf, c.id, &err), 0, "loaded");
	ok(d.markdown, "as it was");
	compose_release(&d);
	is_int(compose_postpone(&c, &conf, &err), 0, "postponed %s", err.text);
	compose_release(&c);
	recall(&d);
	ok(d.markdown && d.n_files == 0, "the wish is in the draft, the HTML is not");
	is_str(d.text, "*Hello*\n-- \nMe\n", "the text is as typed");
	done(&d);
}

static void test_queued(bool wish)
{
	char *db = path_join(conf.data, "state.db"), *dir = path_join(conf.data, "outbox"), id[64];
	struct outbox *box = NULL;
	struct state *state = NULL;
	struct compose c, d;

	fs_mkdirs(conf.data, &err);
	ok(state_open(&state, db, &err) == 0 && outbox_open(&box, dir, state, &err) == 0, "an outbox");
	begin(&c);
	c.markdown = wish;
	is_int(compose_queue(&c, &conf, box, id, &err), 0, "queued %s", err.text);
	compose_init(&d, &conf, NULL);
	is_int(compose_from_item(&d, &conf, box, id, &err), 0, "taken back %s", err.text);
	ok(d.markdown == wish && d.n_files == 0, wish ? "with the wish" : "without one");
	is_str(d.text, "*Hello*\n-- \nMe\n", "the text is as typed");
	done(&d);
	compose_release(&c);
	outbox_close(&box);
	state_close(&state);
	free(db);
	free(dir);
}

static void test_setting(void)
{
	struct compose c, d;

	start("markdown = yes\n");
	compose_init(&c, &conf, NULL);
	ok(c.markdown, "the setting is the wish of each new message");
	c.markdown = false;
	is_int(compose_save(&c, &err), 0, "saved");
	is_int(compose_load(&d, &conf, c.id, &err), 0, "loaded");
	ok(!d.markdown, "but not where the person said no");
	compose_release(&d);
	is_int(compose_postpone(&c, &conf, &err), 0, "postponed %s", err.text);
	compose_release(&c);
	recall(&d);
	ok(!d.markdown, "nor in a draft");
	done(&d);
	finish();
}

int main(void)
{
	test_rows();
	test_hostile();
	start("");
	test_written();
	test_kept();
	test_queued(true);
	test_queued(false);
	finish();
	test_setting();
	return tap_done();
}
