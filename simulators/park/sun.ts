import { minutesPerDay, type ParkDay } from './calendar.ts';
import { parkSite } from './site.ts';

const radians = Math.PI / 180;
const solarConstantWm2 = 1367;

/** What is constant over a day: declination, equation of time, extraterrestrial irradiance. */
export type SolarDay = {
  readonly declinationRad: number;
  /** Apparent minus mean solar time, minutes. */
  readonly equationOfTimeMin: number;
  /** On a plane normal to the rays outside the atmosphere, W/m². */
  readonly extraterrestrialWm2: number;
};

/** The sun over the park at one instant. */
export type SunPosition = {
  readonly hourAngleRad: number;
  /** Cosine of the zenith angle; not above 0 by night. */
  readonly cosZenith: number;
  /** Cosine of the angle between the rays and the normal of the tilted arrays. */
  readonly cosIncidence: number;
  readonly extraterrestrialWm2: number;
};

/**
 * Fourier series of Spencer (1971), daily.
 *
 * @param dayOfYear - 1…366
 */
export const solarDay = (dayOfYear: ParkDay['dayOfYear']): SolarDay => {
  const b = (2 * Math.PI * (dayOfYear - 1)) / 365;
  const cos1 = Math.cos(b);
  const sin1 = Math.sin(b);
  const cos2 = Math.cos(2 * b);
  const sin2 = Math.sin(2 * b);
  return {
    declinationRad:
      0.006918 -
      0.399912 * cos1 +
      0.070257 * sin1 -
      0.006758 * cos2 +
      0.000907 * sin2 -
      0.002697 * Math.cos(3 * b) +
      0.00148 * Math.sin(3 * b),
    equationOfTimeMin:
      229.18 * (0.000075 + 0.001868 * cos1 - 0.032077 * sin1 - 0.014615 * cos2 - 0.040849 * sin2),
    extraterrestrialWm2:
      solarConstantWm2 *
      (1.00011 + 0.034221 * cos1 + 0.00128 * sin1 + 0.000719 * cos2 + 0.000077 * sin2),
  };
};

const latitudeRad = parkSite.latitudeDeg * radians;
const tiltRad = parkSite.arrayTiltDeg * radians;
const sinLatitude = Math.sin(latitudeRad);
const cosLatitude = Math.cos(latitudeRad);
const sinTiltedLatitude = Math.sin(latitudeRad - tiltRad);
const cosTiltedLatitude = Math.cos(latitudeRad - tiltRad);
const longitudeCorrectionMin = 4 * (parkSite.longitudeDeg - parkSite.clockLongitudeDeg);

/**
 * Position of the sun over the park.
 *
 * @param day - from {@link solarDay}
 * @param minuteOfDay - local clock minutes since midnight
 */
export const sunAt = (day: SolarDay, minuteOfDay: number): SunPosition => {
  const trueSolarMin = minuteOfDay + day.equationOfTimeMin + longitudeCorrectionMin;
  const hourAngleRad = (2 * Math.PI * trueSolarMin) / minutesPerDay - Math.PI;
  const sinDeclination = Math.sin(day.declinationRad);
  const cosDeclinationHour = Math.cos(day.declinationRad) * Math.cos(hourAngleRad);
  return {
    hourAngleRad,
    cosZenith: sinLatitude * sinDeclination + cosLatitude * cosDeclinationHour,
    cosIncidence: sinDeclination * sinTiltedLatitude + cosTiltedLatitude * cosDeclinationHour,
    extraterrestrialWm2: day.extraterrestrialWm2,
  };
};

/** Global horizontal irradiance under a clear sky, W/m² (Haurwitz 1945); 0 by night. */
export const clearSkyGhiWm2 = (cosZenith: number): number =>
  cosZenith > 0 ? 1098 * cosZenith * Math.exp(-0.059 / cosZenith) : 0;
