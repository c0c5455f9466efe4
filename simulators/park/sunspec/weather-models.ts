import type { ModelLayout } from './layout.ts';

/** Models of weather stations, as the SunSpec Information Models lay them out. */

/** Irradiance, W/m² (length 5 a sensor; one here). */
export const irradiance302 = {
  id: 302,
  points: {
    GHI: 'uint16',
    POAI: 'uint16',
    DFI: 'uint16',
    DNI: 'uint16',
    OTI: 'uint16',
  },
} as const satisfies ModelLayout;

/** Back of module temperature, 0.1 °C (length 1 a sensor; one here). */
export const moduleTemperature303 = {
  id: 303,
  points: {
    TmpBOM: 'int16',
  },
} as const satisfies ModelLayout;

/** Base meteorology (length 11). */
export const meteorology307 = {
  id: 307,
  points: {
    TmpAmb: 'int16',
    RH: 'int16',
    Pres: 'int16',
    WndSpd: 'int16',
    WndDir: 'int16',
    Rain: 'int16',
    Snw: 'int16',
    PPT: 'int16',
    ElecFld: 'int16',
    SurWet: 'int16',
    SoilWet: 'int16',
  },
} as const satisfies ModelLayout;
