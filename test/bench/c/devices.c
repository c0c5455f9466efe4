// Modbus TCP devices that cost next to nothing: any number of connections, FC3 and FC4 at any address and unit id.
// Of every thousand registers, 0-2 are the time of the answer in microseconds of UTC (48 bits), 3-9 count seconds, and the
// others wander about 32768 by a few counts, as signals do.
// usage: devices; prints its port and serves until its standard input ends. A line there is answered by the reads so far
// and the bytes of them and of their answers, as JSON.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { IN_BYTES = 4096, OUT_BYTES = IN_BYTES / 12 * 260, REGISTERS = 65536 };

struct peer {
  int fd, have;
  unsigned char in[IN_BYTES];
};

static unsigned char out[OUT_BYTES];
static uint16_t registers[REGISTERS];
static uint32_t noise = 1;
static unsigned long reads, bytes;

static uint16_t value_of(int address, uint64_t now_us) {
  int place = address % 1000;
  if (place < 3) return (uint16_t)(now_us >> (16 * (2 - place)));
  if (place < 10) return (uint16_t)(now_us / 1000000);
  noise = noise * 1664525u + 1013904223u;
  // Back towards the middle by an eighth, and up to 32 counts to either side.
  int offset = (int16_t)(registers[address] - 32768);
  return registers[address] = (uint16_t)(32768 + offset - offset / 8 + (int)(noise >> 26) - 32);
}

static int answer(const unsigned char *q, unsigned char *a, uint64_t now_us) {
  int first = q[8] << 8 | q[9], bytes = (q[10] << 8 | q[11]) * 2;
  memcpy(a, q, 4);
  a[4] = (bytes + 3) >> 8;
  a[5] = (bytes + 3) & 255;
  a[6] = q[6];
  a[7] = q[7];
  a[8] = bytes;
  for (int i = 0; i < bytes / 2; i++) {
    uint16_t value = value_of((first + i) % REGISTERS, now_us);
    a[9 + 2 * i] = value >> 8;
    a[10 + 2 * i] = value & 255;
  }
  return 9 + bytes;
}

static int serve(struct peer *p) {
  int n = recv(p->fd, p->in + p->have, IN_BYTES - p->have, 0);
  if (n <= 0) return 0;
  p->have += n;
  struct timespec t;
  clock_gettime(CLOCK_REALTIME, &t);
  uint64_t now_us = (uint64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
  int at = 0, filled = 0, sent = 0;
  for (; p->have - at >= 12; at += 12, reads++) filled += answer(p->in + at, out + filled, now_us);
  bytes += at + filled;
  memmove(p->in, p->in + at, p->have - at);
  p->have -= at;
  while (sent < filled) {
    n = send(p->fd, out + sent, filled - sent, MSG_NOSIGNAL);
    if (n <= 0) return 0;
    sent += n;
  }
  return 1;
}

static void watch(int poller, struct peer *p) {
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = p};
  epoll_ctl(poller, EPOLL_CTL_ADD, p->fd, &event);
}

int main(void) {
  int one = 1, poller = epoll_create1(0);
  struct peer input = {.fd = 0}, listener = {.fd = socket(AF_INET, SOCK_STREAM, 0)};
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  for (int i = 0; i < REGISTERS; i++) registers[i] = 32768;
  if (bind(listener.fd, (struct sockaddr *)&address, size) || listen(listener.fd, 128)) return 1;
  getsockname(listener.fd, (struct sockaddr *)&address, &size);
  printf("%d\n", ntohs(address.sin_port));
  fflush(stdout);
  watch(poller, &input);
  watch(poller, &listener);
  for (;;) {
    struct epoll_event events[64];
    int n = epoll_wait(poller, events, 64, -1);
    for (int i = 0; i < n; i++) {
      struct peer *p = events[i].data.ptr;
      if (p == &input) {
        char line[256];
        if (read(0, line, sizeof line) <= 0) return 0;
        printf("{\"reads\":%lu,\"bytes\":%lu}\n", reads, bytes);
        fflush(stdout);
      } else if (p == &listener) {
        p = calloc(1, sizeof *p);
        p->fd = accept(listener.fd, NULL, NULL);
        setsockopt(p->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        watch(poller, p);
      } else if (!serve(p)) {
        close(p->fd);
        free(p);
      }
    }
  }
}
