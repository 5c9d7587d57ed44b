/*
 * blame.c - see blame.h.
 */
#include "dialect/blame.h"

enum sy_kind sy_kind_of_status(int status)
{
	switch (status) {
	case 401:
	case 402:
	case 403:
		return SY_CREDENTIAL;
	case 404:
		return SY_NO_UPSTREAM_MODEL;
	case 409:
		return SY_CONFLICT;
	case 429:
		return SY_BUSY;
	case 503:
	case 529:
		return SY_OVERLOADED;
	case 408:
	case 424:
		return SY_BROKEN;
	}
	if (status >= 500 || status == 200)
		return SY_BROKEN;
	return status >= 400 ? SY_REFUSED : SY_UNUSABLE;
}
