// A Modbus TCP server by libmodbus, for as many clients as come: holding and input registers hold their addresses,
// every third bit is set. Prints its port and serves until its standard input ends.
#include <arpa/inet.h>
#include <modbus.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>

#define REGISTERS 1000
#define QUEUE 8

int main(void) {
  modbus_t *server = modbus_new_tcp("127.0.0.1", 0);
  modbus_mapping_t *map = modbus_mapping_new(REGISTERS, REGISTERS, REGISTERS, REGISTERS);
  if (server == NULL || map == NULL) return 1;
  for (int i = 0; i < REGISTERS; i++) {
    map->tab_registers[i] = map->tab_input_registers[i] = i;
    map->tab_bits[i] = map->tab_input_bits[i] = i % 3 == 0;
  }
  int listener = modbus_tcp_listen(server, QUEUE);
  if (listener < 0) return 2;
  struct sockaddr_in address;
  socklen_t size = sizeof address;
  getsockname(listener, (struct sockaddr *)&address, &size);
  printf("%d\n", ntohs(address.sin_port));
  fflush(stdout);
  fd_set all;
  FD_ZERO(&all);
  FD_SET(0, &all);
  FD_SET(listener, &all);
  int last = listener;
  for (;;) {
    fd_set ready = all;
    if (select(last + 1, &ready, NULL, NULL, NULL) < 0) return 3;
    for (int fd = 0; fd <= last; fd++) {
      if (!FD_ISSET(fd, &ready)) continue;
      if (fd == 0) {
        char byte;
        if (read(0, &byte, 1) <= 0) return 0;
      } else if (fd == listener) {
        int peer = accept(listener, NULL, NULL);
        if (peer >= 0) {
          FD_SET(peer, &all);
          if (peer > last) last = peer;
        }
      } else {
        uint8_t query[MODBUS_TCP_MAX_ADU_LENGTH];
        modbus_set_socket(server, fd);
        int length = modbus_receive(server, query);
        if (length > 0) {
          modbus_reply(server, query, length, map);
        } else if (length < 0) {
          close(fd);
          FD_CLR(fd, &all);
        }
      }
    }
  }
}
