import { z } from 'zod';

/**
 * What charge points send (OCPP 1.6 §4 and §7), as far as it is used. Wider than the standard's schemas: chargers in the field
 * add fields of their own, and a message that is refused for one of them would be lost with its reading.
 */
const text = z.string().max(500);
const connectorId = z.int().min(0).max(1000);
/** Wh; a whole number by the standard. */
const meterWh = z.number();

/** Values and units are text by the standard; some chargers send numbers. */
const sampledValueSchema = z.object({
  value: z.union([z.string().max(2500), z.number()]),
  context: text.optional(),
  format: text.optional(),
  measurand: text.optional(),
  phase: text.optional(),
  location: text.optional(),
  unit: text.optional(),
});
export type SampledValue = z.output<typeof sampledValueSchema>;

/** One that cannot be read costs only itself. */
const meterValueSchema = z.object({
  timestamp: text.optional(),
  sampledValue: z.array(z.unknown()).max(500),
});

export const readSampledValue = (value: unknown): SampledValue | undefined => {
  const parsed = sampledValueSchema.safeParse(value);
  return parsed.success ? parsed.data : undefined;
};

export type MeterValue = z.output<typeof meterValueSchema>;

const startTransaction = z.object({
  connectorId,
  idTag: text,
  meterStart: meterWh,
  timestamp: text,
});
const stopTransaction = z.object({
  transactionId: z.int(),
  meterStop: meterWh,
  timestamp: text,
  idTag: text.optional(),
  reason: text.optional(),
  transactionData: z.array(meterValueSchema).max(2000).optional(),
});
const meterValues = z.object({
  connectorId,
  transactionId: z.int().nullish(),
  meterValue: z.array(meterValueSchema).max(500),
});
const statusNotification = z.object({
  connectorId,
  status: text,
  errorCode: text,
  info: text.optional(),
  timestamp: text.optional(),
  vendorErrorCode: text.optional(),
});

export type StartTransaction = z.output<typeof startTransaction>;
export type StopTransaction = z.output<typeof stopTransaction>;
export type MeterValues = z.output<typeof meterValues>;
export type StatusNotification = z.output<typeof statusNotification>;

/** Every action of the profiles that a charge point begins (OCPP 1.6 §4), with what is read of it. */
export const actionSchemas = {
  Authorize: z.object({ idTag: text }),
  BootNotification: z.object({
    chargePointVendor: text,
    chargePointModel: text,
    firmwareVersion: text.optional(),
  }),
  DataTransfer: z.object({ vendorId: text }),
  DiagnosticsStatusNotification: z.object({ status: text }),
  FirmwareStatusNotification: z.object({ status: text }),
  Heartbeat: z.object({}),
  MeterValues: meterValues,
  StartTransaction: startTransaction,
  StatusNotification: statusNotification,
  StopTransaction: stopTransaction,
} as const;

export type Action = keyof typeof actionSchemas;
export const isAction = (name: string): name is Action => Object.hasOwn(actionSchemas, name);

/** Epoch ms of a timestamp, NaN where it is none. One without an offset is UTC, as the standard recommends (§3.14). */
export const epochMsOf = (timestamp: string | undefined): number => {
  if (timestamp === undefined) return Number.NaN;
  const hasOffset = /(Z|[+-]\d{2}:?\d{2})$/i.test(timestamp);
  return Date.parse(hasOffset ? timestamp : `${timestamp}Z`);
};
