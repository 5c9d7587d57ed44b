noinst_LIBRARIES += libswitchyard.a
libswitchyard_a_SOURCES = \
	shared/base/arena.c shared/base/arena.h \
	shared/base/buf.c shared/base/buf.h \
	shared/base/clock.c shared/base/clock.h \
	shared/base/error.c shared/base/error.h \
	shared/base/id.c shared/base/id.h \
	shared/base/log.c shared/base/log.h \
	shared/base/text.c shared/base/text.h

# What a program that uses the whole library links; the first names are the archive's needs.
SY_LIBS = libswitchyard.a $(EV_LIBS) $(CURL_LIBS) $(JSON_LIBS) $(LMDB_LIBS) \
	$(CONFUSE_LIBS) $(CSV_LIBS) $(SODIUM_LIBS) -lm
