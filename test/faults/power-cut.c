/*
 * A disk that loses everything that was not synced, as a library for LD_PRELOAD.
 *
 * It keeps in POWER_CUT_SHADOW what would remain of the files in POWER_CUT_FOLDER if the power failed now:
 *
 * - A file has the bytes and the size of its last fsync or fdatasync; none, if it was never synced.
 * - A name (created, linked, renamed or removed) is as it was at the last fsync of the folder.
 *
 * POSIX promises no more than that, so it is the worst permitted state of a correct disk: ext4, XFS and btrfs also keep the name of
 * a new file that was synced, and any disk may have written more than necessary. The folder itself, and its content when
 * the first process starts, count as synced. Not modelled: subfolders, O_SYNC, sync_file_range, syncfs (nothing here uses them).
 *
 * Files in the shadow are named by inode and time of birth, since inode numbers are reused. With POWER_CUT_AFTER=N the
 * process group is killed right after the Nth sync. The real disk is not synced: each sync takes a millisecond instead, alternately before
 * and after the bytes are copied, so that responses that do not wait for their sync and writes after one are detected.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *folder, *shadow;

static void fail(const char *what) {
  perror(what);
  abort();
}

static const char *in_shadow(char *path, const char *name) {
  snprintf(path, PATH_MAX, "%s/%s", shadow, name);
  return path;
}

/* Opened each time, so that it also separates the threads of one process. It ends with its process. */
static int lock_shadow(void) {
  char path[PATH_MAX];
  int lock = open(in_shadow(path, "lock"), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock < 0 || flock(lock, LOCK_EX) != 0) fail("power-cut: lock");
  return lock;
}

/* False for anything but a regular file. */
static int key_of(int at, const char *name, int flags, char *key) {
  struct statx it;
  if (statx(at, name, flags, STATX_TYPE | STATX_INO | STATX_BTIME, &it) != 0 || !S_ISREG(it.stx_mode)) return 0;
  snprintf(key, NAME_MAX, "%llu-%lld.%09u", (unsigned long long)it.stx_ino, (long long)it.stx_btime.tv_sec,
           it.stx_btime.tv_nsec);
  return 1;
}

/* In place: a sync that the power cut interrupts may have written any part of its bytes. */
static void keep_bytes(int fd) {
  static char block[1 << 16]; /* under the lock */
  char key[NAME_MAX], path[PATH_MAX];
  off_t at = 0;
  ssize_t length;
  if (!key_of(fd, "", AT_EMPTY_PATH, key)) return;
  int kept = open(in_shadow(path, key), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  if (kept < 0) fail("power-cut: open");
  for (; (length = pread(fd, block, sizeof block, at)) > 0; at += length)
    if (pwrite(kept, block, length, at) != length) fail("power-cut: write");
  if (length < 0 || ftruncate(kept, at) != 0) fail("power-cut: copy");
  close(kept);
}

static void keep_names(void) {
  char path[PATH_MAX], draft[PATH_MAX], key[NAME_MAX];
  DIR *entries = opendir(folder);
  FILE *names = fopen(in_shadow(draft, "names.draft"), "we");
  if (entries == NULL || names == NULL) fail("power-cut: names");
  for (struct dirent *entry; (entry = readdir(entries)) != NULL;)
    if (key_of(dirfd(entries), entry->d_name, AT_SYMLINK_NOFOLLOW, key)) fprintf(names, "%s %s\n", key, entry->d_name);
  if (fclose(names) != 0 || rename(draft, in_shadow(path, "names")) != 0) fail("power-cut: names");
  closedir(entries);
}

static void count_sync(void) {
  char path[PATH_MAX];
  struct stat count;
  const char *last = getenv("POWER_CUT_AFTER");
  int syncs = open(in_shadow(path, "syncs"), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (write(syncs, ".", 1) != 1 || fstat(syncs, &count) != 0) fail("power-cut: count");
  close(syncs);
  if (last != NULL && count.st_size >= atoll(last)) kill(0, SIGKILL);
}

/* What the first process finds counts as synced. */
__attribute__((constructor)) static void begin(void) {
  char path[PATH_MAX];
  folder = getenv("POWER_CUT_FOLDER");
  shadow = getenv("POWER_CUT_SHADOW");
  if (folder == NULL || shadow == NULL) return;
  int lock = lock_shadow();
  if (access(in_shadow(path, "names"), F_OK) != 0) {
    DIR *entries = opendir(folder);
    if (entries == NULL) fail("power-cut: begin");
    for (struct dirent *entry; (entry = readdir(entries)) != NULL;) {
      int fd = openat(dirfd(entries), entry->d_name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
      if (fd < 0) continue;
      keep_bytes(fd);
      close(fd);
    }
    closedir(entries);
    keep_names();
  }
  close(lock);
}

static void keep_file(int fd, const char *self) {
  if ((fcntl(fd, F_GETFL) & O_ACCMODE) != O_WRONLY) return keep_bytes(fd);
  /* SQLite opens its files to read and write. Closing another descriptor of one of those would drop its locks. */
  int readable = open(self, O_RDONLY | O_CLOEXEC);
  if (readable < 0) fail("power-cut: open again");
  keep_bytes(readable);
  close(readable);
}

/* False for files in other folders. */
static int keep(int fd) {
  static atomic_uint turn;
  char self[64], path[PATH_MAX];
  snprintf(self, sizeof self, "/proc/self/fd/%d", fd);
  ssize_t length = folder == NULL || shadow == NULL ? -1 : readlink(self, path, sizeof path - 1);
  if (length < 0) return 0;
  path[length] = '\0';
  size_t parent = strlen(folder);
  int is_folder = strcmp(path, folder) == 0;
  if (!is_folder && (strncmp(path, folder, parent) != 0 || strrchr(path, '/') != path + parent)) return 0;
  unsigned before = atomic_fetch_add(&turn, 1) % 2;
  if (before) usleep(1000);
  int lock = lock_shadow();
  if (is_folder) keep_names();
  else keep_file(fd, self);
  count_sync();
  close(lock);
  if (!before) usleep(1000);
  return 1;
}

int fsync(int fd) {
  return keep(fd) ? 0 : ((int (*)(int))dlsym(RTLD_NEXT, "fsync"))(fd);
}

int fdatasync(int fd) {
  return keep(fd) ? 0 : ((int (*)(int))dlsym(RTLD_NEXT, "fdatasync"))(fd);
}
