/*
 * bedrock_media.c - pictures, documents and films of a request; see bedrock_write.h.
 *
 * Bytes alone: Converse follows no address but those of its own storage.
 */
#include "dialect/bedrock_write.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/text.h"
#include "dialect/media.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#define NAME_BYTES 200

/* What a media type, or the end of a file's name, is called, and in which kind of block. */
static const struct kind {
	const char *type, *suffix;
	const char *block, *format;
} kinds[] = {
	{ "image/png", "png", "image", "png" },
	{ "image/jpeg", "jpeg", "image", "jpeg" },
	{ "image/jpg", "jpg", "image", "jpeg" },
	{ "image/gif", "gif", "image", "gif" },
	{ "image/webp", "webp", "image", "webp" },
	{ "application/pdf", "pdf", "document", "pdf" },
	{ "text/csv", "csv", "document", "csv" },
	{ "application/msword", "doc", "document", "doc" },
	{ "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
	    "docx", "document", "docx" },
	{ "application/vnd.ms-excel", "xls", "document", "xls" },
	{ "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx",
	    "document", "xlsx" },
	{ "text/html", "html", "document", "html" },
	{ "text/markdown", "md", "document", "md" },
	{ "text/plain", "txt", "document", "txt" },
	{ "video/mp4", "mp4", "video", "mp4" },
	{ "video/quicktime", "mov", "video", "mov" },
	{ "video/webm", "webm", "video", "webm" },
	{ "video/x-matroska", "mkv", "video", "mkv" },
	{ "video/mpeg", "mpeg", "video", "mpeg" },
	{ "video/3gpp", "3gp", "video", "three_gp" },
};

static const struct kind *kind_of(const char *type, const char *name)
{
	const char *dot = name != NULL ? strrchr(name, '.') : NULL;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcasecmp(kinds[i].type, type) == 0)
			return &kinds[i];
	for (size_t i = 0; dot != NULL && i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcasecmp(kinds[i].suffix, dot + 1) == 0)
			return &kinds[i];
	return sy_starts(type, "text/") ? kind_of("text/plain", NULL) : NULL;
}

/* Letters, digits, single spaces and a few signs are allowed; what else there is becomes a
 * hyphen. */
static char *legal_name(struct sy_arena *a, const char *name)
{
	char *out = sy_alloc(a, NAME_BYTES + 1);
	size_t len = 0;

	for (; *name != '\0' && len < NAME_BYTES; name++) {
		char c = isalnum((unsigned char)*name) || strchr(" -()[]", *name) != NULL
		             ? *name
		             : '-';

		if ((c == ' ' || c == '-') && (len == 0 || out[len - 1] == c))
			continue;
		out[len++] = c;
	}
	while (len > 0 && strchr(" -", out[len - 1]) != NULL)
		len--;
	out[len] = '\0';
	return out;
}

/* The name is a part of the prompt: the same in every turn, and distinct in a request. */
static const char *document_name(struct sy_bedrock_writer *b, const struct sy_part *part)
{
	char *name = part->name != NULL ? legal_name(b->w.arena, part->name) : NULL;

	b->documents++;
	if (name == NULL || *name == '\0')
		name = sy_strf(b->w.arena, "document-%d", b->documents);
	if (lh_table_lookup_ex(b->names, name, NULL))
		name =
		    sy_strf(b->w.arena, "%.*s-%d", NAME_BYTES - 12, name, b->documents);
	lh_table_insert(b->names, name, name);
	return name;
}

static int refuse(struct sy_bedrock_writer *b, const char *param, const char *why)
{
	return sy_fail_code(b->w.err, SY_REFUSED, param, "unsupported_content",
	    "the model's provider %s", why);
}

static int put_source(struct sy_bedrock_writer *b, const struct sy_media *media,
    const char *param)
{
	if (media->url != NULL) {
		sy_buf_puts(b->w.out, "{\"s3Location\":{\"uri\":");
		sy_buf_json_str(b->w.out, media->url);
		sy_buf_puts(b->w.out, "}}");
		return 0;
	}
	sy_buf_puts(b->w.out, "{\"bytes\":\"");
	if (sy_media_base64(media, param, b->w.out, b->w.err) < 0)
		return -1;
	sy_buf_puts(b->w.out, "\"}");
	return 0;
}

static int put_kind(struct sy_bedrock_writer *b, const struct sy_part *part,
    const struct kind *kind, const struct sy_media *media, const char *param)
{
	bool document = strcmp(kind->block, "document") == 0;

	sy_buf_printf(b->w.out, "{\"%s\":{\"format\":\"%s\"", kind->block, kind->format);
	if (document)
		sy_write_text(&b->w, "name", document_name(b, part));
	b->has_document |= document;
	sy_write_key(&b->w, "source");
	if (put_source(b, media, param) < 0)
		return -1;
	sy_buf_puts(b->w.out, "}}");
	return 0;
}

int sy_bedrock_write_media(struct sy_bedrock_writer *b, const struct sy_message *from,
    const struct sy_part *part)
{
	const struct kind *kind;
	struct sy_media media;
	char param[64];

	sy_param_of(&b->w, from, part, param, sizeof(param));
	if (part->data == NULL && part->url == NULL)
		return refuse(b, param, "keeps no files: send the file's data");
	if (sy_media_of(part, param, b->w.arena, &media, b->w.err) < 0)
		return -1;
	if (media.url != NULL && !sy_starts(media.url, "s3://"))
		return refuse(b, param,
		    "follows no URL: send the data itself, or an s3:// URI");
	kind = kind_of(media.type != NULL ? media.type : "",
	    part->name != NULL ? part->name : media.url);
	if (kind == NULL ||
	    (part->kind == SY_PART_IMAGE && strcmp(kind->block, "image") != 0))
		return refuse(b, param,
		    part->kind == SY_PART_IMAGE
		        ? "takes pictures as PNG, JPEG, GIF or WebP"
		        : "takes no files of this type");
	return put_kind(b, part, kind, &media, param);
}
