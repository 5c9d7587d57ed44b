/*
 * bedrock_build.c - see bedrock_write.h.
 *
 * What Converse knows has members of its own; what only some models know goes into
 * additionalModelRequestFields, in each vendor's words.
 */
#include "dialect/bedrock_write.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/json.h"
#include "base/text.h"
#include "dialect/anthropic_schema.h"
#include "dialect/wish.h"
#include "model/config.h"

#include <stdlib.h>
#include <string.h>

#define METADATA_MOST  16
#define METADATA_BYTES 256

/* An object whose members come one by one: `open` is written before the first.  What the
 * client says itself (`theirs`, or NULL) is not said again. */
struct members {
	struct sy_buf *out;
	const char *open;
	bool opened;
	struct json_object *theirs;
};

static bool member(struct members *m, const char *key)
{
	if (sy_json_get(m->theirs, key) != NULL)
		return false;
	sy_buf_puts(m->out, m->opened ? "," : m->open);
	m->opened = true;
	sy_buf_json_str(m->out, key);
	sy_buf_putc(m->out, ':');
	return true;
}

static void end_members(const struct members *m)
{
	if (m->opened)
		sy_buf_putc(m->out, '}');
}

static void number_member(struct members *m, const char *key, const char *number)
{
	if (number != NULL && member(m, key))
		sy_buf_puts(m->out, number);
}

/* --- inferenceConfig. -------------------------------------------------------------------- */

/* A stop of white space alone is refused; the answer's reader watches for those. */
static void put_stops(struct members *m, const struct sy_chat *chat)
{
	const char *comma = "[";

	for (size_t i = 0; i < chat->stop_count; i++) {
		if (sy_blank(chat->stop[i], strlen(chat->stop[i])))
			continue;
		if (*comma == '[')
			member(m, "stopSequences");
		sy_buf_puts(m->out, comma);
		sy_buf_json_str(m->out, chat->stop[i]);
		comma = ",";
	}
	if (*comma == ',')
		sy_buf_putc(m->out, ']');
}

static void put_inference(struct sy_writer *w)
{
	const struct sy_anthropic_plan *p = w->plan;
	struct members m = { .out = w->out, .open = ",\"inferenceConfig\":{" };

	if (p->max_tokens > 0) {
		member(&m, "maxTokens");
		sy_buf_int(w->out, p->max_tokens);
	}
	number_member(&m, "temperature", p->temperature);
	number_member(&m, "topP", p->top_p);
	put_stops(&m, p->chat);
	end_members(&m);
}

/* --- toolConfig. ------------------------------------------------------------------------- */

static bool offers_tools(const struct sy_writer *w)
{
	const struct sy_anthropic_plan *p = w->plan;

	return sy_has_tools(w) && (p->choice != SY_CHOICE_NONE || p->turns.has_calls);
}

/* There is no word for none: then no tool is offered, or a sentence says it. */
static void put_choice(struct sy_writer *w)
{
	switch (w->plan->choice) {
	case SY_CHOICE_AUTO:
		sy_buf_puts(w->out, ",\"toolChoice\":{\"auto\":{}}");
		break;
	case SY_CHOICE_REQUIRED:
		sy_buf_puts(w->out, ",\"toolChoice\":{\"any\":{}}");
		break;
	case SY_CHOICE_TOOL:
		sy_buf_puts(w->out, ",\"toolChoice\":{\"tool\":{\"name\":");
		sy_buf_json_str(w->out, w->plan->choice_name);
		sy_buf_puts(w->out, "}}");
		break;
	case SY_CHOICE_NONE:
	case SY_CHOICE_DEFAULT:
		break;
	}
}

static int put_tools(struct sy_writer *w)
{
	if (!offers_tools(w))
		return 0;
	sy_buf_puts(w->out, ",\"toolConfig\":{\"tools\":");
	if (sy_write_tools(w) < 0)
		return -1;
	put_choice(w);
	sy_buf_putc(w->out, '}');
	return 0;
}

/* --- Fields of the models' own. ---------------------------------------------------------- */

/* OpenAI's word for an effort, in the three (or two) that these models know. */
static const char *effort_of(const char *asked, bool two)
{
	if (strcmp(asked, "low") == 0 || strcmp(asked, "minimal") == 0)
		return "low";
	return strcmp(asked, "medium") == 0 && !two ? "medium" : "high";
}

static void put_effort(struct sy_bedrock_writer *b, struct members *m)
{
	const char *asked = b->w.plan->chat->reasoning_effort;
	enum sy_reasons reasons = b->family->reasons;

	if (reasons == SY_REASONS_NOT || reasons == SY_REASONS_CLAUDE)
		return;
	if (b->w.plan->chat->reasoning_budget_tokens > 0)
		sy_note(&b->w.plan->notes, "reasoning");
	if (asked == NULL || strcmp(asked, "none") == 0)
		return;
	if (reasons != SY_REASONS_NOVA && member(m, "reasoning_effort"))
		sy_buf_json_str(m->out, effort_of(asked, reasons == SY_REASONS_LOW_HIGH));
	else if (reasons == SY_REASONS_NOVA && member(m, "reasoningConfig"))
		sy_buf_printf(m->out,
		    "{\"type\":\"enabled\",\"maxReasoningEffort\":\"%s\"}",
		    effort_of(asked, false));
}

static void put_thinking(struct sy_bedrock_writer *b, struct members *m)
{
	const struct sy_anthropic_plan *p = b->w.plan;

	if (p->thinking != SY_THINKING_UNSAID && member(m, "thinking"))
		sy_write_thinking(&b->w);
	if (p->effort == NULL || !member(m, "output_config"))
		return;
	sy_buf_puts(m->out, "{\"effort\":");
	sy_buf_json_str(m->out, p->effort);
	sy_buf_putc(m->out, '}');
}

static void put_top_k(struct sy_bedrock_writer *b, struct members *m)
{
	const char *top_k = b->w.plan->top_k;

	if (top_k == NULL)
		return;
	switch (b->family->top_k) {
	case SY_TOP_K_NONE:
		sy_note(&b->w.plan->notes, "top_k");
		break;
	case SY_TOP_K_PLAIN:
		number_member(m, "top_k", top_k);
		break;
	case SY_TOP_K_NOVA:
		if (member(m, "inferenceConfig"))
			sy_buf_printf(m->out, "{\"topK\":%s}", top_k);
		break;
	case SY_TOP_K_COHERE:
		number_member(m, "k", top_k);
		break;
	}
}

/* One call at a time is a wish that only Claude knows, and only beside a free choice. */
static void put_one_call(struct sy_bedrock_writer *b, struct members *m)
{
	const struct sy_anthropic_plan *p = b->w.plan;
	bool is_free = p->choice == SY_CHOICE_DEFAULT || p->choice == SY_CHOICE_AUTO;

	if (p->chat->parallel_calls != 0 || p->chat->tool_count == 0)
		return;
	if (b->family->reasons != SY_REASONS_CLAUDE || !is_free)
		sy_note(&b->w.plan->notes, "parallel_tool_calls");
	else if (member(m, "tool_choice"))
		sy_buf_puts(m->out,
		    "{\"type\":\"auto\",\"disable_parallel_tool_use\":true}");
}

/* --- Fields without a place in the waist. ------------------------------------------------ */

#define ADDITIONAL "additionalModelRequestFields"

/* Members of Converse that a client may send as they are. */
static const char *const own_fields[] = { "guardrailConfig", "performanceConfig",
	"additionalModelResponseFieldPaths", "requestMetadata", ADDITIONAL, NULL };

static bool is_own(const char *name)
{
	const char *const *own = own_fields;

	while (*own != NULL && strcmp(*own, name) != 0)
		own++;
	return *own != NULL;
}

static void put_json(struct members *m, const char *name, struct json_object *value)
{
	sy_buf_puts(m->out, m->opened ? "," : m->open);
	m->opened = true;
	sy_buf_json_str(m->out, name);
	sy_buf_putc(m->out, ':');
	sy_json_print(m->out, value);
}

static void put_own_fields(struct sy_writer *w)
{
	struct json_object *extra = w->plan->chat->extra;

	for (const char *const *own = own_fields; *own != NULL; own++) {
		struct json_object *value = sy_json_get(extra, *own);

		if (value == NULL || strcmp(*own, ADDITIONAL) == 0)
			continue;
		sy_buf_printf(w->out, ",\"%s\":", *own);
		sy_json_print(w->out, value);
	}
}

/* What nobody here knows, the model may. */
static void put_unknown(struct sy_bedrock_writer *b, struct members *m)
{
	struct sy_anthropic_plan *p = b->w.plan;
	bool claude = b->family->reasons == SY_REASONS_CLAUDE;

	if (!json_object_is_type(p->chat->extra, json_type_object))
		return;
	json_object_object_foreach(p->chat->extra, name, value) {
		bool pass = p->model->provider->quirks.pass_unknown ||
		            (claude && strcmp(name, "anthropic_beta") == 0);

		if (is_own(name) || sy_is_understood(name))
			continue;
		if (!pass || !sy_anthropic_may_send(p->model, name))
			sy_note(&p->notes, name);
		else if (sy_json_get(m->theirs, name) == NULL)
			put_json(m, name, value);
	}
}

static void put_additional(struct sy_bedrock_writer *b)
{
	struct json_object *theirs = sy_json_get(b->w.plan->chat->extra, ADDITIONAL);
	struct members m = { .out = b->w.out, .open = ",\"" ADDITIONAL "\":{" };

	if (json_object_is_type(theirs, json_type_object))
		m.theirs = theirs;
	put_thinking(b, &m);
	put_effort(b, &m);
	put_top_k(b, &m);
	put_one_call(b, &m);
	put_unknown(b, &m);
	if (m.theirs != NULL) {
		json_object_object_foreach(m.theirs, name, value)
			put_json(&m, name, value);
	}
	end_members(&m);
}

/* --- The rest. --------------------------------------------------------------------------- */

/* The schema is a string of JSON there. */
static void put_schema(struct sy_writer *w)
{
	const struct sy_chat *chat = w->plan->chat;
	struct sy_buf schema;

	if (w->plan->json.way != SY_JSON_NATIVE)
		return;
	sy_buf_init(&schema, w->out->limit);
	sy_schema_print_native(chat->schema, &schema);
	sy_buf_puts(w->out, ",\"outputConfig\":{\"textFormat\":{\"type\":\"json_schema\","
	                    "\"structure\":{\"jsonSchema\":{\"schema\":");
	sy_buf_json(w->out, schema.data, schema.len);
	sy_buf_release(&schema);
	sy_write_text(w, "name",
	    chat->schema_name != NULL ? chat->schema_name : "response");
	if (chat->schema_description != NULL && *chat->schema_description != '\0')
		sy_write_text(w, "description", chat->schema_description);
	sy_buf_puts(w->out, "}}}}");
}

static void put_service_tier(struct sy_writer *w)
{
	static const char tiers[] = "default priority flex reserved";
	const char *tier = w->plan->chat->service_tier;

	if (tier == NULL || strcmp(tier, "auto") == 0)
		return;
	if (!sy_listed(tiers, tier)) {
		sy_note(&w->plan->notes, "service_tier");
		return;
	}
	sy_buf_puts(w->out, ",\"serviceTier\":{\"type\":");
	sy_buf_json_str(w->out, tier);
	sy_buf_putc(w->out, '}');
}

static bool metadata_ok(const char *s)
{
	static const char allowed[] =
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "0123456789 :_@$#=/+,-.";

	return s != NULL && *s != '\0' && strlen(s) <= METADATA_BYTES &&
	       strspn(s, allowed) == strlen(s);
}

/* Labels for the account's own records: pairs that are not allowed stay here. */
static void put_metadata(struct sy_writer *w)
{
	struct json_object *metadata = w->plan->chat->metadata;
	struct members m = { .out = w->out, .open = ",\"requestMetadata\":{" };
	int count = 0;

	if (!json_object_is_type(metadata, json_type_object) ||
	    sy_json_get(w->plan->chat->extra, "requestMetadata") != NULL)
		return;
	json_object_object_foreach(metadata, name, value) {
		const char *text = sy_json_text(metadata, name);

		if (metadata_ok(name) && metadata_ok(text) && count++ < METADATA_MOST)
			put_json(&m, name, value);
		else
			sy_note(&w->plan->notes, "metadata");
	}
	end_members(&m);
}

static void drop_tool_marks(struct sy_writer *w)
{
	for (size_t i = 0; i < w->plan->chat->tool_count; i++) {
		if (w->tool_marks[i] != SY_MARK_NONE)
			sy_note(&w->plan->notes, "tools.cache_control");
		w->tool_marks[i] = SY_MARK_NONE;
	}
}

static void free_table(void *table)
{
	lh_table_free(table);
}

int sy_bedrock_write(struct sy_anthropic_plan *plan,
    const struct sy_bedrock_family *family, struct sy_arena *a, struct sy_buf *out,
    struct sy_error *err)
{
	static const struct sy_tool_words words = { "{\"toolSpec\":{\"name\":",
		",\"inputSchema\":{\"json\":", "}}}", false, sy_bedrock_write_mark };
	struct sy_bedrock_writer b = {
		.w = { .words = &words,
		    .plan = plan,
		    .arena = a,
		    .out = out,
		    .err = err },
		.family = family,
		.names = lh_kchar_table_new(8, NULL),
	};

	if (b.names == NULL)
		return sy_fail(err, SY_BUG, "", "no memory for the names of documents");
	sy_defer(a, free_table, b.names);
	sy_settle_marks(&b.w,
	    family->cache && sy_anthropic_may_send(plan->model, "cache_control"));
	if (family->no_tool_cache)
		drop_tool_marks(&b.w);
	sy_buf_putc(out, '{');
	if (sy_bedrock_write_turns(&b) < 0)
		return -1;
	put_inference(&b.w);
	if (put_tools(&b.w) < 0)
		return -1;
	put_additional(&b);
	put_schema(&b.w);
	put_service_tier(&b.w);
	put_metadata(&b.w);
	put_own_fields(&b.w);
	if (plan->chat->user != NULL)
		sy_note(&plan->notes, "user");
	sy_buf_putc(out, '}');
	return 0;
}
