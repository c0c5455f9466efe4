// The limit that a Modbus TCP client is measured against: epoll, prebuilt requests, ids checked, every register decoded.
// usage: client PORT CONNECTIONS IN_FLIGHT SECONDS; prints requests per second and CPU microseconds per request.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define REGISTERS 125
#define ANSWER (9 + 2 * REGISTERS)
#define IN_BYTES 65536

struct peer {
  int fd, have;
  unsigned short next, expected;
  unsigned char in[IN_BYTES];
};

static double values[REGISTERS];

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec / 1e9;
}

static void ask(struct peer *p, int count) {
  unsigned char out[256 * 12];
  for (int i = 0; i < count; i++) {
    unsigned char *q = out + 12 * i;
    unsigned char request[12] = {p->next >> 8, p->next & 255, 0, 0, 0, 6, 1, 3, 0, 0, 0, REGISTERS};
    memcpy(q, request, 12);
    p->next++;
  }
  if (send(p->fd, out, 12 * count, MSG_NOSIGNAL) != 12 * count) exit(2);
}

static int take(struct peer *p) {
  int n = recv(p->fd, p->in + p->have, IN_BYTES - p->have, 0);
  if (n <= 0) exit(3);
  p->have += n;
  int at = 0, answers = 0;
  while (p->have - at >= ANSWER) {
    unsigned char *a = p->in + at;
    if ((a[0] << 8 | a[1]) != p->expected++ || a[2] || a[3] || (a[4] << 8 | a[5]) != ANSWER - 6 ||
        a[6] != 1 || a[7] != 3 || a[8] != 2 * REGISTERS)
      exit(4);
    for (int i = 0; i < REGISTERS; i++) values[i] = a[9 + 2 * i] << 8 | a[10 + 2 * i];
    at += ANSWER;
    answers++;
  }
  memmove(p->in, p->in + at, p->have - at);
  p->have -= at;
  return answers;
}

int main(int argc, char **argv) {
  if (argc < 5) return 1;
  int connections = atoi(argv[2]), depth = atoi(argv[3]), one = 1, poller = epoll_create1(0);
  double seconds = atof(argv[4]);
  for (int i = 0; i < connections; i++) {
    struct peer *p = calloc(1, sizeof *p);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[1]))};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    p->fd = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(p->fd, (struct sockaddr *)&address, sizeof address)) return 1;
    setsockopt(p->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = p};
    epoll_ctl(poller, EPOLL_CTL_ADD, p->fd, &event);
    ask(p, depth);
  }
  long requests = 0;
  double start = now(), end = start + seconds;
  while (now() < end) {
    struct epoll_event events[64];
    int n = epoll_wait(poller, events, 64, 100);
    for (int i = 0; i < n; i++) {
      struct peer *p = events[i].data.ptr;
      int answers = take(p);
      requests += answers;
      if (answers > 0) ask(p, answers);
    }
  }
  double elapsed = now() - start;
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  double cpu = usage.ru_utime.tv_sec + usage.ru_stime.tv_sec +
               (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
  printf("{\"perSecond\":%.0f,\"cpuMicroseconds\":%.3f}\n", requests / elapsed, cpu / requests * 1e6);
  return values[1] == 515 ? 0 : 5;
}
