/* Fails or kills a process at its Nth system call that changes a file.
 *
 * cc -shared -fPIC -o shim.so shim.c -ldl; LD_PRELOAD=shim.so python ..., which calls
 * fault_set(N, kind) in the process that is meant:
 *
 *   "kill"     SIGKILL to the process group, before the call is made
 *   "torn"     half of a write is made, then the same
 *   "enospc"   this call and all after it fail that need room on the disk; the first,
 *              if it is a write, takes half
 *   "eio"      this call fails
 *   "broken"   this call and all after it fail with EIO
 *   "sigint", "sigterm"   the signal comes with this call
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum { NEEDS_ROOM, NEEDS_NONE }; /* on the disk */

static long calls, fault_at;
static int error_number, lasting, torn, signal_number;

/* From now on the Nth call is to fail in this way; none if N is 0. */
void fault_set(long at, const char *kind) {
    int broken = !strcmp(kind, "broken"), full = !strcmp(kind, "enospc");
    calls = 0;
    fault_at = at;
    error_number = full ? ENOSPC : broken || !strcmp(kind, "eio") ? EIO : 0;
    lasting = full || broken;
    torn = !strcmp(kind, "torn");
    signal_number = !strcmp(kind, "sigint")    ? SIGINT
                    : !strcmp(kind, "sigterm") ? SIGTERM
                                               : 0;
}

/* How many calls there were since then. */
long fault_calls(void) { return calls; }

static int is_file(int fd) {
    struct stat state;
    return fstat(fd, &state) == 0 && (S_ISREG(state.st_mode) || S_ISDIR(state.st_mode));
}

static void die(void) {
    kill(0, SIGKILL);
    for (;;) pause();
}

/* 1 if the call is to fail; does not return if the process is to die. */
static int fault(int need) {
    calls++;
    if (!fault_at || calls < fault_at || (calls > fault_at && !lasting)) return 0;
    if (signal_number) { kill(getpid(), signal_number); return 0; }
    if (!error_number) die();
    if (error_number == ENOSPC && need == NEEDS_NONE) return 0;
    errno = error_number;
    return 1;
}

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

ssize_t write(int fd, const void *data, size_t size) {
    if (is_file(fd)) {
        if (torn && calls + 1 == fault_at) {
            NEXT(write)(fd, data, size / 2);
            die();
        }
        if (error_number == ENOSPC && calls + 1 == fault_at && size > 1) {
            calls++; /* as a disk does that becomes full: it takes what it can */
            return NEXT(write)(fd, data, size / 2);
        }
        if (fault(NEEDS_ROOM)) return -1;
    }
    return NEXT(write)(fd, data, size);
}
ssize_t writev(int fd, const struct iovec *pieces, int count) {
    if (is_file(fd) && fault(NEEDS_ROOM)) return -1;
    return NEXT(writev)(fd, pieces, count);
}
ssize_t pwrite64(int fd, const void *data, size_t size, off64_t at) {
    if (is_file(fd) && fault(NEEDS_ROOM)) return -1;
    return NEXT(pwrite64)(fd, data, size, at);
}
int fsync(int fd) { return fault(NEEDS_ROOM) ? -1 : NEXT(fsync)(fd); }
int fdatasync(int fd) { return fault(NEEDS_ROOM) ? -1 : NEXT(fdatasync)(fd); }
int ftruncate64(int fd, off64_t size) { return fault(NEEDS_ROOM) ? -1 : NEXT(ftruncate64)(fd, size); }
int rename(const char *from, const char *to) { return fault(NEEDS_ROOM) ? -1 : NEXT(rename)(from, to); }
int link(const char *from, const char *to) { return fault(NEEDS_ROOM) ? -1 : NEXT(link)(from, to); }
int linkat(int a, const char *from, int b, const char *to, int flags) {
    return fault(NEEDS_ROOM) ? -1 : NEXT(linkat)(a, from, b, to, flags);
}
int unlink(const char *path) { return fault(NEEDS_NONE) ? -1 : NEXT(unlink)(path); }
int unlinkat(int at, const char *path, int flags) {
    return fault(NEEDS_NONE) ? -1 : NEXT(unlinkat)(at, path, flags);
}
int rmdir(const char *path) { return fault(NEEDS_NONE) ? -1 : NEXT(rmdir)(path); }
int mkdir(const char *path, mode_t mode) { return fault(NEEDS_ROOM) ? -1 : NEXT(mkdir)(path, mode); }
int open64(const char *path, int flags, ...) {
    mode_t mode = 0;
    if (flags & O_CREAT) {
        va_list rest;
        va_start(rest, flags);
        mode = va_arg(rest, mode_t);
        va_end(rest);
        if (fault(NEEDS_ROOM)) return -1;
    }
    return NEXT(open64)(path, flags, mode);
}
