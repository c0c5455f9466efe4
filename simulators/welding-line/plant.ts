import { z } from 'zod';
import {
  type JsonObject,
  type JsonValue,
  OverrideError,
  type Plant,
  type PlantOptions,
  type PlantServer,
} from '../plant.ts';
import { modbusPlantServer } from '../wire/modbus-plant-server.ts';
import { WeldingLine } from './model.ts';
import type { LineOpcuaOptions } from './opcua/listen.ts';
import { counterIds, createLineSignals, signalIds } from './opcua/signals.ts';
import { operations } from './operation.ts';
import { PlcImage, plcLayout } from './plc-image.ts';

const unitId = 1;
/** Under this name the failures of the weld are asked for. */
const weldDevice = 'line.weld';

export type LinePlantOptions = PlantOptions & {
  /** 0 for any free port. */
  readonly plcPort: number;
  readonly panelLengthMm: number;
  /** Undefined leaves the OPC UA server out. */
  readonly opcua: LineOpcuaOptions | undefined;
};

const lineInputs = z.strictObject({
  travelSpeedSetpointMPerMin: z.number().min(0.1).max(1.2).optional(),
  travelSpeedFactor: z.number().min(0.5).max(1.2).optional(),
  ambientBaseCelsius: z.number().min(-20).max(45).optional(),
  fumeExtractionShare: z.number().min(0).max(1).optional(),
  pulsePowerRatio: z.number().min(1).max(1.3).optional(),
});
/** Inputs that are more than a number of the model. */
const lineSettings = z.strictObject({
  process: z.enum(['135', '121']).optional(),
  setting: z.enum(['nominal', 'reference']).optional(),
  operation: z.enum(operations).optional(),
});
/** Between panels; seconds of one of them at most eight hours. */
const planInputs = z.strictObject({
  setupEveryPanels: z.int().min(0).max(1000).optional(),
  setupSeconds: z.number().min(1).max(28_800).optional(),
  maintenanceEveryPanels: z.int().min(0).max(1000).optional(),
  maintenanceSeconds: z.number().min(1).max(28_800).optional(),
});
const torchInputs = z.strictObject({
  isEnabled: z.boolean().optional(),
  wireFeedSetpointMPerMin: z.number().min(0).max(12).optional(),
  gasFlowSetpointLPerMin: z.number().min(0).max(25).optional(),
  stickOutMm: z.number().min(8).max(22).optional(),
  offsetYBiasMm: z.number().min(-3).max(3).optional(),
  isSeamVisible: z.boolean().optional(),
});

/** The welding line with its PLC as a Modbus TCP server, `line.plc`, unit id 1, and the machine's OPC UA server, `line.opcua`. */
export const createLinePlant = (options: LinePlantOptions): Plant => {
  const model = new WeldingLine(options);
  const image = new PlcImage(model);
  const units = new Map([[unitId, { holding: image.holding, layout: plcLayout }]]);
  const plc = modbusPlantServer({ name: 'line.plc', port: options.plcPort, units });
  const { opcua } = options;
  return {
    name: 'line',
    servers: opcua === undefined ? [plc] : [plc, opcuaServer(model, opcua)],
    advanceTo: (nowMs) => {
      const { step } = model.line;
      model.advanceTo(nowMs);
      if (model.line.step !== step) image.update();
    },
    state: () => model.truth(),
    device: { name: weldDevice, protocol: 'weld' },
    useFaults: (faults) => {
      faults.onChange(() => model.setFailures(faults.weldFaultsOn(weldDevice)));
    },
    detail: (path) => detailOf(model, path),
    override: (path, value) => overrideOf(model, path, value),
  };
};

/** `bins/F01` and `profile` of the panel on the line, `lastPanel/bins/F01` and `lastPanel/profile` of the one before. */
const detailOf = (model: WeldingLine, path: readonly string[]): JsonObject | undefined => {
  const [first, ...more] = path;
  const which = first === 'lastPanel' ? 'lastPanel' : 'panel';
  const [what, id, ...rest] = which === 'lastPanel' ? more : path;
  if (rest.length > 0) return undefined;
  if (what === 'profile' && id === undefined) return model.profileTruth(which);
  return what === 'bins' && id !== undefined ? model.binTruth(id, which) : undefined;
};

const opcuaServer = (model: WeldingLine, options: LineOpcuaOptions): PlantServer => {
  const name = 'line.opcua';
  const signals = createLineSignals(model);
  return {
    name,
    device: {
      name,
      protocol: 'opcua',
      nodes: new Set(signalIds(signals)),
      counters: counterIds,
    },
    listen: async (context) => {
      const { listenLineOpcua } = await import('./opcua/listen.ts');
      return listenLineOpcua(name, { ...options, model, signals }, context);
    },
  };
};

const overrideOf = (model: WeldingLine, path: string, value: JsonValue): (() => void) => {
  const [scope, id, input, ...more] = path.split('.');
  if (scope === 'torch' && id !== undefined && input !== undefined && more.length === 0) {
    const inputs = model.torchInputs(id);
    if (inputs === undefined) throw unknownPath(path);
    const change = parse(torchInputs, { path, key: input, value });
    return () => Object.assign(inputs, change);
  }
  if (scope === 'plan' && id !== undefined && input === undefined) {
    const change = parse(planInputs, { path, key: id, value });
    return () => Object.assign(model.operation.plan, change);
  }
  if (scope === undefined || id !== undefined) throw unknownPath(path);
  if (Object.hasOwn(lineSettings.shape, scope)) {
    const { process, setting, operation } = lineSettings.parse(
      parse(lineSettings, { path, key: scope, value }),
    );
    return () => {
      if (process !== undefined) model.setProcess(process);
      if (setting !== undefined) model.setSetting(setting);
      if (operation !== undefined) model.operation.asked = operation;
    };
  }
  const change = parse(lineInputs, { path, key: scope, value });
  return () => Object.assign(model.inputs, change);
};

const parse = (
  schema: z.ZodObject,
  { path, key, value }: { path: string; key: string; value: JsonValue },
): Readonly<Record<string, unknown>> => {
  if (!Object.hasOwn(schema.shape, key)) throw unknownPath(path);
  const result = schema.safeParse({ [key]: value });
  if (result.success) return result.data;
  const reason = result.error.issues[0]?.message ?? 'invalid';
  throw new OverrideError(`line.${path} = ${JSON.stringify(value)}: ${reason}`);
};

const unknownPath = (path: string): OverrideError => new OverrideError(`unknown path line.${path}`);
