import { GatewayError } from '../../core/error.ts';
import type { GatewayEvent } from '../../core/event.ts';
import type { ProductionReport } from '../../core/production-report.ts';
import {
  isToldBefore,
  messageOfReport,
  type ReportMessage,
} from '../../production/report-message.ts';
import type { MessageOutcome, ProductionDesk } from './production-desk.ts';
import type { ProductionStore } from './production-store.ts';

/** Of one order or panel; older ones matter only for what was told long ago. */
const mostTold = 500;
/** Different troubles that are said in events; every refusal is in the log. */
const mostSaid = 256;

export type MachineDeskOptions = {
  readonly store: Pick<ProductionStore, 'messages'>;
  readonly desk: Pick<ProductionDesk, 'take'>;
  event(event: GatewayEvent): void;
};

/** Takes what sources read of machines: only what has changed becomes a message. */
export class MachineDesk {
  readonly #options: MachineDeskOptions;
  readonly #said = new Set<string>();

  constructor(options: MachineDeskOptions) {
    this.#options = options;
  }

  /** False: not all could be kept at present. @throws GatewayError STORE_FAILED */
  async report(source: string, reports: readonly ProductionReport[]): Promise<boolean> {
    const fresh: ReportMessage[] = [];
    for (const report of reports) {
      const message = messageOfReport(report, source);
      const told = [...(await this.#toldOf(report, message)), ...fresh.filter(isAbout(message))];
      if (!isToldBefore(message, told)) fresh.push(message);
    }
    if (fresh.length === 0) return true;
    try {
      const outcomes = await this.#options.desk.take(fresh);
      for (const [index, outcome] of outcomes.entries()) {
        this.#say(fresh[index] as ReportMessage, outcome);
      }
      return outcomes.every(
        (outcome) => outcome.outcome !== 'refused' || outcome.code !== 'UNAVAILABLE',
      );
    } catch (error) {
      if (error instanceof GatewayError && error.code === 'UNAVAILABLE') return false;
      throw error;
    }
  }

  async #toldOf(report: ProductionReport, { source, line, kind }: ReportMessage) {
    const about = 'panelId' in report ? { panelId: report.panelId } : { orderId: report.orderId };
    const found = await this.#options.store.messages({
      ...{ ...about, source, kinds: [kind], limit: mostTold },
    });
    return found
      .map(({ message }) => message)
      .filter((message) => message.line.endsWith(`/${line}`));
  }

  /** Once for each trouble of each order or panel. */
  #say(message: ReportMessage, outcome: MessageOutcome): void {
    const event = troubleOf(message, outcome);
    if (event === undefined || this.#said.size >= mostSaid) return;
    const key = JSON.stringify([event.code, message.source, event.details]);
    if (this.#said.has(key)) return;
    this.#said.add(key);
    this.#options.event(event);
  }
}

const subjectOf = ({ orderId, panelId }: ReportMessage): string => String(panelId ?? orderId);

const isAbout =
  (message: ReportMessage) =>
  (other: ReportMessage): boolean =>
    other.line === message.line && subjectOf(other) === subjectOf(message);

const troubleOf = (message: ReportMessage, outcome: MessageOutcome): GatewayEvent | undefined => {
  const { source, kind, line } = message;
  const about = subjectOf(message);
  if (outcome.outcome === 'refused') {
    if (outcome.code === 'UNAVAILABLE') return undefined;
    const { code, words } = outcome;
    return {
      ...{ code: 'machine-report-refused', severity: 'warning', subject: source },
      text: {
        en: `What ${source} shows of ${about} on ${line} is not kept: ${words.en}`,
        zh: `${source} 显示的 ${line} 上 ${about} 的信息未保存：${words.zh}`,
      },
      details: { kind, about, code },
    };
  }
  if (!outcome.notes.includes('order-redefined')) return undefined;
  return {
    ...{ code: 'job-order-differs', severity: 'warning', subject: source },
    text: {
      en: `The job order ${about} at the machine (${source}, ${line}) has other contents than were told before; the newest count`,
      zh: `设备（${source}，${line}）上的生产订单 ${about} 与此前报送的内容不同；以时间最新者为准`,
    },
    details: { kind, about },
  };
};
