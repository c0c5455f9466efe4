// Carries connections from a port of every address of a network namespace to a port of its loopback address. The gateway
// listens on loopback only, which in a container nobody outside can reach; compose.yaml runs this beside it, in the same
// namespace, and publishes the port on the loopback address of the host. Plain JavaScript without dependencies.
//
//   node scripts/forward-port.mjs LISTEN_PORT TARGET_PORT [CHECK_MS]
//
// Ends with 1 when the target has refused six checks in a row: a restarted gateway has a new namespace, and a restart of
// this program is what joins it.
import { connect, createServer } from 'node:net';

const maxConnections = 256;
const idleMs = 10 * 60_000;
const connectMs = 2000;
const toleratedChecks = 5;
const target = '127.0.0.1';

const portOf = (/** @type {string | undefined} */ text) => {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535 && text !== '') return port;
  console.error('usage: node scripts/forward-port.mjs LISTEN_PORT TARGET_PORT [CHECK_MS]');
  process.exit(2);
};

const [listenText, targetText, checkText = '5000'] = process.argv.slice(2);
const listenPort = portOf(listenText);
const targetPort = portOf(targetText);
const checkMs = Number(checkText);

const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
  const upstream = connect({ host: target, port: targetPort, allowHalfOpen: true, noDelay: true });
  for (const [socket, other] of [
    [client, upstream],
    [upstream, client],
  ]) {
    socket.setTimeout(idleMs, () => socket.destroy(new Error('idle')));
    // What broke one side is nothing to the other but its end.
    socket.on('error', () => other.destroy());
    socket.pipe(other);
  }
});
server.maxConnections = maxConnections;
server.on('error', (error) => {
  console.error(`forward-port: ${error.message}`);
  process.exit(1);
});
server.listen(listenPort, '0.0.0.0', () => {
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : listenPort;
  console.log(`forward-port: ${port} to ${target}:${targetPort}`);
});

let failures = 0;
const check = () => {
  const socket = connect({ host: target, port: targetPort, timeout: connectMs });
  const settle = (/** @type {boolean} */ isThere) => {
    socket.destroy();
    failures = isThere ? 0 : failures + 1;
    if (failures <= toleratedChecks) return;
    console.error(`forward-port: nothing answers at ${target}:${targetPort}`);
    process.exit(1);
  };
  socket.once('connect', () => settle(true));
  socket.once('timeout', () => settle(false));
  socket.once('error', () => settle(false));
};
setInterval(check, checkMs);

for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(0));
