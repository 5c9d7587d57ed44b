/*
 * quirks.h - how one OpenAI-compatible provider differs, as data.
 *
 * A provider's row in etc/ sets these; the dialects read them.  One row a quirk in quirks.c:
 * the configuration reader, its "did you mean", the printed form and the manual's check all
 * walk that table.  Each provider's values and sources: etc/providers.d/.
 */
#ifndef SY_MODEL_QUIRKS_H
#define SY_MODEL_QUIRKS_H

#include "model/words.h"

#include <stdbool.h>
#include <stddef.h>

enum sy_schema_way { SY_SCHEMA_NATIVE, SY_SCHEMA_OBJECT, SY_SCHEMA_PROMPT };
enum sy_null_content { SY_NULL_CONTENT, SY_EMPTY_CONTENT, SY_OMIT_CONTENT };
enum sy_history { SY_HISTORY_DROP, SY_HISTORY_OPTIONAL, SY_HISTORY_REQUIRED };

struct sy_quirks {
	bool clean; /* sends what the specification says: answers may pass verbatim */
	bool max_completion_tokens; /* the output limit's field; else max_tokens */
	bool developer_role;        /* knows developer; else it is sent as system */
	bool pass_unknown;          /* fields we do not know are forwarded, else dropped */
	bool stream_options;        /* may be sent */
	bool strict_tools;          /* `strict` may be sent */
	bool string_content;        /* content parts of text are joined to a string */
	bool merge_system;          /* one system message, first */
	bool think_tags;            /* reasoning comes as <think> inside the content */
	bool required_as_any;       /* tool_choice "required" is spelled "any" */
	bool no_tool_choice;        /* only "auto" */
	bool no_n;                  /* one choice an answer */
	bool no_parallel_calls;     /* the field may not be sent */
	bool reasoning_excluded;    /* completion_tokens leaves reasoning tokens out */
	bool vertex;                /* Gemini's dialect with the fields of Vertex AI */
	bool stream_only;           /* whole answers are folded from a stream */
	bool no_stream_with_tools;
	int schema;          /* enum sy_schema_way */
	int null_content;    /* enum sy_null_content: assistant turns of calls alone */
	int history;         /* enum sy_history: reasoning of earlier turns */
	int tool_id_len;     /* exactly so many letters and digits; 0 any */
	int temperature_max; /* in hundredths; 0 no clamp */
	const char *drop;    /* field names with spaces between, or NULL */
	const char *rename;  /* "seed=random_seed" pairs with spaces between, or NULL */
};

enum sy_quirk_type { SY_QUIRK_BOOL, SY_QUIRK_INT, SY_QUIRK_WORD, SY_QUIRK_TEXT };


struct sy_quirk_row {
	const char *name;
	enum sy_quirk_type type;
	size_t offset;
	const struct sy_word *words; /* SY_QUIRK_WORD */
	const char *help;            /* one line */
};

extern const struct sy_quirk_row sy_quirk_rows[]; /* ends with a row without a name */

/* What holds for a provider that sets nothing. */
void sy_quirks_default(struct sy_quirks *q);

#endif
