/*
 * bedrock_blocks.c - messages and the system prompt of a request; see bedrock_write.h.
 */
#include "dialect/bedrock_write.h"

#include "base/buf.h"
#include "base/id.h"
#include "dialect/anthropic_names.h"
#include "dialect/arguments.h"

#include <string.h>

static void put_text(struct sy_bedrock_writer *b, const char *text, size_t len)
{
	sy_buf_puts(b->w.out, "{\"text\":");
	sy_buf_json(b->w.out, text, len);
	sy_buf_putc(b->w.out, '}');
	b->has_text = true;
}

void sy_bedrock_write_mark(struct sy_writer *w, enum sy_mark mark)
{
	if (mark == SY_MARK_NONE)
		return;
	sy_buf_puts(w->out, ",{\"cachePoint\":{\"type\":\"default\"");
	if (mark == SY_MARK_1H)
		sy_buf_puts(w->out, ",\"ttl\":\"1h\"");
	sy_buf_puts(w->out, "}}");
}

static void put_thought(struct sy_bedrock_writer *b, const struct sy_part *part)
{
	sy_buf_puts(b->w.out, "{\"reasoningContent\":{");
	if (part->data != NULL) {
		sy_buf_puts(b->w.out, "\"redactedContent\":");
		sy_buf_json_str(b->w.out, part->data);
	} else {
		sy_buf_puts(b->w.out, "\"reasoningText\":{\"text\":");
		sy_buf_json_str(b->w.out, part->text != NULL ? part->text : "");
		sy_write_text(&b->w, "signature", part->signature);
		sy_buf_putc(b->w.out, '}');
	}
	sy_buf_puts(b->w.out, "}}");
}

static const char *id_of(struct sy_bedrock_writer *b, const struct sy_block *block)
{
	return b->family->id_len > 0
	           ? sy_id_fit(b->w.arena, block->id, (size_t)b->family->id_len)
	           : block->id;
}

static void put_use(struct sy_bedrock_writer *b, const struct sy_block *block)
{
	sy_buf_puts(b->w.out, "{\"toolUse\":{\"toolUseId\":");
	sy_buf_json_str(b->w.out, id_of(b, block));
	sy_write_text(&b->w, "name", sy_anthropic_legal(b->w.arena, block->call->name));
	sy_write_key(&b->w, "input");
	sy_put_arguments(block->call, b->w.plan->chat, b->w.arena, b->w.out);
	sy_buf_puts(b->w.out, "}}");
}

static int put_result_parts(struct sy_bedrock_writer *b, const struct sy_message *result)
{
	const char *comma = "";

	for (size_t i = 0; i < result->part_count; i++) {
		const struct sy_part *part = &result->parts[i];

		if (!sy_has_substance(part))
			continue;
		sy_buf_puts(b->w.out, comma);
		comma = ",";
		if (part->kind == SY_PART_TEXT || part->kind == SY_PART_REFUSAL)
			put_text(b, part->text, strlen(part->text));
		else if (sy_bedrock_write_media(b, result, part) < 0)
			return -1;
	}
	if (*comma == '\0') /* an empty list, or blank text, is refused */
		put_text(b, "(no output)", strlen("(no output)"));
	return 0;
}

static int put_result(struct sy_bedrock_writer *b, const struct sy_block *block)
{
	static const char missing[] = "No result was recorded for this call.";
	const struct sy_message *result = block->result;

	sy_buf_puts(b->w.out, "{\"toolResult\":{\"toolUseId\":");
	sy_buf_json_str(b->w.out, id_of(b, block));
	sy_write_key(&b->w, "content");
	sy_buf_putc(b->w.out, '[');
	if (result == NULL)
		put_text(b, missing, strlen(missing));
	else if (put_result_parts(b, result) < 0)
		return -1;
	sy_buf_putc(b->w.out, ']');
	if ((result == NULL || result->tool_error) && !b->family->no_status)
		sy_write_text(&b->w, "status", "error");
	sy_buf_puts(b->w.out, "}}");
	return 0;
}

static int put_block(struct sy_bedrock_writer *b, const struct sy_block *block)
{
	switch (block->kind) {
	case SY_BLOCK_TEXT:
		put_text(b, block->text, block->len);
		break;
	case SY_BLOCK_IMAGE:
	case SY_BLOCK_DOCUMENT:
		return sy_bedrock_write_media(b, block->from, block->part);
	case SY_BLOCK_THINKING:
		put_thought(b, block->part);
		break;
	case SY_BLOCK_TOOL_USE:
		put_use(b, block);
		break;
	case SY_BLOCK_TOOL_RESULT:
		return put_result(b, block);
	}
	return 0;
}

/* Blocks with their marks behind them; *comma is what stands before the next. */
static int put_blocks(struct sy_bedrock_writer *b, const struct sy_block *block,
    const char **comma)
{
	for (; block != NULL; block = block->next) {
		sy_buf_puts(b->w.out, *comma);
		*comma = ",";
		if (put_block(b, block) < 0)
			return -1;
		sy_bedrock_write_mark(&b->w, block->mark);
	}
	return 0;
}

/* --- Messages. --------------------------------------------------------------------------- */

static void begin_message(struct sy_bedrock_writer *b, const char *role)
{
	sy_buf_printf(b->w.out, "{\"role\":\"%s\",\"content\":[", role);
	b->has_document = b->has_text = false;
}

/* A message that shows a document has to say something, too. */
static void end_message(struct sy_bedrock_writer *b)
{
	if (b->has_document && !b->has_text)
		sy_buf_puts(b->w.out, ",{\"text\":\"See attached document.\"}");
	sy_buf_puts(b->w.out, "]}");
}

static void put_rule(struct sy_bedrock_writer *b, const char **comma)
{
	if (b->w.plan->rule == NULL)
		return;
	sy_buf_puts(b->w.out, *comma);
	*comma = ",";
	put_text(b, b->w.plan->rule, strlen(b->w.plan->rule));
}

static int put_user(struct sy_bedrock_writer *b, const struct sy_turn *turn)
{
	const struct sy_turns *turns = &b->w.plan->turns;
	const struct sy_block *words = turn->lists[SY_CONTENT].first;
	const struct sy_block *results = turn->lists[SY_RESULTS].first;
	const char *comma = "";

	begin_message(b, "user");
	if (b->family->no_system && turn == turns->first) {
		put_blocks(b, turns->system.first, &comma);
		put_rule(b, &comma);
	}
	if (put_blocks(b, results, &comma) < 0)
		return -1;
	if (results != NULL && words != NULL && b->family->results_alone) {
		end_message(b);
		sy_buf_puts(b->w.out,
		    ",{\"role\":\"assistant\",\"content\":[{\"text\":\".\"}]},");
		begin_message(b, "user");
		comma = "";
	}
	if (put_blocks(b, words, &comma) < 0)
		return -1;
	end_message(b);
	return 0;
}

static int put_assistant(struct sy_bedrock_writer *b, const struct sy_turn *turn)
{
	const char *comma = "";

	begin_message(b, "assistant");
	for (int l = 0; l < SY_LISTS; l++)
		if (put_blocks(b, turn->lists[l].first, &comma) < 0)
			return -1;
	end_message(b);
	return 0;
}

static int put_messages(struct sy_bedrock_writer *b)
{
	const struct sy_turn *first = b->w.plan->turns.first;

	sy_buf_puts(b->w.out, "\"messages\":[");
	for (const struct sy_turn *t = first; t != NULL; t = t->next) {
		if (t != first)
			sy_buf_putc(b->w.out, ',');
		if ((t->role == SY_ROLE_USER ? put_user : put_assistant)(b, t) < 0)
			return -1;
	}
	sy_buf_putc(b->w.out, ']');
	return 0;
}

int sy_bedrock_write_turns(struct sy_bedrock_writer *b)
{
	const struct sy_block *system = b->w.plan->turns.system.first;
	const char *comma = "";

	if (!b->family->no_system && (system != NULL || b->w.plan->rule != NULL)) {
		sy_buf_puts(b->w.out, "\"system\":[");
		put_blocks(b, system, &comma); /* text alone, which cannot fail */
		put_rule(b, &comma);
		sy_buf_puts(b->w.out, "],");
	}
	return put_messages(b);
}
