import { describe, expect, it } from 'vitest';
import type { ProductionMessage } from '../../../../gateway/production/messages.ts';
import { type PanelAbout, panelProduction } from '../../../../gateway/production/panel-fold.ts';
import { missingFields } from '../../../../gateway/production/panel-production.ts';
import { baseMs, messageOf } from '../../../support/production-messages.ts';

const folded = (messages: readonly ProductionMessage[], about: Partial<PanelAbout> = {}) =>
  panelProduction({
    messages: messages.filter((message) => 'panelId' in message),
    ofOrder: (orderId) => ({
      messages: messages.filter(
        (message) =>
          'orderId' in message && message.orderId === orderId && message.kind !== 'panelAssignment',
      ),
      isShortened: false,
    }),
    seams: about.seams ?? [],
    startMs: about.startMs ?? baseMs,
    isRepeated: about.isRepeated ?? false,
  });

const wholeAssignment = messageOf('panelAssignment', {
  ...{ panelId: 'P-1', orderId: 'WO-1', lengthMm: 18_000, widthMm: 338, tubeCount: 1, finCount: 1 },
  tubes: [{ position: 1, heatNo: 'H-1', certificate: 'C-1' }],
  fins: [{ position: 1, heatNo: 'L-1' }],
  wires: [{ spoolId: 'S-1', changePositionMm: 0 }],
  gases: [{ batch: 'G-1', mix: 'M21' }],
  procedure: {
    ...{ wpsNo: 'WPS-7', revision: '2', wpqrNo: 'PQR-3', process: '135' },
    bands: [{ parameter: 'current', unit: 'A', minimum: 200, maximum: 260 }],
  },
  personnel: [{ id: 'W-4', qualification: 'ISO 14732', expires: '2027-01-31' }],
  equipment: [{ id: 'PS-01', calibrationDue: '2026-12-31' }],
});
const whole = [
  messageOf('jobOrder', { orderId: 'WO-1', drawing: { number: 'D-1', revision: 'A' } }),
  wholeAssignment,
  messageOf('inspection', { panelId: 'P-1', method: 'VT', result: 'accepted', who: 'I-1' }),
  messageOf('inspection', {
    panelId: 'P-1',
    method: 'deformation',
    result: 'accepted',
    who: 'I-1',
  }),
  messageOf('disposition', { panelId: 'P-1', status: 'released', who: 'I-1' }),
];

describe('what production told of a panel', () => {
  it('lacks every mandatory field while nobody has told any, but for those that what is told asks for', () => {
    const { missing, order, marks } = folded([]);
    const asked = ['ncr', 'repair', 'flux-lot', 'flux-bake-record'];
    expect(missing).toEqual(missingFields.filter((field) => !asked.includes(field)));
    expect([order, marks]).toEqual([null, []]);
  });

  it('lacks nothing once all is told', () => {
    const { missing, marks, messages } = folded(whole);
    expect({ missing, marks }).toEqual({ missing: [], marks: [] });
    expect(messages).toHaveLength(whole.length);
  });

  it.each([
    ['wps-revision', { procedure: { wpsNo: 'WPS-7' } }],
    ['wps-bands', { procedure: { wpsNo: 'WPS-7', revision: '2' } }],
    ['tube-heats', { tubeCount: 2 }],
    ['fin-heats', { fins: [{ position: 2 }] }],
    ['operator-expiry', { personnel: [{ id: 'W-5', qualification: 'ISO 14732' }] }],
    ['calibration-due', { equipment: [{ id: 'PS-02' }] }],
    ['wire-change-position', { wires: [{ spoolId: 'S-2' }] }],
  ] as const)('says that %s is missing', (field, told) => {
    const later = messageOf('panelAssignment', {
      panelId: 'P-1',
      time: baseMs + 1,
      ...told,
    } as never);
    expect(folded([...whole, later]).missing).toContain(field);
  });

  it('needs no gas where the process welds under flux', () => {
    const submerged = messageOf('panelAssignment', {
      ...{ panelId: 'P-1', procedure: { wpsNo: 'WPS-8', process: '121' } },
    });
    expect(folded([submerged]).missing).not.toContain('gas-batch');
  });

  it('needs the lot of the flux and its bake record where the process welds under flux, and only there', () => {
    const of = (process: string | undefined, fluxes: readonly object[] = []) =>
      folded([
        messageOf('panelAssignment', {
          ...{ panelId: 'P-1', procedure: { wpsNo: 'WPS-8', process }, fluxes: [...fluxes] },
        } as never),
      ]).missing.filter((field) => field.startsWith('flux') || field === 'gas-batch');
    expect(of('121')).toEqual(['flux-lot', 'flux-bake-record']);
    expect(of('121', [{ lot: 'FX-1' }])).toEqual(['flux-bake-record']);
    expect(of('121', [{ lot: 'FX-1', bakeRecord: 'B-7' }])).toEqual([]);
    expect(of('135')).toEqual(['gas-batch']);
    expect(of(undefined)).toEqual(['gas-batch']);
  });

  it('asks for a report of what was rejected, then for its repair, unless the panel is scrapped', () => {
    const rejected = { panelId: 'P-1', method: 'PT', result: 'rejected', who: 'I-1' } as const;
    expect(folded([messageOf('inspection', rejected)]).missing).toContain('ncr');
    const reported = messageOf('inspection', { ...rejected, ncr: 'NCR-1' });
    expect(folded([reported]).missing).toContain('repair');
    expect(folded([reported]).missing).not.toContain('ncr');
    const repair = messageOf('repair', {
      ...{ panelId: 'P-1', ncr: 'NCR-1', seam: 'F01', positionMm: 8300, who: 'W-4' },
    });
    expect(folded([reported, repair]).missing).not.toContain('repair');
    const scrap = messageOf('disposition', { panelId: 'P-1', status: 'scrap', who: 'I-1' });
    expect(folded([reported, scrap]).missing).not.toContain('repair');
  });

  it('merges what is told of one thing at several times', () => {
    const { materials, consumables } = folded([
      messageOf('panelAssignment', {
        ...{ panelId: 'P-1', time: baseMs + 2 },
        tubes: [
          { position: 2, heatNo: 'H-2' },
          { position: 1, certificate: 'C-1' },
        ],
        wires: [{ spoolId: 'S-2', changePositionMm: 9000 }],
      }),
      messageOf('panelAssignment', {
        ...{ panelId: 'P-1', time: baseMs + 1 },
        tubes: [{ position: 1, heatNo: 'H-1', certificate: 'C-0' }],
        wires: [{ spoolId: 'S-9', changePositionMm: 0 }],
      }),
    ]);
    expect(
      materials.tubes.map(({ position, heatNo, certificate }) => [position, heatNo, certificate]),
    ).toEqual([
      [1, 'H-1', 'C-1'],
      [2, 'H-2', null],
    ]);
    expect(consumables.wires.map(({ spoolId }) => spoolId)).toEqual(['S-9', 'S-2']);
  });

  it('has what few plants tell where it was told, and no trace of it elsewhere', () => {
    const told = folded([
      messageOf('panelAssignment', {
        ...{ panelId: 'P-1', offCutId: 'OC-1' },
        tubes: [{ position: 1, pmi: 'PMI-1' }, { position: 2 }],
        procedure: { wpsNo: 'WPS-7', preheatMinimumCelsius: 120, mostRepairs: 2 },
        equipment: [{ id: 'PLC', softwareVersion: '3.1' }],
      }),
    ]);
    expect(told.panel.offCutId).toBe('OC-1');
    expect(told.materials.tubes.map(({ pmi }) => pmi)).toEqual(['PMI-1', undefined]);
    expect(told.procedure).toMatchObject({ preheatMinimumCelsius: 120, mostRepairs: 2 });
    expect(told.procedure).not.toHaveProperty('interpassMaximumCelsius');
    expect(told.equipment).toMatchObject([{ id: 'PLC', softwareVersion: '3.1' }]);
    const { panel, materials, procedure, equipment } = folded(whole);
    expect(Object.keys(panel)).not.toContain('offCutId');
    expect(Object.keys(materials.tubes[0] ?? {})).not.toContain('pmi');
    expect(Object.keys(procedure ?? {})).toHaveLength(8);
    expect(Object.keys(equipment[0] ?? {})).toHaveLength(3);
  });

  it('marks a panel that is released with a rejection that was not made good', () => {
    const vt = (result: 'accepted' | 'rejected', time: number, seam?: string) =>
      messageOf('inspection', {
        ...{ panelId: 'P-1', method: 'VT', result, who: 'QA Wang', time },
        ...(seam === undefined ? {} : { seam }),
      });
    const released = messageOf('disposition', {
      ...{ panelId: 'P-1', status: 'released', who: 'QA Wang', time: baseMs + 9 },
    });
    const repair = (reinspection: 'accepted' | 'open') =>
      messageOf('repair', {
        ...{ panelId: 'P-1', seam: 'F01', positionMm: 10, who: 'W-4', time: baseMs + 6 },
        reinspection,
      });
    const isMarked = (...told: readonly ProductionMessage[]): boolean =>
      folded(told).marks.some(({ code }) => code === 'released-though-rejected');
    const rejected = vt('rejected', baseMs + 5, 'F01');
    expect(isMarked(rejected, released)).toBe(true);
    expect(isMarked(rejected)).toBe(false);
    expect(isMarked(vt('accepted', baseMs + 4), rejected, released)).toBe(true);
    expect(isMarked(rejected, vt('accepted', baseMs + 6, 'F02'), released)).toBe(true);
    expect(isMarked(rejected, vt('accepted', baseMs + 6, 'F01'), released)).toBe(false);
    expect(isMarked(rejected, repair('open'), released)).toBe(true);
    expect(isMarked(rejected, repair('accepted'), released)).toBe(false);
  });

  it('marks what had run out when the panel began, to the end of its day', () => {
    const marksAt = (day: string) =>
      folded(whole, { startMs: Date.parse(`${day}T12:00Z`) }).marks.map(
        ({ code, subject }) => `${code} ${subject}`,
      );
    expect(marksAt('2026-12-31')).toEqual([]);
    expect(marksAt('2027-01-01')).toEqual(['calibration-overdue PS-01']);
    expect(marksAt('2027-02-01')).toEqual([
      'qualification-expired W-4',
      'calibration-overdue PS-01',
    ]);
  });

  it('marks another procedure than ordered, two orders for the panel, and an id that came before', () => {
    const ordered = messageOf('jobOrder', { orderId: 'WO-1', wpsNo: 'WPS-1', time: baseMs + 1 });
    const claim = messageOf('panelAssignment', {
      panelId: 'P-1',
      orderId: 'WO-0',
      time: baseMs - 1,
    });
    const { marks, order } = folded([...whole, ordered, claim], { isRepeated: true });
    expect(order?.orderId).toBe('WO-1');
    expect(marks).toEqual([
      { code: 'panel-claimed-twice', subject: 'WO-0' },
      { code: 'order-redefined', subject: 'WO-1' },
      { code: 'procedure-not-ordered', subject: 'WPS-7' },
      { code: 'panel-id-repeated', subject: 'P-1' },
    ]);
  });

  it('keeps what the machine judged beside the inspections, as its own', () => {
    const judged = (seam: string, evaluation: 'ok' | 'notOk') =>
      messageOf('machineResult', {
        ...{ panelId: 'P-1', resultId: `r/${seam}`, seam, evaluation, isSimulated: true },
        ...{ source: 'machine', time: baseMs + 5 },
      });
    const { machineResults, inspections, missing } = folded([
      judged('F01', 'ok'),
      judged('B02', 'notOk'),
    ]);
    expect(machineResults).toEqual([
      ...[['r/F01', 'F01', 'ok'] as const, ['r/B02', 'B02', 'notOk'] as const].map(
        ([resultId, seam, evaluation]) => ({
          ...{ timeMs: baseMs + 5, resultId, seam, evaluation, isSimulated: true },
          source: 'machine',
        }),
      ),
    ]);
    expect(inspections).toEqual([]);
    expect(missing).toContain('inspection');
  });
});

describe('a seam that messages name', () => {
  const messages = [
    messageOf('inspection', {
      ...{ panelId: 'P-1', method: 'VT', result: 'accepted', who: 'I-1', seam: 'F09' },
    }),
    messageOf('repair', { panelId: 'P-1', seam: 'F01', positionMm: 10, who: 'W-4' }),
    messageOf('panelAssignment', { panelId: 'P-1', wires: [{ spoolId: 'S-1', seam: 'X7' }] }),
  ];

  it('is marked where the panel does not have it, and nothing of it is lost', () => {
    const production = folded(messages, { seams: ['f01', 'f02'] });
    expect(production.marks).toEqual([
      { code: 'seam-unknown', subject: 'F09' },
      { code: 'seam-unknown', subject: 'X7' },
    ]);
    expect(production.inspections).toHaveLength(1);
  });

  it('is not judged where no seam of the panel is known', () => {
    expect(folded(messages).marks).toEqual([]);
  });
});
