import type { BinTable } from '../../records/bins-file.ts';
import type { BinsQuery, ChainedRecord } from '../../records/protocol.ts';
import type { DossierLanguage } from './dossier-input.ts';
import { DossierPress } from './dossier-press.ts';
import { pathOf, type SeamPath, seamsWithBins } from './seam-path.ts';

/** Where the records are read. */
export type DossierRecords = {
  find(id: string, revision?: number): Promise<ChainedRecord | undefined>;
  bins(query: BinsQuery): Promise<BinTable | undefined>;
};

export type DossierQuery = {
  readonly id: string;
  /** The newest unless given. */
  readonly revision?: number | undefined;
  readonly language: DossierLanguage;
};

/** A panel's dossier, and which revision it shows. */
export type PrintedDossier = { readonly revision: number; readonly pdf: Uint8Array };

/** Makes dossiers of the records at hand. */
export class DossierDesk {
  readonly #press: DossierPress;
  readonly #source: {
    /** Undefined where the site has none. */
    readonly records: () => DossierRecords | undefined;
    readonly timeZone: () => string;
  };

  constructor(
    source: {
      readonly records: () => DossierRecords | undefined;
      readonly timeZone: () => string;
    },
    press = new DossierPress(),
  ) {
    this.#source = source;
    this.#press = press;
  }

  /**
   * Undefined when there is no such record.
   * @throws GatewayError UNAVAILABLE, REPORT_FAILED, STORE_FAILED, STORE_CORRUPT
   */
  async dossier({ id, revision, language }: DossierQuery): Promise<PrintedDossier | undefined> {
    let shown = 0;
    const pdf = await this.#press.print(async () => {
      const records = this.#source.records();
      const chained = await records?.find(id, revision);
      if (records === undefined || chained === undefined) return undefined;
      shown = chained.revision;
      const paths: SeamPath[] = [];
      // Seam after seam: the bins of a panel are never all in memory.
      for (const seam of seamsWithBins(chained)) {
        const table = await records.bins({ id, revision: shown, seam });
        if (table !== undefined) paths.push(pathOf(chained, seam, table));
      }
      return { chained, language, timeZone: this.#source.timeZone(), paths };
    });
    return pdf === undefined ? undefined : { revision: shown, pdf };
  }
}
