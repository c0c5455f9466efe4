/**
 * From when on a measured value is worth a look (`warn`) and from when on it is wrong (`wrong`): what is usual for mechanised MAG
 * welding behind a laser camera, where neither the site file nor the procedure says otherwise.
 */
export const offsetLimitsMm = { warn: 0.5, wrong: 1 } as const;
export const gapLimitsMm = { warn: 0.8, wrong: 1.2 } as const;
/** Of the camera that it sees the seam, 0 to 1. */
export const leastConfidence = 0.8;
/** The same of a whole panel: root mean square and 95th percentile of the distance between torch and seam. */
export const trackingRmsLimitMm = 0.3;
export const trackingP95LimitMm = 0.6;
/** Of the heat balance index, in %, on both sides of zero; 2.97 % bends a panel of 18 m by 6 mm. */
export const heatBalanceLimits = { warn: 1.5, wrong: 2.4 } as const;
/** Of the air at the torches, °C. */
export const ambientLimitsCelsius = { warn: 48, wrong: 50 } as const;
export const defaultDeformationLimitMm = 6;
