/** Simulated time as a scenario goes through it. */
export interface ScenarioClock {
  /** Where the gateway finds its clock; undefined when it has its own. */
  readonly url: string | undefined;
  /** The simulated instant at which the scenario began, UTC epoch ms. */
  readonly startMs: number;
  /** From here on offsets count. */
  begin(): Promise<void>;
  /** Resolves at that offset, when everything before it has happened. */
  reach(offsetMs: number, isGatewayUp: boolean): Promise<void>;
  /** Lets time run on as it does outside, for what is still under way. */
  runOn(): void;
  /** The offset of one of the gateway's times. */
  offsetOf(gatewayMs: number): number;
  close(): Promise<void>;
}
