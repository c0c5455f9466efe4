import { describe, expect, it } from 'vitest';
import { parseProxySpecs, proxyDevice } from '../../../../../simulators/faults/proxy/specs.ts';

describe('what --proxy says', () => {
  it.each([
    [
      'influx@18086=127.0.0.1:8086',
      {
        name: 'proxy.influx',
        host: undefined,
        port: 18_086,
        target: { kind: 'address', host: '127.0.0.1', port: 8086, framing: 'chunks' },
      },
    ],
    [
      '18086=db.plant:8086',
      {
        name: 'proxy.18086',
        host: undefined,
        port: 18_086,
        target: { kind: 'address', host: 'db.plant', port: 8086, framing: 'chunks' },
      },
    ],
    [
      'plc@0.0.0.0:0=modbus://[::1]:1502',
      {
        name: 'proxy.plc',
        host: '0.0.0.0',
        port: 0,
        target: { kind: 'address', host: '::1', port: 1502, framing: 'modbus' },
      },
    ],
    [
      'plc@1=modbus://10.0.0.7',
      {
        name: 'proxy.plc',
        host: undefined,
        port: 1,
        target: { kind: 'address', host: '10.0.0.7', port: 502, framing: 'modbus' },
      },
    ],
    [
      'plc@1=line.plc',
      {
        name: 'proxy.plc',
        host: undefined,
        port: 1,
        target: { kind: 'server', server: 'line.plc' },
      },
    ],
  ])('is understood: %s', (text, expected) => {
    expect(parseProxySpecs([text])).toStrictEqual([expected]);
  });

  it('may be a list, and the option may come again', () => {
    const specs = parseProxySpecs(['a@1=h:1, b@2=h:2', 'c@3=h:3']);
    expect(typeof specs === 'string' ? specs : specs.map(({ name }) => name)).toStrictEqual([
      'proxy.a',
      'proxy.b',
      'proxy.c',
    ]);
  });

  it.each(['', '1', 'x=h:1', '70000=h:1', '1=h', '1=h:0', '1=h:1/path', 'A@1=h:1', '1=modbus://'])(
    'is refused in words: %s',
    (text) => {
      expect(parseProxySpecs([text])).toMatch(/expected \[NAME@\]PORT=HOST:PORT/);
    },
  );

  it('gives every proxy a name of its own', () => {
    expect(parseProxySpecs(['a@1=h:1,a@2=h:2'])).toMatch('there is a proxy.a already');
  });
});

describe('the device of a proxy', () => {
  it('knows frames where its target is a Modbus device', () => {
    const devices = [
      { name: 'line.plc', protocol: 'modbus' },
      { name: 'line.opcua', protocol: 'opcua', nodes: new Set<string>() },
    ] as const;
    const framingTo = (server: string): unknown => {
      const target = { kind: 'server', server } as const;
      return proxyDevice({ name: 'proxy.x', host: undefined, port: 0, target }, devices);
    };
    expect(framingTo('line.plc')).toMatchObject({ framing: 'modbus' });
    expect(framingTo('line.opcua')).toMatchObject({ framing: 'chunks' });
    expect(framingTo('park.pv')).toBeUndefined();
  });
});
