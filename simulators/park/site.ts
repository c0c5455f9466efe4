/**
 * What the simulated park is. The PV size is that of the plant it imitates; storage, charger count and
 * annual load are assumptions, because no public source gives them.
 */
export const parkSite = {
  latitudeDeg: 31.77,
  longitudeDeg: 119.95,
  /** Longitude at which the local clock shows solar time. */
  clockLongitudeDeg: 120,
  /** Roof arrays face due south. */
  arrayTiltDeg: 8,
  groundAlbedo: 0.2,

  inverterCount: 50,
  /** Equal strings of modules at each inverter, 7 kWp each. */
  stringsPerInverter: 16,
  /** Each roof carries ten inverters and has its own clouds. */
  roofCount: 5,
  /** Of the roofs' centres along the park, m. */
  roofSpacingM: 120,
  inverterRatedKwp: 112,
  inverterLimitKw: 100,
  /** Power at the panels' maximum power point falls with cell temperature, per kelvin. */
  powerTemperatureCoefficientPerKelvin: -0.0035,
  nominalCellTemperatureC: 45,
  inverterEfficiency: 0.983,
  /** Mismatch, soiling, wiring, availability. Calibrated to the yield of local peers (1018 h a year). */
  pvSystemLoss: 0.208,
  /** Own use of an inverter while its DC side is live, as a share of its rated DC power. */
  inverterOwnUseShare: 0.0005,

  /** Of the buildings, without the chargers. */
  annualLoadMwh: 14_600,
  /** Lost in cables and transformers between the load feeder and the meters of the buildings. */
  distributionLossShare: 0.006,

  storageCapacityKwh: 3000,
  storagePowerKw: 1500,
  /** One way, AC to cells or cells to AC. */
  storageEfficiency: 0.94,
  storageMinimumShare: 0.1,
  storageMaximumShare: 0.95,
  /**
   * Charge at every local midnight: the evening peak empties the battery to its minimum, whatever the day was. An evening
   * without the rules (an island, a charge that was set) is the exception.
   */
  storageMidnightShare: 0.1,
  storageRackCount: 4,
  storageModulesPerRack: 15,
  storageCellsPerModule: 16,

  dcChargerCount: 4,
  dcChargerKw: 60,
  acChargerCount: 6,
  acChargerKw: 7,
} as const;

/** Rated DC power of the whole PV plant, kWp. */
export const pvRatedKwp = parkSite.inverterCount * parkSite.inverterRatedKwp;
