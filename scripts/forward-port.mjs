// Carries the requests that only read from a port of every address of a network namespace to a port of its loopback
// address: GET, HEAD, the upgrade of a GET to a WebSocket, and what signs in and out and manages users, tokens and sessions,
// which the gateway lets nobody do who has not signed in. The gateway listens on loopback only, which in a container
// nobody outside can reach; compose.yaml runs this beside it, in the same namespace, and publishes the port on the loopback
// address of the host. Containers in the gateway's networks can reach the port, too, so what changes anything else is
// answered 405 here. Plain JavaScript without dependencies.
//
//   node scripts/forward-port.mjs LISTEN_PORT TARGET_PORT [CHECK_MS]
//
// Ends with 1 when the target has refused six checks in a row: a restarted gateway has a new namespace, and a restart of
// this program is what joins it.
import { request as ask, createServer } from 'node:http';
import { connect } from 'node:net';
import { pipeline } from 'node:stream';

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

/** @typedef {import('node:http').IncomingMessage} IncomingMessage */
/** @typedef {import('node:http').ServerResponse} ServerResponse */
/** @typedef {import('node:stream').Duplex} Duplex */

const ownToEachConnection = new Set(['connection', 'keep-alive', 'proxy-connection', 'upgrade']);

/** The headers as they came, but for those that are a matter between two neighbours, and with `more`. */
const headersOf = (
  /** @type {IncomingMessage} */ message,
  /** @type {readonly [string, string][]} */ more = [],
) => {
  const pairs = message.rawHeaders.flatMap((name, index, all) =>
    index % 2 === 0 ? [[name, all[index + 1] ?? '']] : [],
  );
  const kept = pairs.filter(([name = '']) => !ownToEachConnection.has(name.toLowerCase()));
  return [...kept, ...more].flat();
};

const changes = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);
/** No path that something behind this could read as another one. */
const accessPath =
  /^\/api\/v1\/(?:session|users|tokens|sessions)(?:\/(?!\.{1,2}(?:[/?]|$))[^/?#\\]+)*(?:\?.*)?$/;

/** What a request is answered instead of being carried; undefined for one that is. */
const refusalOf = (/** @type {IncomingMessage} */ { method = '', headers, url = '' }) => {
  const isChange = changes.has(method) && accessPath.test(url);
  if (!isChange && method !== 'GET' && method !== 'HEAD') return 405;
  if ('transfer-encoding' in headers) return 400;
  const hasBody = (headers['content-length'] ?? '0') !== '0';
  return hasBody && !isChange ? 400 : undefined;
};

const refusals = new Map([
  [400, 'Bad Request'],
  [405, 'Method Not Allowed'],
  [502, 'Bad Gateway'],
]);

const refusalHead = (/** @type {number} */ status) =>
  `HTTP/1.1 ${status} ${refusals.get(status)}\r\n${status === 405 ? 'Allow: GET, HEAD\r\n' : ''}` +
  'Connection: close\r\nContent-Length: 0\r\n\r\n';

const refuse = (/** @type {ServerResponse} */ response, /** @type {number} */ status) => {
  const allow = status === 405 ? { allow: 'GET, HEAD' } : {};
  response.writeHead(status, { ...allow, connection: 'close', 'content-length': 0 }).end();
};

/**
 * Every request is made anew from what the parser understood, on a connection of its own: what a client hides behind the
 * end of a request reaches the target only as a request that was looked at itself.
 */
const askTarget = (/** @type {IncomingMessage} */ incoming, /** @type {string[]} */ headers) =>
  ask({
    ...{ host: target, port: targetPort, agent: false, timeout: idleMs },
    ...{ method: incoming.method, path: incoming.url, headers },
  });

const carry = (/** @type {IncomingMessage} */ incoming, /** @type {ServerResponse} */ response) => {
  const refusal = refusalOf(incoming);
  if (refusal !== undefined) {
    refuse(response, refusal);
    return;
  }
  const outgoing = askTarget(incoming, headersOf(incoming));
  outgoing.on('timeout', () => outgoing.destroy(new Error('idle')));
  outgoing.on('error', () => (response.headersSent ? response.destroy() : refuse(response, 502)));
  outgoing.on('response', (answer) => {
    response.writeHead(answer.statusCode ?? 502, headersOf(answer));
    // What broke one side is nothing to the other but its end.
    pipeline(answer, response, () => undefined);
  });
  response.on('close', () => outgoing.destroy());
  incoming.pipe(outgoing);
};

/** Bytes go through unread only behind a target that agreed to speak WebSocket. */
const carryUpgrade = (
  /** @type {IncomingMessage} */ incoming,
  /** @type {Duplex} */ socket,
  /** @type {Buffer} */ head,
) => {
  socket.on('error', () => socket.destroy());
  incoming.socket.setTimeout(idleMs, () => socket.destroy());
  const isWebSocket = incoming.headers.upgrade?.toLowerCase() === 'websocket';
  const refusal = incoming.method === 'GET' && isWebSocket ? refusalOf(incoming) : 405;
  if (refusal !== undefined) {
    socket.end(refusalHead(refusal), () => socket.destroy());
    return;
  }
  const wanted = /** @type {[string, string][]} */ ([
    ['Connection', 'Upgrade'],
    ['Upgrade', 'websocket'],
  ]);
  const outgoing = askTarget(incoming, headersOf(incoming, wanted));
  const onClosed = () => outgoing.destroy();
  socket.on('close', onClosed);
  outgoing.on('timeout', () => outgoing.destroy(new Error('idle')));
  outgoing.on('error', () => socket.end(refusalHead(502), () => socket.destroy()));
  outgoing.on('response', (answer) => {
    socket.write(headText(answer, headersOf(answer, [['Connection', 'close']])));
    pipeline(answer, socket, () => socket.destroy());
  });
  outgoing.on('upgrade', (answer, upstream, first) => {
    socket.off('close', onClosed);
    socket.write(headText(answer, headersOf(answer, wanted)));
    socket.write(first);
    upstream.write(head);
    for (const [from, to] of /** @type {[Duplex, Duplex][]} */ ([
      [socket, upstream],
      [upstream, socket],
    ])) {
      pipeline(from, to, () => to.destroy());
    }
  });
  outgoing.end();
};

const headText = (/** @type {IncomingMessage} */ answer, /** @type {string[]} */ headers) => {
  // The end of the connection is the end of the body, which the parser has taken out of its chunks.
  const lines = headers.flatMap((name, index) =>
    index % 2 === 0 && name.toLowerCase() !== 'transfer-encoding'
      ? [`${name}: ${headers[index + 1]}`]
      : [],
  );
  const { statusCode, statusMessage } = answer;
  return `HTTP/1.1 ${statusCode} ${statusMessage}\r\n${lines.join('\r\n')}\r\n\r\n`;
};

const server = createServer({ noDelay: true, keepAliveTimeout: idleMs }, carry);
server.on('upgrade', carryUpgrade);
server.on('connect', (_request, socket) => {
  socket.on('error', () => socket.destroy());
  socket.end(refusalHead(405), () => socket.destroy());
});
server.setTimeout(idleMs);
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
