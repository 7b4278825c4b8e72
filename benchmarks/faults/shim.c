/* Fails or kills the process at its Nth system call that changes a file.
 *
 *   FAULT_PID   the only process that is meant
 *   FAULT_AT    count of the call, from 1
 *   FAULT_KIND  "kill": SIGKILL to the process group, before the call is made
 *               "torn": half of a write is made, then the same
 *               "enospc", "eio": this call and all after it fail so
 *   FAULT_COUNT a file into which the number of calls is written at exit
 *
 * cc -shared -fPIC -o shim.so shim.c -ldl; LD_PRELOAD=shim.so searchkit build
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

static long calls, fault_at;
static int meant, error_number, kind_torn;

__attribute__((constructor)) static void begin(void) {
    const char *pid = getenv("FAULT_PID"), *at = getenv("FAULT_AT");
    const char *kind = getenv("FAULT_KIND");
    meant = pid && atol(pid) == (long)getpid();
    fault_at = at ? atol(at) : 0;
    if (kind && !strcmp(kind, "enospc")) error_number = ENOSPC;
    if (kind && !strcmp(kind, "eio")) error_number = EIO;
    kind_torn = kind && !strcmp(kind, "torn");
}

__attribute__((destructor)) static void end(void) {
    const char *path = getenv("FAULT_COUNT");
    if (meant && path) {
        FILE *file = fopen(path, "w");
        if (file) { fprintf(file, "%ld\n", calls); fclose(file); }
    }
}

static int is_file(int fd) {
    struct stat state;
    return fstat(fd, &state) == 0 && (S_ISREG(state.st_mode) || S_ISDIR(state.st_mode));
}

static void die(void) {
    kill(0, SIGKILL);
    for (;;) pause();
}

/* 1 if the call is to fail; does not return if the process is to die. */
static int fault(void) {
    if (!meant || !fault_at) { calls++; return 0; }
    if (++calls < fault_at) return 0;
    if (error_number) { errno = error_number; return 1; }
    if (calls == fault_at) die();
    return 0;
}

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

ssize_t write(int fd, const void *data, size_t size) {
    if (is_file(fd)) {
        if (meant && kind_torn && calls + 1 == fault_at) {
            NEXT(write)(fd, data, size / 2);
            die();
        }
        if (fault()) return -1;
    }
    return NEXT(write)(fd, data, size);
}
ssize_t writev(int fd, const struct iovec *pieces, int count) {
    if (is_file(fd) && fault()) return -1;
    return NEXT(writev)(fd, pieces, count);
}
ssize_t pwrite64(int fd, const void *data, size_t size, off64_t at) {
    if (is_file(fd) && fault()) return -1;
    return NEXT(pwrite64)(fd, data, size, at);
}
int fsync(int fd) { return fault() ? -1 : NEXT(fsync)(fd); }
int fdatasync(int fd) { return fault() ? -1 : NEXT(fdatasync)(fd); }
int ftruncate64(int fd, off64_t size) { return fault() ? -1 : NEXT(ftruncate64)(fd, size); }
int rename(const char *from, const char *to) { return fault() ? -1 : NEXT(rename)(from, to); }
int link(const char *from, const char *to) { return fault() ? -1 : NEXT(link)(from, to); }
int linkat(int a, const char *from, int b, const char *to, int flags) {
    return fault() ? -1 : NEXT(linkat)(a, from, b, to, flags);
}
int unlink(const char *path) { return fault() ? -1 : NEXT(unlink)(path); }
int unlinkat(int at, const char *path, int flags) {
    return fault() ? -1 : NEXT(unlinkat)(at, path, flags);
}
int rmdir(const char *path) { return fault() ? -1 : NEXT(rmdir)(path); }
int mkdir(const char *path, mode_t mode) { return fault() ? -1 : NEXT(mkdir)(path, mode); }
int open64(const char *path, int flags, ...) {
    mode_t mode = 0;
    if (flags & O_CREAT) {
        va_list rest;
        va_start(rest, flags);
        mode = va_arg(rest, mode_t);
        va_end(rest);
        if (fault()) return -1;
    }
    return NEXT(open64)(path, flags, mode);
}
