import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  DataType,
  MessageSecurityMode,
  type Namespace,
  OPCUACertificateManager,
  OPCUAServer,
  SecurityPolicy,
  StatusCode,
  StatusCodes,
  type UAVariable,
  VariantArrayType,
} from 'node-opcua';
import type {
  OpcuaCounts,
  OpcuaRequest,
  OpcuaSample,
  OpcuaServerOptions,
  OpcuaVariable,
} from './opcua-server.ts';
import {
  countChannelKeys,
  endSessions,
  limitSessions,
  refuseRequestsWith,
  setDeaf,
} from './opcua-server-faults.ts';

type Running = {
  readonly server: OPCUAServer;
  readonly namespace: Namespace;
  readonly variables: Map<string, { readonly node: UAVariable; readonly spec: OpcuaVariable }>;
  readonly requests: Record<string, number>;
  /** Whole requests with these nodes are refused. */
  readonly poison: Set<string>;
  channelKeys(): number;
};

let running: Running | undefined;

const need = (): Running => {
  if (running === undefined) throw new Error('not started');
  return running;
};

const start = async (options: OpcuaServerOptions): Promise<unknown> => {
  const manager = async (name: string): Promise<OPCUACertificateManager> => {
    const rootFolder = join(options.pkiFolder, name);
    mkdirSync(rootFolder, { recursive: true });
    const certificates = new OPCUACertificateManager({
      rootFolder,
      automaticallyAcceptUnknownCertificate: true,
      disableFileWatchers: true,
    });
    await certificates.initialize();
    return certificates;
  };
  const policies = (options.policies ?? ['None']).map((name) => {
    const policy = (SecurityPolicy as unknown as Record<string, SecurityPolicy>)[name];
    if (policy === undefined) throw new Error(`unknown policy ${name}`);
    return policy;
  });
  const isSecured = policies.some((policy) => policy !== SecurityPolicy.None);
  const server = new OPCUAServer({
    port: options.port ?? 0,
    hostname: options.host ?? '127.0.0.1',
    host: options.host ?? '127.0.0.1',
    securityPolicies: policies,
    securityModes: [
      ...(policies.includes(SecurityPolicy.None) ? [MessageSecurityMode.None] : []),
      ...(isSecured ? [MessageSecurityMode.Sign, MessageSecurityMode.SignAndEncrypt] : []),
    ],
    allowAnonymous: options.allowAnonymous ?? true,
    serverCertificateManager: await manager('server'),
    userCertificateManager: await manager('users'),
    userManager: {
      isValidUser: (user: string, password: string) => options.users?.[user] === password,
    },
    serverCapabilities: {
      maxSessions: 20,
      operationLimits: {
        maxMonitoredItemsPerCall: options.maxItemsPerCall ?? 0,
        maxNodesPerRead: options.maxItemsPerCall ?? 0,
        maxNodesPerTranslateBrowsePathsToNodeIds: options.maxItemsPerCall ?? 0,
      },
    },
    ...(options.channelLifetimeMs === undefined
      ? {}
      : { defaultSecureTokenLifetime: options.channelLifetimeMs }),
  });
  await server.initialize();
  const { addressSpace } = server.engine;
  if (addressSpace === null) throw new Error('no address space');
  for (const uri of options.otherNamespaces ?? []) addressSpace.registerNamespace(uri);
  const namespace = addressSpace.registerNamespace(options.namespaceUri);
  const poison = new Set<string>();
  const channelKeys = countChannelKeys(server);
  running = { server, namespace, variables: new Map(), requests: {}, poison, channelKeys };
  refuseRequestsWith(server, poison);
  if (options.longestSessionMs !== undefined) limitSessions(server, options.longestSessionMs);
  const { requests } = running;
  server.on('request', (request) => {
    const name = request.schema.name;
    requests[name] = (requests[name] ?? 0) + 1;
  });
  add(options.variables);
  await server.start();
  if (options.countEveryMs !== undefined) setInterval(countUp, options.countEveryMs);
  const endpoint = server.endpoints[0];
  if (endpoint === undefined) throw new Error('no endpoint');
  return { port: endpoint.port, certificateFile: server.certificateFile };
};

const add = (variables: readonly OpcuaVariable[]): void => {
  const { namespace, variables: known, server } = need();
  for (const spec of variables) {
    const node = namespace.addVariable({
      organizedBy: server.engine.addressSpace?.rootFolder.objects ?? '',
      nodeId: `s=${spec.name}`,
      browseName: spec.name,
      dataType: spec.type,
      valueRank: spec.isArray === true ? 1 : -1,
      minimumSamplingInterval: 0,
    });
    known.set(spec.name, { node, spec });
    set([{ name: spec.name, value: spec.value }]);
  }
};

const remove = (names: readonly string[]): void => {
  const { server, variables } = need();
  for (const name of names) {
    const variable = variables.get(name);
    if (variable === undefined) throw new Error(`no variable ${name}`);
    server.engine.addressSpace?.deleteNode(variable.node);
    variables.delete(name);
  }
};

const statusOf = (name: string): StatusCode => {
  if (name.includes('|')) {
    const [base = '', ...bits] = name.split('|').map((part) => part.trim());
    return StatusCode.makeStatusCode(base, bits.join(' | '));
  }
  const status = (StatusCodes as unknown as Record<string, StatusCode>)[name];
  if (status === undefined) throw new Error(`unknown status ${name}`);
  return status;
};

const set = (samples: readonly OpcuaSample[]): void => {
  const { variables } = need();
  for (const { name, value, status, timeMs } of samples) {
    const variable = variables.get(name);
    if (variable === undefined) throw new Error(`no variable ${name}`);
    const { node, spec } = variable;
    const isNone = value === undefined;
    node.setValueFromSource(
      {
        dataType: isNone ? DataType.Null : DataType[spec.type],
        arrayType:
          spec.isArray === true && !isNone ? VariantArrayType.Array : VariantArrayType.Scalar,
        value: isNone ? null : value,
      },
      statusOf(status ?? 'Good'),
      timeMs === null ? (null as unknown as Date) : new Date(timeMs ?? Date.now()),
    );
  }
};

let counted = 0;
const countUp = (): void => {
  counted += 1;
  const time = new Date();
  for (const { node, spec } of need().variables.values()) {
    if (spec.type !== 'Double') continue;
    const value = { dataType: DataType.Double, value: counted };
    node.setValueFromSource(value, StatusCodes.Good, time);
  }
};

const counts = (): OpcuaCounts => {
  const { server, requests, channelKeys } = need();
  return {
    channelKeys: channelKeys(),
    sessions: server.engine.currentSessionCount,
    subscriptions: server.engine.currentSubscriptionCount,
    requests: { ...requests },
  };
};

const perform = async (request: OpcuaRequest): Promise<unknown> => {
  switch (request.type) {
    case 'start':
      return start(request.options);
    case 'set':
      return set(request.samples);
    case 'add':
      return add(request.variables);
    case 'remove':
      return remove(request.names);
    case 'counts':
      return counts();
    case 'poison': {
      const { poison } = need();
      poison.clear();
      for (const name of request.names) poison.add(name);
      return undefined;
    }
    case 'endSessions':
      return endSessions(need().server);
    case 'deafen':
      return setDeaf(request.isDeaf);
    case 'stop':
      return need().server.shutdown(0);
  }
};

process.on('message', (message) => {
  const { id, request } = message as { readonly id: number; readonly request: OpcuaRequest };
  perform(request).then(
    (value) => process.send?.({ id, value }),
    (error: unknown) => process.send?.({ id, error: error instanceof Error ? error.stack : '' }),
  );
});
// The test is gone: nobody needs this server.
process.on('disconnect', () => process.exit(0));
