/*
 * messages_fields.h - what the scan of a Messages request looks out for inside its members.
 */
#ifndef SY_DIALECT_MESSAGES_FIELDS_H
#define SY_DIALECT_MESSAGES_FIELDS_H

/* Types of blocks, and of their sources. */
enum {
	SY_MESSAGES_IMAGE,
	SY_MESSAGES_DOCUMENT,
	SY_MESSAGES_BASE64,
	SY_MESSAGES_URL,
	SY_MESSAGES_FILE,
	SY_MESSAGES_THINKING,
	SY_MESSAGES_REDACTED,
	SY_MESSAGES_SYSTEM, /* a role */
};

enum { SY_MESSAGES_KEY_CACHE_CONTROL };

extern const char *const sy_messages_watch[];
extern const char *const sy_messages_watch_keys[];

#endif
