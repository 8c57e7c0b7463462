/* SPDX-License-Identifier: GPL-3.0-or-later
 * html: pages of mail as their readers see them; what is hidden, what is data,
 * and input that is made to be slow. */
#include "base/base.h"
#include "mime/mime.h"
#include "../../tap.h"

static void dump(const struct page *page, struct str *out)
{
	str_clear(out);
	for (size_t i = 0; i < page->n; i++)
		str_addf(out, "%.*s\n", (int)page->v[i].n, page->text.p + page->v[i].at);
}

static const struct row { const char *name, *in; int width; const char *want; } rows[] = {
	{ "nothing", "", 40, "" },
	{ "text alone", "Hello\n  there &amp; &lt;here&gt;", 40, "Hello there & <here>\n" },
	{ "blanks across elements", "a<b> b</b><i> c </i> d", 40, "a b c d\n" },
	{ "paragraphs", "<p>one<p>two</p>\n\n<p></p><p>three", 40, "one\n\ntwo\n\nthree\n" },
	{ "divs are lines", "<div>one</div><div><div>two</div></div>three", 40, "one\ntwo\nthree\n" },
	{ "an empty div with a break is an empty line", "<div>a</div><div><br></div><div>b</div>", 40, "a\n\nb\n" },
	{ "breaks", "a<br>b<br><br>c<br><br><br><br>d<br>", 40, "a\nb\n\nc\n\nd\n" },
	{ "headings", "<h1>Title</h1>text", 40, "Title\n\ntext\n" },
	{ "no-break spaces stay", "a&nbsp;&nbsp;b<p>&nbsp;</p>c", 40, "a  b\n\nc\n" },
	{ "lists", "<ul><li>one<li>two<ul><li>deep</ul><li>three</ul><ol><li>x<li>y</ol>", 40,
		"\xE2\x80\xA2 one\n\xE2\x80\xA2 two\n  \xE2\x80\xA2 deep\n\xE2\x80\xA2 three\n\n1. x\n2. y\n" },
	{ "an item is indented", "<ol start=9><li>the quick brown fox</ol>", 14, "9. the quick\n   brown fox\n" },
	{ "numbers that are said", "<ol><li>a<li value=7>b<li>c<li value=x>d</ol>", 40, "1. a\n7. b\n8. c\n9. d\n" },
	{ "letters", "<ol type=a start=26><li>y<li>z</ol><ol type=A><li>x</ol>", 40, "z. y\naa. z\n\nA. x\n" },
	{ "Roman numbers", "<ol type=i start=4><li>a<li value=1999>b<li value=4000>c</ol><ol type=I><li>d<li>e</ol>", 40,
		"iv. a\nmcmxcix. b\n4000. c\n\nI. d\nII. e\n" },
	{ "for those who run no scripts", "<noscript>n<p>m</noscript><noframes>f</noframes>", 40, "n\n\nm\n\nf\n" },
	{ "a cell over several rows", "<table><tr><th>n<th>a<th>b<tr><td rowspan=2>x<td>1<td>2<tr><td>3<td>4<tr><td>y<td rowspan=9>5<td>6<tr><td>z<td>7</table>", 40,
		"n  a  b\nx  1  2\n   3  4\ny  5  6\nz     7\n" },
	{ "definitions", "<dl><dt>word<dd>what it means</dl>", 40, "word\n    what it means\n" },
	{ "quotes", "<p>a<blockquote>b<blockquote>c</blockquote></blockquote>d", 40, "a\n\n> b\n>\n> > c\n\nd\n" },
	{ "a quote is wrapped", "<blockquote>the quick brown fox</blockquote>", 12, "> the quick\n> brown fox\n" },
	{ "pre", "<pre>a  b\n\tc\n\n d</pre>", 40, "a  b\n        c\n\n d\n" },
	{ "a rule", "a<hr>b", 10, "a\n\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80"
		"\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80\nb\n" },
	{ "links", "<a href='http://a.example'>A</a>, <a href=http://b.example>B</a> <a href='http://a.example'>again</a>", 60,
		"A [1], B [2] again [1]\n" },
	{ "a link without its scheme", "<a href='//a.example/b'>https://a.example/b</a> <a href='//c.example'>d</a>", 60, "https://a.example/b [1] d [2]\n" },
	{ "no link of these", "<a href='javascript:x()'>a</a> <a href='#top'>b</a> <a>c</a> <a href='data:text/html,x'>d</a>", 40,
		"a b c d\n" },
	{ "an address that leads to itself", "<a href='mailto:a@b.example'>A@b.example</a>, <a href='mailto:c@b.example'>a@b.example</a>", 60,
		"A@b.example, a@b.example [1]\n" },
	{ "a link of nothing, and links side by side", "a<a href='http://a.example'></a> <a href='http://b.example'><b hidden>b</b></a>c <a href='http://c.example'>d</a>"
		"<a href='http://d.example'><img src=x></a>, e", 60, "a c d [1] [2], e\n" },
	{ "a rule in a table of data", "<table><tr><td>a<td>1<tr><td colspan=2><hr><tr><td>b<td>22</table>", 40, "a  1\nb  22\n" },
	{ "a link over blocks", "<a href='http://a.example'><div>one</div><div>two</div></a>three", 40, "one [1]\ntwo\nthree\n" },
	{ "a link that has no end", "<a href='http://a.example'>one <a href='http://b.example'>two", 40, "one [1] two [2]\n" },
	{ "images", "<img src=x.png alt='A cat'> <img src=y.png> b", 40, "[A cat] b\n" },
	{ "what is never text", "<head><title>t</title><style>p{}</style></head><script>s</script><!-- c --><template>x</template>"
		"a<!-- <b> -->b<![if x]>c<![endif]><?php d ?>e", 40, "abce\n" },
	{ "forms", "<form>Name <input name=x value=y><input type=submit value=Send> <button>Go <b>on</b></button>"
		"<select><option>a<option>b</select><textarea>old</textarea></form>", 40, "Name [Send] [Go on]\n" },
	{ "boxes to tick", "<ul><li><input type=checkbox checked disabled> done<li><input type='checkbox'>open</ul>", 40,
		"\xE2\x80\xA2 [x] done\n\xE2\x80\xA2 [ ]open\n" },
	{ "a page that is hidden whole", "<style>body{visibility:hidden; display:none}</style><body>a<p style='display:none'>x</p>", 40, "a\n" },
	{ "display:none", "a<div style='display : NONE'>hidden</div><span style='display:none'>x</span>b", 40, "ab\n" },
	{ "the attribute", "a <span hidden>hidden</span> b", 40, "a b\n" },
	{ "other ways to hide", "<span style='visibility:hidden'>a</span><span style='font-size:0px'>b</span><span style='opacity:0'>c</span>"
		"<div style='max-height:0;overflow:hidden'>d</div><font color=white>e</font><p style='color:#fefefe'>f</p>"
		"<div style='background:#123456;color:rgb(18, 52, 86)'>g</div>z", 40, "z\n" },
	{ "yet other ways", "<i style='color:transparent'>a</i><i style='color:rgba(9,9,9, 0.0)'>b</i><p style='font-size:0.5px'>c</p>"
		"<p style='font-size:.05em'>d</p><p style='font-size:1pt'>e</p><p style='width:0;overflow:hidden'>f</p>"
		"<p style='display:/* x */none'>g</p><p style='font-size:8%'>h</p>z", 40, "z\n" },
	{ "out of sight", "<i style='text-indent:-9999px'>a</i><p style='position:absolute;left:-999em'>b</p><p style='position:fixed;top:-20in'>c</p>"
		"<p style='left:-9999px'>d</p><p style='text-indent:-18pt'>e</p><p style='position:absolute;left:-20px'>f</p>", 40, "d\n\ne\n\nf\n" },
	{ "paragraphs without room between", "<style>p.x, div.x {margin:0cm; margin-bottom:.0001pt}</style><p class=x>a<p class=x>b<p class=x>&nbsp;<p class=x>c"
		"<p style='MARGIN: 0px'>d<p style='margin:1em 0 0'>e<p style='margin:0 0 12px'>f<p style='margin:0'>g<p>h", 40,
		"a\nb\n\nc\nd\n\ne\nf\n\ng\n\nh\n" },
	{ "room that a style asks for", "<div>a</div><div style='margin-bottom:16px'>b</div><div>c</div><div style='padding:7px'>d</div>"
		"<table><tr><td style='padding:10pt 0'>e</table><ul><li style='margin:20px'>f<li>g</ul>", 40,
		"a\nb\n\nc\nd\n\ne\n\n\xE2\x80\xA2 f\n\xE2\x80\xA2 g\n" },
	{ "lists of Word", "<p style='margin:0;mso-list:l0 level1'><span style='font-family:Symbol'><span style='mso-list:Ignore'>\xC2\xB7<span "
		"style='font:7.0pt \"Times New Roman\"'>&nbsp;&nbsp;&nbsp;&nbsp; </span></span></span>one"
		"<p style='margin:0'><span style='mso-list:Ignore'>2.<span>&nbsp;&nbsp; </span></span>two&nbsp;&nbsp;x", 40, "\xE2\x80\xA2 one\n2. two  x\n" },
	{ "clipped, moved or faded away", "<i style='position:absolute;clip:rect(0 0 0 0)'>a</i><i style='clip-path: inset(50%)'>b</i><i style='transform:scale(0)'>c</i>"
		"<i style='transform:translateX(-9999px)'>d</i><i style='margin-left:-9999px'>e</i><i style='position:absolute;right:-9999px'>f</i>"
		"<i style='opacity:.01'>g</i><i style='filter:alpha(opacity=0)'>h</i><i style='font:0/0 a'>i</i><i style='font:bold 1px/1px Arial'>j</i>"
		"<i style='width:1px;height:1px;overflow:hidden'>k</i><i style='max-width:0;overflow:hidden'>l</i><i style='content-visibility:hidden'>m</i>z", 40, "z\n" },
	{ "... and not", "<i style='clip:rect(0 0 0 0)'>a</i><i style='clip-path:inset(5%)'>b</i><i style='transform:scale(0.9)'>c</i>"
		"<i style='transform:translate(-50%, -5px)'>d</i><i style='margin-left:-15px'>e</i><i style='opacity:.5'>g</i><i style='filter:opacity(1)'>h</i>"
		"<i style='font:bold 12px/0 Arial'>i</i><i style='font:700 1em x'>j</i><i style='width:1%;overflow:hidden'>k</i>", 40, "abcdeghijk\n" },
	{ "colours in other words", "<i style='color:rgb(0 0 0 / 0)'>a</i><i style='color:#1230'>b</i><i style='color:#12345600'>c</i><i style='color:hsl(0,0%,100%)'>d</i>"
		"<i style='color:rgb(100%,100%,100%)'>e</i><i style='color:rgba(255,255,255,.9)'>f</i><i style='color:rgb(0 0 0 / 90%)'>g</i><i style='color:#123f'>h</i>"
		"<i style='background:rgba(0,0,0,.05);color:#000'>i</i><i style='background:#0000;color:#000'>j</i>", 40, "ghij\n" },
	{ "cells grow", "<table style='height:1px;overflow:hidden'><tr><td style='width:0;height:0;overflow:hidden'>a</table>", 40, "a\n" },
	{ "the ground of a page", "<body bgcolor=black text=white>a<table bgcolor=transparent><td>b</table><font color=black>c</font>", 40, "a\nb\n" },
	{ "filler of newsletters", "Intro &#847; &zwnj; &nbsp; &#8199; &shy; &#847;&zwnj;&nbsp; &nbsp; x&nbsp;y<p>&nbsp;<p>a &nbsp; b", 40, "Intro x y\n\na   b\n" },
	{ "an empty line by a character that is not seen", "<p style='margin:0'>a</p><p style='margin:0'><span>&#8203;</span></p><p style='margin:0'>b", 40, "a\n\nb\n" },
	{ "a menu", "x<table><tr><td><a href='http://x.example/a'>a</a><td>|<td><a href='http://x.example/b'><img alt=b></a></table>", 40, "x\na [1]  |  [b] [2]\n" },
	{ "data with some long cells", "<table><tr><td>#<td>Item<td>Price<tr><td>1<td>A name that goes on and on with all the properties of that thing<td>5<tr><td>2<td>Hat<td>6</table>", 80,
		"#  Item                                                              Price\n"
		"1  A name that goes on and on with all the properties of that thing  5\n"
		"2  Hat                                                               6\n" },
	{ "a note over all columns", "<table><tr><td>a<td>b<tr><td>1<td>2<tr><td colspan=2>A note that is longer than all of the columns of its table together<tr><td>3<td>4</table>", 80,
		"a  b\n1  2\nA note that is longer than all of the columns of its table together\n3  4\n" },
	{ "a column of nothing", "<table><tr><td><img src=x><td>a<td align=right>1<tr><td hidden>h<td>b<td align=right>22</table>", 40, "a   1\nb  22\n" },
	{ "a list behind the item that it belongs to", "<ol><li>a</li><ul><li>b</li><li>c</li></ul><li>d</li></ol><ul><ul><li>e</ul></ul>", 40,
		"1. a\n  \xE2\x80\xA2 b\n  \xE2\x80\xA2 c\n2. d\n\n\xE2\x80\xA2 e\n" },
	{ "lines of a cell", "<table><tr><th>To<th>Sum<tr><td>A B<br>1 <b>Street</b><br><br>C<td align=right>9<tr><td>D<br><td align=right>10<br>VAT</table>", 40,
		"To        Sum\nA B         9\n1 Street\nC\nD          10\n          VAT\n" },
	{ "lines of a cell where columns do not fit", "<table><tr><th>To<th>Sum<tr><td>A B<br>1 Street<td>99999</table>", 12, "To: A B 1\nStreet\nSum: 99999\n" },
	{ "separators of lines", "a\xE2\x80\xA8" "b \xE2\x80\xA9 c\xE2\x80\xA6", 40, "a b c\xE2\x80\xA6\n" },
	{ "lines of a cell", "<table><tr><td> <p>Dear Bob,</p> <p><b> hello</b></p><td>x<tr><td><div>a</div>b<br> c<td><p> </p>1</table>", 40,
		"Dear Bob,  x\nhello\na          1\nb\nc\n" },
	{ "a row that is none", "<table><tr><td>Name<br>Street<td>b</table><table><tr><td><div>c</div><div>d</div><td>e</table>", 40, "Name\nStreet\nb\nc\nd\ne\n" },
	{ "what stands where", "<table><tfoot><tr><td>Sum<td>3</tfoot><caption>C</caption><tbody><tr><td>a<td>1</tbody><thead><tr><th>N<th>M</table>", 40,
		"C\nN    M\na    1\nSum  3\n" },
	{ "... in a layout", "<table><tfoot><tr><td><h1>foot</h1></tfoot><tbody><tr><td><h1>body</h1></table>", 40, "body\n\nfoot\n" },
	{ "readings", "<ruby>\xE6\xBC\xA2<rp>(</rp><rt>kan</rt><rp>)</rp>\xE5\xAD\x97<rt>ji</ruby>x", 40, "\xE6\xBC\xA2(kan)\xE5\xAD\x97(ji)x\n" },
	{ "numbers of items", "<ol reversed><li>a<li>b</ol><ol start=-1><li>a<li>b</ol><ol type=a start=26><li>a<li>b</ol><ol style='list-style: upper-roman inside'><li>a</ol>", 40,
		"2. a\n1. b\n\n-1. a\n0. b\n\nz. a\naa. b\n\nI. a\n" },
	{ "lists without marks", "<style>ul{list-style:none}</style><ul><li>a<li>b</ul><ul style='list-style:none'><li style='display:inline'>c</li><li style='display:inline'>d</li></ul>", 40,
		"a\nb\n\nc d\n" },
	{ "lines by style", "<span style='display:block'>a</span><a href='http://x.example' style='display:block'>b</a>c <div style='display:inline'>d</div> e"
		"<img alt=f style='display:block'><img alt=g style='display:block'><p style='white-space:pre-line'>h  i\nj", 40,
		"a\nb [1]\nc d e\n[f]\n[g]\n\nh i\nj\n" },
	{ "numbers to the right by style", "<table><tr><th>a<th style='text-align:right'>b<tr><td>c<td style='text-align:right'>1<tr><td>d<td style='text-align:right'>200</table>", 40,
		"a    b\nc    1\nd  200\n" },
	{ "near to them", "<i style='color:transparent'>a<b style='color:#000'>b</b></i><p style='color:rgba(9,9,9,1)'>c</p><p style='font-size:1.5px'>d</p>"
		"<p style='font-size:10px'>e<p style='font-size:1em'>f<p style='width:0'>g<p style='font-size:small'>h<p style='font-size:100%'>i",
		40, "b\n\nc\n\nd\n\ne\n\nf\n\ng\n\nh\n\ni\n" },
	{ "what is not hidden", "<td style='font-size:0'><span style='font-size:14px'>a</span></td>"
		"<div style='visibility:hidden'><p style='visibility:visible'>b</p></div>"
		"<div style='background:black;color:white'>c</div><div style='background:url(x.png);color:white'>d</div>"
		"<div style='height:0'>e</div><div style='opacity:0.5'>f</div>", 40, "a\n\nb\n\nc\nd\ne\nf\n" },
	{ "style sheets", "<style>/* .b{} */ .h, #i { display:none } @media (x) { .k { display:none } } p.j{display:none}</style>"
		"<div class='x h'>1</div><div id=i>2</div><div class=k>3</div><p class=j>4</p><div class=j>5</div>", 40, "3\n5\n" },
	{ "a style sheet with grounds we do not see", "<style>.a b {background:#000}</style><span style='color:#fff'>seen</span>", 40, "seen\n" },
	{ "zero widths are dropped", "pre&zwnj;&#847;&#8203;view&shy;s", 40, "previews\n" },
	{ "controls are made visible", "a&#27;[31mb\x1b]0;x\x07 c&#x9b;d", 40,
		"a\xE2\x90\x9B[31mb\xEF\xBF\xBD]0;x\xEF\xBF\xBD c\xE2\x80\xBA" "d\n" },
	{ "controls in attributes", "<img alt='a\x1b[1m&#10;&#27;b'>", 40, "[a\xEF\xBF\xBD[1m \xE2\x90\x9B" "b]\n" },
	{ "data", "<table><tr><th>Item<th>Price<tr><td>Apple<td>1.00<tr><td>\xEC\x82\xAC\xEA\xB3\xBC<td>20.00</table>", 40,
		"Item   Price\nApple  1.00\n\xEC\x82\xAC\xEA\xB3\xBC   20.00\n" },
	{ "data to the right", "<table><tr><td>a<td align=right>1<tr><td>b<td align=right>100</table>", 40, "a    1\nb  100\n" },
	{ "data over columns", "<table><tr><th colspan=2>Both<th>C<tr><td>a<td>b<td>c</table>", 40, "Both  C\na  b  c\n" },
	{ "data that does not fit", "<table><tr><th>Name<th>Place<tr><td>Somebody<td>Somewhere<tr><td>Nobody<td>Nowhere</table>", 15,
		"Name: Somebody\nPlace:\nSomewhere\n\nName: Nobody\nPlace: Nowhere\n" },
	{ "a caption", "<table><caption>Prices</caption><tr><td>a<td>b<tr><td>c<td>d</table>", 40, "Prices\na  b\nc  d\n" },
	{ "layout by its role", "<table role=presentation><tr><td>a<td>b<tr><td>c<td>d</table>", 40, "a\nb\nc\nd\n" },
	{ "layout by nesting", "<table><tr><td><table><tr><td>a</table><td>b<tr><td>c<td>d</table>", 40, "a\nb\nc\nd\n" },
	{ "layout by long text", "<table><tr><td>x<td>a cell of so many words that nobody would put it into a table of data at all"
		"<tr><td>y<td>z</table>", 200,
		"x\na cell of so many words that nobody would put it into a table of data at all\ny\nz\n" },
	{ "a newsletter", "<!doctype html><html><body bgcolor='#eeeeee'><div style='display:none;max-height:0'>Preview</div>"
		"<table width='100%'><tr><td align=center><table width=600><tr><td><img src='http://x.example/logo.png' alt='Shop'></td></tr>"
		"<tr><td style='font-size:0'><div style='font-size:16px'><h2>Sale</h2><p>All <b>shoes</b> at half price.</p>"
		"<a href='http://x.example/go' style='color:#fff;background:#00f'>Buy now</a></div></td></tr></table>"
		"<tr><td><a href='http://x.example/u'>Unsubscribe</a></table></body></html>", 40,
		"[Shop]\n\nSale\n\nAll shoes at half price.\n\nBuy now [1]\nUnsubscribe [2]\n" },
	{ "nothing is closed", "<div><b>a<p><i>b<ul><li><a href='http://a.example'>c<table><tr><td>d", 40,
		"a\n\nb\n\n\xE2\x80\xA2 c [1]\n  d\n" },
	{ "closed in the wrong order", "<b>a<div>b</b>c</div></i></div></table>d", 40, "a\nbc\nd\n" },
	{ "a tag without end", "a <b", 40, "a\n" },
	{ "no tags", "1 < 2 <3 <> a", 40, "1 < 2 <3 <> a\n" },
	{ "Korean", "<p>\xEC\x95\x88\xEB\x85\x95\xED\x95\x98\xEC\x84\xB8\xEC\x9A\x94 <b>\xEB\xB0\x98\xEA\xB0\x91\xEC\x8A\xB5\xEB\x8B\x88\xEB\x8B\xA4</b></p>", 12,
		"\xEC\x95\x88\xEB\x85\x95\xED\x95\x98\xEC\x84\xB8\xEC\x9A\x94\n\xEB\xB0\x98\xEA\xB0\x91\xEC\x8A\xB5\xEB\x8B\x88\xEB\x8B\xA4\n" },
	{ "bad bytes", "a\xFF\xED" "b", 40, "a\xEF\xBF\xBD\xEF\xBF\xBD" "b\n" },
};

static void test_rows(void)
{
	struct str got;

	str_init(&got, STR_MAX);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct page page = { 0 };

		html_page(sl(rows[i].in), rows[i].width, &page);
		dump(&page, &got);
		is_str(got.p, rows[i].want, "%s", rows[i].name);
		page_release(&page);
	}
	str_release(&got);
}

static void test_counts(void)
{
	struct page page = { 0 };

	html_page(SL("<div style='display:none'>12345 &zwnj;&nbsp; 678<img src='http://t.example/x'></div>"
		"<img src='http://t.example/p.gif' width=1 height=1><img src='https://x.example/a.png'><img src='cid:1'>"
		"<img src='//x.example/wf/open?u=1'><script>1</script><SCRIPT src=x></script><p onclick='x()'>a</p>"
		"<input name=q><input type=hidden><select></select><b>never closed"), 40, &page);
	is_int(page.hidden, 8, "hidden characters that could be seen are counted");
	is_int(page.images, 5, "images");
	is_int(page.remote, 4, "of them from elsewhere");
	is_int(page.trackers, 3, "of them trackers by size, by being hidden, by their address");
	is_int(page.scripts, 3, "scripts, and handlers");
	is_int(page.forms, 2, "fields of forms");
	ok(!page.cut, "nothing was cut");
	page_release(&page);
}

static void test_runs(void)
{
	struct page page = { 0 };
	struct str got;

	str_init(&got, STR_MAX);
	html_page(SL("<h1>Head</h1>a <b>bold <i>both</i></b> <a href='http://x.example'>li<b>n</b>k</a>"), 40, &page);
	for (size_t i = 0; i < page.n; i++)
		for (size_t k = 0; k < page.v[i].n_runs; k++) {
			struct page_run run = page.runs[page.v[i].run + k];

			str_addf(&got, "%.*s:%u:%u ", (int)(run.to - run.from), page.text.p + page.v[i].at + run.from, run.style, run.link);
		}
	is_str(got.p, "Head:5:0 bold:1:0 both:3:0 li:0:1 n:1:1 k:0:1 [1]:8:1 ", "runs of style and links");
	ok(page.n_links == 1 && strcmp(page.links[0].text, "link") == 0, "the text of a link");
	page_release(&page);
	html_page(SL("<a href='http://x.example'>first</a> <a href='http://x.example'>second</a>"), 40, &page);
	ok(page.n_links == 1 && strcmp(page.links[0].text, "first\nsecond") == 0, "the texts of a link");
	page_release(&page);
	html_page(SL("<a href='http://x.example'><img src=x.png></a><a href='http://y.example' hidden>y</a>"), 40, &page);
	ok(page.n_links == 2 && strcmp(page.links[0].text, " ") == 0 && !page.links[1].text[0], "a link without text, and one that is hidden");
	page_release(&page);
	html_page(SL("<a href='mailto:a@b.example'>a@b.example</a> <a href='http://h.example' hidden>h</a> <a href='http://x.example'>x</a> "
		"<a href='http://h.example'>h</a>"), 40, &page);
	is_slice(sl_make(page.text.p, page.v[0].n), SL("a@b.example x [1] h [2]"), "numbers that are shown begin at 1");
	ok(page.n_links == 3 && page.numbers == 2 && page.links[0].number == 0 && page.links[1].number == 2 && page.links[2].number == 1,
	   "... and are those of the links");
	page_release(&page);
	html_page(SL("<a href='\n ht\ttp://ev&#9;il.exa\r\nmple/ '>x</a>"), 40, &page);
	ok(page.n_links == 1 && strcmp(page.links[0].href, "http://evil.example/") == 0, "an address with line ends in it, as a browser reads it");
	page_release(&page);
	str_release(&got);
}

/* ---- made to be slow, or deep ---- */

static void repeat(struct str *s, const char *text, size_t n)
{
	while (n--)
		str_adds(s, text);
}

static void test_hostile(void)
{
	static const struct { const char *name, *head, *often; size_t n; const char *tail, *text; } t[] = {
		{ "100,000 nested divs", "", "<div>", 100000, "deep", "deep" },
		{ "100,000 nested divs that are closed", "<div>a", "<div></div>", 100000, "</div>b", "b" },
		{ "tables that look closed", "", "<div><table><td></div>", 40000, "deep", "deep" },
		{ "nested lists", "", "<ul><li>", 100000, "deep", "deep" },
		{ "nested tables", "", "<table><tr><td>", 60000, "deep", "deep" },
		{ "formatting that is opened anew", "<b a=1><b a=2><b a=3><i><u><s>", "<p>x", 50000, "deep", "deep" },
		{ "nested spans", "", "<span>", 150000, "deep", "deep" },
		{ "quotes in quotes", "", "<blockquote>", 50000, "deep", "deep" },
		{ "ends of nothing", "", "</b></a></p></td>", 30000, "deep", "deep" },
		{ "less-than signs", "deep ", "<", 300000, "", "deep" },
		{ "comments without end", "deep", "<!--", 100000, "", "deep" },
		{ "styles without end", "deep<style>", "a{", 200000, "", "deep" },
		{ "attributes", "deep<a ", "b=c ", 100000, ">", "deep" },
		{ "classes", "<style>.a{color:red}</style>deep<p class='", "a b ", 50000, "'>", "deep" },
		{ "links", "", "<a href=http://x.example/>l", 50000, "deep", "deep" },
		{ "cells of two rows", "<table><tr>", "<td>x", 70, "<td>deep<tr><td>y</table>", "deep" },
		{ "cells", "<table><tr>", "<td>x", 50000, "</table>deep", "deep" },
	};
	struct str in, got;

	str_init(&in, STR_MAX);
	str_init(&got, STR_MAX);
	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		struct page page = { 0 };
		int64_t before = rt_mono();

		str_clear(&in);
		str_adds(&in, t[i].head);
		repeat(&in, t[i].often, t[i].n);
		str_adds(&in, t[i].tail);
		html_page(str_sl(&in), 60, &page);
		dump(&page, &got);
		ok(sl_search(str_sl(&got), sl(t[i].text)) >= 0, "%s: the text is shown", t[i].name);
		ok(rt_mono() - before < 20000000, "%s: in time (%lld ms)", t[i].name, (long long)(rt_mono() - before) / 1000);
		page_release(&page);
	}
	str_clear(&in);
	repeat(&in, "word ", 500000);
	{
		struct page page = { 0 };

		html_page(str_sl(&in), 60, &page);
		ok(page.cut && page.text.n > 1000000 && page.text.n <= (2u << 20), "a page is read up to its limit");
		page_release(&page);
	}
	str_clear(&in);
	str_adds(&in, "deep");
	repeat(&in, "<i>", 690000);
	{
		struct page page = { 0 };

		html_page(str_sl(&in), 60, &page);
		dump(&page, &got);
		ok(page.cut && strcmp(got.p, "deep\n") == 0, "what would need too much room is cut");
		page_release(&page);
	}
	str_release(&in);
	str_release(&got);
}

static void page_of(struct slice html, struct str *out)
{
	struct page page = { 0 };

	html_page(html, 60, &page);
	dump(&page, out);
	for (size_t i = 0; i < page.n_runs; i++)
		str_addf(out, "%zu-%zu %u %u\n", page.runs[i].from, page.runs[i].to, page.runs[i].style, page.runs[i].link);
	page_release(&page);
}

#define TALE "the quick brown fox jumps over the lazy dog and then the dog goes on to sleep, for a long time, until it is quite awake " \
	"again and wonders what became of the fox, which is a tale for another day, and longer than a cell of a table that holds data can be "

/* Long text goes past the parser, text with a reference in it does not: what they
 * become is the same, wherever they stand and whatever they hold. */
static void test_long(void)
{
	static const char *const frames[] = {
		"%s", "<p>%s", "<pre>%s</pre>", "<pre>\n%s</pre>", "<pre><b>%s</b></pre>", "<p style='white-space:pre'>%s</p>",
		"<table>%s<tr>%s<td>%s<td>b</table>", "<table><tr><td>%s</td> <td>b<tr><td>c<td>%s</table>",
		"<table><tr><th>%s<th>b<tr><td>%s<td>b</table>", "<a href=http://x.test>%s</a>%s", "<b>%s</b> <i>%s", "<ul><li>%s<ul><li>%s",
		"<div style='display:none'>%s</div>%s", "<select>%s</select>%s", "<title>%s</title>%s", "<img x='#0'>%s<img x=#1>", "a<!-- x -->%s",
	};
	static const char *const texts[] = {
		"the quick brown fox jumps over the lazy dog and then the dog goes on to sleep ",
		"\n the quick brown fox jumps over the lazy dog\n\tand then the dog goes on to sleep\n",
		"the quick\rbrown\r\nfox jumps over the lazy dog and then the dog \x01 goes \x7f on to sleep \f",
		"\xED\x95\x9C\xEA\xB8\x80 \xC2\x85\xC2\xA0 \xEF\xBF\xBE \xF0\x9F\x98\x80 \xFF and all the letters that there are of every kind and more ",
		TALE,
	};
	struct str in, plain, past;

	str_init(&in, STR_MAX);
	str_init(&plain, STR_MAX);
	str_init(&past, STR_MAX);
	for (size_t f = 0; f < ARRAY_LEN(frames); f++) {
		bool same = true;

		for (size_t t = 0; t < ARRAY_LEN(texts) && same; t++) {
			for (int way = 0; way < 2; way++) {
				str_clear(&in);
				for (const char *c = frames[f]; *c; c++) {
					if (c[0] != '%') {
						str_addc(&in, *c);
						continue;
					}
					str_adds(&in, texts[t]);
					str_adds(&in, way ? "&#97;nd on" : "and on");
					c++;
				}
				page_of(str_sl(&in), way ? &plain : &past);
			}
			same = strcmp(plain.p, past.p) == 0;
			if (!same)
				is_slice(str_sl(&past), str_sl(&plain), "text %zu in %s", t, frames[f]);
		}
		ok(same, "long text is read as any other: %s", frames[f]);
	}
	str_release(&in);
	str_release(&plain);
	str_release(&past);
}

int main(void)
{
	test_rows();
	test_long();
	test_counts();
	test_runs();
	test_hostile();
	return tap_done();
}
