import type { RegisteredGroup } from '../../core/point.ts';
import { lineClass } from '../../records/group-roles.ts';
import { PanelRecords, type PanelRecordsOptions, type RecordsView } from './panel-records.ts';

export type { ProductionOfPanels } from './panel-records.ts';

/** The records of a site, from when it has a welding line on; a site without one has neither file nor thread. */
export class SiteRecords {
  readonly #options: PanelRecordsOptions;
  readonly #opened = Promise.withResolvers<PanelRecords | undefined>();
  #records: PanelRecords | undefined;

  constructor(options: PanelRecordsOptions) {
    this.#options = options;
  }

  get view(): RecordsView | undefined {
    return this.#records;
  }

  /**
   * The groups of the configuration that is to come into force.
   * @throws GatewayError STORE_VERSION, STORE_FAILED
   */
  async use(groups: readonly RegisteredGroup[]): Promise<void> {
    const isWanted = groups.some(({ equipmentClass }) => equipmentClass === lineClass);
    if (!isWanted || this.#records !== undefined) return;
    this.#records = await PanelRecords.open(this.#options);
    this.#opened.resolve(this.#records);
  }

  /** Follows the journal until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const release = (): void => this.#opened.resolve(undefined);
    signal.addEventListener('abort', release, { once: true });
    if (signal.aborted) release();
    const records = await this.#opened.promise;
    await records?.run(signal);
    signal.removeEventListener('abort', release);
  }

  /** To be called after `run` has ended. */
  async close(): Promise<void> {
    await this.#records?.close();
  }
}
