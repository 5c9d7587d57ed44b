/*
 * anthropic_build.c - see anthropic_build.h.
 */
#include "dialect/anthropic_write.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/http.h"
#include "base/json.h"
#include "base/text.h"
#include "dialect/adapter.h"
#include "dialect/anthropic_names.h"
#include "dialect/anthropic_schema.h"
#include "dialect/wish.h"
#include "model/config.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#define MOST_MARKS 4

bool sy_betas_begin(struct sy_betas *betas, const struct sy_call *call)
{
	const char *wanted = call->ask->betas;

	betas->text[0] = '\0';
	if (wanted == NULL || wanted[0] == '\0')
		return true;
	if (sy_anthropic_takes_betas(call->model))
		sy_copy(betas->text, sizeof(betas->text), wanted);
	return betas->text[0] != '\0';
}

int sy_anthropic_headers(const struct sy_betas *betas, const char *version,
    struct sy_arena *a, struct sy_http *out, struct sy_error *err)
{
	if (sy_http_header(out, "anthropic-version", version, err) < 0)
		return -1;
	if (betas->text[0] == '\0')
		return 0;
	return sy_http_header(out, "anthropic-beta", sy_strdup(a, betas->text), err);
}

void sy_write_beta(struct sy_writer *w, const char *name)
{
	size_t used = strlen(w->betas->text);

	if (strstr(w->betas->text, name) == NULL)
		snprintf(w->betas->text + used, sizeof(w->betas->text) - used, "%s%s",
		    used > 0 ? "," : "", name);
}

void sy_write_key(struct sy_writer *w, const char *key)
{
	sy_buf_printf(w->out, ",\"%s\":", key);
}

void sy_write_text(struct sy_writer *w, const char *key, const char *value)
{
	sy_write_key(w, key);
	sy_buf_json_str(w->out, value);
}

void sy_write_mark(struct sy_writer *w, enum sy_mark mark)
{
	if (mark == SY_MARK_NONE)
		return;
	sy_buf_puts(w->out, ",\"cache_control\":{\"type\":\"ephemeral\"");
	if (mark == SY_MARK_1H)
		sy_buf_puts(w->out, ",\"ttl\":\"1h\"");
	sy_buf_putc(w->out, '}');
}

/* Cache markers: at most four, and no long one after a short one. */

struct marking {
	size_t count; /* markers seen */
	size_t drop;  /* the next so many go */
	bool short_seen;
	bool ttl; /* the host knows lifetimes */
};

static void count_mark(void *arg, enum sy_mark *mark)
{
	struct marking *m = arg;

	m->count += *mark != SY_MARK_NONE;
}

static void settle_mark(void *arg, enum sy_mark *mark)
{
	struct marking *m = arg;

	if (*mark == SY_MARK_NONE)
		return;
	if (m->drop > 0) {
		m->drop--;
		*mark = SY_MARK_NONE;
		return;
	}
	if (!m->ttl || m->short_seen)
		*mark = SY_MARK_5M;
	m->short_seen |= *mark == SY_MARK_5M;
}

static void each_leading_mark(struct sy_writer *w, void (*fn)(void *, enum sy_mark *),
    void *arg)
{
	for (size_t i = 0; i < w->plan->chat->tool_count; i++)
		fn(arg, &w->tool_marks[i]);
	for (struct sy_block *b = w->plan->turns.system.first; b != NULL; b = b->next)
		fn(arg, &b->mark);
}

/* Tools and system are kept as long as that helps: their prefix serves every turn. */
void sy_settle_marks(struct sy_writer *w, bool wanted)
{
	const struct sy_chat *chat = w->plan->chat;
	struct marking lead = { .ttl = w->plan->claude->claude }, late = lead;
	size_t most = MOST_MARKS - w->automatic_mark;

	w->tool_marks =
	    sy_alloc(w->arena, (chat->tool_count + 1) * sizeof(*w->tool_marks));
	for (size_t i = 0; i < chat->tool_count; i++)
		w->tool_marks[i] = sy_mark_of(chat->tools[i].cache_control);
	each_leading_mark(w, count_mark, &lead);
	sy_turns_marks(&w->plan->turns, count_mark, &late);
	if (!wanted && lead.count + late.count > 0)
		sy_note(&w->plan->notes, "cache_control");
	lead.drop = !wanted ? lead.count : lead.count > most ? lead.count - most : 0;
	most -= lead.count - lead.drop < most ? lead.count - lead.drop : most;
	late.drop = !wanted ? late.count : late.count > most ? late.count - most : 0;
	each_leading_mark(w, settle_mark, &lead);
	late.short_seen = lead.short_seen;
	sy_turns_marks(&w->plan->turns, settle_mark, &late);
}

/* Options. */

void sy_write_thinking(struct sy_writer *w)
{
	const struct sy_anthropic_plan *p = w->plan;

	if (p->thinking == SY_THINKING_DISABLED)
		sy_buf_puts(w->out, "{\"type\":\"disabled\"");
	else if (p->thinking == SY_THINKING_ADAPTIVE)
		sy_buf_puts(w->out, "{\"type\":\"adaptive\"");
	else
		sy_buf_printf(w->out, "{\"type\":\"enabled\",\"budget_tokens\":%lld",
		    (long long)p->budget_tokens);
	if (p->display != NULL)
		sy_write_text(w, "display", p->display);
	sy_buf_putc(w->out, '}');
}

static void put_output_config(struct sy_writer *w)
{
	const char *comma = "";

	if (w->plan->effort == NULL && w->plan->json.way != SY_JSON_NATIVE)
		return;
	sy_write_key(w, "output_config");
	sy_buf_putc(w->out, '{');
	if (w->plan->effort != NULL) {
		sy_buf_puts(w->out, "\"effort\":");
		sy_buf_json_str(w->out, w->plan->effort);
		comma = ",";
	}
	if (w->plan->json.way == SY_JSON_NATIVE) {
		sy_buf_printf(w->out,
		    "%s\"format\":{\"type\":\"json_schema\",\"schema\":", comma);
		sy_schema_print_native(w->plan->chat->schema, w->out);
		sy_buf_putc(w->out, '}');
	}
	sy_buf_putc(w->out, '}');
}

static void put_number(struct sy_writer *w, const char *key, const char *number)
{
	if (number == NULL)
		return;
	sy_write_key(w, key);
	sy_buf_puts(w->out, number);
}

/* A stop of white space alone is refused; the answer's reader watches for those. */
static void put_stop(struct sy_writer *w)
{
	const struct sy_chat *chat = w->plan->chat;
	size_t count = 0;

	for (size_t i = 0; i < chat->stop_count; i++) {
		if (sy_blank(chat->stop[i], strlen(chat->stop[i])))
			continue;
		if (count++ == 0)
			sy_buf_puts(w->out, ",\"stop_sequences\":[");
		else
			sy_buf_putc(w->out, ',');
		sy_buf_json_str(w->out, chat->stop[i]);
	}
	if (count > 0)
		sy_buf_putc(w->out, ']');
}

/* The one label that Anthropic takes. */
static bool has_more_than_a_user(struct json_object *metadata)
{
	return metadata != NULL && json_object_object_length(metadata) >
	                               (sy_json_get(metadata, "user_id") != NULL);
}

/* The provider asks for an opaque id: what looks like a name or an address is hashed. */
static void put_user(struct sy_writer *w)
{
	const struct sy_chat *chat = w->plan->chat;
	const char *user =
	    chat->user != NULL ? chat->user : sy_json_text(chat->metadata, "user_id");
	unsigned char digest[16];
	char hex[2 * sizeof(digest) + 1];

	if (has_more_than_a_user(chat->metadata))
		sy_note(&w->plan->notes, "metadata");
	if (user == NULL || *user == '\0')
		return;
	if (strpbrk(user, "@ ") != NULL || strlen(user) > 256) {
		crypto_generichash(digest, sizeof(digest), (const unsigned char *)user,
		    strlen(user), NULL, 0);
		user = sodium_bin2hex(hex, sizeof(hex), digest, sizeof(digest));
	}
	sy_buf_puts(w->out, ",\"metadata\":{\"user_id\":");
	sy_buf_json_str(w->out, user);
	sy_buf_putc(w->out, '}');
}

static void put_service_tier(struct sy_writer *w)
{
	const char *tier = w->plan->chat->service_tier;

	if (tier == NULL)
		return;
	if (strcmp(tier, "auto") == 0 || strcmp(tier, "priority") == 0)
		sy_write_text(w, "service_tier", "auto");
	else if (strcmp(tier, "default") == 0 || strcmp(tier, "standard_only") == 0)
		sy_write_text(w, "service_tier", "standard_only");
	else
		sy_note(&w->plan->notes, "service_tier");
}

/* Fields of Anthropic's own that a client may send; with the beta that they are part of. */
static const struct own_field {
	const char *name;
	const char *beta; /* "" none */
} own_fields[] = {
	{ "cache_control", "" },
	{ "inference_geo", "" },
	{ "container", "" },
	{ "context_management", "context-management-2025-06-27" },
	{ "mcp_servers", "mcp-client-2025-11-20" },
	{ "speed", "fast-mode-2026-02-01" },
};

static const struct own_field *own_field(const char *name)
{
	for (size_t i = 0; i < sizeof(own_fields) / sizeof(own_fields[0]); i++)
		if (strcmp(own_fields[i].name, name) == 0)
			return &own_fields[i];
	return NULL;
}
const char *sy_anthropic_beta_of(const char *field)
{
	const struct own_field *own = own_field(field);

	return own != NULL ? own->beta : NULL;
}

static void put_extra(struct sy_writer *w, const char *name, struct json_object *value)
{
	const struct own_field *own = own_field(name);
	bool pass =
	    own != NULL ? w->plan->direct : w->plan->model->provider->quirks.pass_unknown;

	if (own == NULL && sy_is_understood(name))
		return;
	if (!pass || !sy_anthropic_may_send(w->plan->model, name)) {
		sy_note(&w->plan->notes, name);
		return;
	}
	if (own != NULL && own->beta[0] != '\0')
		sy_write_beta(w, own->beta);
	sy_buf_putc(w->out, ',');
	sy_buf_json_str(w->out, name);
	sy_buf_putc(w->out, ':');
	sy_json_print(w->out, value);
}

static void put_extras(struct sy_writer *w)
{
	struct json_object *extra = w->plan->chat->extra;

	if (!json_object_is_type(extra, json_type_object))
		return;
	json_object_object_foreach(extra, name, value)
		put_extra(w, name, value);
}

static void put_options(struct sy_writer *w)
{
	sy_write_tool_choice(w);
	if (w->plan->thinking != SY_THINKING_UNSAID) {
		sy_write_key(w, "thinking");
		sy_write_thinking(w);
	}
	put_output_config(w);
	put_number(w, "temperature", w->plan->temperature);
	put_number(w, "top_p", w->plan->top_p);
	put_number(w, "top_k", w->plan->top_k);
	put_stop(w);
	put_user(w);
	put_service_tier(w);
	put_extras(w);
}

int sy_anthropic_write(struct sy_anthropic_plan *plan, bool stream, struct sy_arena *a,
    struct sy_buf *out, struct sy_betas *betas, struct sy_error *err)
{
	static const struct sy_tool_words words = { "{\"name\":", ",\"input_schema\":",
		"}", true, sy_write_mark };
	struct sy_writer w = { .words = &words,
		.plan = plan,
		.arena = a,
		.out = out,
		.betas = betas,
		.err = err };

	w.automatic_mark =
	    plan->direct && sy_json_get(plan->chat->extra, "cache_control") != NULL;
	sy_settle_marks(&w, sy_anthropic_may_send(plan->model, "cache_control"));
	sy_buf_puts(out, "{\"model\":");
	sy_buf_json_str(out, plan->model->upstream);
	sy_write_key(&w, "max_tokens");
	sy_buf_int(out, plan->max_tokens);
	if (stream)
		sy_buf_puts(out, ",\"stream\":true");
	sy_write_system(&w);
	if (sy_has_tools(&w)) {
		sy_write_key(&w, "tools");
		if (sy_write_tools(&w) < 0)
			return -1;
	}
	if (sy_write_messages(&w) < 0)
		return -1;
	put_options(&w);
	sy_buf_putc(out, '}');
	return 0;
}
