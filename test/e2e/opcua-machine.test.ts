// Goal: the way over OPC UA computes what the way over Modbus does. Method: five simulated minutes of one machine in lock-step,
// read every 100 ms over an encrypted connection with a password, and from its PLC; all KPIs of either way against each other,
// and those of the machine against the simulator's truth.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestSite, writeDemoSite } from '../support/demo-site.ts';
import { startGatewayProcess } from '../support/gateway-process.ts';
import {
  type JournalContent,
  type JournalledSample,
  readSamples,
} from '../support/journal-samples.ts';
import { expectNear, kpiOf } from '../support/plant-truth.ts';
import { type Simulator, startSimulator } from '../support/simulator.ts';

const start = '2023-06-21T03:00:00Z';
const startMs = Date.parse(start);
const runSeconds = 300;
const endMs = startMs + runSeconds * 1000;
const stepSeconds = 0.1;
const password = 'machine-5-minutes';
/** Another panel than that of the simulated hour. */
const seed = 17;
/** What the PLC tells of the same machine. */
const plcLine = { area: 'welding', line: 'mpm01-plc' } as const;

/** A 32-bit float keeps 24 bits. */
const floatShare = 2 ** -24;
/** Offsets are below 8 mm, so that a float of them is right to half of 2^-21 mm; both of them go into the error. */
const offsetToleranceMm = 2 ** -21;

type Truth = {
  readonly nowMs: number;
  readonly line: {
    readonly phase: string;
    readonly panel: {
      readonly weldSeconds: number;
      readonly meanTravelSpeedMPerMin: number;
      readonly maxAbsZMm: number;
      readonly seams: Readonly<
        Record<
          string,
          {
            readonly arcOnSeconds: number;
            readonly arcStarts: number;
            readonly heatInputKjPerMm: number;
            readonly tracking: {
              readonly rmsMm: number;
              readonly p95Mm: number;
              readonly maxMm: number;
            };
          }
        >
      >;
    };
  };
  readonly servers: {
    readonly 'line.opcua': { readonly requests: number; readonly writesRefused: number };
  };
};

/** Half a step of travel. A state that comes on change holds from its own time, one that is sampled from half a step before. */
const arcStartM = (0.5 * stepSeconds * (0.8 / 0.06)) / 1000;
/** Of 3.94 m, with what the noise of the drive adds to a step. */
const arcStartShare = (1.05 * arcStartM) / 3.94;

/** What a register cannot say as exactly as a number of OPC UA, and by how much a KPI may differ for it, in its unit. */
const tolerances: readonly (readonly [RegExp, number])[] = [
  [/\/weldLength$/, 1.05 * arcStartM],
  [/^line\/panelWeldLength$/, 20 * 1.05 * arcStartM],
  [/^line\/gasPerMetre$/, 0.023 * arcStartShare],
  [/^line\/wirePerMetre$/, 0.077 * arcStartShare],
  [/^line\/correctionsPerMetre$/, 13 * arcStartShare],
  // Whole Wh.
  [/^line\/(panelEnergy|weldingEnergy|panelCarbon|panelCarbon\.(electricity|gridOnly))$/, 0.001],
  [/^line\/panelEnergyDeviation$/, 100 * (0.001 / 13)],
  [/^line\/energyPer(Metre|Deposit)$/, 3 * (0.001 / 13)],
  // The PLC shows slides once a second: 0.5 mm of 10 mm can be missed.
  [/\/adjustmentRangeUsed$/, 5],
  // It shows features of the arc once a second: of 0 to 2, what is between two of them can be another.
  [/\/shortCircuitRate$/, 0.05],
  // It shows the bead as measured; the machine does not, so that its leg is that of the wire.
  [/\/(legLength|throat)$/, 0.05],
  // Profiles are whole 0.01 mm there; the prediction is of their curvature over 18 m.
  [/^line\/deformation(Max|Prediction)?(\.(datum|flatness|bow|margin))?$/, 0.01],
  [/^line\/deformation/, 0.05],
];
/** What only the PLC shows. */
const notOfMachine = /\/legLength\.measured$/;
/** All else are the same 32-bit floats. */
const sameShare = 1e-6;

describe('five simulated minutes of the machine over OPC UA', () => {
  let simulator: Simulator;
  let site: TestSite;
  let pkiFolder: string;
  let truth: Truth;
  let journal: JournalContent;

  beforeAll(async () => {
    pkiFolder = await mkdtemp(join(tmpdir(), 'seamwatt-machine-pki-'));
    simulator = await startSimulator([
      ...['--plants', 'line', '--lock-step', '--start', start, '--seed', String(seed)],
      ...['--pki-folder', pkiFolder],
      ...[
        '--line-opcua-port',
        '0',
        '--line-opcua-anonymous',
        'off',
        '--line-opcua-password',
        password,
      ],
    ]);
    site = await writeDemoSite(
      {
        address: (name) =>
          name.startsWith('park.') ? { host: '127.0.0.1', port: 1 } : simulator.address(name),
      },
      (demo) => {
        const plc = demo.sources.find(({ ['id']: id }) => id === 'line-plc');
        demo.sources = [
          { ...plc, devices: [{ profile: 'weld-plc', ...plcLine, equipment: 'line' }] },
          {
            id: 'machine',
            kind: 'opcua',
            endpointUrl: simulator.url('line.opcua'),
            securityMode: 'SignAndEncrypt',
            securityPolicy: 'Aes256_Sha256_RsaPss',
            user: { username: 'operator', password },
            trustServerCertificate: join(pkiFolder, 'server', 'own', 'certs', 'certificate.pem'),
            read: { mode: 'polling', periodMs: 100 },
            // Its job orders would give KPIs more than those of the PLC have.
            devices: [
              { profile: 'weld-machine-opcua', area: 'welding', line: 'mpm01', machine: false },
            ],
          },
        ];
        demo['calculated'] = [];
        // Its meters are the park's.
        delete demo['energy'];
        const ofMachine = (demo['kpis'] as { kpi: string; equipment: string }[]).filter(
          ({ equipment }) => equipment.startsWith('welding/'),
        );
        demo['kpis'] = ofMachine.flatMap((entry) => [
          entry,
          { ...entry, equipment: entry.equipment.replace('/mpm01/', `/${plcLine.line}/`) },
        ]);
      },
    );
    const gateway = await startGatewayProcess([
      ...['run', '--config', site.file],
      ...['--clock', simulator.control, '--for', String(runSeconds)],
    ]);
    expect(await gateway.ended, gateway.log()).toBe(0);
    truth = (await simulator.send('GET', '/state')).body as Truth;
    journal = await readSamples(site.journalFolder, [endMs]);
  }, 240_000);

  afterAll(async () => {
    await simulator.stop();
    await site.remove();
    await rm(pkiFolder, { recursive: true, force: true });
  });

  it('reads every value once at each instant, and writes nothing', () => {
    expect(truth.nowMs).toBe(endMs);
    expect(truth.line.phase).toBe('weld');
    expect(truth.servers['line.opcua'].writesRefused).toBe(0);
    const counts = new Set(
      [...journal.sourceFrames]
        .filter(([path]) => /^welding\/mpm01\/[fb]\d\d#(?!inspection$)/.test(path))
        .map(([, frames]) => frames),
    );
    expect([...counts]).toEqual([runSeconds * 10 + 1]);
  });

  it('has heat input and tracking of all 20 seams', () => {
    const samples = journal.computed.get(endMs);
    const seams = Object.entries(truth.line.panel.seams);
    expect(seams).toHaveLength(20);
    for (const [id, seam] of seams) {
      const kpi = (name: string) => kpiOf(samples, `welding/mpm01/${id.toLowerCase()}/${name}`);
      // At the beginning of each burning half a step of the trapezoids is outside of the truth's sum of steps.
      const steps = seam.arcOnSeconds / stepSeconds;
      const heat = kpi('heatInput');
      expectNear(
        heat.value,
        seam.heatInputKjPerMm,
        seam.heatInputKjPerMm * (seam.arcStarts / steps),
      );
      expect(heat.status).toBe(0);
      expect(heat.coverage).toBeGreaterThan(1 - (2 * seam.arcStarts) / steps);
      expectNear(kpi('trackingRms').value, seam.tracking.rmsMm, offsetToleranceMm);
      expectNear(kpi('trackingP95').value, seam.tracking.p95Mm, offsetToleranceMm);
      expectNear(kpi('trackingMax').value, seam.tracking.maxMm, offsetToleranceMm);
    }
  });

  it('has travel speed and deformation of the panel', () => {
    const samples = journal.computed.get(endMs);
    const { weldSeconds, meanTravelSpeedMPerMin, maxAbsZMm } = truth.line.panel;
    const speed = kpiOf(samples, 'welding/mpm01/line/travelSpeedMean');
    const steps = weldSeconds / stepSeconds;
    expectNear(
      speed.value,
      meanTravelSpeedMPerMin,
      meanTravelSpeedMPerMin * (1 / steps + floatShare),
    );
    const deformation = kpiOf(samples, 'welding/mpm01/line/deformationMax');
    // The profile comes as 32-bit floats of steps of 0.01 mm.
    expectNear(deformation.value, maxAbsZMm, maxAbsZMm * floatShare);
  });

  it('agrees in every KPI with the way over the PLC', () => {
    const samples = journal.computed.get(endMs) ?? new Map<string, JournalledSample>();
    const prefix = 'welding/mpm01/';
    const ofMachine = [...samples].filter(
      ([path]) => path.startsWith(prefix) && !notOfMachine.test(path),
    );
    expect(ofMachine.length).toBeGreaterThan(20 * 30);
    const wrong = ofMachine.flatMap(([path, { value, status }]) => {
      const point = path.slice(prefix.length);
      const other = samples.get(`welding/${plcLine.line}/${point}`);
      const allowed = tolerances.find(([pattern]) => pattern.test(point))?.[1];
      const width = allowed ?? sameShare * Math.max(Math.abs(value), 1);
      const isSame =
        other !== undefined && other.status === status && Math.abs(other.value - value) <= width;
      return isSame
        ? []
        : [{ point, machine: [value, status], plc: [other?.value, other?.status] }];
    });
    expect(wrong).toEqual([]);
  });
});
