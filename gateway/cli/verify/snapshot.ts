import { z } from 'zod';
import type { GatewayChild } from './gateway-child.ts';
import type { SimulatorControl, Truth } from './simulator-control.ts';

const sampleSchema = z.object({
  timeMs: z.number().nullable(),
  value: z.union([z.number(), z.string(), z.null()]),
  quality: z.enum(['good', 'uncertain', 'bad', 'absent']),
});
const pointsSchema = z.array(z.object({ path: z.string(), latest: sampleSchema }));
const kpisSchema = z.array(
  z.object({ path: z.string(), latest: sampleSchema, coverage: z.number().nullable() }),
);

export type Shown = z.output<typeof sampleSchema> & { readonly coverage?: number | null };

/** The truth and what the gateway shows at one instant; points and KPIs by `area/line/equipment/point`. */
export type SiteSnapshot = {
  readonly truth: Truth;
  readonly points: ReadonlyMap<string, Shown>;
  readonly kpis: ReadonlyMap<string, Shown>;
};

const withoutSite = (path: string): string => path.split('/').slice(2).join('/');

const attempts = 50;
const betweenMs = 100;

/** The newest of the KPIs' times; KPIs come at ticks, all at once. */
const newestMs = (kpis: z.output<typeof kpisSchema>): number =>
  Math.max(0, ...kpis.map(({ latest }) => latest.timeMs ?? 0));

/**
 * In lock-step time stands still, but what was read goes to the newest values behind the sources' back: waits until the
 * KPIs of the last tick are there, or for 5 s.
 */
const settledKpis = async (
  gateway: GatewayChild,
  tickMs: number | undefined,
): Promise<z.output<typeof kpisSchema>> => {
  for (let attempt = 1; ; attempt += 1) {
    const kpis = await gateway.get('api/v1/kpis', kpisSchema);
    if (tickMs === undefined || newestMs(kpis) >= tickMs || attempt === attempts) return kpis;
    await new Promise((resolve) => setTimeout(resolve, betweenMs));
  }
};

/** `tickPeriodMs` only where time stands still meanwhile. */
export const takeSnapshot = async (
  gateway: GatewayChild,
  control: SimulatorControl,
  tickPeriodMs: number | undefined,
): Promise<SiteSnapshot> => {
  const truth = await control.state();
  const tickMs =
    tickPeriodMs === undefined ? undefined : Math.floor(truth.nowMs / tickPeriodMs) * tickPeriodMs;
  const kpis = await settledKpis(gateway, tickMs);
  const points = await gateway.get('api/v1/points', pointsSchema);
  return {
    truth,
    points: new Map(points.map(({ path, latest }) => [withoutSite(path), latest])),
    kpis: new Map(
      kpis.map(({ path, latest, coverage }) => [withoutSite(path), { ...latest, coverage }]),
    ),
  };
};
