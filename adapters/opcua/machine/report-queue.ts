import type { ProductionReport } from '../../../gateway/core/production-report.ts';
import type { SourceContext } from '../../../gateway/core/source.ts';

const mostWaiting = 2000;
const mostAtOnce = 100;
const retryMs = 5000;
/** What was told last of so many orders, panels and results is remembered, so that it is not told again and again. */
const mostRemembered = 5000;

/** What a report is about; of two about the same, the later one counts. */
const subjectOf = (report: ProductionReport): string => {
  const { kind, area, line } = report;
  const about = 'panelId' in report ? report.panelId : report.orderId;
  const detail =
    kind === 'machineResult' ? report.resultId : kind === 'jobOrderStatus' ? report.status : '';
  return JSON.stringify([kind, area, line, about, detail]);
};

/** An order may come into the same state again, at another time. */
const contentOf = ({ timeMs, ...content }: ProductionReport): string =>
  JSON.stringify(content.kind === 'jobOrderStatus' ? { ...content, timeMs } : content);

/** Hands reports in one after the other, each until it is kept; outlives the connection that brought them. */
export class ReportQueue {
  readonly #waiting: ProductionReport[] = [];
  readonly #kept = new Map<string, string>();
  #context: SourceContext | undefined;
  #isAtWork = false;
  #timer: NodeJS.Timeout | undefined;

  /** A new connection: what is left from before is handed in through it. */
  begin(context: SourceContext): void {
    this.#context = context;
    context.signal.addEventListener('abort', () => clearTimeout(this.#timer), { once: true });
    void this.#work();
  }

  add(reports: readonly ProductionReport[]): void {
    for (const report of reports) {
      if (this.#kept.get(subjectOf(report)) !== contentOf(report)) this.#waiting.push(report);
    }
    const surplus = this.#waiting.length - mostWaiting;
    if (surplus > 0) {
      this.#waiting.splice(0, surplus);
      this.#context?.count('reports_dropped', surplus);
    }
    void this.#work();
  }

  async #work(): Promise<void> {
    if (this.#isAtWork) return;
    this.#isAtWork = true;
    try {
      while (this.#waiting.length > 0 && this.#context?.signal.aborted === false) {
        if (!(await this.#handIn(this.#context))) break;
      }
    } finally {
      this.#isAtWork = false;
    }
  }

  /** False: to be tried again, which is seen to. */
  async #handIn(context: SourceContext): Promise<boolean> {
    const batch = this.#waiting.slice(0, mostAtOnce);
    if (await isKept(context, batch)) {
      // The oldest may have been dropped meanwhile.
      const isDone = new Set(batch);
      const rest = this.#waiting.filter((report) => !isDone.has(report));
      this.#waiting.splice(0, this.#waiting.length, ...rest);
      for (const report of batch) this.#remember(report);
      return true;
    }
    context.count('report_retries', 1);
    clearTimeout(this.#timer);
    if (!context.signal.aborted) this.#timer = setTimeout(() => void this.#work(), retryMs);
    return false;
  }

  #remember(report: ProductionReport): void {
    const subject = subjectOf(report);
    this.#kept.delete(subject);
    this.#kept.set(subject, contentOf(report));
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > mostRemembered && oldest !== undefined) this.#kept.delete(oldest);
  }
}

const isKept = async (
  context: SourceContext,
  batch: readonly ProductionReport[],
): Promise<boolean> => {
  try {
    return await context.report(batch);
  } catch (error) {
    context.log.warn({ error: String(error) }, 'opcua: what a machine shows could not be kept');
    return false;
  }
};
