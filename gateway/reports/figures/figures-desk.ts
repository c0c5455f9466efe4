import { GatewayError } from '../../core/error.ts';
import type { LocalText, RegisteredGroup } from '../../core/point.ts';
import type { MessageKind, ProductionMessage } from '../../production/messages.ts';
import type {
  MessageQuery,
  NumberedMessage,
  ProductionCalls,
  TimeSpan,
} from '../../production/protocol.ts';
import type { PanelFacts } from '../../records/panel-facts.ts';
import type { FactsQuery } from '../../records/protocol.ts';
import { deviceShares } from './device-shares.ts';
import {
  type Baseline,
  type Figure,
  type FigureReport,
  leftOutOf,
  type Missing,
  missingOf,
  type Window,
} from './figure.ts';
import type { FiguresConfig } from './figures-config.ts';
import type { ReadHistory } from './history-days.ts';
import * as panels from './panel-figures.ts';
import * as plant from './plant-figures.ts';
import { type PresentedReport, presentReport } from './present-figures.ts';
import { productionHours } from './production-hours.ts';

/** Where figures are read; nothing of it is on the hot path. */
export type FigureSources = {
  /** Undefined where the site has no records. */
  readonly records: () => { facts(query: FactsQuery): Promise<readonly PanelFacts[]> } | undefined;
  readonly production: () =>
    | {
        startedOrders(
          query: ProductionCalls['startedOrders']['input'],
        ): Promise<ProductionCalls['startedOrders']['output']>;
        shifts(span: TimeSpan): Promise<number>;
        messages(query: MessageQuery): Promise<readonly NumberedMessage[]>;
      }
    | undefined;
  readonly groups: () => readonly RegisteredGroup[];
  readonly history: ReadHistory;
  readonly config: () => FiguresConfig;
  readonly site: () => { readonly timeZone: string; readonly simulated: boolean };
  readonly nowMs: () => number;
};

export const mostPanels = 5_000;
const mostOrders = 5_000;
const messagesPage = 1_000;
const mostMessages = 20_000;
const mostDays = 400;
const mostAtWork = 2;
const dayMs = 86_400_000;
/** What history has not stored yet does not count against a device. */
const historyLagMs = 180_000;

/** Computes the headline figures of a time from what is kept of it. */
export class FiguresDesk {
  readonly #sources: FigureSources;
  #atWork = 0;

  constructor(sources: FigureSources) {
    this.#sources = sources;
  }

  /** With what people read. @throws GatewayError UNAVAILABLE, CONFIG_INVALID, STORE_FAILED */
  async figures(asked: Partial<Window>): Promise<PresentedReport> {
    return presentReport(await this.report(asked));
  }

  /** The last thirty days unless told. @throws GatewayError UNAVAILABLE, CONFIG_INVALID, STORE_FAILED */
  async report(asked: Partial<Window>): Promise<FigureReport> {
    const window = this.#windowOf(asked);
    if (this.#atWork >= mostAtWork) throw busy();
    this.#atWork += 1;
    try {
      return {
        ...window,
        simulated: this.#sources.site().simulated,
        figures: [
          ...(await this.#ofDevices(window)),
          ...(await this.#ofPanels(window)),
          ...(await this.#ofProduction(window)),
        ],
      };
    } finally {
      this.#atWork -= 1;
    }
  }

  #windowOf({ fromMs, toMs = this.#sources.nowMs() }: Partial<Window>): Window {
    const begin = fromMs ?? toMs - 30 * dayMs;
    if (begin < toMs && toMs - begin <= mostDays * dayMs) return { fromMs: begin, toMs };
    throw new GatewayError(
      'CONFIG_INVALID',
      {
        en: `the time asked for must begin before it ends and have at most ${mostDays} days`,
        zh: `所查时间的起点须早于终点，且不超过 ${mostDays} 天`,
      },
      { retryable: false },
    );
  }

  async #ofDevices({ fromMs, toMs }: Window): Promise<readonly Figure[]> {
    const { groups, history, config, nowMs } = this.#sources;
    const untilMs = Math.min(toMs, nowMs() - historyLagMs);
    if (untilMs <= fromMs) {
      return [withMissing(plant.deviceDigitalisation([]), [missingOf('device-history')])];
    }
    const window = { fromMs, toMs: untilMs };
    const { devicesWithoutLink } = config();
    const { devices, leftOut } = await deviceShares(groups(), history, window, devicesWithoutLink);
    const figure = plant.deviceDigitalisation(devices);
    return [withMissing(figure, leftOutOf('devices-left-out', leftOut))];
  }

  async #ofPanels(window: Window): Promise<readonly Figure[]> {
    const { records, groups, history, config, site, production } = this.#sources;
    const { people = null, fullInspectionShare, baselines } = config();
    const found = await records()?.facts({ ...window, limit: mostPanels + 1 });
    const facts = (found ?? []).slice(0, mostPanels);
    const hours = await productionHours(groups(), history, window, site().timeZone);
    const days = (window.toMs - window.fromMs) / dayMs;
    const missing: readonly Missing[] = [
      ...(found === undefined ? [missingOf('records')] : []),
      ...((found?.length ?? 0) > mostPanels ? [missingOf('panels-left-out')] : []),
    ];
    const movements = await this.#movements(window);
    const used = plant.materialUtilisation(facts, movements.found);
    return [
      panels.inLineInspection(facts),
      panels.inspectedPanels(facts, fullInspectionShare),
      panels.straightPanels(facts),
      panels.unmannedShare(facts),
      panels.carbonCoverage(facts),
      panels.efficiencyGain(facts, hours, efficiencyBaseline(baselines.efficiency)),
      panels.perCapitaOutput(facts, { people, days }, outputBaseline(baselines.output)),
      withMissing(used, [
        ...movements.missing,
        ...(production() === undefined ? [missingOf('production')] : []),
      ]),
    ].map((figure) => withMissing(figure, missing));
  }

  async #movements(window: Window) {
    const { found, missing } = await this.#messages(['materialMovement'], window);
    return {
      missing,
      found: found.flatMap((message) =>
        message.kind === 'materialMovement' && inPanel.has(message.material) ? [message] : [],
      ),
    };
  }

  async #ofProduction(window: Window): Promise<readonly Figure[]> {
    const production = this.#sources.production();
    const { baselines } = this.#sources.config();
    const started = (await production?.startedOrders({ ...window, limit: mostOrders })) ?? {
      ...{ orders: [], leftOut: 0 },
    };
    const moved = await this.#messages(['transfer'], window);
    const transfers = moved.found.flatMap((message) =>
      message.kind === 'transfer' ? [message] : [],
    );
    const shifts = (await production?.shifts(window)) ?? 0;
    const untold = production === undefined ? [missingOf('production')] : [];
    return [
      withMissing(plant.automaticScheduling(started.orders), [
        ...untold,
        ...leftOutOf('orders-left-out', started.leftOut),
      ]),
      ...[
        plant.craneTransfers(transfers, shifts === 0 ? null : shifts),
        plant.transferDistance(transfers, distanceBaseline(baselines.transferDistance)),
      ].map((figure) => withMissing(figure, [...untold, ...moved.missing])),
    ];
  }

  async #messages(
    kinds: readonly MessageKind[],
    window: Window,
  ): Promise<{
    readonly found: readonly ProductionMessage[];
    readonly missing: readonly Missing[];
  }> {
    const production = this.#sources.production();
    const found: ProductionMessage[] = [];
    let beforeSeq: number | undefined;
    while (production !== undefined && found.length < mostMessages) {
      const page = await production.messages({
        ...{ ...window, kinds, beforeSeq, limit: messagesPage },
      });
      found.push(...page.map(({ message }) => message));
      beforeSeq = page.at(-1)?.seq;
      if (page.length < messagesPage) return { found, missing: [] };
    }
    const isCut = found.length >= mostMessages;
    return { found, missing: isCut ? [missingOf('messages-left-out')] : [] };
  }
}

/** Of these a panel consists. */
const inPanel: ReadonlySet<string> = new Set(['tube', 'fin', 'wire']);

type Frozen = Pick<Baseline, 'frozen' | 'provenance' | 'simulated'>;
const frozenOf = ({ frozen, provenance, simulated }: Frozen): Frozen => ({
  ...{ frozen, provenance, simulated },
});

type Baselines = FiguresConfig['baselines'];

const efficiencyBaseline = (given: Baselines['efficiency']): Baseline | null =>
  given === undefined
    ? null
    : { value: given.weldMetresPerAptHour, unit: 'm/h', ...frozenOf(given) };

const distanceBaseline = (given: Baselines['transferDistance']): Baseline | null =>
  given === undefined ? null : { value: given.metresPerPanel, unit: 'm', ...frozenOf(given) };

const outputBaseline = (given: Baselines['output']): panels.OutputBaseline | null => {
  if (given === undefined) return null;
  const { panels: made, people, days } = given;
  const value = made / (people * days);
  return { value, unit: '{panel}/d', panels: made, people, days, ...frozenOf(given) };
};

/** What holds for all that is behind a figure stands first. */
const withMissing = (figure: Figure, missing: readonly Missing[]): Figure => {
  const known = new Set(figure.missing.map(({ code }) => code));
  const added = missing.filter(({ code }) => !known.has(code));
  return added.length === 0 ? figure : { ...figure, missing: [...added, ...figure.missing] };
};

const busyWords: LocalText = {
  en: 'figures are being computed already; ask again in a moment',
  zh: '正在计算指标，请稍后重试',
};
const busy = (): GatewayError => new GatewayError('UNAVAILABLE', busyWords, { retryable: true });
