import {
  CreateMonitoredItemsRequest,
  type CreateSessionRequest,
  MonitoredItem,
  type OPCUAServer,
  ReadRequest,
  type ServerSecureChannelLayer,
  type ServerSession,
  ServiceFault,
  StatusCodes,
} from 'node-opcua';

type Message = { readonly request: unknown };
type Handler = (message: Message, channel: ServerSecureChannelLayer) => unknown;

/** Puts itself before what the library does with one kind of request; false: it is answered already. */
const intercept = (
  server: OPCUAServer,
  request: string,
  before: (...args: Parameters<Handler>) => boolean,
): void => {
  const handlers = server as unknown as Record<string, Handler>;
  const name = `_on_${request}`;
  const handle = handlers[name]?.bind(server);
  if (handle === undefined) throw new Error(`the library has no ${name}`);
  handlers[name] = (message, channel) =>
    before(message, channel) ? handle(message, channel) : undefined;
};

/** Grants sessions no longer life than this between two requests. */
export const limitSessions = (server: OPCUAServer, longestMs: number): void =>
  intercept(server, 'CreateSessionRequest', ({ request }) => {
    const asked = request as CreateSessionRequest;
    asked.requestedSessionTimeout = Math.min(asked.requestedSessionTimeout, longestMs);
    return true;
  });

const namesOf = (request: unknown): readonly string[] => {
  if (request instanceof ReadRequest) {
    return (request.nodesToRead ?? []).map(({ nodeId }) => String(nodeId.value));
  }
  if (request instanceof CreateMonitoredItemsRequest) {
    return (request.itemsToCreate ?? []).map(({ itemToMonitor }) =>
      String(itemToMonitor.nodeId.value),
    );
  }
  return [];
};

/** Refuses every whole request to read or to monitor in which one of these nodes stands. */
export const refuseRequestsWith = (server: OPCUAServer, poison: ReadonlySet<string>): void => {
  for (const name of ['ReadRequest', 'CreateMonitoredItemsRequest']) {
    intercept(server, name, (message, channel) => {
      if (!namesOf(message.request).some((node) => poison.has(node))) return true;
      const response = new ServiceFault({
        responseHeader: { serviceResult: StatusCodes.BadInternalError },
      });
      channel.send_response('MSG', response, message as never, () => undefined);
      return false;
    });
  }
};

const record = MonitoredItem.prototype.recordValue;

/** A server whose sampling is broken: subscriptions live and reads are right, but no change is told. */
export const setDeaf = (isDeaf: boolean): void => {
  MonitoredItem.prototype.recordValue = isDeaf ? () => false : record;
};

/** Ends every session, as a controller does that is given another program; connections and channels stay. */
export const endSessions = (server: OPCUAServer): void => {
  const { engine } = server;
  const sessions = engine as unknown as {
    readonly _sessions: Readonly<Record<string, ServerSession>>;
  };
  for (const { authenticationToken } of Object.values(sessions._sessions)) {
    engine.closeSession(authenticationToken, true, 'Terminated');
  }
};

/** Tells how often secure channels were given a key, the first one included. */
export const countChannelKeys = (server: OPCUAServer): (() => number) => {
  let keys = 0;
  for (const endpoint of server.endpoints) {
    endpoint.on('newChannel', (channel: ServerSecureChannelLayer) => {
      const send = channel.send_response.bind(channel);
      channel.send_response = (type, ...rest) => {
        if (type === 'OPN') keys += 1;
        send(type, ...rest);
      };
    });
  }
  return () => keys;
};
