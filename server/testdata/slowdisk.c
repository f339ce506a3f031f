// Stands between SQLite and the disk (LD_PRELOAD): what is written to the database and its log takes a while, or fails as on a disk
// that turned read-only while a file is there. The Go side of a process does not come by here.
//
//   BUXUN_TEST_DISK_FILE    what the path of a database's files contains
//   BUXUN_TEST_DISK_MS      how long each write, sync and cut takes
//   BUXUN_TEST_DISK_SWITCH  while this file is there, each fails with EROFS
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

static int is_database(int fd) {
	const char *file = getenv("BUXUN_TEST_DISK_FILE");
	char link[64], path[4096];
	if (file == NULL || file[0] == 0) return 0;
	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	ssize_t n = readlink(link, path, sizeof path - 1);
	if (n <= 0) return 0;
	path[n] = 0;
	return strstr(path, file) != NULL;
}

// Waits as the disk would; 0 where the disk refuses.
static int passes(int fd) {
	if (!is_database(fd)) return 1;
	const char *ms = getenv("BUXUN_TEST_DISK_MS"), *off = getenv("BUXUN_TEST_DISK_SWITCH");
	long wait = ms != NULL ? atol(ms) : 0;
	if (wait > 0) {
		struct timespec t = {wait / 1000, (wait % 1000) * 1000000};
		nanosleep(&t, NULL);
	}
	if (off != NULL && off[0] != 0 && access(off, F_OK) == 0) {
		errno = EROFS;
		return 0;
	}
	return 1;
}

#define STANDS_FOR(type, name, parameters, ...)                          \
	type name parameters {                                               \
		static type(*real) parameters;                                   \
		if (real == NULL) real = (type(*) parameters)dlsym(RTLD_NEXT, #name); \
		return passes(fd) ? real(__VA_ARGS__) : -1;                      \
	}

STANDS_FOR(ssize_t, write, (int fd, const void *text, size_t n), fd, text, n)
STANDS_FOR(ssize_t, pwrite, (int fd, const void *text, size_t n, off_t at), fd, text, n, at)
STANDS_FOR(ssize_t, pwrite64, (int fd, const void *text, size_t n, off64_t at), fd, text, n, at)
STANDS_FOR(int, fsync, (int fd), fd)
STANDS_FOR(int, fdatasync, (int fd), fd)
STANDS_FOR(int, ftruncate, (int fd, off_t size), fd, size)
STANDS_FOR(int, ftruncate64, (int fd, off64_t size), fd, size)
