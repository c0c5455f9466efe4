/** What a proxy has done since its start, shown by `GET /state`. Every byte that it lost or changed is in one of them. */
export type ProxyCounters = {
  connections: number;
  /** More than the proxy holds at once. */
  turnedAway: number;
  targetFailures: number;
  bytesToServer: number;
  bytesToClient: number;
  malformed: number;
  closed: number;
  reset: number;
  halfOpened: number;
  delayed: number;
  corrupted: number;
  truncated: number;
  duplicated: number;
  reordered: number;
  crossedIds: number;
  wrongIds: number;
  bytesLost: number;
};

export const createCounters = (): ProxyCounters => ({
  connections: 0,
  turnedAway: 0,
  targetFailures: 0,
  bytesToServer: 0,
  bytesToClient: 0,
  malformed: 0,
  closed: 0,
  reset: 0,
  halfOpened: 0,
  delayed: 0,
  corrupted: 0,
  truncated: 0,
  duplicated: 0,
  reordered: 0,
  crossedIds: 0,
  wrongIds: 0,
  bytesLost: 0,
});
