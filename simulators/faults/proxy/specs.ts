import type { FaultDevice, Framing } from '../fault-lookup.ts';

/** A proxy as asked for by `--proxy`. */
export type ProxySpec = {
  /** Device name in faults, e.g. `proxy.influx`. */
  readonly name: string;
  /** Undefined is where the devices listen. */
  readonly host: string | undefined;
  /** 0 for any free port. */
  readonly port: number;
  readonly target: ProxyTarget;
};

export type ProxyTarget =
  | {
      readonly kind: 'address';
      readonly host: string;
      readonly port: number;
      readonly framing: Framing;
    }
  /** A simulated server by its name, e.g. `line.plc`. */
  | { readonly kind: 'server'; readonly server: string };

const form = /^(?:([a-z0-9-]{1,32})@)?(?:([^=@\s]+):)?(\d{1,5})=(\S+)$/;
const serverName = /^[a-z]+\.[a-z]+$/;
const modbusPort = 502;

/**
 * `[NAME@][HOST:]PORT=TARGET,...`, where TARGET is HOST:PORT, modbus://HOST[:PORT] or a simulated
 * server. Without a name, the port is the name.
 * @returns a text that says what is wrong, where something is.
 */
export const parseProxySpecs = (texts: readonly string[]): readonly ProxySpec[] | string => {
  const specs: ProxySpec[] = [];
  const names = new Set<string>();
  for (const text of texts.flatMap((one) => one.split(','))) {
    const spec = parseSpec(text.trim());
    if (spec === undefined) {
      return `${text}: expected [NAME@]PORT=HOST:PORT, =modbus://HOST:PORT or =SERVER`;
    }
    if (names.has(spec.name)) return `${text}: there is a ${spec.name} already`;
    names.add(spec.name);
    specs.push(spec);
  }
  return specs;
};

const parseSpec = (text: string): ProxySpec | undefined => {
  const [, name, host, port = '', target = ''] = form.exec(text) ?? [];
  if (port === '' || Number(port) > 65_535) return undefined;
  const parsed = parseTarget(target);
  if (parsed === undefined) return undefined;
  return { name: `proxy.${name ?? port}`, host, port: Number(port), target: parsed };
};

const parseTarget = (text: string): ProxyTarget | undefined => {
  if (serverName.test(text)) return { kind: 'server', server: text };
  const isModbus = text.startsWith('modbus://');
  const address = isModbus ? text : `tcp://${text}`;
  if (!URL.canParse(address)) return undefined;
  const { hostname, port, pathname } = new URL(address);
  const number = port === '' && isModbus ? modbusPort : Number(port);
  if (hostname === '' || number === 0 || (pathname !== '' && pathname !== '/')) return undefined;
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  return { kind: 'address', host, port: number, framing: isModbus ? 'modbus' : 'chunks' };
};

/** The proxy as faults know it, or undefined where its target is none of the simulated servers. */
export const proxyDevice = (
  { name, target }: ProxySpec,
  devices: readonly FaultDevice[],
): FaultDevice | undefined => {
  if (target.kind === 'address') return { name, protocol: 'proxy', framing: target.framing };
  const device = devices.find((one) => one.name === target.server);
  if (device === undefined) return undefined;
  const framing = device.protocol === 'modbus' ? 'modbus' : 'chunks';
  return { name, protocol: 'proxy', framing };
};
