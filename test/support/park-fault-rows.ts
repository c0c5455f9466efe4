import { type ParkFault, startMs } from './park-fault-run.ts';

export const minuteMs = 60_000;

export const faultRuns = ['sensors and meters', 'equipment', 'island', 'dark'] as const;
export type FaultRun = (typeof faultRuns)[number];

/** A fault of the simulated park, and what it may do to what is computed. */
export type FaultRow = {
  readonly name: string;
  readonly faults: readonly ParkFault[];
  /** Paths of points that may differ; `x.*` stands for x with its parts and coverage. */
  readonly may: readonly string[];
  /** Of them, those that must. */
  readonly must: readonly string[];
  /** What some of them are then. */
  readonly says: readonly {
    readonly minute: number;
    readonly path: string;
    readonly from: number;
    readonly to: number;
  }[];
  readonly events: readonly string[];
  /**
   * Faults of one run, which do not touch each other: all of a run are over the wire at once, one after another so that what moves
   * can be told apart, and each alone in a long test.
   */
  readonly run: FaultRun;
};

const site = (...names: readonly string[]): readonly string[] =>
  names.map((name) => `park/energy/site/${name}`);
const storage = (...names: readonly string[]): readonly string[] =>
  names.map((name) => `park/storage/bess01/${name}`);
const inverter = (number: number, ...names: readonly string[]): readonly string[] =>
  names.map((name) => `park/pv/inv${String(number).padStart(2, '0')}/${name}`);
const eachInverter = (...names: readonly string[]): readonly string[] =>
  Array.from({ length: 50 }, (_, index) => inverter(index + 1, ...names)).flat();

/** Carbon of the electricity by what it is made of now: each change of power changes it, and what storage holds of it. */
const ofMix = site('carbonIntensity', 'carbonIntensity.carbonFree', 'carbonIntensity.stored');

/** What is made of what the grid gave: less of anything else, or more consumption, is more of it. */
const ofImport = site(
  ...['gridImport', 'gridDemand', 'gridDemandPeak', 'demandForecast.*', 'maximumDemand.*'],
  ...['loadFactor', 'demandCharge.*', 'powerFactor', 'powerFactorMonth.*', 'cost.*'],
  ...['quarter.import', 'quarter.gridToLoad', 'day.import', 'day.gridToLoad', 'importCo2Hourly.*'],
  ...['energySaved', 'energySaved.gridSaved', 'selfSufficiency', 'savedProgress.*'],
  ...['carbonFreeShare', 'carbonFreeShare.onSite', 'carbonFreeShare.byVolume'],
  ...['carbonPerArea', 'carbonPerArea.electricity', 'carbonPerArea.total'],
  ...['savedPerModule', 'savedPerModule.co2'],
);
/** Energies that really are others have other class errors; out of tolerance, or in need of a suspect, they are not. */
const balanceWithin = site(
  ...['balanceResidual', 'balanceResidual.tolerance', 'balanceResidual.ratio'],
  ...['balanceResidual.day', 'balanceResidual.dayTolerance'],
);
/** Meters that contradict each other. */
const balance = site('balanceResidual.*', 'meterSuspect.*');

/** What is made of the photovoltaic feeder's register. */
const ofPvMeter = site(
  ...['pvShareOfDemand', 'quarter.pv', 'quarter.pvToLoad', 'day.pv', 'day.pvToLoad'],
  ...['energySaved.pvSelfUse', 'energySaved.pvGross', 'selfSufficiencyPv', 'avoidedCo2Hourly.*'],
  ...['carbonFreeShare', 'carbonFreeShare.onSite', 'carbonFreeShare.byVolume'],
  ...['quarter.gridToLoad', 'quarter.storageToLoad', 'day.gridToLoad', 'day.storageToLoad'],
);

/** What is made of the inverters' registers, but the losses that have a cause of their own. */
const ofInverters = site(
  ...['pvEnergy', 'pvFinalYield', 'pvPerformanceRatio', 'pvPerformanceRatio25'],
  ...['pvPerformanceIndex', 'avoidedCo2', 'pvLosses', 'pvLosses.final', 'pvLosses.finalEnergy'],
  ...['pvLosses.unexplained', 'pvLosses.unexplainedEnergy'],
);
const lessPv = [...ofInverters, ...ofPvMeter, ...ofImport, ...ofMix, ...balanceWithin];

/** What is made of the meters of consumption. */
const ofConsumption = site(
  ...['quarter.load.*', 'quarter.loadReverse', 'quarter.ev', 'day.load', 'day.ev'],
  ...['quarter.pvToLoad', 'quarter.pvToGrid', 'quarter.pvToStorage', 'quarter.gridToLoad'],
  ...['quarter.gridToStorage', 'quarter.storageToLoad', 'quarter.coverage', 'day.*'],
  ...['energySaved.*', 'savedProgress.*', 'selfSufficiency.*', 'selfSufficiencyPv.*'],
  ...['carbonFreeShare.*', 'pvShareOfDemand', 'savedPerModule.*'],
);

const ofStorage = [
  ...storage('socCoulomb.*', 'roundTripEfficiency.*', 'equivalentCycles.*', 'cellVoltageSpread'),
  ...site('quarter.charge', 'quarter.discharge', 'day.charge', 'day.discharge'),
  ...site('quarter.gridToStorage', 'day.gridToStorage'),
  ...site('quarter.storageToLoad', 'day.storageToLoad', 'carbonIntensity.*'),
];

const ofConnection = site('gridConnection.*', 'frequencyQuality.*', 'voltageQuality.*');
const ofChargers = site('chargerUtilisation.*');

const at = (minute: number): number => startMs + minute * minuteMs;
const between = (fromMinute: number, toMinute: number) => ({
  ...{ fromMs: at(fromMinute), toMs: at(toMinute) },
});

const row = (
  name: string,
  faults: readonly ParkFault[],
  effects: Partial<Omit<FaultRow, 'name' | 'faults'>>,
): FaultRow => ({
  ...{ name, faults, may: [], must: [], says: [], events: [], run: 'sensors and meters' },
  ...effects,
});
const says = (path: string, minute: number, from: number, to: number) => ({
  ...{ path: `park/${path}`, minute, from, to },
});

export const parkFaultRows: readonly FaultRow[] = [
  row(
    'irradiance sensor drifts',
    [{ device: 'park.plant', kind: 'irradiance-drift', share: -0.15, fromMs: at(3) }],
    {
      // Nothing of it is energy, money or carbon.
      may: [
        ...site('pvReferenceYield.*', 'pvExpectedPower.*', 'pvExpectedEnergy.*'),
        ...site('pvPerformanceRatio.*', 'pvPerformanceRatio25.*', 'pvPerformanceIndex.*'),
        // Shares of less expected energy, and whether there is light enough to judge by.
        ...site('pvLosses.*', 'pvEnergyAvailability.coverage', 'pvClipping.coverage'),
        ...site('pvCurtailment.coverage'),
        ...eachInverter('performanceIndex.*'),
      ],
      must: [
        ...site('pvReferenceYield', 'pvPerformanceRatio', 'pvPerformanceRatio25'),
        ...eachInverter('performanceIndex'),
      ],
    },
  ),
  row(
    'photovoltaic meter reversed',
    [{ device: 'park.plant', kind: 'meter-reversed', meter: 'pv' }],
    {
      may: [...ofPvMeter, ...ofMix, ...site('quarter.pvReverse'), ...balance],
      must: [
        ...site('quarter.pv', 'quarter.pvReverse', 'balanceResidual', 'balanceResidual.ratio'),
        ...site('balanceResidual.outOfTolerance', 'meterSuspect.quarters'),
      ],
      // Minutes: the quarter hour that is closed by then.
      says: [says('energy/site/balanceResidual.outOfTolerance', 30, 15, 15)],
    },
  ),
  row(
    'register of the buildings begins anew',
    [{ device: 'park.meters/2', kind: 'counter-jump', to: 0, fromMs: at(20) }],
    {
      run: 'equipment',
      // Its quarter hour is uncertain, and with it what the whole row is the basis of.
      may: [...ofConsumption, ...balance, ...site('meterChecks.*')],
      must: site('quarter.load', 'quarter.load.coverage', 'energySaved', 'balanceResidual'),
      events: [
        'counter-reset park/meters/load/energyExport',
        'counter-reset park/meters/load/energyImport',
      ],
    },
  ),
  row(
    'cell imbalance',
    [{ device: 'park.plant', kind: 'cell-imbalance', rack: 2, module: 4, cell: 9, fromMs: at(7) }],
    {
      may: storage('cellVoltageSpread'),
      must: storage('cellVoltageSpread'),
      says: [says('storage/bess01/cellVoltageSpread', 30, 195, 230)],
    },
  ),
  row(
    'the park leaves the grid',
    [{ device: 'park.plant', kind: 'islanding', cause: 'planned', ...between(5, 20) }],
    {
      run: 'island',
      // Photovoltaics go on as they were; the battery has what the grid had, and what it cannot serve is shed.
      may: [
        ...[...ofConnection, ...ofImport, ...ofStorage, ...ofChargers, ...balanceWithin],
        ...site('quarter.load', 'quarter.ev', 'day.load', 'day.ev', 'selfSufficiencyPv'),
        ...site('pvShareOfDemand'),
      ],
      must: site(
        ...['gridConnection', 'gridConnection.islandTime', 'gridConnection.islandEnergy'],
        ...['gridConnection.islandings', 'gridImport', 'quarter.import'],
      ),
      says: [
        says('energy/site/gridConnection', 4, 0, 0),
        says('energy/site/gridConnection', 10, 1, 1),
        says('energy/site/gridConnection', 25, 0, 0),
        says('energy/site/gridConnection.islandTime', 25, 14, 16),
        says('energy/site/gridConnection.islandings', 25, 1, 1),
        says('energy/site/gridConnection.blackStarts', 25, 0, 0),
      ],
    },
  ),
  row('the grid is lost', [{ device: 'park.plant', kind: 'islanding', ...between(5, 20) }], {
    run: 'dark',
    may: [
      ...[...ofConnection, ...ofStorage, ...ofChargers, ...lessPv],
      ...site('quarter.load', 'quarter.ev', 'day.load', 'day.ev', 'pvTechnicalAvailability'),
      ...site('pvEnergyAvailability', 'pvEnergyAvailability.lost'),
      ...site('pvLosses.downtime', 'pvLosses.downtimeEnergy'),
      ...eachInverter('finalYield', 'performanceIndex', 'availability'),
    ],
    must: site(
      ...['gridConnection', 'gridConnection.islandTime', 'gridConnection.blackStarts'],
      ...['frequencyQuality.coverage', 'voltageQuality', 'voltageQuality.outside'],
    ),
    says: [
      // Dark: it stands still at the tick within the first minute.
      says('energy/site/gridConnection', 6, 3, 3),
      says('energy/site/gridConnection', 10, 1, 1),
      says('energy/site/gridConnection.blackStarts', 10, 1, 1),
    ],
  }),
  row('string dead', [{ device: 'park.plant', kind: 'string-dead', inverter: 7, strings: [3] }], {
    run: 'equipment',
    may: [...lessPv, ...inverter(7, 'finalYield', 'performanceIndex')],
    must: [
      ...inverter(7, 'finalYield', 'performanceIndex'),
      ...site('pvEnergy', 'pvLosses.unexplainedEnergy', 'quarter.pv', 'gridImport'),
    ],
  }),
  row(
    'inverter trips',
    [{ device: 'park.plant', kind: 'inverter-trip', inverter: 9, ...between(5, 20) }],
    {
      run: 'equipment',
      may: [
        ...[...lessPv, ...inverter(9, 'finalYield', 'performanceIndex', 'availability')],
        ...site('pvTechnicalAvailability', 'pvEnergyAvailability', 'pvEnergyAvailability.lost'),
        ...site('pvLosses.downtime', 'pvLosses.downtimeEnergy'),
      ],
      must: [
        ...inverter(9, 'finalYield', 'performanceIndex', 'availability'),
        ...site('pvTechnicalAvailability', 'pvEnergyAvailability.lost', 'pvLosses.downtimeEnergy'),
      ],
      // A quarter of an hour of half an hour.
      says: [says('pv/inv09/availability', 30, 0.45, 0.55)],
    },
  ),
  row(
    'charger hangs',
    [{ device: 'park.plant', kind: 'charger-hung', charger: 5, fromMs: at(3) }],
    {
      run: 'equipment',
      may: [
        ...[...ofImport, ...ofMix, ...ofChargers, ...balanceWithin],
        ...site('quarter.ev', 'day.ev', 'selfSufficiencyPv', 'pvShareOfDemand'),
      ],
      must: site('chargerUtilisation', 'chargerUtilisation.energy', 'quarter.ev', 'gridImport'),
    },
  ),
  row(
    'bus of the chargers is down',
    [{ device: 'park.chargers', kind: 'close', ...between(5, 12) }],
    {
      may: ofChargers,
      must: site('chargerUtilisation.coverage'),
      events: ['source-lost park-chargers', 'source-restored park-chargers'],
    },
  ),
  row(
    'connection of the storage system is down',
    [{ device: 'park.storage', kind: 'close', ...between(8, 13) }],
    {
      run: 'equipment',
      // It is back within the quarter hour, whose energy is known by its registers; only how it was measured is another.
      may: [...ofStorage, ...balanceWithin],
      must: storage('socCoulomb.coverage', 'cellVoltageSpread'),
      events: ['source-lost park-storage', 'source-restored park-storage'],
    },
  ),
  row(
    "a tenant's meter reversed",
    [{ device: 'park.plant', kind: 'meter-reversed', meter: 't05' }],
    {},
  ),
];
