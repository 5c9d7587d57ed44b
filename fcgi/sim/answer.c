/*
 * answer.c - the simulated models, one function each.
 */
#include "sim/answer.h"

#include "sim/schema.h"
#include "sim/step.h"

#include "base/text.h"

#include <string.h>

enum { TEXT_BYTES = 64 * 1024 * 1024, LOREM_WORDS = 40, REASON_WORDS = 12 };

typedef void model_fn(struct sy_sim_answer *a, const struct sy_sim_ask *ask,
    const struct sy_sim_step *step);

void sy_sim_answer_init(struct sy_sim_answer *a)
{
	*a = (struct sy_sim_answer){ .finish = SY_SIM_STOPPED };
	sy_buf_init(&a->reasoning, TEXT_BYTES);
	sy_buf_init(&a->text, TEXT_BYTES);
	for (size_t i = 0; i < SY_SIM_TOOLS; i++)
		sy_buf_init(&a->calls[i].args, TEXT_BYTES);
}

void sy_sim_answer_release(struct sy_sim_answer *a)
{
	sy_buf_release(&a->reasoning);
	sy_buf_release(&a->text);
	for (size_t i = 0; i < SY_SIM_TOOLS; i++)
		sy_buf_release(&a->calls[i].args);
}

static void reset(struct sy_sim_answer *a)
{
	sy_buf_reset(&a->reasoning);
	sy_buf_reset(&a->text);
	for (size_t i = 0; i < SY_SIM_TOOLS; i++)
		sy_buf_reset(&a->calls[i].args);
	a->call_count = 0;
	a->finish = SY_SIM_STOPPED;
	a->usage = (struct sy_sim_usage){ 0 };
}

static bool is_space(char c)
{
	return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

size_t sy_sim_next_word(const char *s, size_t len)
{
	size_t n = 0;

	while (n < len && is_space(s[n]))
		n++;
	while (n < len && !is_space(s[n]))
		n++;
	while (n < len && is_space(s[n]))
		n++;
	return n;
}

static int64_t count_words(const struct sy_buf *text)
{
	int64_t words = 0;

	for (size_t at = 0; at < text->len; words++)
		at += sy_sim_next_word(text->data + at, text->len - at);
	return words;
}

static void echo(struct sy_sim_answer *a, const struct sy_sim_ask *ask,
    const struct sy_sim_step *step)
{
	(void)step;
	if (ask->user.len > 0)
		sy_buf_add(&a->text, ask->user.data, ask->user.len);
	else
		sy_buf_puts(&a->text, "Hello from the simulated provider.");
}

static void write_words(struct sy_buf *out, int64_t count)
{
	static const char *const words[] = { "points", "and", "signals", "guide", "each",
		"train", "across", "the", "yard,", "one", "lever", "at", "a", "time,",
		"until", "every", "wagon", "stands", "where", "it", "was", "asked",
		"for." };

	for (int64_t i = 0; i < count; i++) {
		if (i > 0)
			sy_buf_putc(out, ' ');
		sy_buf_puts(out, words[(size_t)i % (sizeof(words) / sizeof(*words))]);
	}
}

static void lorem(struct sy_sim_answer *a, const struct sy_sim_ask *ask,
    const struct sy_sim_step *step)
{
	(void)ask;
	write_words(&a->text, step->words != SY_SIM_NEVER ? step->words : LOREM_WORDS);
}

static void call(struct sy_sim_answer *a, const struct sy_sim_tool *tool, int64_t which)
{
	struct sy_sim_tool_call *c = &a->calls[a->call_count++];

	c->name = tool->name;
	sy_sim_schema_value(tool->schema, which, &c->args);
	a->finish = SY_SIM_CALLED;
}

static void json(struct sy_sim_answer *a, const struct sy_sim_ask *ask,
    const struct sy_sim_step *step)
{
	(void)step;
	if (ask->schema == NULL && ask->tool_forced)
		call(a, &ask->tools[0], 0);
	else if (ask->schema != NULL)
		sy_sim_schema_value(ask->schema, 0, &a->text);
	else
		sy_buf_puts(&a->text, "{\"ok\":true}");
}

/* A tool's result is answered in words, so that a loop of calls comes to an end. */
static bool quote_result(struct sy_sim_answer *a, const struct sy_sim_ask *ask)
{
	if (!ask->has_result && ask->tool_count > 0)
		return false;
	if (ask->has_result) {
		sy_buf_puts(&a->text, "The tool says: ");
		sy_buf_add(&a->text, ask->result.data, ask->result.len);
	} else {
		sy_buf_puts(&a->text, "There is no tool to call.");
	}
	return true;
}

static void tools(struct sy_sim_answer *a, const struct sy_sim_ask *ask,
    const struct sy_sim_step *step)
{
	(void)step;
	if (!quote_result(a, ask))
		call(a, &ask->tools[0], 0);
}

/* As many calls as there are tools, two at least: a single tool is called twice. */
static void tools_parallel(struct sy_sim_answer *a, const struct sy_sim_ask *ask,
    const struct sy_sim_step *step)
{
	size_t count = ask->tool_count > 2 ? ask->tool_count : 2;

	(void)step;
	if (quote_result(a, ask))
		return;
	if (ask->one_call)
		count = 1;
	for (size_t i = 0; i < count; i++)
		call(a, &ask->tools[i % ask->tool_count], (int64_t)i);
}

static void vision(struct sy_sim_answer *a, const struct sy_sim_ask *ask,
    const struct sy_sim_step *step)
{
	(void)step;
	sy_buf_printf(&a->text, "I see %d image%s", ask->images,
	    ask->images == 1 ? "" : "s");
	if (ask->images > 0)
		sy_buf_printf(&a->text, ": %s", ask->media.data);
	sy_buf_putc(&a->text, '.');
}

static void reason(struct sy_sim_answer *a, const struct sy_sim_ask *ask,
    const struct sy_sim_step *step)
{
	write_words(&a->reasoning,
	    step->words != SY_SIM_NEVER ? step->words : REASON_WORDS);
	echo(a, ask, step);
}

static void refuse(struct sy_sim_answer *a, const struct sy_sim_ask *ask,
    const struct sy_sim_step *step)
{
	(void)ask;
	(void)step;
	sy_buf_puts(&a->text, "I can't help with that.");
	a->finish = SY_SIM_REFUSED;
}

static model_fn *const makers[] = { echo, lorem, json, tools, tools_parallel, vision,
	reason, refuse };

const char *const sy_sim_models[] = { "echo", "lorem", "json", "tools", "tools-parallel",
	"vision", "reason", "refuse", "embed", NULL };

/* Any other name speaks as echo does. */
static model_fn *maker(const char *model)
{
	if (sy_starts(model, "sim/"))
		model += 4;
	for (size_t i = 0; i < sizeof(makers) / sizeof(*makers); i++)
		if (strcmp(sy_sim_models[i], model) == 0)
			return makers[i];
	return echo;
}

/* Cuts the text after so many words, as a provider does at max_tokens. */
static void cut_words(struct sy_sim_answer *a, int64_t most)
{
	size_t at = 0;

	for (int64_t i = count_words(&a->reasoning); i < most && at < a->text.len; i++)
		at += sy_sim_next_word(a->text.data + at, a->text.len - at);
	if (at == a->text.len)
		return;
	while (at > 0 && is_space(a->text.data[at - 1]))
		at--;
	a->text.len = at;
	a->text.data[at] = '\0';
	a->finish = SY_SIM_LENGTH;
}

void sy_sim_answer_count(struct sy_sim_answer *a, const struct sy_sim_ask *ask,
    const struct sy_sim_step *step)
{
	struct sy_sim_usage *u = &a->usage;

	reset(a);
	u->prompt = (int64_t)(ask->text_bytes + 3) / 4;
	if (u->prompt < 1)
		u->prompt = 1;
	u->cached = step->cached < u->prompt ? step->cached : u->prompt;
	u->cache_write = step->cache_write < u->prompt - u->cached
	                     ? step->cache_write
	                     : u->prompt - u->cached;
}

void sy_sim_answer_make(struct sy_sim_answer *a, const struct sy_sim_ask *ask,
    const struct sy_sim_step *step)
{
	struct sy_sim_usage *u = &a->usage;

	sy_sim_answer_count(a, ask, step);
	if (step->say != NULL)
		sy_buf_puts(&a->text, step->say);
	else
		maker(step->model != NULL ? step->model : ask->model)(a, ask, step);
	if (ask->max_tokens > 0)
		cut_words(a, ask->max_tokens);
	u->reasoning = count_words(&a->reasoning);
	u->completion = u->reasoning + count_words(&a->text);
	for (size_t i = 0; i < a->call_count; i++)
		u->completion += (int64_t)(a->calls[i].args.len + 3) / 4;
	u->reasoning *= ask->n;
	u->completion *= ask->n;
}
