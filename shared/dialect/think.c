/*
 * think.c - see think.h.
 */
#include "dialect/think.h"

#include <string.h>

/* What was held back is no tag. */
void sy_think_end(struct sy_think *t, sy_say_thought *say, void *arg)
{
	size_t lead = t->lead_len, tag = t->tag_len;

	t->lead_len = t->tag_len = 0;
	if (lead > 0)
		say(arg, t->where == SY_THINK_INSIDE, t->lead, lead);
	if (tag > 0)
		say(arg, t->where == SY_THINK_INSIDE, t->tag, tag);
}

/* One byte, where a tag may be beginning; true when it was swallowed. */
static bool match_tag(struct sy_think *t, char byte, const char *tag)
{
	if (byte != tag[t->tag_len])
		return false;
	t->tag[t->tag_len++] = byte;
	if (tag[t->tag_len] == '\0') {
		t->tag_len = t->lead_len = 0;
		t->after_tag = true;
		t->where++;
	}
	return true;
}

/* Before any text: white space, then the tag, or it is no thinking model after all. */
static size_t before(struct sy_think *t, const char *text, size_t len,
    sy_say_thought *say, void *arg)
{
	size_t at = 0;

	while (at < len && t->where == SY_THINK_UNDECIDED) {
		if (t->tag_len == 0 && t->lead_len < sizeof(t->lead) &&
		    strchr(" \t\r\n", text[at]) != NULL)
			t->lead[t->lead_len++] = text[at++];
		else if (match_tag(t, text[at], "<think>"))
			at++;
		else {
			t->where = SY_THINK_OVER;
			sy_think_end(t, say, arg);
		}
	}
	return at;
}

static size_t inside(struct sy_think *t, const char *text, size_t len,
    sy_say_thought *say, void *arg)
{
	size_t at = 0, from = 0;

	while (at < len && t->where == SY_THINK_INSIDE) {
		size_t held = t->tag_len;

		if (match_tag(t, text[at], "</think>")) {
			if (held == 0 && at > from)
				say(arg, true, text + from, at - from);
			from = ++at;
		} else if (held > 0) {
			sy_think_end(t, say, arg);
			from = at;
		} else {
			at++;
		}
	}
	if (t->where == SY_THINK_INSIDE && t->tag_len == 0 && at > from)
		say(arg, true, text + from, at - from);
	return at;
}

static size_t skip_line_ends(struct sy_think *t, const char *text, size_t len)
{
	size_t at = 0;

	while (t->after_tag && at < len) {
		if (text[at] == '\n' || text[at] == '\r')
			at++;
		else
			t->after_tag = false;
	}
	return at;
}

void sy_think(struct sy_think *t, const char *text, size_t len, sy_say_thought *say,
    void *arg)
{
	size_t at = before(t, text, len, say, arg);

	if (t->where == SY_THINK_INSIDE) {
		at += skip_line_ends(t, text + at, len - at);
		at += inside(t, text + at, len - at, say, arg);
	}
	if (t->where == SY_THINK_OVER) {
		at += skip_line_ends(t, text + at, len - at);
		if (at < len)
			say(arg, false, text + at, len - at);
	}
}
