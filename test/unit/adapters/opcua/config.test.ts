import { describe, expect, it } from 'vitest';
import { layoutSource } from '../../../../adapters/opcua/layout.ts';
import { opcuaConfigSchema, policyOf } from '../../../../adapters/opcua/opcua-config.ts';
import { reportPlan } from '../../../../adapters/opcua/plan-report.ts';
import { profileSchema } from '../../../../adapters/opcua/profile-schema.ts';
import { device, loadOpcuaProfile, opcuaInput } from '../../../support/opcua-source.ts';

const point = { point: 'current', node: 's=Current' };
const entry = (options: Record<string, unknown> = {}): Record<string, unknown> => ({
  endpointUrl: 'opc.tcp://127.0.0.1:4840',
  equipment: [device([point])],
  ...options,
});

/** `path: message` of each thing wrong. */
const problems = (options: Record<string, unknown>): readonly string[] => {
  const result = opcuaConfigSchema.safeParse(entry(options));
  return result.success
    ? []
    : result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
};

describe('the entry of a source', () => {
  it('protects messages unless told otherwise', () => {
    const config = opcuaConfigSchema.parse(entry());
    expect([config.securityMode, policyOf(config), config.user]).toEqual([
      'SignAndEncrypt',
      'Basic256Sha256',
      'anonymous',
    ]);
    expect(policyOf(opcuaConfigSchema.parse(entry({ securityMode: 'None' })))).toBe('None');
  });

  it.each(['Basic128Rsa15', 'Basic256'])('refuses %s and says why', (securityPolicy) => {
    const [problem] = problems({ securityPolicy });
    expect(problem).toMatch(/^securityPolicy: one of None, Basic256Sha256, .* withdrawn .* broken/);
  });

  it.each([
    [{ securityMode: 'None', securityPolicy: 'Basic256Sha256' }, 'securityPolicy: None, or'],
    [{ securityPolicy: 'None' }, 'securityPolicy: a policy that protects'],
    [{ securityMode: 'None', trustServerCertificate: 'server.pem' }, 'securityMode: Sign or'],
    [{ endpointUrl: 'http://127.0.0.1' }, 'endpointUrl: opc.tcp://'],
    [{ endpointUrl: 'opc.tcp://user:secret@host' }, 'endpointUrl: opc.tcp://'],
    [{ equipment: [] }, 'devices: something to read'],
    [{ equipment: [device([{ point: 'a' }])] }, 'node: either node or path'],
    [
      { equipment: [device([{ ...point, path: ['Current'] }])] },
      'equipment.0.points.0.node: either node or path',
    ],
    [{ equipment: [device([{ ...point, node: 'ns=2;s=A' }])] }, 'node: an identifier such as'],
    [{ equipment: [device([{ ...point, kind: 'enum' }])] }, 'labels: labels, with kind enum'],
    [{ equipment: [device([{ ...point, rolloverAt: 9 }])] }, 'kind: counter'],
    [{ equipment: [device([{ ...point, kind: 'string', scale: 2 }])] }, 'scale: no scale'],
    [{ equipment: [device([{ ...point, scale: 0 }])] }, 'scale: a number other than 0'],
    [{ equipment: [device([{ ...point, minimum: 2, maximum: 1 }])] }, 'minimum: at most maximum'],
    [
      { equipment: [device([{ ...point, arrayElements: { count: 2, names: ['a'] } }])] },
      'arrayElements: 2 names',
    ],
  ])('refuses %j', (options, expected) => {
    expect(problems(options)).toEqual([expect.stringContaining(expected)]);
  });
});

describe('the layout', () => {
  it('numbers nodes through and puts the elements of an array side by side', () => {
    const { groups, targets, issues } = layoutSource(
      opcuaInput(
        entry({
          equipment: [
            device([point, { point: 'z', node: 's=Z', arrayElements: { count: 2 } }]),
            device([{ ...point, namespaceUri: 'urn:other' }], { equipment: 'second' }),
          ],
        }),
        '/nonexistent',
      ),
    );
    expect(issues).toEqual([]);
    expect(groups.map(({ channels }) => channels.map((channel) => channel.point))).toEqual([
      ['current', 'z.01', 'z.02'],
      ['current'],
    ]);
    expect(
      targets.map(({ index, groupIndex, channel, width }) => [index, groupIndex, channel, width]),
    ).toEqual([
      [0, 0, 0, 1],
      [1, 0, 1, 2],
      [2, 1, 0, 1],
    ]);
    expect(targets[2]?.address).toMatchObject({ namespaceUri: 'urn:other' });
  });

  it('says how often frames come only where they do', () => {
    const periodOf = (read: Record<string, unknown>): number | undefined =>
      layoutSource(opcuaInput(entry({ read }), '/nonexistent')).groups[0]?.periodMs;
    expect(periodOf({ mode: 'subscription' })).toBeUndefined();
    expect(periodOf({ mode: 'subscription', reportUnchanged: true })).toBe(100);
    expect(periodOf({ mode: 'polling', periodMs: 250 })).toBe(250);
  });

  it.each([
    ['polling', 'device', true],
    ['polling', 'gateway', false],
    ['subscription', 'device', true],
    ['subscription', 'gateway', true],
  ])(
    'says that changes alone are told where they are: %s, time of the %s',
    (mode, timestamps, is) => {
      const { groups } = layoutSource(
        opcuaInput(entry({ read: { mode }, timestamps }), '/nonexistent'),
      );
      expect(groups[0]?.comesOnChange).toBe(is);
    },
  );

  it.each(['polling', 'subscription'])(
    'believes what is said of a device that renews its values slowly, by %s',
    (mode) => {
      const equipment = [device([point], { periodMs: 6000 })];
      const { groups } = layoutSource(
        opcuaInput(entry({ read: { mode }, equipment }), '/nonexistent'),
      );
      expect(groups[0]?.periodMs).toBe(6000);
    },
  );

  it('refuses points and groups that come twice', () => {
    const twice = layoutSource(
      opcuaInput(
        entry({ equipment: [device([point]), device([point], { name: 'more' }), device([point])] }),
        '/nonexistent',
      ),
    );
    expect(twice.issues.map(({ path, found }) => [path.join('.'), found])).toEqual([
      ['equipment.1', 'the point seamwatt/test/area/line/device/current twice'],
      ['equipment.2', 'the group signals of seamwatt/test/area/line/device again'],
      ['equipment.2', 'the point seamwatt/test/area/line/device/current twice'],
    ]);
  });

  it('makes instances of a profile by a prefix or by node ids of their own', () => {
    const profile = profileSchema.parse({
      profile: 'test',
      version: 1,
      title: { en: 'Test', zh: '测试' },
      testedOn: 'nothing',
      namespaceUri: 'urn:machine',
      blocks: [
        {
          class: 'device',
          instances: [
            { equipment: 'a', identifierPrefix: 's=M.A.' },
            { equipment: 'b', nodes: { current: 'i=7' } },
            { identifierPrefix: 'wrong' },
          ],
          points: [{ point: 'current', node: 'Current', description: { en: 'x', zh: 'x' } }],
        },
      ],
    });
    const layout = (device: Record<string, unknown>) =>
      layoutSource(
        opcuaInput(
          entry({ equipment: [], devices: [{ profile: 'test', area: 'a', line: 'l', ...device }] }),
          '/nonexistent',
          [profile],
        ),
      );
    expect(layout({}).targets.map(({ address }) => address)).toEqual([
      { type: 'identifier', identifier: 's=M.A.Current', namespaceUri: 'urn:machine' },
      { type: 'identifier', identifier: 'i=7', namespaceUri: 'urn:machine' },
    ]);
    expect(layout({}).issues.map(({ path }) => path)).toEqual([['devices', 0, 'equipment']]);
    expect(layout({ equipment: 'c', namespaceUri: 'urn:own' })).toMatchObject({
      targets: [{ address: { namespaceUri: 'urn:own' } }, {}],
      issues: [{ path: ['devices', 0, 'points', 0], found: '"wrongCurrent" for current' }],
    });
  });

  it('knows the panel welder: a line and twenty seams, and details of the line', () => {
    const { groups, targets, issues } = layoutSource(
      opcuaInput(
        entry({
          equipment: [],
          devices: [{ profile: 'weld-machine-opcua', area: 'welding', line: 'mpm01-opcua' }],
        }),
        '/nonexistent',
        [loadOpcuaProfile('weld-machine-opcua')],
      ),
    );
    expect(issues).toEqual([]);
    expect(groups).toHaveLength(23);
    expect(targets).toHaveLength(9 + 20 + 2 + 20 * 16);
    const seams = groups.filter(({ equipmentClass }) => equipmentClass === 'weld_seam');
    expect(seams.map(({ equipment }) => equipment.equipment)).toEqual([
      ...Array.from({ length: 10 }, (_, i) => `f${String(i + 1).padStart(2, '0')}`),
      ...Array.from({ length: 10 }, (_, i) => `b${String(i + 1).padStart(2, '0')}`),
    ]);
    expect(targets.map(({ address }) => address)).toContainEqual({
      type: 'identifier',
      identifier: 's=MPM01.T.B07.ArcPower',
      namespaceUri: 'urn:seamwatt:simulators:weldline',
    });
  });
});

describe('the plan', () => {
  const summaryOf = (read: Record<string, unknown>): readonly string[] =>
    reportPlan(opcuaInput(entry({ read, maxItemsPerCall: 1 }), '/nonexistent')).summary.map(
      ({ en, zh }) => {
        expect(zh).toMatch(/[\u4E00-\u9FFF]/);
        return en;
      },
    );

  it('counts nodes and requests', () => {
    const { rows } = reportPlan(opcuaInput(entry(), '/nonexistent'));
    expect(rows).toEqual([['seamwatt/test/area/line/device', 'signals', 1, 1]]);
    expect(summaryOf({ mode: 'polling', periodMs: 250 })).toEqual([
      '1 nodes in 1 groups',
      'read every 250 ms by 1 requests: 4.0 a second',
    ]);
  });

  it('says when the queue is too short for what is sampled', () => {
    const long = { mode: 'subscription', samplingIntervalMs: 100, publishingIntervalMs: 1000 };
    expect(summaryOf({ ...long, queueSize: 10 })[1]).not.toContain('lost');
    expect(summaryOf({ ...long, queueSize: 9 })[1]).toContain('holds only 900 ms');
  });
});
