/*
 * session.h - who asks, and may it.
 */
#ifndef SY_FCGI_ADMIN_SESSION_H
#define SY_FCGI_ADMIN_SESSION_H

#include "admin/web.h"

/* Looks up the cookie; w->signed_in and w->session.  -1 only when the store fails. */
int sy_web_identify(struct sy_web *w, struct sy_error *err);

/* A call that changes something must come from our own page, with the session's token. */
int sy_web_check_csrf(struct sy_web *w, struct sy_error *err);

/* The session's members as the API words them. */
void sy_web_put_session(struct sy_web *w);

#endif
