/*
 * A library for LD_PRELOAD that appends a line to FILE_OPENS_LOG for each successful open of a file whose path starts with
 * FILE_OPENS_OF: "PID sqlite|other PATH". SQLite opens with O_NOFOLLOW, Node's `fs` without.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define REAL(type, name) ((type)dlsym(RTLD_NEXT, name))
typedef int (*open_t)(const char *, int, ...);
typedef int (*openat_t)(int, const char *, int, ...);
typedef FILE *(*fopen_t)(const char *, const char *);

static int note(int fd, int flags) {
  const char *log_path = getenv("FILE_OPENS_LOG"), *watched = getenv("FILE_OPENS_OF");
  char self[64], path[PATH_MAX];
  if (fd < 0 || log_path == NULL || watched == NULL) return fd;
  snprintf(self, sizeof self, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(self, path, sizeof path - 1);
  if (length < 0) return fd;
  path[length] = '\0';
  if (strncmp(path, watched, strlen(watched)) != 0) return fd;
  int log_file = REAL(open_t, "open")(log_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  dprintf(log_file, "%d %s %s\n", getpid(), flags & O_NOFOLLOW ? "sqlite" : "other", path);
  close(log_file);
  return fd;
}

static mode_t mode_in(va_list rest, int flags) {
  return (flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE ? va_arg(rest, mode_t) : 0;
}

#define OPEN(name)                                                        \
  int name(const char *path, int flags, ...) {                            \
    va_list rest;                                                         \
    va_start(rest, flags);                                                \
    mode_t mode = mode_in(rest, flags);                                   \
    va_end(rest);                                                         \
    return note(REAL(open_t, #name)(path, flags, mode), flags);           \
  }

#define OPENAT(name)                                                      \
  int name(int at, const char *path, int flags, ...) {                    \
    va_list rest;                                                         \
    va_start(rest, flags);                                                \
    mode_t mode = mode_in(rest, flags);                                   \
    va_end(rest);                                                         \
    return note(REAL(openat_t, #name)(at, path, flags, mode), flags);     \
  }

#define FOPEN(name)                                                       \
  FILE *name(const char *path, const char *mode) {                        \
    FILE *file = REAL(fopen_t, #name)(path, mode);                        \
    if (file != NULL) note(fileno(file), 0);                              \
    return file;                                                          \
  }

OPEN(open)
OPEN(open64)
OPENAT(openat)
OPENAT(openat64)
FOPEN(fopen)
FOPEN(fopen64)
