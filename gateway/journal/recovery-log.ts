import type { Log } from '../core/log.ts';
import type { Damage, RecoveryReport } from './contract.ts';

/** Gathers what is found wrong, each once, and says it. */
export class RecoveryLog {
  readonly #log: Log;
  readonly #damage = new Map<string, Damage>();
  #found: Omit<RecoveryReport, 'damage'> = {
    clean: true,
    lastSeq: 0,
    cutBytes: 0,
    cutCommits: 0,
    setAside: [],
    migrated: [],
  };

  constructor(log: Log) {
    this.#log = log;
  }

  get report(): RecoveryReport {
    return { ...this.#found, damage: [...this.#damage.values()] };
  }

  opened(found: Omit<RecoveryReport, 'damage'>): void {
    this.#found = found;
    for (const what of found.migrated) {
      this.#log.warn({ what }, 'journal: store brought to a newer version');
    }
    for (const reason of found.setAside) this.#log.error({ reason }, 'journal: store set aside');
    if (found.cutBytes > 0) {
      this.#log.warn(found, 'journal: an unfinished commit was cut; none of it was acknowledged');
    }
  }

  readonly damaged = (damage: Damage): void => {
    const key = `${damage.file}:${damage.fromByte}`;
    const known = this.#damage.get(key);
    if (known === undefined) this.#log.error(damage, 'journal: damaged entries were skipped');
    if (known === undefined || known.entries === undefined) this.#damage.set(key, damage);
  };
}
