import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** Names of built-in types of OPC UA (OPC UA Part 6 §5.1.2). */
export type OpcuaType =
  | 'Boolean'
  | 'SByte'
  | 'Byte'
  | 'Int16'
  | 'UInt16'
  | 'Int32'
  | 'UInt32'
  | 'Int64'
  | 'UInt64'
  | 'Float'
  | 'Double'
  | 'String'
  | 'LocalizedText'
  | 'DateTime';

export type OpcuaVariable = {
  /** The node id is `s=NAME` in the namespace of the server. */
  readonly name: string;
  readonly type: OpcuaType;
  /** 64-bit integers as [high, low]; an array makes an array variable of other types. */
  readonly value: unknown;
  readonly isArray?: boolean;
};

export type OpcuaSample = {
  readonly name: string;
  readonly value?: unknown;
  /** Name such as `BadSensorFailure`, Good when not given. */
  readonly status?: string;
  /** Source timestamp; now when not given, none when null. */
  readonly timeMs?: number | null;
};

export type OpcuaServerOptions = {
  /** 0 for any free one. */
  readonly port?: number;
  /** Where it listens; 127.0.0.1 when not given. */
  readonly host?: string;
  readonly pkiFolder: string;
  readonly namespaceUri: string;
  /** Registered before it, so that its index moves. */
  readonly otherNamespaces?: readonly string[];
  readonly variables: readonly OpcuaVariable[];
  /** Names of policies; None comes with mode None, others with Sign and SignAndEncrypt. */
  readonly policies?: readonly string[];
  readonly allowAnonymous?: boolean;
  readonly users?: Readonly<Record<string, string>>;
  /** Counts all Double variables up by one so often, with one time for all. */
  readonly countEveryMs?: number;
  /** Requests about more items are refused. */
  readonly maxItemsPerCall?: number;
  /** How long a secure channel may go on with one key; 2.5 s at least. */
  readonly channelLifetimeMs?: number;
  /** Sessions are granted no more than this between two requests. */
  readonly longestSessionMs?: number;
};

export type OpcuaRequest =
  | { readonly type: 'start'; readonly options: OpcuaServerOptions }
  | { readonly type: 'set'; readonly samples: readonly OpcuaSample[] }
  | { readonly type: 'add'; readonly variables: readonly OpcuaVariable[] }
  | { readonly type: 'remove'; readonly names: readonly string[] }
  | { readonly type: 'poison'; readonly names: readonly string[] }
  | { readonly type: 'deafen'; readonly isDeaf: boolean }
  | { readonly type: 'endSessions' }
  | { readonly type: 'counts' }
  | { readonly type: 'stop' };

/** What the server has seen of its clients since it was started. */
export type OpcuaCounts = {
  readonly sessions: number;
  readonly subscriptions: number;
  /** Keys given to secure channels, the first of each included. */
  readonly channelKeys: number;
  /** Names of the service requests received, with how often. */
  readonly requests: Readonly<Record<string, number>>;
};

/** A real OPC UA server of node-opcua in a process of its own. */
export type OpcuaServer = {
  readonly port: number;
  readonly url: string;
  /** PEM file of its certificate. */
  readonly certificateFile: string;
  set(...samples: readonly OpcuaSample[]): Promise<void>;
  add(...variables: readonly OpcuaVariable[]): Promise<void>;
  remove(...names: readonly string[]): Promise<void>;
  /** From now on, whole requests to read or monitor are refused in which one of these stands. */
  poison(...names: readonly string[]): Promise<void>;
  /** From now on, subscriptions live but tell no change; reads stay right. */
  deafen(isDeaf: boolean): Promise<void>;
  /** Ends every session; connections and channels stay. */
  endSessions(): Promise<void>;
  counts(): Promise<OpcuaCounts>;
  /** Stops the process where it stands: connections stay, nothing is answered. */
  freeze(): void;
  thaw(): void;
  /** Ends it at once (kill -9). */
  kill(): Promise<void>;
};

type Answer = {
  readonly id: number;
  readonly error?: string;
  readonly value?: unknown;
};

const program = fileURLToPath(new URL('./opcua-server-child.ts', import.meta.url));
const answerWithinMs = 30_000;

/** Starts a server; its keys are made in `pkiFolder` once, which takes about two seconds. */
export const startOpcuaServer = async (options: OpcuaServerOptions): Promise<OpcuaServer> => {
  const child = fork(program, [], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    execArgv: [],
    serialization: 'advanced',
  });
  const words: string[] = [];
  const keep = (chunk: Buffer): void => {
    words.push(chunk.toString());
    if (words.length > 50) words.shift();
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  const exited = once(child, 'exit');
  const ask = createAsker(child, words);
  const started = (await ask({ type: 'start', options })) as {
    readonly port: number;
    readonly certificateFile: string;
  };
  return {
    port: started.port,
    url: `opc.tcp://127.0.0.1:${started.port}`,
    certificateFile: started.certificateFile,
    set: async (...samples) => {
      await ask({ type: 'set', samples });
    },
    add: async (...variables) => {
      await ask({ type: 'add', variables });
    },
    remove: async (...names) => {
      await ask({ type: 'remove', names });
    },
    poison: async (...names) => {
      await ask({ type: 'poison', names });
    },
    deafen: async (isDeaf) => {
      await ask({ type: 'deafen', isDeaf });
    },
    endSessions: async () => {
      await ask({ type: 'endSessions' });
    },
    counts: async () => (await ask({ type: 'counts' })) as OpcuaCounts,
    freeze: () => {
      child.kill('SIGSTOP');
    },
    thaw: () => {
      child.kill('SIGCONT');
    },
    kill: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await exited;
    },
  };
};

const createAsker = (
  child: ChildProcess,
  words: readonly string[],
): ((request: OpcuaRequest) => Promise<unknown>) => {
  let nextId = 0;
  const waiting = new Map<number, (answer: Answer) => void>();
  child.on('message', (message) => {
    const answer = message as Answer;
    waiting.get(answer.id)?.(answer);
    waiting.delete(answer.id);
  });
  return (request) =>
    new Promise((resolve, reject) => {
      nextId += 1;
      const fail = (reason: string): void => {
        clearTimeout(timer);
        child.off('exit', onExit);
        reject(new Error(`OPC UA server, ${request.type}: ${reason}\n${words.join('')}`));
      };
      const onExit = (): void => fail('the process has ended');
      const timer = setTimeout(() => fail('no answer'), answerWithinMs);
      child.once('exit', onExit);
      waiting.set(nextId, (answer) => {
        if (answer.error !== undefined) {
          fail(answer.error);
          return;
        }
        clearTimeout(timer);
        child.off('exit', onExit);
        resolve(answer.value);
      });
      child.send({ id: nextId, request });
    });
};
