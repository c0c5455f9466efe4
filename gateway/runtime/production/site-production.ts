import type { Clock } from '../../core/clock.ts';
import type { TickRecord } from '../../core/entry.ts';
import { describeError } from '../../core/error.ts';
import type { GatewayEvent } from '../../core/event.ts';
import type { RegisteredGroup } from '../../core/point.ts';
import type { ProductionReport } from '../../core/production-report.ts';
import { instantReader } from '../../production/instant.ts';
import { type MessageSchema, messageSchema } from '../../production/messages.ts';
import { lineClass, linePath, seamsByLine } from '../../records/group-roles.ts';
import type { Admission } from '../admission.ts';
import { MachineDesk } from './machine-desk.ts';
import { type MessageOutcome, ProductionDesk } from './production-desk.ts';
import { ProductionPoints } from './production-points.ts';
import {
  type ProductionReader,
  ProductionStore,
  type ProductionStoreOptions,
} from './production-store.ts';

/** Production as the API has it. */
export interface ProductionView extends ProductionReader {
  /** The schema of messages, which knows the zone of the site. */
  readonly schema: MessageSchema;
  /** @throws GatewayError UNAVAILABLE */
  take(messages: readonly unknown[]): Promise<readonly MessageOutcome[]>;
}

export type SiteProductionOptions = ProductionStoreOptions & {
  readonly clock: Clock;
  readonly timeZone: string;
  event(event: GatewayEvent): void;
};

const dayMs = 86_400_000;
/** Told again before it ends. */
const spanMs = { before: 2 * dayMs, after: 8 * dayMs };

/** What production tells a site, from when it has a welding line on; a site without one has neither file nor thread. */
export class SiteProduction {
  readonly #options: SiteProductionOptions;
  readonly #points = new ProductionPoints();
  #lines: readonly string[] = [];
  #seams: ReadonlyMap<string, readonly string[]> = new Map();
  #open:
    | {
        readonly store: ProductionStore;
        readonly desk: ProductionDesk;
        readonly machines: MachineDesk;
      }
    | undefined;
  #view: ProductionView | undefined;
  #toldUntilMs = Number.NEGATIVE_INFINITY;
  #isAsking = false;

  constructor(options: SiteProductionOptions) {
    this.#options = options;
  }

  get view(): ProductionView | undefined {
    return this.#view;
  }

  /**
   * The groups of the configuration that is to come into force.
   * @throws GatewayError STORE_VERSION, STORE_FAILED
   */
  async prepare(groups: readonly RegisteredGroup[]): Promise<void> {
    const isWanted = groups.some(({ equipmentClass }) => equipmentClass === lineClass);
    if (!isWanted || this.#open !== undefined) return;
    const { journal, clock, log, timeZone, event } = this.#options;
    const store = await ProductionStore.open(this.#options);
    const schema = messageSchema(instantReader(timeZone));
    const desk = new ProductionDesk({
      ...{ store, journal, clock, log, schema },
      lines: () => this.#lines,
      seams: (line) => this.#seams.get(line) ?? [],
      stored: () => this.#ask(),
    });
    this.#open = { store, desk, machines: new MachineDesk({ store, desk, event }) };
    this.#view = {
      schema,
      take: (messages) => desk.take(messages),
      orders: (query) => store.orders(query),
      messages: (query) => store.messages(query),
      startedOrders: (query) => store.startedOrders(query),
      shifts: (span) => store.shifts(span),
    };
  }

  /** The groups of the configuration that comes into force now; what is to be told of new lines comes with the next tick. */
  use(groups: readonly RegisteredGroup[]): void {
    const paths = groups
      .filter(({ equipmentClass }) => equipmentClass === lineClass)
      .map(({ equipment }) => linePath(equipment));
    this.#lines = [...new Set(paths)];
    this.#seams = seamsByLine(groups);
    this.#points.use(groups);
    this.#toldUntilMs = Number.NEGATIVE_INFINITY;
  }

  /**
   * What a source reads of a machine; false: to be told again later. A site without a welding line keeps nothing of it.
   * @throws GatewayError STORE_FAILED
   */
  async report(source: string, reports: readonly ProductionReport[]): Promise<boolean> {
    return (await this.#open?.machines.report(source, reports)) ?? true;
  }

  /** To be called before the first tick. @throws GatewayError STORE_FAILED */
  refresh(): Promise<void> {
    return this.#ask();
  }

  /** To be called before the tick is admitted. */
  tick(record: TickRecord, admission: Admission): void {
    this.#points.tick(record, (group, frame) => admission.frame(group, frame));
    if (record.timeMs < this.#toldUntilMs || this.#open === undefined || this.#isAsking) return;
    void this.#askInBackground();
  }

  /** Resolves when everything that was taken before is stored. */
  async settled(): Promise<void> {
    await this.#open?.desk.settled();
  }

  async close(): Promise<void> {
    await this.settled();
    await this.#open?.store.close();
  }

  async #askInBackground(): Promise<void> {
    this.#isAsking = true;
    try {
      await this.#ask();
    } catch (error) {
      // Asked again in an hour at most; until then the points tell what was known.
      this.#toldUntilMs = this.#options.clock.nowMs() + 3_600_000;
      this.#options.log.error({ error: describeError(error) }, 'production: points are behind');
    } finally {
      this.#isAsking = false;
    }
  }

  async #ask(): Promise<void> {
    if (this.#open === undefined) return;
    const nowMs = this.#options.clock.nowMs();
    const span = { fromMs: nowMs - spanMs.before, toMs: nowMs + spanMs.after };
    this.#points.tell(await this.#open.store.told(this.#lines, span));
    this.#toldUntilMs = nowMs + dayMs;
  }
}
