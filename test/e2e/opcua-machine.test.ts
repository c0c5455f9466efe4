// Goal: the way over OPC UA computes what the way over Modbus does. Method: five simulated minutes of the machine in
// lock-step, read every 100 ms over an encrypted connection with a password, against the simulator's truth.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestSite, writeDemoSite } from '../support/demo-site.ts';
import { startGatewayProcess } from '../support/gateway-process.ts';
import { type JournalContent, readSamples } from '../support/journal-samples.ts';
import { expectNear, kpiOf } from '../support/plant-truth.ts';
import { type Simulator, startSimulator } from '../support/simulator.ts';

const start = '2023-06-21T03:00:00Z';
const startMs = Date.parse(start);
const runSeconds = 300;
const endMs = startMs + runSeconds * 1000;
const stepSeconds = 0.1;
const password = 'machine-5-minutes';

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

describe('five simulated minutes of the machine over OPC UA', () => {
  let simulator: Simulator;
  let site: TestSite;
  let pkiFolder: string;
  let truth: Truth;
  let journal: JournalContent;

  beforeAll(async () => {
    pkiFolder = await mkdtemp(join(tmpdir(), 'seamwatt-machine-pki-'));
    simulator = await startSimulator([
      ...['--plants', 'line', '--lock-step', '--start', start, '--pki-folder', pkiFolder],
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
        demo.sources = [
          {
            id: 'machine',
            kind: 'opcua',
            endpointUrl: simulator.url('line.opcua'),
            securityMode: 'SignAndEncrypt',
            securityPolicy: 'Aes256_Sha256_RsaPss',
            user: { username: 'operator', password },
            trustServerCertificate: join(pkiFolder, 'server', 'own', 'certs', 'certificate.pem'),
            read: { mode: 'polling', periodMs: 100 },
            devices: [{ profile: 'weld-machine-opcua', area: 'welding', line: 'mpm01' }],
          },
        ];
        demo['calculated'] = [];
        // The machine tells no mode of operation over OPC UA, so nobody can say what its time was used for.
        const needMode = ['timeElements', 'oee'];
        demo['kpis'] = (demo['kpis'] as { kpi: string; equipment: string }[]).filter(
          ({ kpi, equipment }) => equipment.startsWith('welding/') && !needMode.includes(kpi),
        );
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
        .filter(([path]) => /\/[fb]\d\d#/.test(path))
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
});
