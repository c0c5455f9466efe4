// The limit that the journal is measured against: batches of 1000 samples x 20 bytes appended to a file, each made durable.
// usage: append FILE SECONDS; prints samples per second and processor microseconds per batch.
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { SAMPLES = 1000, BATCH = SAMPLES * 20 };

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec / 1e9;
}

int main(int argc, char **argv) {
  if (argc < 3) return 1;
  int file = open(argv[1], O_CREAT | O_TRUNC | O_WRONLY, 0644);
  double seconds = atof(argv[2]), start = now(), elapsed = 0;
  unsigned char batch[BATCH];
  long batches = 0;
  if (file < 0) return 1;
  for (; elapsed < seconds; elapsed = now() - start) {
    memset(batch, (int)batches, BATCH);
    if (write(file, batch, BATCH) != BATCH || fdatasync(file)) return 2;
    batches++;
  }
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  double cpu = usage.ru_utime.tv_sec + usage.ru_stime.tv_sec +
               (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
  printf("{\"perSecond\":%.0f,\"cpuMicroseconds\":%.1f}\n", batches * SAMPLES / elapsed,
         cpu / batches * 1e6);
  return 0;
}
