import { parseArgs } from 'node:util';
import { type ProxySpec, parseProxySpecs } from './faults/proxy/specs.ts';
import type { OcppChargersOptions } from './park/ocpp-chargers.ts';
import type { LineOpcuaOptions } from './welding-line/opcua/listen.ts';

/** Arguments that make no sense; the message names option, value and what is expected. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

const plantNames = ['line', 'park'] as const;
export type PlantName = (typeof plantNames)[number];

export type ProgramOptions = {
  readonly isHelp: boolean;
  readonly exitsWithStdin: boolean;
  readonly plants: readonly PlantName[];
  readonly proxies: readonly ProxySpec[];
  readonly seed: number;
  /** UTC epoch ms, a multiple of 100; undefined where simulated time is the wall clock. */
  readonly startMs: number | undefined;
  readonly isLockStep: boolean;
  readonly speed: number;
  readonly host: string;
  readonly panelLengthMm: number;
  readonly hasParkMeterError: boolean;
  /** Minutes since midnight that the park's own clock shows at the start; undefined: it is not moved. */
  readonly parkStartMinuteOfDay: number | undefined;
  /** Undefined leaves the battery without that rule. */
  readonly parkDemandTargetKw: number | undefined;
  /** Over how long the park's powers are constant. */
  readonly parkStepMs: number;
  /** UTC epoch ms; undefined: from the day of the start on. */
  readonly parkRegistersSinceMs: number | undefined;
  /** Undefined: the chargers do not speak OCPP. */
  readonly parkOcpp: OcppChargersOptions | undefined;
  /** Undefined leaves the server out. */
  readonly lineOpcua: LineOpcuaOptions | undefined;
  readonly ports: {
    readonly control: number;
    readonly linePlc: number;
    readonly parkPv: number;
    readonly parkMeter: number;
    readonly parkStorage: number;
    readonly parkCharger: number;
    /** Undefined leaves the server out. */
    readonly parkRevenue: number | undefined;
  };
};

const stepMs = 100;
const portRange = { min: 0, max: 65_535 };
const lockStepStart = '2023-06-21T00:00:00Z';

/**
 * @param environment - may hold SIMULATOR_OPCUA_PASSWORD and SIMULATOR_OCPP_PASSWORD.
 * @throws UsageError naming the first option that is wrong.
 */
export const parseProgramOptions = (
  args: readonly string[],
  environment: Environment = {},
): ProgramOptions => {
  const values = parseValues(args);
  const isLockStep = values['lock-step'];
  const speed = number(values, 'speed', { min: 0.01, max: 1000 });
  if (isLockStep && speed !== 1) throw new UsageError('--speed has no meaning with --lock-step');
  const port = (name: Name): number => whole(values, name, portRange);
  return {
    isHelp: values.help,
    exitsWithStdin: values['exit-with-stdin'],
    plants: plantsOf(values.plants),
    proxies: proxiesOf(values.proxy),
    seed: whole(values, 'seed', { min: 0, max: 0xffff_ffff }),
    startMs: startOf(values.start ?? (isLockStep ? lockStepStart : undefined)),
    isLockStep,
    speed,
    host: values.host,
    panelLengthMm: whole(values, 'panel-length-mm', { min: 200, max: 30_000 }),
    hasParkMeterError: isOn(values, 'park-meter-error'),
    parkStartMinuteOfDay: minuteOfDay(values['park-time-of-day']),
    parkDemandTargetKw:
      values['park-demand-target-kw'] === 'off'
        ? undefined
        : number(values, 'park-demand-target-kw', { min: 0, max: 100_000 }),
    parkRegistersSinceMs: registersSince(values),
    parkStepMs: parkStepMs(values['park-step-seconds']),
    parkOcpp: parkOcppOf(values, environment),
    lineOpcua: lineOpcuaOf(values, environment),
    ports: {
      control: port('control-port'),
      linePlc: port('line-plc-port'),
      parkPv: port('park-pv-port'),
      parkMeter: port('park-meter-port'),
      parkStorage: port('park-storage-port'),
      parkCharger: port('park-charger-port'),
      parkRevenue: values['park-revenue-port'] === 'off' ? undefined : port('park-revenue-port'),
    },
  };
};

/** The part of `process.env` that matters here. */
type Environment = { readonly [name: string]: string | undefined };

type Values = ReturnType<typeof parseValues>;
type Name = {
  [Key in keyof Values]-?: Values[Key] extends string ? Key : never;
}[keyof Values];
type Range = { readonly min: number; readonly max: number };

const parseValues = (args: readonly string[]) => {
  try {
    return parseArgs({
      args: [...args],
      strict: true,
      allowPositionals: false,
      options: {
        help: { type: 'boolean', default: false },
        'exit-with-stdin': { type: 'boolean', default: false },
        'lock-step': { type: 'boolean', default: false },
        plants: { type: 'string', default: plantNames.join(',') },
        proxy: { type: 'string', multiple: true, default: [] },
        seed: { type: 'string', default: '2023' },
        start: { type: 'string' },
        speed: { type: 'string', default: '1' },
        host: { type: 'string', default: '127.0.0.1' },
        'panel-length-mm': { type: 'string', default: '18000' },
        'park-meter-error': { type: 'string', default: 'on' },
        'park-time-of-day': { type: 'string', default: 'real' },
        'park-demand-target-kw': { type: 'string', default: 'off' },
        'park-registers-since': { type: 'string', default: 'start' },
        'park-ocpp': { type: 'string', default: 'off' },
        'park-step-seconds': { type: 'string', default: '5' },
        'control-port': { type: 'string', default: '15000' },
        'line-plc-port': { type: 'string', default: '15020' },
        'line-opcua-port': { type: 'string', default: '15021' },
        'line-opcua-anonymous': { type: 'string', default: 'on' },
        'line-opcua-password': { type: 'string' },
        'pki-folder': { type: 'string' },
        'park-pv-port': { type: 'string', default: '15030' },
        'park-meter-port': { type: 'string', default: '15031' },
        'park-storage-port': { type: 'string', default: '15032' },
        'park-charger-port': { type: 'string', default: '15033' },
        'park-revenue-port': { type: 'string', default: 'off' },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
};

const number = (values: Values, name: Name, { min, max }: Range): number => {
  const text = values[name];
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (value >= min && value <= max) return value;
  throw new UsageError(`--${name} ${text}: expected a number from ${min} to ${max}`);
};

const whole = (values: Values, name: Name, range: Range): number => {
  const value = number(values, name, range);
  if (Number.isInteger(value)) return value;
  throw new UsageError(`--${name} ${values[name]}: expected a whole number`);
};

const isOn = (values: Values, name: Name): boolean => {
  const text = values[name];
  if (text === 'on' || text === 'off') return text === 'on';
  throw new UsageError(`--${name} ${text}: expected on or off`);
};

const minuteOfDay = (text: string): number | undefined => {
  if (text === 'real') return undefined;
  const [hours, minutes] = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(text)?.slice(1).map(Number) ?? [];
  if (hours === undefined || minutes === undefined) {
    throw new UsageError(`--park-time-of-day ${text}: expected real or 00:00 to 23:59`);
  }
  return hours * 60 + minutes;
};

const lineOpcuaOf = (values: Values, environment: Environment): LineOpcuaOptions | undefined => {
  const isAnonymousAllowed = isOn(values, 'line-opcua-anonymous');
  if (values['line-opcua-port'] === 'off') return undefined;
  const password = values['line-opcua-password'] ?? environment['SIMULATOR_OPCUA_PASSWORD'];
  if (password === '') throw new UsageError('--line-opcua-password: expected a text');
  if (!isAnonymousAllowed && password === undefined) {
    throw new UsageError('--line-opcua-anonymous off: --line-opcua-password is missing');
  }
  return {
    port: whole(values, 'line-opcua-port', portRange),
    isAnonymousAllowed,
    password,
    pkiFolder: values['pki-folder'],
  };
};

const parkOcppOf = (values: Values, environment: Environment): OcppChargersOptions | undefined => {
  const text = values['park-ocpp'];
  if (text === 'off') return undefined;
  const url = URL.parse(text);
  if (url === null || !['ws:', 'wss:'].includes(url.protocol) || text.endsWith('/')) {
    throw new UsageError(
      `--park-ocpp ${text}: expected off or an address such as ws://127.0.0.1:9000/ocpp`,
    );
  }
  return { url: text, password: environment['SIMULATOR_OCPP_PASSWORD'] };
};

const proxiesOf = (texts: readonly string[]): readonly ProxySpec[] => {
  const specs = parseProxySpecs(texts);
  if (typeof specs === 'string') throw new UsageError(`--proxy ${specs}`);
  return specs;
};

const plantsOf = (text: string): readonly PlantName[] => {
  if (text.trim() === 'none') return [];
  const asked = text.split(',').map((name) => name.trim());
  for (const name of asked) {
    if (!plantNames.some((known) => known === name)) {
      throw new UsageError(`--plants ${text}: expected none or a list of ${plantNames.join(', ')}`);
    }
  }
  return plantNames.filter((name) => asked.includes(name));
};

const utcMs = (option: string, text: string, alternative = ''): number => {
  const isUtc = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?Z$/.test(text);
  const timeMs = isUtc ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(timeMs) || timeMs < 0) {
    throw new UsageError(
      `--${option} ${text}: expected ${alternative}UTC such as ${lockStepStart}`,
    );
  }
  return timeMs;
};

const startOf = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : Math.floor(utcMs('start', text) / stepMs) * stepMs;

const quarterSeconds = 900;

const parkStepMs = (text: string): number => {
  const seconds = Number(text);
  if (Number.isSafeInteger(seconds) && seconds > 0 && quarterSeconds % seconds === 0) {
    return 1000 * seconds;
  }
  throw new UsageError(
    `--park-step-seconds ${text}: expected whole seconds that divide a quarter of an hour`,
  );
};

const registersSince = (values: Values): number | undefined => {
  const text = values['park-registers-since'];
  return text === 'start' ? undefined : utcMs('park-registers-since', text, 'start or ');
};
