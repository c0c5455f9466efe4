import { parkSite } from './site.ts';
import type { SunPosition } from './sun.ts';

const tiltRad = (parkSite.arrayTiltDeg * Math.PI) / 180;
const skyViewFactor = (1 + Math.cos(tiltRad)) / 2;
const groundViewFactor = (1 - Math.cos(tiltRad)) / 2;

/** Below this elevation (2°) the beam's projection is ill-conditioned and there is no energy in it. */
const lowSunCosZenith = 0.035;

/**
 * Share of the global horizontal irradiance that is diffuse (Erbs, Klein and Duffie 1982).
 *
 * @param clearnessIndex - global over extraterrestrial horizontal irradiance, 0…1
 */
export const diffuseFraction = (clearnessIndex: number): number => {
  if (clearnessIndex <= 0.22) return 1 - 0.09 * clearnessIndex;
  if (clearnessIndex > 0.8) return 0.165;
  return (
    0.9511 +
    clearnessIndex *
      (-0.1604 + clearnessIndex * (4.388 + clearnessIndex * (-16.638 + 12.336 * clearnessIndex)))
  );
};

/**
 * Irradiance in the plane of the arrays: beam, isotropic sky and ground reflection.
 *
 * @param ghiWm2 - global horizontal irradiance, W/m²
 * @returns W/m², never negative
 */
export const planeOfArrayWm2 = (ghiWm2: number, sun: SunPosition): number => {
  if (sun.cosZenith <= lowSunCosZenith) return Math.max(0, ghiWm2);
  const clearnessIndex = Math.min(1, ghiWm2 / (sun.extraterrestrialWm2 * sun.cosZenith));
  const diffuseWm2 = ghiWm2 * diffuseFraction(clearnessIndex);
  const beamWm2 = (ghiWm2 - diffuseWm2) / sun.cosZenith;
  return (
    beamWm2 * Math.max(0, sun.cosIncidence) +
    diffuseWm2 * skyViewFactor +
    parkSite.groundAlbedo * ghiWm2 * groundViewFactor
  );
};
