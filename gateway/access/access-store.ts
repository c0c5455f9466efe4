import { describeError } from '../core/error.ts';
import type { Log } from '../core/log.ts';
import { WorkerCalls } from '../journal/worker-calls.ts';
import type {
  AccessCalls,
  AccessChange,
  AccessOpened,
  AuditEntry,
  AuditEvent,
  AuditQuery,
  AuditState,
} from './protocol.ts';

const closeWithinMs = 2_000;

type Open = { readonly calls: WorkerCalls<AccessCalls>; readonly opened: AccessOpened };

/** The database of users, tokens, sessions and the audit log, in a thread that ends when nobody needs it for a while. */
export class AccessStore {
  readonly #folder: string;
  readonly #log: Log;
  readonly #idleMs: number;
  /** Of the file that was opened first; another one in its place would be without the users of this gateway. */
  #instance: string | null = null;
  #worker: Promise<Open> | undefined;
  #waiting = 0;
  #timer: NodeJS.Timeout | undefined;
  /** Ends of threads before, so that never two have the file. */
  #ended: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  /** `idleMs`: how long the thread stays without work; its memory is more than what it does is worth. */
  constructor(folder: string, log: Log, idleMs = 30_000) {
    this.#folder = folder;
    this.#log = log;
    this.#idleMs = idleMs;
  }

  /** Opens or makes it; what is there. @throws GatewayError STORE_VERSION, STORE_FAILED */
  async open(): Promise<AccessOpened> {
    return this.#use(async ({ opened }) => opened);
  }

  /** In one commit. @throws GatewayError STORE_FAILED */
  async apply(changes: readonly AccessChange[], audit: readonly AuditEvent[]): Promise<void> {
    await this.#use(({ calls }) => calls.call('apply', { changes, audit }));
  }

  audit(query: AuditQuery): Promise<readonly AuditEntry[]> {
    return this.#use(({ calls }) => calls.call('audit', query));
  }

  auditState(): Promise<AuditState> {
    return this.#use(({ calls }) => calls.call('auditState', undefined));
  }

  /** What is under way ends first. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#end();
    await this.#ended;
  }

  async #use<Output>(work: (worker: Open) => Promise<Output>): Promise<Output> {
    clearTimeout(this.#timer);
    this.#waiting += 1;
    try {
      this.#worker ??= this.#start();
      return await work(await this.#worker);
    } finally {
      this.#waiting -= 1;
      this.#rest();
    }
  }

  #rest(): void {
    if (this.#waiting > 0 || this.#isClosed) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#end(), this.#idleMs).unref();
  }

  async #start(): Promise<Open> {
    await this.#ended;
    const died = (): void => {
      this.#worker = undefined;
    };
    const calls = new WorkerCalls<AccessCalls>('access', { died }, import.meta.url);
    try {
      const instance = this.#instance;
      const opened = await calls.call('open', { folder: this.#folder, instance });
      this.#instance = opened.instance;
      return { calls, opened };
    } catch (error) {
      this.#worker = undefined;
      if (this.#instance !== null) {
        const why = describeError(error);
        this.#log.error({ err: error }, `access: users and the audit log cannot be stored: ${why}`);
      }
      await calls.end();
      throw error;
    }
  }

  #end(): void {
    const ending = this.#worker;
    this.#worker = undefined;
    if (ending === undefined) return;
    const close = async (): Promise<void> => {
      const { calls } = await ending;
      await calls.call('close', undefined, { withinMs: closeWithinMs });
      await calls.end();
    };
    // A thread that failed has told those who asked it.
    this.#ended = close().catch(() => undefined);
  }
}
