import type { LocalText } from '../core/point.ts';

export type Readiness = { readonly ready: boolean; readonly reasons: readonly LocalText[] };

/** Ticks may be this many periods late before time counts as standing still. */
const latePeriods = 3;

/** Ready: the journal can be written, and time passes. */
export const judgeReadiness = (input: {
  /** Why nothing becomes durable at present; undefined when it does. */
  readonly failing: string | undefined;
  readonly sinceTickMs: number;
  readonly periodMs: number;
}): Readiness => {
  const { failing, sinceTickMs, periodMs } = input;
  const reasons: LocalText[] = [];
  if (failing !== undefined) {
    reasons.push({ en: `the journal cannot write: ${failing}`, zh: `日志无法写入（${failing}）` });
  }
  if (sinceTickMs > latePeriods * periodMs) {
    const ms = Math.round(sinceTickMs);
    reasons.push({ en: `no tick for ${ms} ms`, zh: `已有 ${ms} 毫秒没有节拍` });
  }
  return { ready: reasons.length === 0, reasons };
};
