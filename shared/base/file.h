/*
 * file.h - replacing a file whole or not at all.
 */
#ifndef SY_BASE_FILE_H
#define SY_BASE_FILE_H

#include <stddef.h>
#include <sys/types.h>

#define SY_FILE_NAME_MAX 128

/*
 * Writes a new file beside `name` in the open directory, syncs it, and renames it: who reads
 * finds the old one or the new one.  No link is followed.  -1 with errno.
 */
int sy_file_replace(int dir, const char *name, mode_t mode, const char *text, size_t len);

#endif
