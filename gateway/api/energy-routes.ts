import type { FastifyInstance, FastifyReply } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { describeWords, GatewayError } from '../core/error.ts';
import type { LocalText } from '../core/point.ts';
import { kwhOf } from '../energy/amount.ts';
import type { CalendarStep } from '../energy/calendar.ts';
import type { EnergyDesk, TenantInterval } from '../energy/energy-desk.ts';
import type { MeterInterval } from '../energy/meter-intervals.ts';
import { instantReader } from '../production/instant.ts';
import type { GatewayView } from '../runtime/view.ts';
import { needs } from './authorise.ts';
import * as energy from './energy-contract.ts';
import { failures, refuse } from './failure-answer.ts';
import { readRange } from './instant-range.ts';
import { noQuery } from './query-values.ts';

const dayMs = 86_400_000;

/** How far back an answer goes where nobody says. */
const usualMs = (step: CalendarStep): number => (step === 'month' ? 365 : 1) * dayMs;

/** What meters counted, and what tenants used. */
export const registerEnergyRoutes = (
  instance: FastifyInstance,
  view: GatewayView,
  desk: EnergyDesk,
): void => {
  const server = instance.withTypeProvider<ZodTypeProvider>();
  const site = () => ({ timeZone: view.site.timeZone, simulated: view.site.simulated });
  const range = (query: Parameters<typeof readRange>[0], step: CalendarStep) =>
    readRange(query, {
      ...{ read: instantReader(view.site.timeZone), nowMs: view.nowMs() },
      usualMs: usualMs(step),
    });

  server.get(
    '/api/v1/energy/meters',
    {
      config: needs('read'),
      schema: { querystring: noQuery, response: { 200: energy.energyMeters, ...failures(400) } },
    },
    () => presentMeters(desk),
  );

  server.get(
    '/api/v1/energy/meters/:id/intervals',
    {
      config: needs('read'),
      schema: {
        params: z.strictObject({ id: z.string().min(1).max(100) }),
        querystring: energy.intervalsQuery,
        response: { 200: energy.energyIntervals, ...failures(400, 404, 503) },
      },
    },
    async ({ params: { id }, query }, reply) => {
      const meter = desk.config().meters.find((known) => known.id === id);
      if (meter === undefined) return refuse(reply, 404, { words: unknownWords(id) });
      const asked = range(query, query.step);
      if (!asked.ok) return refuse(reply, 400, asked.refusal);
      return answered(reply, async () => {
        const { fromMs, toMs } = asked;
        const intervals = await desk.intervals(id, { fromMs, toMs, step: query.step });
        return {
          ...{ ...site(), meter: id, name: meter.name, fromMs, toMs, step: query.step },
          intervals: intervals.map((interval) => presentInterval(interval, view.nowMs())),
        };
      });
    },
  );

  server.get(
    '/api/v1/energy/tenants',
    {
      config: needs('read'),
      schema: {
        querystring: energy.tenantsQuery,
        response: { 200: energy.energyTenants, ...failures(400, 503) },
      },
    },
    async ({ query }, reply) => {
      const asked = range(query, query.step);
      if (!asked.ok) return refuse(reply, 400, asked.refusal);
      return answered(reply, async () => {
        const { fromMs, toMs } = asked;
        const intervals = await desk.tenants({ fromMs, toMs, step: query.step });
        const { commonBy, tenants } = desk.config();
        const names = new Map(tenants.map((tenant) => [tenant.id, tenant.name]));
        return {
          ...{ ...site(), fromMs, toMs, step: query.step, commonBy },
          intervals: intervals.map((interval) =>
            presentTenants(interval, { names, nowMs: view.nowMs() }),
          ),
        };
      });
    },
  );
};

/** What is wrong with the question is said as such; all else fails as it does anywhere. */
const answered = async <Answer>(
  reply: FastifyReply,
  answer: () => Promise<Answer>,
): Promise<Answer | FastifyReply> => {
  try {
    return await answer();
  } catch (error) {
    if (!(error instanceof GatewayError) || error.code !== 'CONFIG_INVALID') throw error;
    return refuse(reply, 400, { words: describeWords(error) });
  }
};

const unknownWords = (id: string) => ({
  en: `no meter ${id}: /api/v1/energy/meters lists them`,
  zh: `没有电表 ${id}：/api/v1/energy/meters 可列出全部`,
});

const presentMeters = (desk: EnergyDesk): z.infer<typeof energy.energyMeters> => {
  const { meters, tenants } = desk.config();
  return {
    meters: meters.map(({ id, name, register, building, parent, accuracyClass }) => ({
      ...{ id, name, register, accuracyClass },
      ...{ building: building ?? null, parent: parent ?? null },
    })),
    tenants: tenants.map(({ id, name, share }) => ({ id, name, share })),
  };
};

const presentInterval = (
  { energy: amount, estimated, overMs, expectedMs: _, ...interval }: MeterInterval,
  nowMs: number,
) => ({
  ...interval,
  isOver: overMs <= nowMs,
  energyKwh: amount === null ? null : kwhOf(amount),
  estimatedKwh: kwhOf(estimated),
});

const presentTenants = (
  { startMs, endMs, overMs, energy: amount, tenants, below, withoutReading }: TenantInterval,
  { names, nowMs }: { readonly names: ReadonlyMap<string, LocalText>; readonly nowMs: number },
) => ({
  ...{ startMs, endMs, isOver: overMs <= nowMs, energyKwh: kwhOf(amount) },
  withoutReading: [...withoutReading],
  tenants: tenants.map(({ tenant, direct, common, energy: used, estimated, ...how }) => ({
    ...{ tenant, name: names.get(tenant ?? '') ?? null, ...how },
    directKwh: direct === null ? null : kwhOf(direct),
    ...{ commonKwh: kwhOf(common), energyKwh: used === null ? null : kwhOf(used) },
    estimatedKwh: kwhOf(estimated),
  })),
  below: below.map(({ meter, rest }) => ({ meter, restKwh: kwhOf(rest) })),
});
