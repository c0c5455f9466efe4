import { onScopeDispose, type Ref, ref, shallowRef, watch } from 'vue';
import { ask } from '../../../api/client.ts';
import type { EnergyIntervals, EnergyMeters } from '../../../api/types.ts';
import type { Meter, MeterInterval } from './meter-tree.ts';
import { daysOf, type Period, spanOf } from './period.ts';

export type Accounts = {
  /** Undefined until it is known which meters there are; empty at a site without. */
  readonly meters: Readonly<Ref<readonly Meter[] | undefined>>;
  /** Of the period, by meter. */
  readonly accounts: Readonly<Ref<ReadonlyMap<string, MeterInterval>>>;
  /** Its days, by meter. */
  readonly days: Readonly<Ref<ReadonlyMap<string, readonly MeterInterval[]>>>;
  readonly hasFailed: Readonly<Ref<boolean>>;
};

const refreshMs = 30_000;
/** So many meters are asked for at once: the history reads one after another. */
const atOnce = 2;
/** A history that is busy, as after a start, answers some meters and not others. */
const retryMs = 5000;

type Found = {
  readonly account: MeterInterval | undefined;
  readonly days: readonly MeterInterval[];
};

const askMeter = async (meter: string, period: Period, signal: AbortSignal): Promise<Found> => {
  const intervals = async (from: string, to: string, step: string) => {
    const path = `api/v1/energy/meters/${encodeURIComponent(meter)}/intervals`;
    const answer = await ask<EnergyIntervals>(`${path}?from=${from}&to=${to}&step=${step}`, {
      signal,
    });
    return answer.intervals;
  };
  const shown = daysOf(period);
  const days = await intervals(shown.from, shown.to, 'day');
  if (period.step === 'day') return { account: days.at(-1), days };
  const span = spanOf(period);
  const [account] = await intervals(span.from, span.to, 'month');
  return { account, days };
};

/** What every meter counted in the period, and how complete its days are; asked again while the view is there. */
export const useAccounts = (period: () => Period): Accounts => {
  const meters = shallowRef<readonly Meter[]>();
  const accounts = shallowRef<ReadonlyMap<string, MeterInterval>>(new Map());
  const days = shallowRef<ReadonlyMap<string, readonly MeterInterval[]>>(new Map());
  const hasFailed = ref(false);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let abort = new AbortController();

  /** Gives whether all meters were answered for. */
  const load = async (asked: Period, signal: AbortSignal): Promise<boolean> => {
    let isWhole = true;
    const known = await ask<EnergyMeters>('api/v1/energy/meters', { signal });
    const found = new Map<string, Found>();
    const waiting = known.meters.map(({ id }) => id);
    const work = async (): Promise<void> => {
      for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
        try {
          found.set(id, await askMeter(id, asked, signal));
        } catch {
          isWhole = false;
        }
      }
    };
    await Promise.all(Array.from({ length: atOnce }, work));
    if (signal.aborted) return true;
    meters.value = known.meters;
    accounts.value = new Map(
      [...found].flatMap(([id, { account }]) => (account === undefined ? [] : [[id, account]])),
    );
    days.value = new Map([...found].map(([id, each]) => [id, each.days]));
    return isWhole;
  };

  const refresh = (): void => {
    clearTimeout(timer);
    abort.abort();
    abort = new AbortController();
    const { signal } = abort;
    void load(period(), signal)
      .catch(() => false)
      .then((isWhole) => {
        if (signal.aborted) return;
        hasFailed.value = !isWhole;
        timer = setTimeout(refresh, isWhole ? refreshMs : retryMs);
      });
  };
  watch(period, refresh, { immediate: true });
  onScopeDispose(() => {
    clearTimeout(timer);
    abort.abort();
  });
  return { meters, accounts, days, hasFailed };
};
