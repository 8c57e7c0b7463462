/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * base: memory, bytes, errors, text, files, time.  Nothing here knows that
 * mail exists.  Every .c file of the project includes this header first.
 *
 * Words used everywhere:
 *   _init/_release   what the caller holds       _new/_free(T **)  what is opaque
 *   "borrowed"       points into something else; the text says until when
 *   "triple"         1 an item, 0 need more (or end), -1 failed and err is set
 *   err              is never NULL and is not touched on success
 */
#ifndef BASE_BASE_H
#define BASE_BASE_H

#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/types.h>
#include <sys/stat.h>

#define PRINTF(f, a) __attribute__((format(printf, f, a)))
#define NORETURN     __attribute__((noreturn))
#define UNUSED       __attribute__((unused))
#define FALLTHROUGH  __attribute__((fallthrough))
#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define MIN(a, b)    ((a) < (b) ? (a) : (b))
#define MAX(a, b)    ((a) > (b) ? (a) : (b))

/* Sentences for people are marked with _() on every floor but base, mime and
 * tui; N_() marks one in a table. */
#if defined(ENABLE_NLS) && ENABLE_NLS
#include <libintl.h>
#define _(s)            gettext(s)
#define ngettext_(a,b,n) ngettext(a, b, n)
#else
#define _(s)            (s)
#define ngettext_(a,b,n) ((n) == 1 ? (a) : (b))
#endif
#define N_(s) (s)

/* Our own mistakes, never input: prints file and line and aborts. */
#define bug_on(x) ((x) ? bug_at(__FILE__, __LINE__, #x) : (void)0)
NORETURN void bug_at(const char *file, int line, const char *what);

/* ---- err: what went wrong, for the program (kind) and the person (text) ---- */

/* What the caller can do about it. */
enum err_kind {
	ERR_NONE,
	ERR_SYS,        /* disk, memory, descriptors: errno is in sys        */
	ERR_NET,        /* no way to the server, or it went away: try later  */
	ERR_TIMEOUT,    /* the server did not answer in time: try later      */
	ERR_TLS,        /* no trustworthy encryption: a person must look     */
	ERR_AUTH,       /* login refused: a person must look                 */
	ERR_TEMP,       /* the server said "not now" (4xx, [IN-USE])         */
	ERR_PERM,       /* the server said "never" (5xx, -ERR)               */
	ERR_PROTO,      /* the server does not keep to the protocol          */
	ERR_LIMIT,      /* larger or longer than a limit of ours             */
	ERR_INPUT,      /* what the person gave is not usable                */
	ERR_CONFIG,     /* the configuration is not usable                   */
	ERR_NOTFOUND,   /* no such file, message, account                    */
	ERR_EXISTS,     /* there already                                     */
	ERR_LOCKED,     /* another process holds it                          */
	ERR_CANCEL,     /* stopped by request                                */
};

struct err {
	enum err_kind kind;
	int sys;                /* errno, or 0                               */
	char text[480];         /* one whole sentence, UTF-8, no line end    */
};
#define ERR_INIT { .kind = ERR_NONE }

/* All return -1.  err_sys appends ": " and the system's words for errno. */
int err_set(struct err *, enum err_kind, const char *fmt, ...) PRINTF(3, 4);
int err_sys(struct err *, const char *fmt, ...) PRINTF(2, 3);
/* Puts words and ": " before the text that is there ("work: ..."). */
int err_prefix(struct err *, const char *fmt, ...) PRINTF(2, 3);

/* ---- mem: allocation that cannot fail visibly ---- */

/* Run out of memory and these call the hook (once, to save a draft) and then
 * abort; growth driven by input has a maximum instead (str, map). */
void *mem_alloc(size_t n);
void *mem_zalloc(size_t n);                     /* zeroed                */
void *mem_realloc(void *, size_t n);
void *mem_array(void *, size_t n, size_t size); /* realloc to n * size, overflow checked */
char *mem_strdup(const char *);                 /* NULL gives NULL       */
char *mem_strndup(const char *, size_t n);
void  mem_oom_hook(void (*fn)(void));
void  mem_wipe(void *, size_t n);               /* never optimized away  */

/* Makes room for one more in an array that grows by doubling. */
#define mem_grow(arr, n, cap) do { if ((n) >= (cap)) { \
	(cap) = (cap) ? (cap) * 2 : 8; \
	(arr) = mem_array((arr), (cap), sizeof(*(arr))); } } while (0)

/* ---- slice: borrowed bytes; what parsers take ---- */

struct slice { const char *p; size_t n; };
#define SL(lit)        ((struct slice){ "" lit, sizeof(lit) - 1 })
#define SL_NONE        ((struct slice){ NULL, 0 })
#define SL_FMT         "%.*s"
#define SL_ARG(s)      (int)(s).n, (s).p ? (s).p : ""

struct slice sl(const char *z);                 /* of a string; NULL gives none */
struct slice sl_make(const char *p, size_t n);
struct slice sl_range(const char *from, const char *to);
bool sl_eq(struct slice, struct slice);
bool sl_ieq(struct slice, struct slice);        /* ASCII case folded     */
bool sl_is(struct slice, const char *);         /* equal to a string     */
bool sl_iis(struct slice, const char *);        /* the same, ASCII case folded */
bool sl_starts(struct slice, const char *);
bool sl_istarts(struct slice, const char *);
bool sl_ends(struct slice, const char *);
struct slice sl_trim(struct slice);             /* SP HT CR LF at both ends */
struct slice sl_skip(struct slice, size_t n);   /* without the first n   */
struct slice sl_head(struct slice, size_t n);   /* the first n at most   */
ssize_t sl_find(struct slice, char);            /* offset or -1          */
ssize_t sl_search(struct slice, struct slice);  /* offset or -1          */
/* Takes the part before sep off the front; false when rest was empty. */
bool sl_cut(struct slice *rest, char sep, struct slice *part);
/* Takes one line without its LF or CRLF; false when rest was empty. */
bool sl_line(struct slice *rest, struct slice *line);
/* Takes the next word between blanks (SP, HT); false when there is none. */
bool sl_word(struct slice *rest, struct slice *word);
/* A decimal number, the whole slice, no sign, at most max; -1 when it is not one. */
int sl_u64(struct slice, uint64_t max, uint64_t *out);
char *sl_dup(struct slice);                     /* an owned string; NULs are kept */
int sl_cmp(struct slice, struct slice);         /* bytewise, as memcmp   */

int ascii_lower(int c);
int ascii_upper(int c);
bool ascii_isalpha(int c);
bool ascii_isdigit(int c);
bool ascii_isalnum(int c);
bool ascii_isblank(int c);                      /* SP, HT                */
int hex_val(int c);                             /* 0..15 or -1           */

/* ---- str: owned bytes that know their maximum ---- */

/* p is never NULL after _init and always has a NUL after n bytes.  Adding
 * past max adds nothing, returns -1 and marks it full; so a row of additions
 * may be checked once at the end. */
struct str { char *p; size_t n, cap, max; bool full; };
#define STR_MAX ((size_t)1 << 30)

void str_init(struct str *, size_t max);
void str_release(struct str *);
void str_clear(struct str *);                   /* n = 0, keeps memory   */
int  str_add(struct str *, const void *p, size_t n);
int  str_adds(struct str *, const char *z);
int  str_addsl(struct str *, struct slice), str_addlower(struct str *, struct slice);    /* lower: of ASCII letters */
int  str_addc(struct str *, char c);
int  str_addf(struct str *, const char *fmt, ...) PRINTF(2, 3);
int  str_vaddf(struct str *, const char *fmt, va_list) PRINTF(2, 0);
void str_cut(struct str *, size_t n);           /* keep the first n      */
void str_drop(struct str *, size_t n);          /* remove the first n    */
int  str_reserve(struct str *, size_t more);    /* room for more bytes   */
char *str_detach(struct str *);                 /* the string, now the caller's; str is as after _init */
struct slice str_sl(const struct str *);        /* borrowed until the next change */
void str_wipe(struct str *);                    /* overwrite, then clear */
/* One JSON string with its quotes; bytes that are not UTF-8 become U+FFFD. */
int  str_addjson(struct str *, struct slice), str_addquoted(struct str *, struct slice);     /* quoted: RFC 5322 3.2.4, \ before " and \ */
/* %XX for all but letters, digits and -._~@: ; and back (bad escapes: -1). */
int  str_addpct(struct str *, struct slice);
int  str_unpct(struct str *, struct slice);

/* ---- map: bytes to pointer, keyed hash (SipHash), insertion order kept ---- */

struct map;
struct map *map_new(void);
void  map_free(struct map **);                  /* values are the caller's */
void *map_get(const struct map *, struct slice key);
/* Returns the value that was there before, or NULL. */
void *map_put(struct map *, struct slice key, void *value);
void *map_del(struct map *, struct slice key);
size_t map_count(const struct map *);
/* Walk: start with *it = 0; false at the end.  No change while walking. */
bool  map_next(const struct map *, size_t *it, struct slice *key, void **value);
uint64_t hash64(const void *p, size_t n);       /* keyed, differs from run to run */

/* ---- sip: SipHash-2-4 with 128 bits, in pieces, under a given key ---- */

struct sip { uint64_t v[4], n; unsigned char tail[8]; };
void sip_init(struct sip *, const unsigned char key[16]);
void sip_add(struct sip *, struct slice);
void sip_hex(struct sip *, char out[33]);       /* ends it, as sip_u64 does */
uint64_t sip_u64(struct sip *);                 /* the first 16 of these digits */

/* ---- rt: clock, randomness, log; tests set them ---- */

int64_t rt_now(void);                           /* microseconds since 1970, UTC */
int64_t rt_mono(void);                          /* microseconds, never goes back */
int64_t rt_cpu(void);                           /* processor time of this process; never frozen */
void    rt_random(void *p, size_t n);
void    rt_set_clock(int64_t now_us);           /* freezes both clocks; -1 lets go */
void    rt_set_seed(uint64_t seed);             /* repeatable randomness; 0 lets go */

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };
void log_open(int fd, enum log_level upto);     /* default: standard error, LOG_WARN */
void log_msg(enum log_level, const char *fmt, ...) PRINTF(2, 3);

/* ---- utf8: code points, columns, cleaning (on libunistring) ---- */

#define UTF8_BAD 0xFFFDu
/* Decodes one code point from s (not empty): returns bytes used (1..4).  A bad
 * byte gives UTF8_BAD and 1.  Overlong forms and surrogates are bad. */
size_t utf8_decode(struct slice s, uint32_t *cp);
size_t utf8_encode(uint32_t cp, char out[4]);   /* bytes written         */
bool   utf8_valid(struct slice);
int    utf8_width(struct slice);                /* columns; controls count 0 */
/* The longest head of whole graphemes that fits into cols; *used its columns. */
size_t utf8_fit(struct slice, int cols, int *used);
/* One row of text: the bytes that fit into cols columns, broken where UAX 14 allows it (else
 * between graphemes); blanks at the break are in it but not in *used.  At least one grapheme. */
size_t utf8_wrap(struct slice, int cols, int *used);
/* Bytes of the first grapheme cluster (UAX 29); 0 for an empty slice. */
size_t utf8_grapheme(struct slice);
/* What may reach a terminal: valid UTF-8, no C0 or C1 (HT kept when tabs, else a
 * space; LF when lines, and CRLF counts as LF then), no DEL, no bidi control,
 * no zero-width or tag character, no filler; each becomes a visible mark
 * (U+FFFD, or ␛-style control pictures for C0).  Invisible characters of honest
 * typesetting are dropped instead in running text (when lines), and after a
 * letter of a script other than Latin, Greek and Cyrillic; joiners stay inside emoji only.
 * At most 32 combining marks stay on one base; a mark without one gets ◌.
 * Out full: -1, and nothing is added.  Idempotent.  (P20) */
enum { CLEAN_LINE = 0, CLEAN_TABS = 1, CLEAN_LINES = 2 };
int    utf8_sanitize(struct str *out, struct slice in, int flags);
int    utf8_nfc(struct str *out, struct slice in);
int    utf8_casefold(struct str *out, struct slice in);  /* NFC, case folded: for comparing */

/* ---- charset: the tables behind mail's labels (on iconv) ---- */

/* The iconv name for a label of mail ("ks_c_5601-1987" gives CP949), or NULL
 * for one that is not in the table; labels never reach iconv otherwise. */
const char *charset_table(struct slice label);
struct charset;                                 /* a running conversion to UTF-8 */
struct charset *charset_open(struct slice label);  /* unknown label: NULL */
/* Converts in, adding to out; a bad byte becomes U+FFFD and the line goes on.
 * final: no more comes.  Returns the number of bad bytes, or -1 if out is full. */
int  charset_feed(struct charset *, struct slice in, bool final, struct str *out);
void charset_free(struct charset **);
/* All at once.  An unknown label: valid UTF-8 is taken as such, else latin1
 * (as windows-1252).  Returns as charset_feed. */
int  charset_to_utf8(struct slice label, struct slice in, struct str *out);
/* For writing: -1 when a character has no place in that charset. */
int  charset_from_utf8(struct slice label, struct slice in, struct str *out);

/* ---- fs: files, through a table of system calls that tests replace ---- */

struct fs_calls {
	int     (*open)(int dir, const char *path, int flags, mode_t);
	ssize_t (*read)(int, void *, size_t);
	ssize_t (*pread)(int, void *, size_t, off_t);
	ssize_t (*write)(int, const void *, size_t);
	int     (*fsync)(int);
	int     (*syncfs)(int);
	int     (*close)(int);
	int     (*rename)(int odir, const char *o, int ndir, const char *n, unsigned flags);
	int     (*link)(int odir, const char *o, int ndir, const char *n);
	int     (*unlink)(int dir, const char *path, int flags);
	int     (*mkdir)(int dir, const char *path, mode_t);
	int     (*ftruncate)(int, off_t);
};
extern struct fs_calls fs_sys;                  /* the table in force    */
/* Test hook: called before and after each changing call of the table with its
 * name; PABAL's crash and fault tests set it.  NULL: off. */
extern void (*fs_hook)(const char *call, bool after);

#define FS_CWD (-100)                           /* as AT_FDCWD           */
/* O_CLOEXEC and O_NOFOLLOW are always added (the last part may not be a link);
 * EINTR is retried.  Returns the descriptor, or -1 with errno set. */
int  fs_open(int dir, const char *path, int flags, mode_t);
int  fs_open_named(const char *path, int flags, mode_t);        /* follows links: for files that the person named */
int  fs_write_all(int fd, const void *, size_t);        /* -1, errno     */
ssize_t fs_read(int fd, void *, size_t);                /* EINTR retried */
ssize_t fs_pread(int fd, void *, size_t, off_t);
/* fsync; a directory on a file system that cannot (EINVAL) counts as done. */
int  fs_sync(int fd);
/* All that was written to the file systems of these descriptors: one fsync
 * each, or one syncfs where that is cheaper (4 and more). */
int  fs_sync_many(const int *fds, size_t n);
/* Holds the place of closed descriptors 0 to 2, so that no file of ours becomes one. */
void fs_hold_std(void);
int  fs_close(int *fd);                                 /* sets -1; errors are real (rule 2) */
int  fs_truncate(int fd, off_t size);
/* Never onto an existing name: RENAME_NOREPLACE, or link + unlink. EEXIST. */
int  fs_rename_new(int odir, const char *o, int ndir, const char *n);
/* The same without a look around it: failed over a network it may be done. */
int  fs_rename_quick(int odir, const char *o, int ndir, const char *n);
int  fs_rename(int odir, const char *o, int ndir, const char *n);
int  fs_unlink(int dir, const char *path);
int  fs_rmdir(int dir, const char *path);
int  fs_mkdir(int dir, const char *path, mode_t);       /* EEXIST is an error */
/* mkdir -p with mode 0700 for what is missing; errors in words. */
int  fs_mkdirs(const char *path, struct err *);
/* A whole small file, at most cap bytes (more: ERR_LIMIT). */
int  fs_slurp(const char *path, size_t cap, struct str *out, struct err *);
/* New content under that name, or the old one: temp file, fsync, rename,
 * fsync of the folder. mode 0600. */
int  fs_replace(const char *path, struct slice content, struct err *);
/* One process at a time: an open file description lock on path (made if
 * missing).  0 and *fd, or -1: ERR_LOCKED when held and !wait. */
int  fs_lock(const char *path, bool wait, int *fd, struct err *);
/* Our data, nobody else's: the owner is us, not writable by others; else err. */
int  fs_check_private(const char *path, struct err *);
/* A file without a name in dir, for reading and writing; gone when closed. */
int  fs_tmpfile(const char *dir, struct err *);
int  fs_remove_tree(int dir, const char *path);         /* a folder of ours with its plain files; no links */
/* A name that nothing else has: "seconds.MmicrosPpidQcountRrandom.host" (Maildir). */
void fs_unique(char out[128]);
void fs_unique_at(char out[128], int64_t sec);          /* with these seconds */
char *path_join(const char *a, const char *b);          /* owned         */
/* A leading "~/" becomes the home folder; otherwise a copy. */
char *path_expand(const char *);

/* ---- src: bytes that come from somewhere, sink: bytes that go somewhere ---- */

/* read: > 0 bytes, 0 end, -1 failed. */
struct src {
	ssize_t (*read)(struct src *, void *buf, size_t n, struct err *);
	void    (*release)(struct src *);
	/* for the kinds below */
	int fd; off_t at, end; struct slice mem; void *ctx; bool own_fd;
};
void src_mem(struct src *, struct slice);               /* borrowed until release */
/* Bytes [from, to) of a file by pread; to = -1: up to its end; fd stays the caller's. */
void src_range(struct src *, int fd, off_t from, off_t to);
/* A stream (standard input) by read; the descriptor stays the caller's. */
void src_fd(struct src *, int fd);
ssize_t src_read(struct src *, void *buf, size_t n, struct err *);
void src_release(struct src *);

struct sink {
	int  (*write)(struct sink *, struct slice, struct err *);
	void *ctx; int fd; struct str *str; uint64_t count;
};
void sink_str(struct sink *, struct str *);             /* full: ERR_LIMIT */
void sink_fd(struct sink *, int fd);                    /* the descriptor stays the caller's */
int  sink_write(struct sink *, struct slice, struct err *);
int  sink_printf(struct sink *, struct err *, const char *fmt, ...) PRINTF(3, 4);
/* Everything from src into sink, in blocks of 64 KiB. */
int  src_copy(struct src *, struct sink *, struct err *);

/* ---- arg: command lines from a table ---- */

struct arg_opt {
	char letter;            /* 0: long only                              */
	const char *name;       /* without "--"; NULL: letter only           */
	const char *value;      /* NULL: none; "FILE": needed; "[FILE]": optional, as --x=FILE */
	int id;                 /* what arg_next returns                     */
	const char *help;       /* N_("..."); NULL: hidden                   */
};
struct arg {
	int argc; char **argv; const struct arg_opt *opts;
	int at; const char *cluster; const char *value; bool only_operands;
	char seen[64];          /* the option as it was typed, for messages  */
};
void arg_init(struct arg *, int argc, char **argv, const struct arg_opt *);
/* The id of the next option (value in a->value or NULL), 0 for an operand (in
 * a->value), -1 at the end, -2 wrong use with err set.  "--" ends options;
 * "-" is an operand.  Options may follow operands. */
int  arg_next(struct arg *, struct err *);
void arg_help(const struct arg_opt *, struct str *out);  /* one line an option */

/* ---- bans: these are compile errors in every file ---- */
#ifndef BASE_NO_BANS
#undef strcpy
#define strcpy(...)     BANNED_strcpy
#undef strcat
#define strcat(...)     BANNED_strcat
#undef sprintf
#define sprintf(...)    BANNED_sprintf
#undef vsprintf
#define vsprintf(...)   BANNED_vsprintf
#undef strtok
#define strtok(...)     BANNED_strtok
#undef strncpy
#define strncpy(...)    BANNED_strncpy
#undef strncat
#define strncat(...)    BANNED_strncat
#undef atoi
#define atoi(...)       BANNED_atoi
#undef gets
#define gets(...)       BANNED_gets
#undef mktemp
#define mktemp(...)     BANNED_mktemp
#undef tmpnam
#define tmpnam(...)     BANNED_tmpnam
#undef system
#define system(...)     BANNED_system
#undef popen
#define popen(...)      BANNED_popen
#undef gmtime
#define gmtime(...)     BANNED_gmtime
#undef localtime
#define localtime(...)  BANNED_localtime
#endif

#endif
