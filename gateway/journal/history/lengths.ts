export const minuteMs = 60_000;
export const quarterMs = 900_000;
export const hourMs = 3_600_000;
