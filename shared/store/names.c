/*
 * names.c - see names.h.
 */
#include "store/names.h"

#include "base/text.h"
#include "store/schema.h"

#include <string.h>

static struct sy_db_name name_key(enum sy_dim dim, const char *text)
{
	struct sy_db_name n = sy_db_number(dim, 1);

	sy_db_add_label(&n, text);
	return n;
}

bool sy_name_find(struct sy_txn *t, enum sy_dim dim, const char *text, uint32_t *number)
{
	struct sy_db_name key = name_key(dim, text);
	MDB_val value;

	*number = 0;
	if (text[0] == '\0')
		return true;
	if (!sy_txn_get(t, SY_T_NAME, sy_db_val(&key), &value))
		return false;
	*number = (uint32_t)sy_db_uint(value.mv_data, 4);
	return true;
}

static void save_name(struct sy_txn *t, enum sy_dim dim, const char *text,
    uint32_t number)
{
	struct sy_db_name key = name_key(dim, text), back = sy_db_number(dim, 1);
	struct sy_db_name bytes = sy_db_number(number, 4);

	sy_db_add_uint(&back, number, 4);
	sy_txn_put(t, SY_T_NAME, sy_db_val(&key), bytes.bytes, bytes.len);
	sy_txn_put(t, SY_T_NUMBER, sy_db_val(&back), text,
	    strnlen(text, SY_LABEL_MAX - 1));
}

uint32_t sy_name_make(struct sy_txn *t, enum sy_dim dim, const char *text, uint32_t day)
{
	struct sy_db_name key = sy_db_number(dim, 1);
	struct sy_db_fresh fresh = { .version = SY_ROW_VERSION };
	uint32_t number;

	if (sy_name_find(t, dim, text, &number))
		return number;
	sy_txn_load(t, SY_T_FRESH, sy_db_val(&key), SY_ROW_VERSION, &fresh,
	    sizeof(fresh));
	if (fresh.day != day) {
		fresh.day = day;
		fresh.count = 0;
	}
	if (fresh.count >= SY_NAMES_A_DAY) {
		text = SY_NAME_OVERFLOW;
		if (sy_name_find(t, dim, text, &number))
			return number;
	}
	fresh.count++;
	number = ++fresh.last;
	save_name(t, dim, text, number);
	sy_txn_put(t, SY_T_FRESH, sy_db_val(&key), &fresh, sizeof(fresh));
	return number;
}

void sy_name_text(struct sy_txn *t, enum sy_dim dim, uint32_t number, char text[64])
{
	struct sy_db_name key = sy_db_number(dim, 1);
	MDB_val value;

	text[0] = '\0';
	sy_db_add_uint(&key, number, 4);
	if (number != 0 && sy_txn_get(t, SY_T_NUMBER, sy_db_val(&key), &value))
		sy_copy_n(text, 64, value.mv_data, value.mv_size);
}
