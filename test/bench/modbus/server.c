// A Modbus TCP server that costs next to nothing: answers every FC3 read from a constant, so that only clients are measured.
// usage: server PORT (0 for any); prints the port and serves until its standard input ends.
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define IN_BYTES 65536
#define OUT_BYTES (IN_BYTES / 12 * 260 + 260)

struct peer {
  int fd;
  int have;
  unsigned char in[IN_BYTES];
};

static unsigned char out[OUT_BYTES];

static void send_all(int fd, const unsigned char *bytes, int size) {
  while (size > 0) {
    int n = send(fd, bytes, size, MSG_NOSIGNAL);
    if (n <= 0) return;
    bytes += n;
    size -= n;
  }
}

static int serve(struct peer *p) {
  int n = recv(p->fd, p->in + p->have, IN_BYTES - p->have, 0);
  if (n <= 0) return 0;
  p->have += n;
  int at = 0, filled = 0;
  while (p->have - at >= 12) {
    unsigned char *q = p->in + at, *a = out + filled;
    int count = q[10] << 8 | q[11], bytes = count * 2;
    memcpy(a, q, 4);
    a[4] = (bytes + 3) >> 8;
    a[5] = (bytes + 3) & 255;
    a[6] = q[6];
    a[7] = q[7];
    a[8] = bytes;
    for (int i = 0; i < bytes; i++) a[9 + i] = i;
    filled += 9 + bytes;
    at += 12;
  }
  memmove(p->in, p->in + at, p->have - at);
  p->have -= at;
  send_all(p->fd, out, filled);
  return 1;
}

int main(int argc, char **argv) {
  int one = 1, listener = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(argc > 1 ? atoi(argv[1]) : 0)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 64)) return 1;
  socklen_t size = sizeof address;
  getsockname(listener, (struct sockaddr *)&address, &size);
  printf("%d\n", ntohs(address.sin_port));
  fflush(stdout);
  int poller = epoll_create1(0);
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
  epoll_ctl(poller, EPOLL_CTL_ADD, listener, &event);
  static struct peer input;
  input.fd = 0;
  event.data.ptr = &input;
  epoll_ctl(poller, EPOLL_CTL_ADD, 0, &event);
  for (;;) {
    struct epoll_event events[64];
    int n = epoll_wait(poller, events, 64, -1);
    for (int i = 0; i < n; i++) {
      struct peer *p = events[i].data.ptr;
      if (p == &input) {
        char byte;
        if (read(0, &byte, 1) <= 0) return 0;
      } else if (p == NULL) {
        p = calloc(1, sizeof *p);
        p->fd = accept(listener, NULL, NULL);
        setsockopt(p->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        event.events = EPOLLIN;
        event.data.ptr = p;
        epoll_ctl(poller, EPOLL_CTL_ADD, p->fd, &event);
      } else if (!serve(p)) {
        close(p->fd);
        free(p);
      }
    }
  }
}
