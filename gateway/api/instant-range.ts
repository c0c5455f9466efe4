import { wrongParameter } from './failure-answer.ts';

type Asked = { readonly from?: string | undefined; readonly to?: string | undefined };

const instantWords = {
  en: 'an instant (epoch ms, or ISO 8601 such as 2026-03-02T08:00)',
  zh: '时刻（毫秒时间戳，或 ISO 8601，如 2026-03-02T08:00）',
};

/** A date alone is its midnight at the site. */
const instantText = (given: string): number | string => {
  if (/^\d+$/.test(given)) return Number(given);
  return /^\d{4}-\d{2}-\d{2}$/.test(given) ? `${given}T00:00` : given;
};

/** Reads `from` and `to` of a query; what is not given is undefined. */
export const readInstants = (
  asked: Asked,
  read: (given: number | string) => number | undefined,
):
  | { readonly ok: true; readonly window: { readonly fromMs?: number; readonly toMs?: number } }
  | { readonly ok: false; readonly refusal: ReturnType<typeof wrongParameter> } => {
  const found: { fromMs?: number; toMs?: number } = {};
  for (const [name, key] of [
    ['from', 'fromMs'],
    ['to', 'toMs'],
  ] as const) {
    const given = asked[name];
    if (given === undefined) continue;
    const instant = read(instantText(given));
    if (instant === undefined) {
      return { ok: false, refusal: wrongParameter(name, given, instantWords) };
    }
    found[key] = instant;
  }
  return { ok: true, window: found };
};

/** As `readInstants`, up to now and `usualMs` long where nothing else is said. */
export const readRange = (
  asked: Asked,
  usual: {
    readonly read: (given: number | string) => number | undefined;
    readonly nowMs: number;
    readonly usualMs: number;
  },
) => {
  const instants = readInstants(asked, usual.read);
  if (!instants.ok) return instants;
  const { toMs = usual.nowMs, fromMs = toMs - usual.usualMs } = instants.window;
  return { ok: true as const, fromMs, toMs };
};
